"""The display port: ask a question, tell something, know what is showing."""

from typing import Protocol, TypeVar

from kiosk.screens import Mode, Screen
from kiosk.words import Measure

Answer = TypeVar("Answer")


class Display(Protocol):
    """The glass, as a flow sees it. All calls are made from the event loop's thread."""

    async def ask(self, screen: Screen[Answer]) -> Answer:
        """Show `screen` and wait for its answer.

        Asking a screen of the type that is showing changes its content in place, and what was
        typed is kept unless the new screen brings its own draft. When the caller is cancelled
        the question is withdrawn; the picture stays until the next one.
        """
        ...

    def tell(self, screen: Screen[object]) -> None:
        """Show `screen` without waiting: something is under way."""

    @property
    def showing(self) -> Screen[object] | None:
        """The screen on the glass; None before the first."""
        ...

    @property
    def touched_at(self) -> float:
        """`time.monotonic()` of the last touch or key, whatever it hit."""
        ...

    @property
    def language(self) -> str:
        """The customer's language, ISO 639-1."""
        ...

    @language.setter
    def language(self, code: str) -> None:
        """Show everything in that language from now on, the current screen included."""

    @property
    def measure(self) -> Measure:
        """What balances are counted in."""
        ...

    @measure.setter
    def measure(self, measure: Measure) -> None:
        """Write balances that way from now on."""

    @property
    def offered(self) -> tuple[Mode, ...]:
        """The ways to make it easier to use that this glass has."""
        ...

    @property
    def modes(self) -> frozenset[Mode]:
        """Those that are on."""
        ...

    @modes.setter
    def modes(self, on: frozenset[Mode]) -> None:
        """Show everything that way from now on, the current screen included."""

    @property
    def headphones(self) -> bool:
        """Whether what is said is heard by the person alone."""
        ...

    @headphones.setter
    def headphones(self, there: bool) -> None:
        """They were plugged in, or out; it switches the voice on, or off."""

    def dim(self, percent: int) -> None:
        """Show everything so bright from now on; a touch, or another screen, is at 100 again."""

    def forget(self) -> None:
        """The person left: wipe what was typed and shown; back to the shop's language and look."""

"""What a view says and what it offers, in reading order, taken from the view itself.

Large letters, the voice and the four buttons all go through this, so none of them can lag behind
what is drawn: a text that is on the glass is read, and what can be touched can be chosen.

`spoken` on a text or a touchable says it in other words; `silent` leaves a text out because
another one says it, or because it is part of a drawing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kiosk.ui.widgets.buttons import Touch
from kiosk.ui.widgets.facts import Facts
from kiosk.ui.widgets.header import Header
from kiosk.ui.widgets.qr import Qr
from kiosk.ui.widgets.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something to read."""

    text: str
    loud: bool = False
    """A title, or the number that matters."""
    private: bool = False
    """Only for the ears of the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to do."""

    touch: Touch
    text: str
    main: bool = False
    """The one thing that this screen is for."""
    private: bool = False
    """Its words are only for the ears of the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """A QR code; what it says is read beside it."""

    payload: str


Item = Said | Choice | Pictured


def read(view: Any) -> tuple[Item, ...]:
    """Everything `view` says and offers: first its own things in reading order, then the header's.

    `view` must have been laid out: a text without room is not on the glass.
    """
    headers = [child for child in view.children if isinstance(child, Header)]
    own = [item for child in _in_order(view) if child not in headers for item in _items(child)]
    return tuple(own + [item for header in headers for item in _choices(header)])


def choices(view: Any) -> tuple[Choice, ...]:
    """What can be chosen on `view`."""
    return tuple(item for item in read(view) if isinstance(item, Choice))


def _items(widget: Any) -> Iterator[Item]:
    if widget.opacity == 0:
        return
    if isinstance(widget, Touch) and not widget.disabled:
        yield from _touchable(widget)
        return
    if isinstance(widget, Qr):
        if widget.payload:
            yield Pictured(payload=str(widget.payload))
        return
    if isinstance(widget, Facts):
        yield from (Said(text=f"{name}, {value}") for name, value in widget.rows)
        return
    if isinstance(widget, Text):
        if said := said_by(widget):
            yield Said(text=said, loud=_is_loud(widget), private=widget.private)
        return
    for child in _in_order(widget):
        yield from _items(child)


def _touchable(widget: Touch) -> Iterator[Item]:
    """What can be chosen; without a name it is a fact that only looks like its neighbours."""
    label = said_by(widget)
    if label and widget.name:
        main = getattr(widget, "kind", "") == "primary"
        yield Choice(touch=widget, text=label, main=main, private=widget.private)
    elif label:
        yield Said(text=label, private=widget.private)


def _choices(header: Header) -> Iterator[Item]:
    for child in _in_order(header):
        if isinstance(child, Touch):
            yield from _items(child)


def said_by(widget: Any) -> str:
    """The words of a text or of a touchable: its own, or those of the texts within it."""
    if widget.spoken:
        return str(widget.spoken)
    if isinstance(widget, Text):
        if widget.silent or widget.weight == "icons":
            return ""
        return str(widget.text)
    if text := getattr(widget, "text", ""):
        return str(text)
    return ", ".join(part for child in _in_order(widget) if (part := _words(child)))


def _words(widget: Any) -> str:
    if widget.opacity == 0:
        return ""
    if isinstance(widget, Text):
        return said_by(widget)
    return ", ".join(part for child in _in_order(widget) if (part := _words(child)))


def _is_loud(text: Text) -> bool:
    return bool(text.weight == "extrabold")


def _in_order(widget: Any) -> list[Any]:
    """Children as they were added, which is as they are read."""
    return list(reversed(widget.children))

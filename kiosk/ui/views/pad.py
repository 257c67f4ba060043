"""Numbers typed on a pad of digits: a PIN, how many points."""

from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.screens import StaffPin, TypePoints
from kiosk.ui.views.base import Glass, View
from kiosk.ui.widgets.buttons import TouchButton

BACKSPACE = "backspace"
PIN_LEAST, PIN_MOST = 6, 8
CODE_DIGITS = 6
POINTS_MOST = 7
"""Digits; more is a mistake, not an adjustment."""


class PadView(View):
    """A question whose answer is digits. `extra` is the key left of the nought."""

    private = True
    keyboard = True

    title = StringProperty("")
    about = StringProperty("")
    notice = StringProperty("")
    back = StringProperty("")
    ok = StringProperty("")
    draft = StringProperty("")
    shown_draft = StringProperty("")
    ready = BooleanProperty(False)
    extra = StringProperty("")
    most = NumericProperty(POINTS_MOST)
    steps = BooleanProperty(False)
    """Whether − and + stand beside what is typed."""
    less = StringProperty("")
    more = StringProperty("")
    worth = StringProperty("")
    """What it comes to, where nothing is wrong with it."""
    quiet = BooleanProperty(True)
    """Whether what is typed is left out where the screen is read: it is said as it is typed."""

    def __init__(self, glass: Glass, **values: object) -> None:
        layout = str(Path(__file__).with_name("pad.kv"))
        if layout not in Builder.files:
            Builder.load_file(layout)
        super().__init__(glass, **values)
        self._erase = TouchButton(
            kind="key_soft", key=True, icon=BACKSPACE, name="key:backspace", size_px=34
        )
        self._erase.bind(on_release=lambda _: self.erase())
        for sign in (*"123456789", self.extra, "0"):
            self.ids.digits.add_widget(self._key(sign))
        self.ids.digits.add_widget(self._erase)
        self.fbind("draft", self._weigh)
        self._weigh()

    def _key(self, sign: str) -> TouchButton:
        key = TouchButton(
            kind="key" if sign.isdigit() else "key_soft",
            key=True,
            text=sign,
            name=f"key:{sign}" if sign else "",
            size_px=38,
            shown=bool(sign),
            disabled=not sign,
        )
        key.bind(on_release=lambda _: self.press(sign))
        return key

    def begin(self, screen: Any) -> None:
        """A new question begins empty."""
        del screen
        self.draft = ""

    def show(self, screen: Any) -> None:
        """The words that all pads share."""
        del screen
        self.back, self.ok = self.w.t("Back"), self.w.t("Continue")
        self._erase.spoken = self.w.t("Delete")
        self._weigh()

    def press(self, sign: str) -> None:
        """One touch of a key."""
        if len(self.draft) < self.most:
            self.draft += sign
            self.echo()

    def step(self, way: int) -> None:
        """− or + was touched."""
        raise AssertionError(f"{type(self).__name__} has no steps: {way}")

    def erase(self) -> None:
        """Take the last digit back."""
        self.draft = self.draft[:-1]
        self.echo()

    def echo(self) -> None:
        """Have it said what stands there now."""
        self.glass.typed(self, self.drawn() if self.draft else "")

    def go(self) -> None:
        """Answer with what was typed."""
        raise AssertionError(f"{type(self).__name__} answers nothing")

    def drawn(self) -> str:
        """The draft as it is shown."""
        return str(self.draft)

    def enough(self) -> bool:
        """Whether there is something to go on with."""
        return bool(self.draft)

    def _weigh(self, *_: object) -> None:
        self.shown_draft, self.ready = self.drawn(), self.enough()

    def wipe(self) -> None:
        """Drop what was typed too."""
        self.draft = ""
        super().wipe()


class StaffPinView(PadView):
    """A PIN: dots for digits, and a pad that shuts for a while after too many wrong ones."""

    most = NumericProperty(PIN_MOST)
    left_s = NumericProperty(0)
    """Seconds until the pad opens again."""

    def begin(self, screen: StaffPin) -> None:
        """Count down while the pad is shut."""
        super().begin(screen)
        Clock.unschedule(self._second)
        self.left_s = screen.wait_s
        if self.left_s:
            Clock.schedule_interval(self._second, 1)

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Staff: your PIN")
        self.about = w.t("Customers: please touch “Back”.")
        self.notice = ""
        if self.left_s:
            minutes, seconds = divmod(int(self.left_s), 60)
            time = f"{minutes}:{seconds:02}"
            self.notice = w.t("Too many wrong PINs. Next try in {time}.", time=time)
        elif screen.wrong:
            self.notice = w.t("This PIN opens nothing here.")
        super().show(screen)

    def _second(self, _: float) -> bool:
        self.left_s = max(0, self.left_s - 1)
        if self.screen is not None:
            self.show(self.screen)
        return bool(self.left_s and self.screen)

    def echo(self) -> None:
        """A PIN is never said."""

    def drawn(self) -> str:
        """Dots: somebody may look over a shoulder."""
        return "•" * len(self.draft)

    def enough(self) -> bool:
        """A PIN has six digits at least; none is taken while the pad is shut."""
        return len(self.draft) >= PIN_LEAST and not self.left_s

    def go(self) -> None:
        """Try it."""
        if self.enough():
            pin, self.draft = str(self.draft), ""
            self.answer(pin)

    def wipe(self) -> None:
        """The countdown ends with the view."""
        Clock.unschedule(self._second)
        super().wipe()


class TypeCodeView(PadView):
    """The six digits of a code that was sent by mail."""

    most = NumericProperty(CODE_DIGITS)

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Type the code")
        self.about = w.t(
            "If the address is known to us, a code is on its way to its mailbox. "
            "It is good for {minutes} minutes.",
            minutes=screen.minutes,
        )
        self.notice = ""
        if screen.left is not None:
            left = screen.left
            self.notice = w.tn(
                "That is not the code. {count} try left.",
                "That is not the code. {count} tries left.",
                left,
            )
        super().show(screen)

    def drawn(self) -> str:
        """In two groups, as the mail has it."""
        return f"{self.draft[:3]} {self.draft[3:]}".strip()

    def enough(self) -> bool:
        """All six."""
        return len(self.draft) == CODE_DIGITS

    def go(self) -> None:
        """Try it."""
        if self.enough():
            self.answer(str(self.draft))


class TypePointsView(PadView):
    """Points to add, or to remove with the sign key."""

    extra = StringProperty("±")
    minus = BooleanProperty(False)

    def begin(self, screen: TypePoints) -> None:
        """Points are added unless the sign says otherwise."""
        super().begin(screen)
        self.minus = False

    def show(self, screen: Any) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("How many to add?") if not self.minus else w.t("How many to remove?")
        about = w.t("Balance: {amount}", amount=w.counted(screen.balance))
        self.about = f"{screen.name}\n{about}" if screen.name else about
        super().show(screen)

    def press(self, sign: str) -> None:
        """Digits, or the sign."""
        if sign != self.extra:
            super().press(sign)
            return
        self.minus = not self.minus
        if self.screen is not None:
            self.show(self.screen)

    def drawn(self) -> str:
        """With its sign, as this shop counts."""
        return f"{'−' if self.minus else '+'} {self.w.counted(int(self.draft or '0'))}"

    def enough(self) -> bool:
        """Nothing is no adjustment."""
        return int(self.draft or "0") > 0

    def go(self) -> None:
        """The points with their sign."""
        if self.enough():
            self.answer(-int(self.draft) if self.minus else int(self.draft))

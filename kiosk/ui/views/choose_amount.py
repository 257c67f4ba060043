"""How many points to put into a reward that gives money for each: digits, steps, round amounts."""

from kivy.properties import StringProperty

from kiosk.screens import Bound, ChooseAmount
from kiosk.ui.views.base import View
from kiosk.ui.views.choose_gift import own_line
from kiosk.ui.views.pad import PadView
from kiosk.ui.widgets.buttons import TouchButton
from kiosk.words import Counted


class ChooseAmountView(PadView):
    """What is typed, what it is worth, and why it is not more."""

    keyboard = False
    """Beside its pad it says and offers too much for one page of large letters."""

    extra = StringProperty("00")

    screen: ChooseAmount | None
    anew = False
    """Whether the next digit begins a new number, after one that was not typed."""

    def begin(self, screen: ChooseAmount) -> None:
        """A proposal, which the first digit replaces."""
        super().begin(screen)
        self.draft, self.anew = str(screen.draft), True

    def take_over(self, before: View) -> None:
        """The number, in whatever look it was typed."""
        if isinstance(before, ChooseAmountView):
            self.draft, self.anew = before.draft, before.anew

    def show(self, screen: ChooseAmount) -> None:
        """See `View.show`."""
        w = self.w
        money = w.measure.counted is Counted.MONEY
        self.info = own_line(self, screen.first_name, screen.balance)
        self.title = (
            w.t("How much do you want to use?")
            if money
            else w.t("How many points do you want to use?")
        )
        self.about = screen.gift.name
        if not money:
            rate = w.t(
                "{points} are worth {money}.",
                points=w.counted(screen.step),
                money=w.money(screen.worth(screen.step), w.measure.currency),
            )
            self.about = f"{screen.gift.name}\n{rate}"
        self.less, self.more = w.t("Less"), w.t("More")
        self._offer(screen)
        super().show(screen)

    def _offer(self, screen: ChooseAmount) -> None:
        """The round amounts, and all of it."""
        row, w = self.ids.shortcuts, self.w
        row.clear_widgets()
        amounts = [
            (points, w.money(screen.worth(points), w.measure.currency))
            for points in screen.shortcuts
        ]
        for points, text in (*amounts, (screen.most, w.t("The most"))):
            pill = TouchButton(
                kind="pill", key=True, text=text, name=f"key:amount:{points}", size_px=30
            )
            pill.bind(on_release=lambda _, points=points: self._take(points))
            row.add_widget(pill)

    def _take(self, points: int) -> None:
        self.draft = str(points)
        self.anew = True
        self.echo()

    def step(self, way: int) -> None:
        """To the next of the step's multiples, within what is possible."""
        screen, points = self.screen, int(self.draft or "0")
        assert screen is not None, "what is touched is on the glass"
        below = (points - 1) // screen.step * screen.step
        above = (points // screen.step + 1) * screen.step
        self._take(min(max(below if way < 0 else above, screen.least), screen.most))

    def press(self, sign: str) -> None:
        """A digit; no number begins with a nought."""
        if self.anew:
            self.draft, self.anew = "", False
        if self.draft or sign.strip("0"):
            super().press(sign)

    def erase(self) -> None:
        """A number that was not typed goes as a whole."""
        if self.anew:
            self.draft, self.anew = "", False
        super().erase()

    def drawn(self) -> str:
        """As this shop counts."""
        return str(self.w.counted(int(self.draft or "0")))

    def echo(self) -> None:
        """What stands there, what it is worth, or what is wrong with it."""
        said = (self.drawn(), self.notice or self.worth) if self.draft else ()
        self.glass.typed(self, ", ".join(part for part in said if part))

    def enough(self) -> bool:
        """Worth something, and no more than there is."""
        screen = self.screen
        return screen is not None and screen.least <= int(self.draft or "0") <= screen.most

    def _weigh(self, *_: object) -> None:
        super()._weigh()
        if self.screen is not None:
            self.notice, self.worth = self._notice(self.screen), self._worth(self.screen)

    def _notice(self, screen: ChooseAmount) -> str:
        points, w = int(self.draft or "0"), self.w
        if self.draft and points < screen.least:
            return str(w.t("At least {amount}.", amount=w.counted(screen.least)))
        if points <= screen.most:
            return ""
        most = w.counted(screen.most)
        return {
            Bound.BALANCE: w.t("You have {amount}.", amount=most),
            Bound.CARD: w.t("With your card alone you can spend up to {amount} now.", amount=most),
            Bound.OFFLINE: w.t("Without the network, up to {amount} now.", amount=most),
        }[screen.bound]

    def _worth(self, screen: ChooseAmount) -> str:
        """What it comes to at the till; not where points are money themselves."""
        w = self.w
        if not self.ready or w.measure.counted is Counted.MONEY:
            return ""
        money = w.money(screen.worth(int(self.draft)), w.measure.currency)
        return str(w.t("{money} off at the till", money=money))

    def go(self) -> None:
        """So many."""
        if self.enough():
            self.answer(int(self.draft))

"""The member's own page: balance, the way to the next gift, gifts, vouchers, history."""

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.screens import Home, HomeChoice, Measured, Purse, Rank, Stamps, TakeGift
from kiosk.ui.views.base import Glass, View
from kiosk.ui.widgets.gift_card import GiftCard, MoreCard
from kiosk.words import Counted, Measure, Words

MOST_GIFTS = 4

LOW_PX = 600


class HomeView(View):
    """The balance is the one loud thing; four gifts stand beside it."""

    private = True
    public = ("gifts_title",)

    greeting = StringProperty("")
    balance = StringProperty("")
    unit = StringProperty("")
    progress = NumericProperty(0)
    has_goal = BooleanProperty(False)
    stamps = NumericProperty(0)
    filled = NumericProperty(0)
    goal = StringProperty("")
    about = StringProperty("")
    """Their tier, whose purse it is, what is on the way, and what they have elsewhere."""
    expiring = StringProperty("")
    can_use = BooleanProperty(False)
    """The deadline can be touched: there are gifts for these points."""
    notice_icon = StringProperty("")
    vouchers = StringProperty("")
    history = StringProperty("")
    gifts_title = StringProperty("")

    def __init__(self, glass: Glass, **values: object) -> None:
        super().__init__(glass, **values)
        # Built with the view, which is built before the tap: making them takes a third of a frame's
        # budget each on a small computer.
        self._cards = tuple(GiftCard() for _ in range(MOST_GIFTS))
        for card in self._cards:
            card.bind(on_release=lambda card: self.answer(TakeGift(gift=card.gift)))
        self._more = MoreCard(name="gifts")
        self._more.bind(on_release=lambda _: self.answer(HomeChoice.GIFTS))

    def show(self, screen: Home) -> None:
        """See `View.show`."""
        w = self.w
        name = screen.first_name
        self.greeting = w.t("Hello {name}", name=name) if name else w.t("Hello")
        self.finish = w.t("Finish")
        self.aside = w.t("My data")
        self._show_goal(screen)
        self.balance = w.bare(screen.balance)
        self.unit = w.unit(screen.balance)
        if screen.worth is not None:
            self._show_worth(w.money(screen.worth, w.measure.currency))
        stamps = screen.stamps or Stamps(filled=0, total=0)
        self.filled, self.stamps = stamps.filled, stamps.total
        self._show_about(screen)
        self._show_notice(screen)
        if self.about and self.can_use and self.look.height < LOW_PX:
            self.goal = ""  # no room: the gifts beside it say how far they are
        self.vouchers = (
            w.t("Vouchers ({number})", number=w.number(screen.vouchers))
            if (screen.vouchers)
            else w.t("Vouchers")
        )
        self.history = w.t("History")
        self.gifts_title = w.t("My gifts")
        self._show_gifts(screen)

    def _show_worth(self, money: str) -> None:
        """Below the number; on a low glass, where unit and number share a line, below that."""
        if self.look.height < LOW_PX:
            self.goal = "\n".join(filter(None, (self.w.t("Worth {money}", money=money), self.goal)))
        else:
            self.unit = self.w.t("{unit}, worth {money}", unit=self.unit, money=money)

    def _show_goal(self, screen: Home) -> None:
        w, goal = self.w, screen.goal
        self.has_goal = goal is not None
        if goal is None:
            self.progress = 1
            all_here = screen.gifts and all(gift.within_reach for gift in screen.gifts)
            self.goal = w.t("Every gift is yours to take") if all_here else ""
            return
        self.progress = (goal.cost - goal.missing) / goal.cost if goal.cost else 1
        amount = w.counted(goal.missing)
        self.goal = w.t("{amount} to go for “{gift}”", amount=amount, gift=goal.name)

    def _show_about(self, screen: Home) -> None:
        w = self.w
        lines = [_rank(screen.rank, w)] if screen.rank else []
        if screen.cards:
            said = w.tn(
                "Household purse, {count} card", "Household purse, {count} cards", screen.cards
            )
            lines.append(said)
        if screen.pending and (screen.expiring or screen.offline):
            lines.append(w.t("{amount} on the way", amount=w.counted(screen.pending)))
        lines += [f"{_amount(purse, w)} ({purse.program})" for purse in screen.purses]
        self.about = " · ".join(filter(None, lines))

    def _show_notice(self, screen: Home) -> None:
        """The next deadline; what is not to be spent yet; or that the network is away."""
        w = self.w
        self.expiring, self.notice_icon, self.can_use = "", "hourglass", False
        if screen.pending:
            amount = w.counted(screen.pending)
            self.expiring = w.t("{amount} on the way: not to be spent yet.", amount=amount)
        if screen.expiring is not None:
            self.can_use = any(gift.within_reach for gift in screen.gifts)
            self.expiring = w.t(
                "{amount} to use by {day}",
                amount=w.counted(screen.expiring.points),
                day=w.day(screen.expiring.last_day),
            )
        if screen.offline:
            self.expiring = w.t("No network: your latest purchases are not in it yet.")
            self.notice_icon, self.can_use = "wifi-off", False

    def _show_gifts(self, screen: Home) -> None:
        grid, more = self.ids.gifts, len(screen.gifts) > MOST_GIFTS
        shown = screen.gifts[: MOST_GIFTS - more]
        grid.clear_widgets()
        for tone, (card, gift) in enumerate(zip(self._cards, shown, strict=False)):
            card.offer(gift, self.w, tone + tone // 2)
            grid.add_widget(card)
        if more:
            total = len(screen.gifts)
            self._more.title = self.w.tn("See the {count} gift", "See all {count} gifts", total)
            grid.add_widget(self._more)

    def wipe(self) -> None:
        """See `View.wipe`."""
        self.ids.gifts.clear_widgets()
        self._cards = ()
        super().wipe()

    def open_vouchers(self) -> None:
        """The vouchers that wait."""
        self.answer(HomeChoice.VOUCHERS)

    def open_gifts_in_time(self) -> None:
        """What can be had before the points are lost."""
        self.answer(HomeChoice.EXPIRING)

    def do_aside(self) -> None:
        """My data."""
        self.answer(HomeChoice.MY_DATA)

    def open_history(self) -> None:
        """The movements."""
        self.answer(HomeChoice.HISTORY)


def _rank(rank: Rank, w: Words) -> str:
    """Their tier, and what keeps it; else what leads to the next."""
    tier = rank.name
    if rank.to_keep and rank.until:
        amount, day = _measured(rank.to_keep, rank.counts, w), w.day(rank.until)
        return str(
            w.t("{tier}: {amount} more by {day} to keep it", tier=tier, amount=amount, day=day)
        )
    if not rank.next_name:
        return tier
    amount = _measured(rank.missing, rank.counts, w)
    if not tier:
        return str(w.t("{amount} more for {tier}", amount=amount, tier=rank.next_name))
    return str(
        w.t("{tier}: {amount} more for {next}", tier=tier, amount=amount, next=rank.next_name)
    )


def _measured(amount: int, counts: Measured, w: Words) -> str:
    if counts is Measured.MONEY:
        return str(w.money(amount, w.measure.currency))
    if counts is Measured.VISITS:
        return f"{w.number(amount)}\N{NO-BREAK SPACE}{w.tn('visit', 'visits', amount)}"
    return str(w.counted(amount))


def _amount(purse: Purse, w: Words) -> str:
    """As its own program counts."""
    measure = Measure(counted=Counted(purse.unit), currency=purse.currency)
    return str(Words(w.language, measure=measure).counted(purse.balance))

"""The staff's menus and lists."""

from functools import partial

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.screens import (
    CardAct,
    CardDeed,
    CardLine,
    ChooseNature,
    DeviceDeed,
    DevicePanel,
    MemberCards,
    MemberDeed,
    MembersFound,
    PaperLeft,
    StaffChoice,
    StaffHome,
    StaffMember,
    UnsureAct,
    UnsureDeed,
    UnsureVoucher,
    UnsureVouchers,
)
from kiosk.ui.views.attract import plainly
from kiosk.ui.views.listed import ListedView, ListRow, PagedView, TwoActRow
from kiosk.words import Words

ICON_OF = {
    StaffChoice.MEMBER: "user",
    StaffChoice.UNSURE: "ticket",
    StaffChoice.DEVICES: "wrench",
    StaffChoice.SUMMARY: "receipt",
    StaffChoice.PAUSE_GIFTS: "gift",
    StaffChoice.RESUME_GIFTS: "gift",
    StaffChoice.PAUSE: "lock",
    StaffChoice.RESUME: "circle-check",
}

ICON_OF_DEED = {
    MemberDeed.GIFT: "gift",
    MemberDeed.VOUCHERS: "ticket",
    MemberDeed.CARDS: "card",
    MemberDeed.POINTS: "star",
}


class StaffHomeView(ListedView):
    """What can be done, two in a row where there is room."""

    def show(self, screen: StaffHome) -> None:
        """See `View.show`."""
        w = self.w
        self.columns = 1 if self.look.portrait else 2
        self.title = w.t("Staff")
        self.info = screen.initial
        self.notice = "\n".join(plainly(trouble, w) for trouble in screen.troubles[:1])
        self.list([self._row(choice, screen) for choice in screen.offered])
        self.back = w.t("Finish")

    def _row(self, choice: StaffChoice, screen: StaffHome) -> partial[Widget]:
        w = self.w
        waiting = choice is StaffChoice.UNSURE and screen.unsure
        return partial(
            self._choice,
            choice,
            {
                "name": f"staff:{choice.value}",
                "icon": ICON_OF[choice],
                "what": _choice(choice, w),
                "value": w.number(screen.unsure) if waiting else "",
                "good": False,
            },
        )


def _choice(choice: StaffChoice, w: Words) -> str:
    return {
        StaffChoice.MEMBER: w.t("Help a member"),
        StaffChoice.UNSURE: w.t("Vouchers to decide on"),
        StaffChoice.DEVICES: w.t("Devices and network"),
        StaffChoice.SUMMARY: w.t("Print the day’s summary"),
        StaffChoice.PAUSE_GIFTS: w.t("Pause gifts"),
        StaffChoice.RESUME_GIFTS: w.t("Give gifts again"),
        StaffChoice.PAUSE: w.t("Pause this kiosk"),
        StaffChoice.RESUME: w.t("Open this kiosk again"),
    }[choice]


class MembersFoundView(ListedView):
    """Who fits, by name."""

    def show(self, screen: MembersFound) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Who is it?")
        self.about = w.t("More people fit: go back and type more letters.") if screen.more else ""
        self.list(
            [
                self.choice(
                    member,
                    name=f"member:{number}",
                    what=member.name,
                    detail=member.contact,
                    value=w.counted(member.points),
                    private=True,
                )
                for number, member in enumerate(screen.members)
            ]
        )


class StaffMemberView(ListedView):
    """A member, and what can be done for them."""

    public = ()

    def show(self, screen: StaffMember) -> None:
        """See `View.show`."""
        w = self.w
        self.columns = 1 if self.look.portrait else 2
        self.title = screen.name or w.t("A member")
        self.info = w.counted(screen.balance)
        self.about = screen.contact
        words = {
            MemberDeed.GIFT: w.t("Take a gift for them"),
            MemberDeed.VOUCHERS: w.t("Their vouchers"),
            MemberDeed.CARDS: w.t("Their cards"),
            MemberDeed.POINTS: w.t("Add or remove points"),
        }
        self.list(
            [
                self.choice(
                    deed,
                    name=f"deed:{deed.value}",
                    icon=ICON_OF_DEED[deed],
                    what=words[deed],
                    value=w.number(screen.vouchers)
                    if deed is MemberDeed.VOUCHERS and screen.vouchers
                    else "",
                )
                for deed in screen.offered
            ]
        )


class MemberCardsView(ListedView):
    """The cards of a member, each with what can be done."""

    public = ()

    def show(self, screen: MemberCards) -> None:
        """See `View.show`."""
        w = self.w
        self.two_acts = True
        self.title = w.t("Cards of {name}", name=screen.name) if screen.name else w.t("Their cards")
        self.main = w.t("Add a card")
        self.about = "" if screen.cards else w.t("No card yet.")
        self.list([partial(self._row, number, card) for number, card in enumerate(screen.cards)])

    def do_main(self) -> None:
        """One more card."""
        self.answer(CardDeed())

    def _row(self, number: int, card: CardLine) -> Widget:
        w = self.w
        state = w.t("Blocked") if card.blocked else w.t("In use")
        usual = w.t("On the phone") if card.on_phone else w.t("Card {number}", number=number + 1)
        row = TwoActRow(
            what=card.label or usual,
            detail=w.t("{state}, since {day}", state=state, day=w.short_day(card.since)),
            first=w.t("Unblock") if card.blocked else w.t("Replace"),
            first_name=f"first:{number}",
            second="" if card.blocked else w.t("Block"),
            second_name=f"second:{number}",
        )
        first = CardAct.UNBLOCK if card.blocked else CardAct.REPLACE
        row.bind(on_this=lambda _: self.answer(CardDeed(card=card, act=first)))
        row.bind(on_that=lambda _: self.answer(CardDeed(card=card, act=CardAct.BLOCK)))
        return row


class ChooseNatureView(ListedView):
    """Why points move by hand."""

    def show(self, screen: ChooseNature) -> None:
        """See `View.show`."""
        self.columns = 1 if self.look.portrait else 2
        self.title = self.w.t("For which reason?")
        self.list(
            [
                self.choice(nature, name=f"nature:{nature}", what=nature_words(nature, self.w))
                for nature in screen.natures
            ]
        )


def nature_words(nature: str, w: Words) -> str:
    """A nature in words; a code of the merchant's own as they wrote it."""
    known = {
        "gesture": w.t("Goodwill"),
        "goodwill": w.t("Goodwill"),
        "correction": w.t("Correction"),
        "complaint": w.t("Complaint"),
        "migration": w.t("Taken over from before"),
    }
    return known.get(nature, nature.replace("_", " ").capitalize())


class UnsureVouchersView(ListedView):
    """Each with the two things that can be decided."""

    def show(self, screen: UnsureVouchers) -> None:
        """See `View.show`."""
        w = self.w
        self.two_acts = True
        self.title = w.t("Vouchers to decide on")
        self.about = (
            w.t("The printer fell silent. Did the paper come out?")
            if screen.vouchers
            else w.t("None is waiting.")
        )
        self.list([partial(self._row, each, screen.paper) for each in screen.vouchers])

    def _row(self, each: UnsureVoucher, paper: bool) -> Widget:
        w = self.w
        row = TwoActRow(
            what=each.gift_name,
            detail=f"{each.code} · {w.counted(each.cost)} · {w.moment(each.at)}",
            first=w.t("Take it back"),
            first_name=f"void:{each.code}",
            second=w.t("Print again") if paper else "",
            second_name=f"reprint:{each.code}",
        )
        row.bind(on_this=lambda _: self.answer(UnsureDeed(voucher=each, act=UnsureAct.VOID)))
        row.bind(on_that=lambda _: self.answer(UnsureDeed(voucher=each, act=UnsureAct.REPRINT)))
        return row


class DevicePanelView(PagedView):
    """Every part of the machine, live, and what mends it."""

    private = False

    reader_anew = StringProperty("")
    printer_anew = StringProperty("")
    test = StringProperty("")
    sync = StringProperty("")
    restart = StringProperty("")
    has_printer = BooleanProperty(True)

    def show(self, screen: DevicePanel) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("Devices and network")
        self.info = screen.software
        self.has_printer = screen.printer is not None
        self.reader_anew, self.printer_anew = w.t("Open reader anew"), w.t("Open printer anew")
        self.test, self.sync = w.t("Test print"), w.t("Sync now")
        self.restart = w.t("Restart")
        self.about = _happened(screen, w)
        self.list([partial(_fact, *fact) for fact in _facts(screen, w)])

    def do(self, deed: str) -> None:
        """One of the buttons."""
        self.answer(DeviceDeed(deed))


def _happened(screen: DevicePanel, w: Words) -> str:
    if screen.under_way is not None:
        return w.t("One moment…")
    if screen.done is not None:
        return w.t("Done.")
    return w.t("It did not work.") if screen.failed is not None else ""


def _facts(screen: DevicePanel, w: Words) -> list[tuple[str, str, bool]]:
    """Name, value, and whether it is well."""
    printer = w.t("None") if screen.printer is None else _ready(w, there=screen.printer)
    contact = w.moment(screen.contact) if screen.contact else w.t("Never")
    paper = {
        PaperLeft.ENOUGH: w.t("Enough"),
        PaperLeft.LOW: w.t("Nearly out"),
        PaperLeft.OUT: w.t("Out"),
        PaperLeft.UNKNOWN: w.t("Not known"),
    }[screen.paper]
    network = w.t("Connected") if screen.online else w.t("No connection")
    return [
        (w.t("Card reader"), _ready(w, there=screen.reader), screen.reader),
        (w.t("Printer"), printer, screen.printer is not False),
        (w.t("Paper"), paper, screen.paper in {PaperLeft.ENOUGH, PaperLeft.UNKNOWN}),
        (w.t("Network"), network if screen.claimed else w.t("Shut out"), screen.online),
        (w.t("Last contact"), contact, screen.contact is not None),
        (w.t("Waiting to be sent"), w.number(screen.queue), screen.queue == 0 or screen.online),
        (w.t("Clock"), w.moment(screen.clock), screen.clock_trusted),
        (w.t("Free on disk"), f"{w.number(screen.disk_free_mb)}\u00a0MB", screen.disk_free_mb > 0),
        (w.t("Kiosk"), " · ".join(filter(None, (screen.terminal, screen.store))), True),
        (w.t("Program"), screen.program, bool(screen.program)),
    ]


def _ready(w: Words, *, there: bool) -> str:
    return w.t("Ready") if there else w.t("Away")


def _fact(name: str, value: str, good: bool) -> Widget:
    return ListRow(
        what=value,
        detail=name,
        icon="circle-check" if good else "warning",
        well=good,
        spoken=f"{name}, {value}",
        disabled=False,
    )

"""The vouchers that wait to be used."""

from functools import partial

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.screens import Delivery, MyVouchers, OpenVoucher, VoucherLine
from kiosk.ui.views.base import Glass, View
from kiosk.ui.views.listed import ActsRow, load_rows


class VoucherRow(ActsRow):
    """One voucher: what it gives, until when, and what can be done with it."""

    gift = StringProperty("")
    until = StringProperty("")
    code = StringProperty("")
    as_code = StringProperty("")
    print_it = StringProperty("")
    paper = BooleanProperty(True)

    __events__ = ("on_open", "on_print")

    def on_open(self) -> None:
        """The customer wants to see it."""

    def on_print(self) -> None:
        """The customer wants it on paper."""


class MyVouchersView(View):
    """Soonest deadline first, as they are given."""

    private = True

    title = StringProperty("")
    none = StringProperty("")
    back = StringProperty("")
    where = StringProperty("")

    def __init__(self, glass: Glass, **values: object) -> None:
        load_rows()
        super().__init__(glass, **values)

    def begin(self, screen: MyVouchers) -> None:
        """Start at the first page, once."""
        del screen
        if self.fresh:
            self.ids.pages.page = 0
            self.ids.pages.bind(page=self.say_where, pages=self.say_where)

    def show(self, screen: MyVouchers) -> None:
        """See `View.show`."""
        w = self.w
        self.title = w.t("My vouchers")
        self.finish = w.t("Finish")
        self.back = w.t("Back")
        self.none = "" if screen.vouchers else w.t("No voucher is waiting. Take a gift to get one!")
        self.ids.pages.fill(
            [partial(self._row, voucher, screen.paper) for voucher in screen.vouchers]
        )
        self.say_where()

    def say_where(self, *_: object) -> None:
        """The page that is shown, of how many."""
        pages = self.ids.pages
        self.where = self.w.t("{page} of {pages}", page=pages.page + 1, pages=pages.pages)

    def _row(self, voucher: VoucherLine, paper: bool) -> Widget:
        w = self.w
        day = w.day(voucher.last_day)
        row = VoucherRow(
            gift=voucher.gift_name,
            code=voucher.code,
            until=w.t("Until {day}", day=day)
            if voucher.sure
            else w.t("Until {day}. Perhaps it was not printed.", day=day),
            as_code=w.t("Show"),
            print_it=w.t("Print again"),
            paper=paper,
        )
        row.bind(on_open=lambda _: self._open(voucher, Delivery.SCREEN))
        row.bind(on_print=lambda _: self._open(voucher, Delivery.PAPER))
        return row

    def _open(self, voucher: VoucherLine, delivery: Delivery) -> None:
        self.answer(OpenVoucher(voucher=voucher, delivery=delivery))

"""Which view shows which screen. A view's module and layout are read when it is first needed."""

from importlib import import_module
from pathlib import Path

from kivy.lang import Builder

from kiosk import screens
from kiosk.screens import Screen
from kiosk.ui.views.base import View

VIEWS: dict[type[Screen[object]], str] = {
    screens.Attract: "attract",
    screens.EaseOfUse: "ease_of_use",
    screens.TakeACard: "take_a_card",
    screens.CardProblem: "card_problem",
    screens.Join: "join",
    screens.HandOff: "hand_off",
    screens.TypePhone: "type_phone",
    screens.TypeEmail: "type_email",
    screens.TypeFirstName: "type_first_name",
    screens.TypeBirthday: "type_birthday",
    screens.AskConsent: "ask_consent",
    screens.ClaimWelcome: "claim_welcome",
    screens.Welcomed: "welcomed",
    screens.Home: "home",
    screens.ChooseGift: "choose_gift",
    screens.ChooseAmount: "choose_amount",
    screens.ConfirmGift: "confirm_gift",
    screens.Printing: "printing",
    screens.TakeVoucher: "take_voucher",
    screens.VoucherOnScreen: "voucher_on_screen",
    screens.PrinterTrouble: "printer_trouble",
    screens.GiftRefused: "gift_refused",
    screens.MyVouchers: "my_vouchers",
    screens.History: "history",
    screens.Why: "why",
    screens.StillThere: "still_there",
    screens.OutOfService: "out_of_service",
    screens.Sorry: "sorry",
    screens.Told: "told",
    screens.StaffPin: "pad",
    screens.TypeCode: "pad",
    screens.LostCard: "question",
    screens.ConfirmErase: "question",
    screens.ConfirmRemoval: "question",
    screens.MyData: "my_data",
    screens.DataLink: "hand_off",
    screens.TypePoints: "pad",
    screens.WorkOrShop: "question",
    screens.ProveIt: "question",
    screens.TapNewCard: "question",
    screens.TypeAddress: "typed_at_set_up",
    screens.TypeClaimCode: "typed_at_set_up",
    screens.StaffHome: "staff",
    screens.FindMember: "typed_by_staff",
    screens.TypeComment: "typed_by_staff",
    screens.MembersFound: "staff",
    screens.StaffMember: "staff",
    screens.MemberCards: "staff",
    screens.ChooseNature: "staff",
    screens.UnsureVouchers: "staff",
    screens.DevicePanel: "staff",
}
"""Each screen and the module of its view, which holds the class `<Screen>View`."""


def view_of(screen: type[Screen[object]]) -> type[View]:
    """The view class for `screen`, its layout loaded."""
    module = VIEWS[screen]
    layout = str(Path(__file__).with_name(f"{module}.kv"))
    found: type[View] = getattr(import_module(f"{__name__}.{module}"), f"{screen.__name__}View")
    if layout not in Builder.files:
        Builder.load_file(layout)
    assert issubclass(found, View)
    return found

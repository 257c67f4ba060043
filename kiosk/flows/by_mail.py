"""A voucher by e-mail, for who has no paper and no camera at hand (F3)."""

from functools import partial

from backend_client.schemas.kiosks import VoucherMailed
from kiosk import screens
from kiosk.context import Kiosk
from kiosk.flows.asking import asked
from kiosk.screens import Tell
from kiosk.services.identify import Visit
from loyalty.ids import RedemptionId


def can_mail(kiosk: Kiosk, found: Visit) -> bool:
    """Whether a voucher can be sent now, to the e-mail address of who shows their card."""
    address = found.person.contact if found.person else ""
    return kiosk.health.online and kiosk.session.card is not None and "@" in address


async def mail_voucher(kiosk: Kiosk, wanted: RedemptionId) -> bool:
    """Whether the voucher is on its way; the person was told so, or why not."""
    card = kiosk.session.card
    assert card is not None, "a voucher goes to the owner of a card"
    sent = await asked(partial(kiosk.client.mail_voucher, wanted, card))
    if isinstance(sent, VoucherMailed):
        await kiosk.ask(screens.Told(what=Tell.MAILED, contact=sent.contact))
        return True
    await kiosk.ask(screens.Told(what=sent))
    return False

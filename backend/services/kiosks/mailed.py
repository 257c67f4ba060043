"""A voucher by e-mail, for who could not print it or did not want paper (F3)."""

from backend.db import Transaction, vouchers
from backend.db.access import Terminal
from backend.errors import Refused
from backend.mail import Mail, MailKind
from backend.services import clock
from backend.services.mailing import outbox
from backend.services.people import own_data, records
from backend.services.points.belonging import holder, records_of
from backend.services.selling.vouchers import reward_of
from backend_client.schemas.kiosks import ShownCard, VoucherMailed
from backend_client.schemas.problems import ProblemName
from loyalty import members as people
from loyalty.ids import RedemptionId
from loyalty.program import in_language
from loyalty.vouchers import readable, redeem


def mail_voucher(
    tx: Transaction, terminal: Terminal, redemption: RedemptionId, body: ShownCard
) -> VoucherMailed:
    """Where the voucher goes: to the address of who shows the card, and one time only.

    Raises Refused: not their voucher, no address; VoucherRedeemed, VoucherVoided, VoucherExpired.
    """
    person = records.existing(tx, own_data.who_shows(tx, body.card))
    held = vouchers.by_redemption(tx, redemption)
    if held is None or held.voucher.member not in {
        holder(tx, person.id, held.voucher.program),
        *records_of(tx, person.id),
    }:
        raise Refused(ProblemName.NOT_FOUND, "no such voucher of this member")
    if person.email is None:
        raise Refused(ProblemName.NO_EMAIL, "the member gave none")
    voucher, place = held.voucher, terminal.store
    # What a till would refuse is not sent: it is asked as a till asks, and nothing is written.
    redeem(voucher, now=tx.now, store=place.id, place=place.name)
    reward = reward_of(tx, held)
    outbox.queue(
        tx,
        Mail(
            kind=MailKind.VOUCHER,
            key=f"voucher:{voucher.redemption}",
            member=person.id,
            values={
                "gift": in_language(reward.name, person.language) if reward else voucher.reward,
                "code": readable(voucher.code),
                "until": clock.last_moment(voucher.deadline, place.zone).date(),
            },
            useless_after=voucher.deadline,
        ),
    )
    return VoucherMailed(contact=people.masked(person.email))

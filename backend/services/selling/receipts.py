"""What a receipt says beside the sale: points that are lost soon, and an invitation to join.

Neither is kept with the sale: one is true today only, the other holds a secret.
"""

from backend.db import Transaction, accounts, members, outbox, shops
from backend.db.access import Till
from backend.db.members import Member
from backend.db.shops import Store
from backend.services import clock
from backend.services.kiosks import welcome
from backend.services.people import links
from backend.services.points.belonging import holder
from backend.services.selling import tickets
from backend.services.selling.sales import record_sale, words_of
from backend.words import Words
from backend_client.schemas.invitations import Invitation
from backend_client.schemas.kiosks import NewLink
from backend_client.schemas.sales import SaleAnswer, SaleBody, SaleStage
from loyalty import earning
from loyalty.ids import MemberId, derived_entry
from loyalty.invitations import is_invited
from loyalty.program import MessageChannel, Program, in_language
from loyalty.reminders import Reachable, due


def sell(tx: Transaction, till: Till, body: SaleBody, accepted: str, address: str) -> SaleAnswer:
    """The sale recorded, with all that its receipt says. Raises what `record_sale` raises."""
    answer = record_sale(tx, till, body, accepted)
    person = members.member(tx, MemberId(body.member))
    program = shops.program(tx, till.store.program)
    if answer.stage is not SaleStage.SETTLED or person is None or program is None:
        return answer
    words = words_of(tx, person.id, accepted)
    invited = _for_member(tx, till.store, program, person, words, body.id, address)
    lines = _reminders(tx, till.store, program, person, words)
    ticket = (*answer.ticket, *lines, *(invited.lines if invited else ()))
    return answer.model_copy(update={"ticket": ticket, "invitation": invited})


def invite_stranger(
    tx: Transaction, store: Store, receipt: str, accepted: str, address: str
) -> Invitation | None:
    """For the receipt of who is no member; None where the program invites nobody (LSX-25)."""
    program = shops.program(tx, store.program)
    if program is None or not is_invited(program.invitations, None):
        return None
    first = earning.welcome(program, MemberId(receipt), store.id, now=tx.now, zone=store.zone)
    wanted = NewLink(id=link_id(store, receipt))
    words = tickets.words_for("", accepted)
    return _invitation(tx, store, program, wanted, first.points if first else 0, words, address)


def _for_member(
    tx: Transaction,
    store: Store,
    program: Program,
    person: Member,
    words: Words,
    receipt: str,
    address: str,
) -> Invitation | None:
    """For a member without e-mail, or who wants none; None for all others (LSX-28, LSX-29)."""
    if not program.invitations.active:
        return None
    has_mail = person.email is not None
    agrees = has_mail and outbox.agrees(tx, person.id, "news")
    if not is_invited(program.invitations, Reachable(has_mail=has_mail, agrees=agrees)):
        return None
    first = welcome.due(tx, person, program, store) if person.loyalty else None
    wanted = NewLink(id=link_id(store, receipt), member=person.id)
    return _invitation(tx, store, program, wanted, first.points if first else 0, words, address)


def link_id(store: Store, receipt: str) -> str:
    """The id of the link to join by that is printed on a ticket."""
    return derived_entry("invited-on", store.id, receipt)


def _invitation(
    tx: Transaction,
    store: Store,
    program: Program,
    wanted: NewLink,
    points: int,
    words: Words,
    address: str,
) -> Invitation:
    link = links.hand_out(tx, wanted, "invite", store, address)
    last = clock.last_moment(link.expires_at, store.zone)
    name = in_language(program.name, words.language)
    offered = tickets.counted(words, program, points)
    return Invitation(
        lines=(
            words.t("Join {program}: {points} to begin with", program=name, points=offered)
            if points
            else words.t("Join {program}", program=name),
            link.url,
            words.t("This link is yours, until {day}", day=words.short_day(last)),
        ),
        url=link.url,
        points=points,
        expires_at=link.expires_at,
    )


def _reminders(
    tx: Transaction, store: Store, program: Program, person: Member, words: Words
) -> tuple[str, ...]:
    """Points that are lost soon, where the program says so on receipts (F18)."""
    if MessageChannel.RECEIPT not in program.reminders.channels or not program.reminders.active:
        return ()
    row = accounts.account(tx, holder(tx, person.id, program.id), program.id)
    if row is None:
        return ()
    here = Reachable(has_mail=False, agrees=False)
    found = due(row.snapshot.account(), program.reminders, here, now=tx.now, zone=store.zone)
    return tuple(
        words.t(
            "{points} to use until {day}: choose a gift",
            points=tickets.counted(words, program, each.points),
            day=words.short_day(clock.last_moment(each.deadline, store.zone)),
        )
        for each in found
        if each.channel is MessageChannel.RECEIPT
    )

"""A member's own account, as their phone shows it: what they have, until when, and why."""

from collections.abc import Iterator
from dataclasses import replace

from backend.db import Transaction, cards, households, journals, members, shops, vouchers
from backend.db.cards import Card
from backend.db.households import HouseholdRow
from backend.db.members import Member
from backend.db.vouchers import VoucherRow
from backend.errors import Refused
from backend.services.people import households as household_desk
from backend.services.people import records
from backend.services.points import accounts as account_desk
from backend.services.points.accounts import Seen
from backend.services.points.belonging import holder
from backend.services.selling import tickets
from backend.services.selling.vouchers import reward_of, scanned
from backend.words import Words, available
from backend_client.schemas.accounts import LotState, LotView, PointsMovement
from backend_client.schemas.me import (
    MyAccount,
    MyCard,
    MyChange,
    MyHousehold,
    MyProfile,
    MyRelative,
    MyVoucher,
    MyVouchers,
)
from backend_client.schemas.members import MemberDetails
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId, ProgramId
from loyalty.ledger import EntryKind
from loyalty.program import in_language
from loyalty.vouchers import VoucherState, readable

LOTS_MAX = 200
TEAM = "team"
"""All that customers are told of who changed their points by hand."""
VOUCHERS_MAX = 100
_OPEN = (LotState.ACTIVE, LotState.PENDING)


def words_of(person: Member, language: str, accepted: str) -> Words:
    """In which words to answer: the language asked, the member's, or what the browser accepts."""
    if language in available():
        return Words(language)
    return tickets.words_for(person.language, accepted)


def seen_by(tx: Transaction, person: Member, program: str | None, words: Words) -> Seen:
    """The member's account of that program; of the one where they joined when none is named.

    Raises Refused.
    """
    first = shops.where_joined(tx, person.store)
    wanted = ProgramId(program) if program else first.program
    rules = shops.program(tx, wanted)
    if rules is None:
        raise Refused(ProblemName.NOT_FOUND, "no such program")
    place = next((store for store in shops.stores(tx) if store.program == wanted), first)
    return Seen(
        person=person.id,
        account=holder(tx, person.id, wanted),
        program=rules,
        zone=place.zone,
        words=words,
    )


def account(tx: Transaction, person: Member, of: Seen) -> MyAccount:
    """All of it: balance, deadlines, what waits, lots, cards, household. Raises Refused."""
    found = households.household_of(tx, person.id)
    return MyAccount(
        profile=profile(person),
        account=account_desk.summary(tx, of),
        lots=_lots(tx, of),
        programs=records.figures(tx, person.id),
        cards=tuple(_card(each) for each in cards.cards_of(tx, person.id)),
        household=None if found is None else _household(tx, person, found),
    )


def profile(person: Member) -> MyProfile:
    """What the shop knows of the person themself; the staff's note is the staff's."""
    return MyProfile(
        id=person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        phone=person.phone,
        birthday=person.birthday,
        language=person.language,
        joined_at=person.enrolled_at,
        version=person.version,
    )


def change(tx: Transaction, member: MemberId, body: MyChange) -> MyProfile:
    """The profile with the fields that were sent. Raises Refused, NameRefused."""
    person = records.existing(tx, member)
    sent = body.model_fields_set - {"version"}
    said = MemberDetails(**{name: getattr(body, name) for name in sent})
    changed = records.with_details(tx, person, said, sent - {"country"})
    if not (changed.first_name or changed.last_name):
        raise Refused(ProblemName.INVALID, "first_name: give first_name or last_name")
    if changed == person:
        return profile(person)
    if person.version != body.version:
        raise Refused(
            ProblemName.VERSION, "it was changed meanwhile: read it", version=person.version
        )
    saved = replace(changed, version=person.version + 1)
    members.save_member(tx, saved)
    return profile(saved)


def _lots(tx: Transaction, of: Seen) -> tuple[LotView, ...]:
    found = [
        lot
        for _, lot in account_desk.lots_of(tx, of, state=None, after=None, limit=None)
        if lot.state in _OPEN
    ]
    for_ever = tx.now.replace(year=9999)
    return tuple(sorted(found, key=lambda lot: (lot.deadline or for_ever, lot.entry)))[:LOTS_MAX]


def movements(
    tx: Transaction, of: Seen, *, kinds: frozenset[EntryKind], after: int | None, limit: int
) -> tuple[PointsMovement, ...]:
    """Movements, newest first; a change by hand is the store's team's, whoever of them did it."""
    found = account_desk.movements(tx, of, kinds=kinds, after=after, limit=limit)
    return tuple(
        each.model_copy(update={"actor": TEAM}) if each.actor is not None else each
        for each in found
    )


def _card(card: Card) -> MyCard:
    return MyCard(
        label=card.label,
        type=card.type,
        status=card.status,
        reason=card.reason,
        linked_at=card.linked_at,
        valid_until=card.valid_until,
        on_phone=card.on_phone,
    )


def _household(tx: Transaction, person: Member, found: HouseholdRow) -> MyHousehold:
    told = household_desk.told(tx, found)
    names = {each.member: members.member(tx, MemberId(each.member)) for each in told.members}
    return MyHousehold(
        id=told.id,
        balance=told.balance,
        members=tuple(
            MyRelative(
                first_name=known.first_name if (known := names[each.member]) else "",
                me=each.member == person.id,
                role=each.role,
                per_day=each.per_day,
                contributed=each.contributed,
            )
            for each in told.members
        ),
    )


# --- vouchers ---------------------------------------------------------------------------------


def my_vouchers(tx: Transaction, person: Member, words: Words) -> MyVouchers:
    """The vouchers that were taken with the member's cards: usable ones first."""
    told = [_voucher(tx, row, words) for row in _mine(tx, person)]
    latest = sorted(told, key=lambda each: each.taken_at, reverse=True)
    usable = sorted((each for each in latest if each.usable), key=lambda each: each.deadline)
    return MyVouchers(vouchers=(*usable, *(each for each in latest if not each.usable)))


def _mine(tx: Transaction, person: Member) -> Iterator[VoucherRow]:
    """Those of the member's account, and those that they took from their household's."""
    own = (person.id, *members.absorbed_by(tx, person.id))
    found = households.household_of(tx, person.id)
    whose = own if found is None else (*own, found.household.wallet)
    for row in vouchers.of_members(tx, whose, VOUCHERS_MAX):
        paid = journals.entry(tx, row.entry)
        if row.voucher.member in own or (paid is not None and paid.entry.by in own):
            yield row


def _voucher(tx: Transaction, row: VoucherRow, words: Words) -> MyVoucher:
    voucher, paid = row.voucher, journals.entry(tx, row.entry)
    assert paid is not None, "a voucher has the entry that pays for it"
    # While a kiosk may still give its points back, its paper is the only one that shows the code.
    usable = voucher.state is VoucherState.ISSUED and tx.now < voucher.deadline
    reward, program = reward_of(tx, row), shops.program(tx, voucher.program)
    name = in_language(dict(reward.name) if reward else {}, words.language)
    currency = program.currency if program else ""
    return MyVoucher(
        reward=voucher.reward,
        name=words.worth(name or voucher.reward, voucher.money, currency),
        state=voucher.state,
        usable=usable,
        points=-paid.entry.points,
        taken_at=paid.entry.occurred_at,
        deadline=voucher.deadline,
        redeemed_at=voucher.redeemed_at,
        redeemed_place=voucher.redeemed_place,
        code=readable(voucher.code) if usable else "",
        payload=scanned(tx, row) if usable else "",
    )

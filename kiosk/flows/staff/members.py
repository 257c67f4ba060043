"""Helping a member: find them, take a gift for them, their cards, points by hand."""

from collections.abc import Callable
from dataclasses import dataclass

from backend_client.rest.desk import DeskClient
from backend_client.schemas.cards import CardBody
from backend_client.schemas.changes import CardStatus
from backend_client.schemas.desk import AdjustmentAnswer, AdjustmentState, NewAdjustment
from backend_client.schemas.members import MemberRecord, MemberRow, MemberSearch, MembersPage
from devices.readers import CardTap
from kiosk import screens
from kiosk.db import Transaction
from kiosk.flows.gifts import choose_gift, take_gift
from kiosk.flows.sighting import ask_standing
from kiosk.flows.staff.shift import Shift
from kiosk.flows.vouchers import my_vouchers
from kiosk.screens import CardAct, CardLine, FindFault, FoundMember, MemberDeed, Tell
from kiosk.services.identify import Visit, visit_of
from loyalty.ids import MemberId
from loyalty.program import Assurance, Program

MOST_FOUND = 12

NATURES = ("gesture", "correction")
"""What a program offers that names none."""


async def help_a_member(shift: Shift) -> None:
    """Find somebody and do things for them until both are done."""
    member = await _find(shift)
    if member is not None:
        await _at_desk(shift, member)


async def _find(shift: Shift) -> FoundMember | None:
    """Who the staff means: by card without the network, by name or address with it."""
    draft, fault = "", None
    while True:
        said = await shift.kiosk.ask_or_card(screens.FindMember(draft=draft, fault=fault))
        if said is None:
            return None
        if isinstance(said, CardTap):
            found = await _by_card(shift, said)
            if found is not None:
                return found
            fault = FindFault.CARD_UNKNOWN
            continue
        draft = said
        looked = await _by_words(shift, said)
        if isinstance(looked, FindFault):
            fault = looked
            continue
        if looked is not None:
            return looked
        fault = None


async def _by_card(shift: Shift, tap: CardTap) -> FoundMember | None:
    """Whose card it is, blocked ones included: theirs is who stands here with it."""
    kiosk = shift.kiosk
    row = await kiosk.db.run(Transaction.card, kiosk.card_key(tap))
    if row is None:
        return None
    known = await kiosk.db.run(Transaction.member, row.owner)
    return FoundMember(
        id=row.owner,
        name=known.first_name if known else "",
        contact=known.contact if known else "",
        points=0,
    )


async def _by_words(shift: Shift, said: str) -> FoundMember | FindFault | None:
    """Whom the words mean; None when nobody of the list was meant."""
    wanted = MemberSearch(email=said) if "@" in said else MemberSearch(name=said)
    found = await shift.asked(lambda desk: desk.search(wanted))
    if not isinstance(found, MembersPage):
        return FindFault.OFFLINE if found is Tell.NEEDS_NETWORK else FindFault.NOBODY
    people = tuple(_person(row) for row in found.members[:MOST_FOUND])
    if not people:
        return FindFault.NOBODY
    if len(people) == 1:
        return people[0]
    more = len(found.members) > MOST_FOUND or found.next is not None
    return await shift.kiosk.ask(screens.MembersFound(members=people, more=more))


def _person(row: MemberRow) -> FoundMember:
    return FoundMember(
        id=row.id,
        name=f"{row.first_name} {row.last_name}".strip(),
        contact=row.email or row.phone or "",
        points=row.points,
    )


async def _at_desk(shift: Shift, member: FoundMember) -> None:
    kiosk = shift.kiosk
    while True:
        found = await kiosk.db.run(visit_of, MemberId(member.id), now=kiosk.now())
        deed = await kiosk.ask(
            screens.StaffMember(
                name=member.name,
                contact=member.contact,
                balance=found.account.balance(kiosk.now()),
                vouchers=len(found.vouchers),
                offered=_offered(shift),
            )
        )
        match deed:
            case None:
                return
            case MemberDeed.GIFT:
                await _gift(shift, found)
            case MemberDeed.VOUCHERS:
                await my_vouchers(kiosk, found)
            case MemberDeed.CARDS:
                await _cards(shift, member)
            case MemberDeed.POINTS:
                await _points(shift, member, found)


def _offered(shift: Shift) -> tuple[MemberDeed, ...]:
    rights = {
        MemberDeed.GIFT: "gifts",
        MemberDeed.VOUCHERS: "vouchers",
        MemberDeed.CARDS: "members",
        MemberDeed.POINTS: "adjust",
    }
    return tuple(deed for deed, right in rights.items() if shift.may(right))


async def _gift(shift: Shift, found: Visit) -> None:
    """As the member would take it; the voucher comes out of this kiosk's printer."""
    await ask_standing(shift.kiosk, found.owner)
    gift = await choose_gift(shift.kiosk, found)
    if gift is None:
        return
    await shift.did("gift", found.owner)
    await take_gift(shift.kiosk, found, gift)


# --- cards --------------------------------------------------------------------------------------


async def _cards(shift: Shift, member: FoundMember) -> None:
    while True:
        record = await shift.asked(lambda desk: desk.record(member.id))
        if not isinstance(record, MemberRecord):
            await shift.tell(record)
            return
        lines = tuple(_line(card) for card in record.cards if card.replaced_by is None)
        deed = await shift.kiosk.ask(screens.MemberCards(name=member.name, cards=lines))
        if deed is None:
            return
        await _do(shift, member, deed)


async def _do(shift: Shift, member: FoundMember, deed: screens.CardDeed) -> None:
    card = deed.card
    if card is not None and deed.act is not CardAct.REPLACE:
        told = await shift.asked(_switch(card.key, deed.act))
    else:
        new = await _new_card(shift)
        if new is None:
            return
        told = await shift.asked(_put(member.id, card.key if card else None, new))
    if not isinstance(told, CardBody):
        await shift.tell(told)
        return
    await shift.kiosk.db.run(Transaction.save_card, told.card, told.member, told.status)
    if card is not None and deed.act is CardAct.REPLACE:
        # This kiosk refuses the old one at once; the others hear it from the backend.
        await shift.kiosk.db.run(Transaction.save_card, card.key, told.member, CardStatus.BLOCKED)
    await shift.tell(Tell.DONE)


def _switch(card: str, act: CardAct) -> Callable[[DeskClient], CardBody]:
    if act is CardAct.BLOCK:
        return lambda desk: desk.block(card)
    return lambda desk: desk.unblock(card)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewCard:
    """A card that was tapped, and whether its chip proved that it is one of the company's."""

    key: str
    assurance: Assurance


def _put(member: str, old: str | None, new: _NewCard) -> Callable[[DeskClient], CardBody]:
    if old is None:
        return lambda desk: desk.link(member, new.key, new.assurance)
    return lambda desk: desk.replace(old, new.key, new.assurance)


async def _new_card(shift: Shift) -> _NewCard | None:
    """A card that nobody has; None when none was tapped."""
    kiosk, taken = shift.kiosk, False
    while True:
        tap = await kiosk.ask_or_card(screens.TapNewCard(taken=taken))
        if not isinstance(tap, CardTap):
            return None
        key = kiosk.card_key(tap)
        if await kiosk.db.run(Transaction.card, key) is None:
            chip = kiosk.reading(tap) is not None
            return _NewCard(key=key, assurance=Assurance.CHIP if chip else Assurance.UID)
        taken = True


def _line(card: CardBody) -> CardLine:
    return CardLine(
        key=card.card,
        since=card.linked_at,
        blocked=card.status is CardStatus.BLOCKED,
        label=card.label,
        on_phone=card.on_phone,
    )


# --- points by hand -----------------------------------------------------------------------------


async def _points(shift: Shift, member: FoundMember, found: Visit) -> None:
    """Add or remove points, with nature and comment; the backend decides who must agree."""
    kiosk = shift.kiosk
    balance = found.account.balance(kiosk.now())
    points = await kiosk.ask(screens.TypePoints(name=member.name, balance=balance))
    if not points:
        return
    nature = await kiosk.ask(screens.ChooseNature(natures=_natures(found.program)))
    if nature is None:
        return
    comment = await kiosk.ask(screens.TypeComment(points=points))
    if comment is None:
        return
    asked = NewAdjustment(
        id=kiosk.new_id(),
        member=member.id,
        points=points,
        nature=nature,
        comment=comment,
        program=found.program.id,
        store=found.store.id,
    )
    told = await shift.asked(lambda desk: desk.adjust(asked))
    if not isinstance(told, AdjustmentAnswer):
        await shift.tell(told)
        return
    pending = told.state is AdjustmentState.PENDING
    await shift.tell(Tell.WAITS_FOR_SECOND if pending else Tell.DONE)


def _natures(program: Program) -> tuple[str, ...]:
    return tuple(sorted(program.adjustments.natures)) or NATURES

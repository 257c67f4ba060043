"""Searching and listing members, segments, and the records that may be one person."""

from collections.abc import Iterator
from datetime import datetime

from backend.db import Transaction, alike, cards, directory, members
from backend.db import segments as segment_rows
from backend.db.alike import Alike
from backend.db.directory import Listed, Query
from backend.errors import Refused, phrase
from backend.services.people import contacts
from backend.services.people.cards import key_of
from backend_client.schemas.ledger import AccountSnapshot
from backend_client.schemas.members import (
    MemberFilter,
    MemberRow,
    MemberSearch,
    MemberSort,
    SegmentBody,
    SegmentTerms,
)
from backend_client.schemas.problems import ProblemName
from loyalty import members as people
from loyalty.ids import MemberId, ProgramId

AT_ONCE = 500
"""Members that are read at once where all are told."""


def search(
    tx: Transaction,
    wanted: MemberSearch,
    program: ProgramId,
    after: tuple[str | int, str] | None,
    limit: int,
) -> tuple[Listed, ...]:
    """The members who are looked for, in the order asked. Raises Refused or EmailRefused."""
    if after is not None and wanted.sort is MemberSort.JOINED:
        _refuse_no_time(after)
    only = wanted.only
    if wanted.segment is not None:
        only = _both(only, _segment(tx, wanted.segment).only)
    query = Query(
        program=program,
        only=only,
        name=wanted.name,
        ids=_named(tx, wanted),
        sort=wanted.sort,
        descending=wanted.descending,
        after=after,
    )
    return directory.listed(tx, query, limit)


def _refuse_no_time(after: tuple[str | int, str]) -> None:
    try:
        datetime.fromisoformat(str(after[0]))
    except ValueError:
        raise Refused(ProblemName.INVALID, "cursor: of a list that was sorted otherwise") from None


def _both(asked: MemberFilter, segment: MemberFilter) -> MemberFilter:
    """What is asked of the segment's members, where it says more than the segment does."""
    said = {name: getattr(asked, name) for name in asked.model_fields_set}
    for name, value in said.items():
        if name in segment.model_fields_set and getattr(segment, name) != value:
            raise Refused(
                ProblemName.INVALID, phrase("only.{name}: the segment says it already", name=name)
            )
    return segment.model_copy(update=said)


def _named(tx: Transaction, wanted: MemberSearch) -> tuple[MemberId, ...] | None:
    """Who has the card, number and address that are asked for; None when none is.

    Whose record was merged is found under the record that took it in.
    """
    found: set[MemberId] | None = None
    if wanted.members:
        found = {MemberId(each) for each in wanted.members}
    if wanted.card is not None or wanted.card_uid is not None:
        card = cards.card(tx, key_of(tx, wanted.card, wanted.card_uid))
        found = _common(found, {card.member} if card else set())
    if wanted.phone is not None:
        key = tx.keys.phone(contacts.phone(wanted.phone, wanted.country))
        found = _common(found, {kept(each) for each in members.by_phone(tx, key)})
    if wanted.email is not None:
        key = tx.keys.contact(people.email(wanted.email))
        found = _common(found, {kept(each) for each in members.by_contact(tx, key)})
    return None if found is None else tuple(sorted(found))


def kept(person: members.Member) -> MemberId:
    """The record to use: the one that took this one in, if one did."""
    return person.merged_into or person.id


def _common(one: set[MemberId] | None, other: set[MemberId]) -> set[MemberId]:
    return other if one is None else one & other


def row_of(tx: Transaction, found: Listed) -> MemberRow:
    """The message for a member in a list."""
    person = found.member
    snapshot = found.snapshot and AccountSnapshot.model_validate_json(found.snapshot)
    return MemberRow(
        id=person.id,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        phone=person.phone,
        language=person.language,
        record_type=person.record_type,
        town=person.town,
        department=person.department,
        region=person.region,
        country=person.country,
        price_code=person.price_code,
        loyalty=person.loyalty,
        joined_at=person.enrolled_at,
        bought_at=found.bought_at,
        note_alert=person.note_alert,
        points=snapshot.account().balance(tx.now) if snapshot else 0,
    )


def everybody(
    tx: Transaction, wanted: MemberSearch, program: ProgramId
) -> Iterator[tuple[MemberRow, ...]]:
    """All who are looked for, some at a time, in the order asked. Raises what `search` raises."""
    after: tuple[str | int, str] | None = None
    while some := search(tx, wanted, program, after, AT_ONCE):
        yield tuple(row_of(tx, each) for each in some)
        after = some[-1].place


def duplicates(tx: Transaction, after: tuple[str, str] | None, limit: int) -> tuple[Alike, ...]:
    """The next groups of records that may be one person. Raises Refused for a wrong cursor."""
    try:
        return alike.duplicates(tx, after, limit)
    except ValueError:
        raise Refused(ProblemName.INVALID, "cursor: not one of this list") from None


# --- segments ---------------------------------------------------------------------------------


def segments(tx: Transaction) -> tuple[SegmentBody, ...]:
    """Every segment, by name."""
    return segment_rows.segments(tx)


def save_segment(tx: Transaction, wanted: str, body: SegmentTerms) -> SegmentBody:
    """The segment as it is from now on."""
    segment = SegmentBody(id=wanted, name=body.name, only=body.only)
    segment_rows.save_segment(tx, segment)
    return segment


def remove_segment(tx: Transaction, wanted: str) -> SegmentBody:
    """The segment that is no more. Raises Refused."""
    gone = _segment(tx, wanted)
    segment_rows.remove_segment(tx, wanted)
    return gone


def _segment(tx: Transaction, wanted: str) -> SegmentBody:
    found = next((each for each in segment_rows.segments(tx) if each.id == wanted), None)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such segment")
    return found

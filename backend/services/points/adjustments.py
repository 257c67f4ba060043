"""Adjustments: points given and taken by hand, one by one or from a table, by two persons if many.

The booking date is the server's. A value date needs the right to choose one. Nobody gives points
to themselves: that is refused, and staff is told.
"""

import secrets
from dataclasses import dataclass, replace

from backend.db import Transaction, accounts, adjustments, alerts, approvals, shops, staff
from backend.db.adjustments import AdjustmentRow, SessionRow
from backend.db.approvals import Approval
from backend.db.shops import Store
from backend.errors import Refused, translated_by, why
from backend.services.people.records import existing
from backend.services.people.tables import member_named, rows
from backend.services.points.belonging import holder, routed
from backend.services.points.ledger import locked_account, post
from backend.services.points.worth import of_a_table, points_column
from backend.services.team import approvals as second_person
from backend_client.schemas.desk import (
    AdjustmentAnswer,
    AdjustmentState,
    AdjustmentTable,
    AdjustmentTableAnswer,
    NewAdjustment,
    TableFault,
)
from backend_client.schemas.problems import ProblemName
from loyalty.adjustments import Clerk, Wanted, adjust
from loyalty.entries import Entry
from loyalty.errors import ApprovalNeeded, LoyaltyError
from loyalty.ids import MemberId, ProgramId
from loyalty.journal import salted_hash
from loyalty.program import AdjustmentRules, Unit

KIND = "adjustment"
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Whose hand moves the points."""

    actor: str
    member: MemberId | None
    """Who they are as a customer."""
    may_choose_date: bool


def ask(
    tx: Transaction, body: NewAdjustment, hand: Hand, store: Store, *, session: str | None = None
) -> AdjustmentAnswer:
    """The adjustment booked, or waiting for a second person; once for each id.

    Raises Refused, AdjustmentRefused, ValueDateRefused, NotEnoughPoints.
    """
    program = ProgramId(body.program or store.program)
    content = tx.keys.content(f"{store.id}:{program}:{body.model_dump_json()}".encode())
    known = adjustments.adjustment(tx, body.id)
    if known is not None:
        if known.content != content:
            raise Refused(ProblemName.ID_REUSED, "another adjustment was asked under this id")
        return told(tx, known)
    person = existing(tx, MemberId(body.member))
    if person.merged_into is not None:
        raise Refused(ProblemName.NOT_FOUND, "another record took this one in: adjust that one")
    row = AdjustmentRow(
        id=body.id,
        member=person.id,
        program=program,
        store=store.id,
        points=body.points,
        nature=body.nature,
        comment=body.comment,
        salt=secrets.token_bytes(_SALT_BYTES),
        value_at=body.value_at,
        deadline=body.deadline,
        content=content,
        actor=hand.actor,
        asked_at=tx.now,
        session=session,
    )
    clerk = Clerk(id=named(hand.actor), may_choose_date=hand.may_choose_date)
    try:
        entry = _entry(tx, row, clerk)
    except ApprovalNeeded:
        waiting = second_person.ask(tx, kind=KIND, about=row.id, content="{}", asked_by=hand.actor)
        row = replace(row, approval=waiting.id)
    else:
        row = replace(row, entry=_book(tx, row, entry).id)
    adjustments.add(tx, row)
    return told(tx, row)


def is_own(body: NewAdjustment, hand: Hand) -> bool:
    """Whether somebody would give points to themselves (F16)."""
    return hand.member is not None and hand.member == MemberId(body.member)


def tell_own(tx: Transaction, hand: Hand) -> None:
    """Put before staff that somebody tried to."""
    alerts.raise_once(tx, "own-points", str(hand.member), event=hand.actor)


def carry_out(tx: Transaction, approval: Approval) -> None:
    """Book what the second person agreed to. Raises Refused, also when it is for themselves."""
    row = adjustments.adjustment(tx, approval.about)
    assert row is not None
    assert approval.decided_by is not None
    second = staff.person(tx, approval.decided_by.partition(":")[2])
    if second is not None and second.member == row.member:
        raise Refused(ProblemName.TWO_PERSONS, "nobody approves points for themselves")
    entry = _entry(tx, row, _asker(row), approved_by=named(approval.decided_by))
    adjustments.booked(tx, row.id, _book(tx, row, entry).id)


second_person.CARRY_OUT[KIND] = carry_out


def named(actor: str) -> str:
    """Who it was, as an entry says it: an id, without the mark between kind and number."""
    return actor.replace(":", "-")


def _asker(row: AdjustmentRow) -> Clerk:
    """Who asked: the right to the value date was checked when they did."""
    return Clerk(id=named(row.actor), may_choose_date=row.value_at is not None)


def _entry(
    tx: Transaction, row: AdjustmentRow, clerk: Clerk, *, approved_by: str | None = None
) -> Entry:
    wanted = Wanted(
        id=row.id,
        member=row.member,
        program=row.program,
        store=row.store,
        points=row.points,
        nature=row.nature,
        comment=salted_hash(row.salt, row.comment) if row.comment else None,
        value_at=row.value_at,
        deadline=row.deadline,
        approved_by=approved_by,
    )
    return adjust(wanted, clerk, _rules(tx, row.program), now=tx.now)


def _rules(tx: Transaction, wanted: ProgramId) -> AdjustmentRules:
    program = shops.program(tx, wanted)
    if program is None:
        raise Refused(ProblemName.NOT_FOUND, "no such program")
    return program.adjustments


def _book(tx: Transaction, row: AdjustmentRow, entry: Entry) -> Entry:
    booked = routed(tx, entry)
    locked_account(tx, booked.member, booked.program)
    post(tx, booked, may_owe=_rules(tx, row.program).may_owe)
    return booked


def told(tx: Transaction, row: AdjustmentRow) -> AdjustmentAnswer:
    """The message for an adjustment."""
    account = accounts.account(tx, holder(tx, row.member, row.program), row.program)
    return AdjustmentAnswer(
        id=row.id,
        member=row.member,
        program=row.program,
        points=row.points,
        nature=row.nature,
        comment=row.comment,
        state=_state(tx, row),
        asked_at=row.asked_at,
        asked_by=row.actor,
        value_at=row.value_at,
        approval=row.approval,
        entry=row.entry,
        balance=account.snapshot.account().balance(tx.now) if account else 0,
    )


def _state(tx: Transaction, row: AdjustmentRow) -> AdjustmentState:
    if row.entry is not None:
        return AdjustmentState.BOOKED
    waiting = approvals.approval(tx, row.approval) if row.approval else None
    refused = waiting is not None and waiting.state == "refused"
    return AdjustmentState.REFUSED if refused else AdjustmentState.PENDING


def get(tx: Transaction, wanted: str) -> AdjustmentAnswer:
    """The adjustment of that id. Raises Refused."""
    row = adjustments.adjustment(tx, wanted)
    if row is None:
        raise Refused(ProblemName.NOT_FOUND, "no such adjustment")
    return told(tx, row)


# --- from a table -----------------------------------------------------------------------------

_COLUMNS = ("points", "amount", "nature", "comment")
_NATURE_MAX, _COMMENT_MAX = 64, 500


def ask_many(
    tx: Transaction, body: AdjustmentTable, hand: Hand, store: Store
) -> AdjustmentTableAnswer:
    """What a table gives and takes: all of its lines once, or nothing (LSX-54). Raises Refused."""
    content = tx.keys.content(f"{store.id}:{body.model_dump_json(exclude={'dry_run'})}".encode())
    known = adjustments.session(tx, body.session)
    if known is not None:
        if known.content != content:
            raise Refused(ProblemName.ID_REUSED, "another table was sent in this session")
        return AdjustmentTableAnswer.model_validate_json(known.answer)
    lines, faults = _asked(tx, body, hand, store)
    done = not body.dry_run and not faults
    answer = AdjustmentTableAnswer(
        session=body.session,
        lines=len(lines) + len(faults),
        given=sum(each.points for each in lines if each.points > 0),
        taken=-sum(each.points for each in lines if each.points < 0),
        faults=tuple(faults),
        done=done,
    )
    if done:
        for line in lines:
            ask(tx, line, hand, store, session=body.session)
        adjustments.add_session(
            tx,
            SessionRow(
                id=body.session,
                content=content,
                answer=answer.model_dump_json(),
                actor=hand.actor,
            ),
        )
    return answer


def _asked(
    tx: Transaction, body: AdjustmentTable, hand: Hand, store: Store
) -> tuple[list[NewAdjustment], list[TableFault]]:
    lines, faults = [], []
    for number, row in rows(body.csv, _COLUMNS):
        try:
            line = _line(tx, body, row, number, store)
            _try(tx, line, hand, store)
        except (Refused, LoyaltyError) as no:
            faults.append(TableFault(line=number, reason=str(why(no)), **translated_by(why(no))))
        else:
            lines.append(line)
    return lines, faults


def _line(
    tx: Transaction, body: AdjustmentTable, row: dict[str, str], number: int, store: Store
) -> NewAdjustment:
    person = member_named(tx, row)
    points = _written(tx, ProgramId(body.program or store.program), row)
    nature = row.get("nature", "") or body.nature
    comment = row.get("comment", "") or body.comment
    if not nature or len(nature) > _NATURE_MAX or len(comment) > _COMMENT_MAX:
        raise Refused(ProblemName.INVALID, "nature: write one; comment: at most 500 letters")
    try:
        return NewAdjustment(
            id=f"{body.session[:_SESSION_MAX]}-{number}",
            member=person.id,
            points=points,
            nature=nature,
            comment=comment,
            program=body.program,
            store=body.store,
        )
    except ValueError:
        raise Refused(ProblemName.INVALID, "a number or a text that cannot be") from None


def _written(tx: Transaction, wanted: ProgramId, row: dict[str, str]) -> int:
    """The points of a line; where the program counts money, they stand under `amount`. Refused."""
    program = shops.program(tx, wanted)
    if program is None:
        raise Refused(ProblemName.NOT_FOUND, "no such program")
    points = of_a_table(program, row.get(points_column(program), ""))
    if points is None and program.unit is Unit.MONEY:
        raise Refused(ProblemName.INVALID, "amount: write one, such as 2.50 or -2.50")
    if points is None:
        raise Refused(ProblemName.INVALID, "points: write a whole number, such as +50 or -50")
    return points


_SESSION_MAX = 56
"""Letters of the session's id that the ids of its lines begin with."""


def _try(tx: Transaction, line: NewAdjustment, hand: Hand, store: Store) -> None:
    """Raises what booking the line would be refused with, without booking it."""
    if is_own(line, hand):
        raise Refused(ProblemName.OWN_POINTS, "nobody gives points to themselves")
    program = ProgramId(line.program or store.program)
    rules = _rules(tx, program)
    wanted = Wanted(
        id=line.id,
        member=MemberId(line.member),
        program=program,
        store=store.id,
        points=line.points,
        nature=line.nature,
    )
    adjust(wanted, Clerk(id=named(hand.actor)), rules, now=tx.now)

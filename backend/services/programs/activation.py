"""Starting a program among people who were customers before it.

Enrolment gives those an account who have none (LSX-07, SW-12); opening balances let invoices and
credit notes from before the program count (OCT-04). Both can be looked at first, are done in parts
so that tills never wait for them, and go on where they stopped when they are sent again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from backend.db import Database, Transaction, batches, members, programs, sales, shops
from backend.db.batches import Batch
from backend.db.sales import ActKind
from backend.errors import Refused, phrase
from backend.services.people.records import as_buyer
from backend.services.points.ledger import locked_account, post
from backend.services.programs import past
from backend.services.team import audit
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.programs import BatchDone, BatchPreview, EnrolmentBody, OpeningBody
from backend_client.schemas.sales import CreditNoteBody
from loyalty.earning import credit_note
from loyalty.enrolment import Way, comes_in
from loyalty.entries import Entry
from loyalty.ids import MemberId, ProgramId, SaleId, TenantId
from loyalty.program import Negative, Program
from loyalty.sales import Buyer, Sale
from loyalty.timemachine import Programs, Stands, Zones, told_again

AT_ONCE = 100
"""Members of one transaction: a till waits for no more than these."""
PARTS_MAX = 2_000
"""Parts of one request; the rest is done when it is sent again."""


# --- enrolment ----------------------------------------------------------------------------------


def preview_enrolment(
    tx: Transaction, program: str, *, without_consent: bool | None
) -> BatchPreview:
    """How many customers would get an account. Raises Refused."""
    rules = _program(tx, program)
    count = batches.count_without_account(
        tx, rules.id, consenting=not _unasked(rules, without_consent)
    )
    return BatchPreview(members=count, left_out=batches.count_members(tx) - count, points=0)


def enrol(
    database: Database, tenant: TenantId, program: str, body: EnrolmentBody, *, actor: str
) -> BatchDone:
    """Every customer has an account, or every one who agreed. Raises Refused.

    The welcome points stay to be claimed: they are for the form, once for each person (LSX-31).
    """
    with database.read(tenant) as tx:
        unasked = _unasked(_program(tx, program), body.without_consent)

    def part(tx: Transaction, batch: Batch) -> Batch:
        return enrol_some(tx, batch, unasked=unasked)

    begin = Batch(id=body.id, program=program, kind="enrolment", content=str(unasked))
    return _done(database, tenant, begin, part, actor)


def enrol_some(tx: Transaction, batch: Batch, *, unasked: bool) -> Batch:
    """The next of them have an account: how far the work is then."""
    program = ProgramId(batch.program)
    found = batches.without_account(
        tx, program, after=batch.reached, limit=AT_ONCE, consenting=not unasked
    )
    for member in found:
        locked_account(tx, member, program)
    return replace(
        batch,
        reached=found[-1] if found else batch.reached,
        members=batch.members + len(found),
        done=len(found) < AT_ONCE,
    )


def _unasked(rules: Program, said: bool | None) -> bool:
    """Whether those come in who were not asked: as is said, else as the program says (SW-12)."""
    return comes_in(rules.enrolment, Way.EXISTING, agreed=None) if said is None else said


# --- opening balances ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """From the application date to the program's first day."""

    program: Program
    since: datetime
    until: datetime
    zones: Zones


def preview_opening(tx: Transaction, program: str, body: OpeningBody) -> BatchPreview:
    """What the past would give, and to how many. Raises Refused."""
    found = list(_past(tx, _span(tx, program, body), after=""))
    moved = [entries for _, entries in found if entries]
    return BatchPreview(
        members=len(moved),
        left_out=len(found) - len(moved),
        points=sum(entry.points for entries in moved for entry in entries),
    )


def open_balances(
    database: Database, tenant: TenantId, program: str, body: OpeningBody, *, actor: str
) -> BatchDone:
    """Past invoices have earned and past credit notes have taken, once. Raises Refused."""
    with database.read(tenant) as tx:
        span = _span(tx, program, body)

    def part(tx: Transaction, batch: Batch) -> Batch:
        done, points, reached, members = 0, 0, batch.reached, batch.members
        for member, entries in _past(tx, span, after=batch.reached):
            # A past debt is the past's: what the old books let happen is not refused now.
            post(tx, *entries, may_owe=span.program.negative is not Negative.CLAMP)
            done, reached = done + 1, member
            members += bool(entries)
            points += sum(entry.points for entry in entries)
            if done == AT_ONCE:
                break
        return replace(
            batch,
            reached=reached,
            members=members,
            points=batch.points + points,
            done=done < AT_ONCE,
        )

    begin = Batch(id=body.id, program=program, kind="opening", content=span.since.isoformat())
    return _done(database, tenant, begin, part, actor)


def _span(tx: Transaction, program: str, body: OpeningBody) -> _Span:
    rules = _program(tx, program)
    since = body.since or rules.counts_from
    if since is None:
        raise Refused.at(
            "since", phrase("say from which day invoices count; the program says none")
        )
    first = programs.versions(tx, program)[-1].valid_from
    return _Span(program=rules, since=since, until=first, zones=past.zones(tx, rules.id))


def _past(
    tx: Transaction, span: _Span, *, after: str
) -> Iterator[tuple[MemberId, tuple[Entry, ...]]]:
    """Each member's entries of the time before the program, in their order."""
    facts = past.facts(tx, span.program.id, span.since, span.until, after=after)
    told = {
        member: tuple(
            entry for each in theirs if not isinstance(each.fact, Stands) for entry in each.entries
        )
        for member, theirs in told_again(
            facts, Programs(span.program), span.zones, extensions=tx.extensions
        )
    }
    notes = {
        member: tuple(entry for act in acts for entry in _note(tx, span, act))
        for member, acts in groupby(
            sales.notes_between(tx, span.since, span.until, after=after), key=lambda act: act.member
        )
    }
    for member in sorted(told.keys() | notes.keys()):
        yield member, (*told.get(member, ()), *notes.get(member, ()))


def _note(tx: Transaction, span: _Span, act: sales.Act) -> tuple[Entry, ...]:
    """What a credit note without a known sale takes."""
    assert act.kind is ActKind.CREDIT_NOTE
    store = shops.store(tx, act.store)
    if store is None or store.published != span.program.id:
        return ()
    body = CreditNoteBody.model_validate_json(act.detail)
    note = Sale(
        id=SaleId(body.id),
        store=act.store,
        channel=body.channel,
        member=act.member,
        total=body.total,
        currency=body.currency,
        closed_at=body.closed_at,
        lines=tuple(line.line() for line in body.lines),
        discount=body.discount,
        brand=body.brand,
        price_code=body.price_code,
    )
    person = members.member(tx, act.member)
    return credit_note(
        note,
        span.program,
        zone=span.zones.at(act.store),
        buyer=as_buyer(person) if person else Buyer(),
        extensions=tx.extensions,
    )


# --- in parts -----------------------------------------------------------------------------------


def _done(
    database: Database,
    tenant: TenantId,
    begin: Batch,
    part: Callable[[Transaction, Batch], Batch],
    actor: str,
) -> BatchDone:
    batch = database.run(tenant, _begun, begin, actor)
    for _ in range(PARTS_MAX):
        if batch.done:
            break
        batch = database.run(tenant, one_part, batch.id, part)
    return BatchDone(id=batch.id, members=batch.members, points=batch.points, done=batch.done)


def _begun(tx: Transaction, begin: Batch, actor: str) -> Batch:
    known = batches.batch(tx, begin.id)
    if known is None:
        _program(tx, begin.program)
        marked = replace(begin, content=tx.keys.content(begin.content.encode()))
        batches.begin_batch(tx, marked, actor)
        audit.note(tx, actor, f"program.{begin.kind}", begin.program)
        return marked
    told = (begin.program, begin.kind, tx.keys.content(begin.content.encode()))
    if (known.program, known.kind, known.content) != told:
        raise Refused(ProblemName.ID_REUSED, "other work was begun under this id")
    return known


def one_part(tx: Transaction, wanted: str, part: Callable[[Transaction, Batch], Batch]) -> Batch:
    """A part of work that was begun; nothing of what is done."""
    batch = batches.batch(tx, wanted)
    assert batch is not None
    if batch.done:
        return batch
    far = part(tx, batch)
    batches.save_batch(tx, far)
    return far


def _program(tx: Transaction, program: str) -> Program:
    found = shops.program(tx, ProgramId(program))
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no version of this program was published")
    return found

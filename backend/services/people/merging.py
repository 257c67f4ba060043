"""Merging: two records that are one person become one, and apart again exactly as they were."""

from dataclasses import dataclass, replace
from datetime import datetime

from backend.db import Transaction, accounts, cards, households, journals, members, merges
from backend.db.merges import MergeRow
from backend.errors import Refused
from backend.services.people.households import let_go
from backend.services.people.records import existing
from backend.services.points.belonging import as_merge
from backend.services.points.ledger import locked_account, post
from backend_client.schemas.desk import MergeAnswer, MergeFigures, NewMerge
from backend_client.schemas.problems import ProblemName
from loyalty import merging as rules
from loyalty.entries import Entry, EntryKind
from loyalty.ids import MemberId, ProgramId, StoreId
from loyalty.ledger import replay
from loyalty.merging import Merge


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A merge in one program: what it is made of, and what it writes."""

    what: Merge
    kept: tuple[Entry, ...]
    absorbed: tuple[Entry, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return rules.merge(self.what, self.kept, self.absorbed)


def preview(tx: Transaction, body: NewMerge, store: StoreId, *, actor: str) -> MergeAnswer:
    """What the merge would do; nothing is written. Raises Refused."""
    row = _wanted(tx, body, store, actor)
    return _answer(tx, row, _parts(tx, row), "preview")


def merge(tx: Transaction, body: NewMerge, store: StoreId, *, actor: str) -> MergeAnswer:
    """The two records merged, once for each id. Raises Refused.

    The absorbed keeps what it says of the person, out of sight: found by its phone or e-mail, the
    kept one answers. So undoing it needs no memory of what was overwritten.
    """
    known = merges.merge(tx, body.id)
    if known is not None:
        if (known.kept, known.absorbed) != (body.kept, body.absorbed):
            raise Refused(ProblemName.ID_REUSED, "another merge was done under this id")
        return _answer(tx, known, _parts(tx, known), "undone" if known.undone_at else "done")
    row = _wanted(tx, body, store, actor)
    let_go(tx, row.absorbed)
    parts = _parts(tx, row)
    answer = _answer(tx, row, parts, "done")
    for part in parts:
        locked_account(tx, row.kept, part.what.program)
        post(tx, *part.entries, may_owe=True)
    _point_cards(tx, row.cards, row.kept)
    merges.add(tx, row)
    absorbed = existing(tx, row.absorbed)
    members.save_member(tx, replace(absorbed, merged_into=row.kept, version=absorbed.version + 1))
    return answer


def undo(tx: Transaction, wanted: str, *, actor: str) -> MergeAnswer:
    """The two records apart again, each with the points it brought; once. Raises Refused."""
    row = merges.merge(tx, wanted)
    if row is None:
        raise Refused(ProblemName.NOT_FOUND, "no such merge")
    if row.undone_at is not None:
        return _answer(tx, row, (), "undone")
    absorbed = members.member(tx, row.absorbed)
    assert absorbed is not None
    if absorbed.erased_at is not None:
        raise Refused(ProblemName.NOT_FOUND, "the person was erased")
    for program in row.programs:
        both = (*_journal(tx, row.kept, program), *_journal(tx, row.absorbed, program))
        now = max((tx.now, *(entry.occurred_at for entry in both)))
        post(tx, *rules.unmerge(as_merge(row, program), both, now=now), may_owe=True)
    _point_cards(tx, row.cards, row.absorbed)
    merges.undo(tx, row.id, by=actor)
    members.save_member(tx, replace(absorbed, merged_into=None, version=absorbed.version + 1))
    return _answer(tx, row, (), "undone")


def _wanted(tx: Transaction, body: NewMerge, store: StoreId, actor: str) -> MergeRow:
    """The merge that is asked for. Raises Refused when it cannot be."""
    if body.kept == body.absorbed:
        raise Refused(ProblemName.INVALID, "absorbed: it is the record that is kept")
    kept, absorbed = (existing(tx, MemberId(each)) for each in (body.kept, body.absorbed))
    for person in (kept, absorbed):
        if person.merged_into is not None:
            raise Refused(ProblemName.MERGED, "one of them was merged already: undo that first")
    if households.household_of(tx, kept.id) is not None:
        raise Refused(ProblemName.MERGED, "kept: it is in a household: it leaves that first")
    if members.absorbed_by(tx, absorbed.id):
        raise Refused(ProblemName.MERGED, "absorbed: it took others in itself: keep this one")
    programs = {row.program for row in accounts.accounts_of(tx, absorbed.id)}
    return MergeRow(
        id=body.id,
        kept=kept.id,
        absorbed=absorbed.id,
        store=store,
        programs=tuple(sorted(programs)),
        cards=tuple(card.key for card in cards.cards_of(tx, absorbed.id)),
        actor=actor,
        at=_after_both(tx, kept.id, absorbed.id, programs),
    )


def _after_both(
    tx: Transaction, kept: MemberId, absorbed: MemberId, programs: set[ProgramId]
) -> datetime:
    """Now, or after the latest entry of both: what moves must be there before it does."""
    rows = [
        accounts.account(tx, member, program) for member in (kept, absorbed) for program in programs
    ]
    return max((tx.now, *(row.last_at for row in rows if row and row.last_at)))


def _parts(tx: Transaction, row: MergeRow) -> tuple[_Part, ...]:
    return tuple(
        _Part(
            what=as_merge(row, program),
            kept=_journal(tx, row.kept, program),
            absorbed=_journal(tx, row.absorbed, program),
        )
        for program in row.programs
    )


def _journal(tx: Transaction, member: MemberId, program: ProgramId) -> tuple[Entry, ...]:
    return tuple(each.entry for each in journals.journal(tx, member, program))


def _point_cards(tx: Transaction, keys: tuple[str, ...], member: MemberId) -> None:
    for card in cards.cards(tx, keys):
        cards.save_card(tx, replace(card, member=member))


def _answer(tx: Transaction, row: MergeRow, parts: tuple[_Part, ...], state: str) -> MergeAnswer:
    return MergeAnswer.model_validate(
        {
            "id": row.id,
            "kept": row.kept,
            "absorbed": row.absorbed,
            "figures": [_figures(tx, part) for part in parts],
            "cards": len(row.cards),
            "state": state,
        }
    )


def _figures(tx: Transaction, part: _Part) -> MergeFigures:
    entries, at = part.entries, max(tx.now, part.what.at)
    # Told again after it was done, the journals hold its entries: what was before is without them.
    ours = {entry.id for entry in entries}
    before = replay(entry for entry in part.kept if entry.id not in ours)
    arrived = [entry for entry in entries if entry.member == part.what.kept]
    after = replay((*part.kept, *arrived))
    return MergeFigures(
        program=part.what.program,
        moved=sum(entry.points for entry in arrived),
        welcome_taken=-sum(entry.points for entry in entries if entry.kind is EntryKind.REVERSAL),
        kept_before=before.balance(at),
        kept_after=after.balance(at),
    )

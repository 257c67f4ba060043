"""Many random tickets: the engine gives what a second, plain computation gives (F1, F7)."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

import pytest

from loyalty.document import read_program
from loyalty.earning import earn
from loyalty.explain import recompute
from loyalty.ids import EntryId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.program import Program
from loyalty.vectors.read import read_buyer, read_sale
from tests.loyalty import naive
from tests.loyalty.corpus import Json, a_buyer, a_program, a_ticket

PARIS = ZoneInfo("Europe/Paris")
TICKETS_A_PROGRAM = 25
MEMBERS = 5


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_random_tickets_earn_what_a_plain_computation_says(seed: int) -> None:
    """F1: through the document, as backend and kiosk read it."""
    assert earning_tickets(Random(seed), tickets=1_000) > 500  # noqa: S311 - a corpus, no secret


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_random_tickets_earn_what_a_plain_computation_says() -> None:
    """F1."""
    assert earning_tickets(Random(2026), tickets=100_000) > 50_000  # noqa: S311 - a corpus, no secret


def earning_tickets(chance: Random, *, tickets: int) -> int:
    """How many of so many tickets earn something; each of them the same, computed twice."""
    found = 0
    for batch in range(tickets // TICKETS_A_PROGRAM):
        written = a_program(chance)
        program = read_program(json.dumps(written).encode())
        books: dict[str, list[Entry]] = defaultdict(list)
        for number in range(TICKETS_A_PROGRAM):
            member = f"m{chance.randrange(MEMBERS)}"
            ticket = a_ticket(chance, f"t{batch}-{number}", member)
            entries = earned_twice(written, program, ticket, a_buyer(chance), books[member])
            found += bool(entries)
            books[member] += entries
            if entries and chance.random() < 0.3:
                books[member].append(a_gift(entries[0], chance.randint(1, 60)))
        for journal in books.values():
            cached_is_replayed(journal)
    return found


def earned_twice(
    written: Json, program: Program, ticket: Json, buyer: Json, journal: list[Entry]
) -> tuple[Entry, ...]:
    """The entries of the ticket, after both computations gave the same points by rule."""
    sale = read_sale(ticket)
    day = sale.closed_at.astimezone(PARIS).date()
    today = [e for e in journal if e.occurred_at.astimezone(PARIS).date() == day]
    buyer = {
        **buyer,
        "earned_today": sum(e.points for e in today if e.kind is EntryKind.EARN),
        "balance": replay(journal).balance(sale.closed_at),
    }
    entries = earn(sale, program, zone=PARIS, buyer=read_buyer(buyer))
    by_rule = {str(e.trace.rule): e.points for e in entries if e.trace}
    plain = naive.earned(written, ticket, buyer, PARIS)
    assert by_rule == plain, f"the engine gives {by_rule}, by hand {plain}: {written} {ticket}"
    for entry in entries:
        explains_itself(entry, program)
    return entries


def explains_itself(entry: Entry, program: Program) -> None:
    """F7: recomputing from the stored trace gives the stored number; its lines make the whole."""
    trace = entry.trace
    assert trace is not None
    assert recompute(trace) == trace.points == entry.points
    assert sum(line.points for line in trace.lines) == entry.points
    assert trace.program_version == program.version
    assert all(line.points > 0 and line.quantity > 0 for line in trace.lines)


def a_gift(after: Entry, points: int) -> Entry:
    return replace(
        after,
        id=EntryId(f"gift-{after.id}"),
        kind=EntryKind.REDEEM,
        points=-points,
        occurred_at=after.occurred_at + timedelta(minutes=1),
        deadline=None,
        trace=None,
    )


def cached_is_replayed(journal: list[Entry]) -> None:
    """The balance kept from entry to entry is the one that the whole journal gives."""
    cached = Account()
    ordered = sorted(journal, key=lambda entry: entry.occurred_at)
    for _, together in groupby(ordered, key=lambda entry: entry.occurred_at):
        cached = replay(together, cached)
    whole = replay(journal)
    assert cached == whole
    if journal:
        late = ordered[-1].occurred_at
        credits_less_debits = sum(entry.points for entry in journal)
        assert cached.balance(late) == credits_less_debits

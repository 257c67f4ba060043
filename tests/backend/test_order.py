"""Facts in any order, any number of times: the same account in the end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.db import accounts
from backend.services.points.verify import fault_of
from backend_client.schemas.events import Event, JournalEvent
from backend_client.schemas.tills import AccountAnswer
from loyalty.document import read_program
from loyalty.ids import MemberId
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.postgres import DATABASES, database_on
from tests.support.server import (
    PROGRAM,
    Connected,
    company,
    connected,
    in_process,
    new_id,
)

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module", params=DATABASES)
def line(request: pytest.FixtureRequest) -> Iterator[Connected]:
    """One backend for all examples: each example has a member and a kiosk of its own."""
    with (
        database_on(request, "sqlite://") as url,
        company(url) as shop,
        in_process(shop.app) as session,
        connected(shop, session=session) as made,
    ):
        yield made


def life(kiosk: Kiosk) -> tuple[str, list[Event]]:
    """A member, and all that happened to them at a kiosk, in order."""
    start = now() - timedelta(hours=1)
    times = [start + timedelta(minutes=minute) for minute in range(10)]
    joined = kiosk.enrolled(at=times[0], email=f"{new_id()}@example.org")
    kept, failed = (kiosk.reserved(joined.member, at=times[2 + n]) for n in range(2))
    taken = kiosk.reserved(joined.member, "tote", at=times[5])
    return joined.member, [
        joined,
        kiosk.welcomed(joined.member, at=times[1]),
        kept,
        failed,
        kiosk.issued(kept.voucher.redemption),
        kiosk.voided(failed, at=times[4]),
        taken,
        kiosk.abandoned(new_id()),
    ]


def meaning(answer: AccountAnswer) -> tuple[object, ...]:
    """The account whatever the order in which its entries came."""
    entries = sorted(each.entry.id for each in answer.entries)
    account = answer.account
    return answer.balance, account.lots, account.debt, account.draws, account.welcomed, entries


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_order_and_any_repetition_give_the_same_account(
    line: Connected, data: st.DataObject
) -> None:
    with connected(line.company, session=line.session) as other:
        kiosk = Kiosk(claimed=other.claimed, program=read_program(PROGRAM))
        member, events = life(kiosk)
        written = Journal().write(*events)
        shuffled = data.draw(st.permutations(written))
        twice = data.draw(st.lists(st.sampled_from(written), max_size=6))
        pushed: list[JournalEvent] = [*shuffled, *twice]
        cut = data.draw(st.integers(0, len(pushed)))
        for batch in (pushed[:cut], pushed[cut:]):
            other.terminal.push(batch)
        found = line.till.account(member)
        assert (found.balance, found.account.debt) == (50 - 200 - 350, 500)
        assert len(found.entries) == 5
        positions = [each.position for each in found.entries]
        assert positions == list(range(1, 6))
        _in_order(line, meaning(found))
        _sound(line, member)


def _in_order(line: Connected, expected: tuple[object, ...]) -> None:
    """A twin who lived the same in order has the same account, but for the ids."""
    with connected(line.company, session=line.session) as other:
        kiosk = Kiosk(claimed=other.claimed, program=read_program(PROGRAM))
        member, events = life(kiosk)
        other.terminal.push(Journal().write(*events))
        found = meaning(line.till.account(member))
    assert (found[0], found[2], found[4]) == (expected[0], expected[2], expected[4])
    assert len(found[1]) == len(expected[1])  # type: ignore[arg-type]  # lots
    assert len(found[3]) == len(expected[3])  # type: ignore[arg-type]  # draws


def _sound(line: Connected, member: str) -> None:
    with line.company.database.read(line.company.shop.tenant) as tx:
        account = accounts.account(tx, MemberId(member), line.company.shop.program)
        assert account is not None
        assert fault_of(tx, account) is None


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_the_snapshot_is_what_the_journal_gives_whatever_comes_late(
    line: Connected, data: st.DataObject
) -> None:
    """Sales closed long ago, holds, voids, redemptions: the books add up after each."""
    with connected(line.company, session=line.session) as other:
        kiosk, journal = Kiosk(claimed=other.claimed, program=read_program(PROGRAM)), Journal()
        joined = kiosk.enrolled()
        other.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
        waiting = []
        for step in data.draw(st.lists(st.sampled_from("SHHVI"), max_size=20)):
            if step == "S":
                late = now() - timedelta(days=data.draw(st.sampled_from([0, 0, 0, 10, 390])))
                sale = sale_of(joined.member, data.draw(st.integers(0, 60000)))
                line.till.record_sale(sale.model_copy(update={"closed_at": late}))
            elif step == "H":
                waiting.append(kiosk.reserved(joined.member))
                other.terminal.push(journal.write(waiting[-1]))
            elif waiting:
                held = waiting.pop(data.draw(st.integers(0, len(waiting) - 1)))
                told = kiosk.voided(held) if step == "V" else kiosk.issued(held.voucher.redemption)
                other.terminal.push(journal.write(told))
            _sound(line, joined.member)

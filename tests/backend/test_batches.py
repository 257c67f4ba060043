"""A batch is what its facts are one by one, in any cut, and costs few statements."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from backend.api.terminals import FACTS_AT_ONCE
from backend.services.verify import faults
from backend_client.schemas import AccountAnswer, EventResult, JournalEvent, VoucherReserved
from loyalty.document import read_program
from tests.support.facts import Journal, Kiosk
from tests.support.postgres import DATABASES, database_on
from tests.support.server import (
    PROGRAM,
    Company,
    Connected,
    company,
    connected,
    in_process,
    new_id,
)

MEMBERS = 3


@pytest.fixture(scope="module", params=DATABASES)
def backend(request: pytest.FixtureRequest) -> Iterator[Connected]:
    """One backend for all examples: each example has companies of its own."""
    with (
        database_on(request, "sqlite://") as url,
        company(url) as shop,
        in_process(shop.app) as session,
        connected(shop, session=session) as made,
    ):
        yield made


def story(kiosk: Kiosk, data: st.DataObject) -> tuple[list[str], list[JournalEvent]]:
    """Members and a journal of what a kiosk can tell of them: true, twice, too late, or wrong."""
    journal, members = Journal(), [new_id() for _ in range(MEMBERS)]
    written: list[JournalEvent] = []
    reserved: list[VoucherReserved] = []
    for step in data.draw(st.lists(st.sampled_from("JWRRIVAXD"), min_size=3, max_size=16)):
        member = data.draw(st.sampled_from(members))
        held = data.draw(st.sampled_from(reserved)) if reserved else None
        match step:
            case "J":
                address = data.draw(st.sampled_from((None, "a@example.org", "nobody")))
                written += journal.write(kiosk.enrolled(member, email=address))  # type: ignore[arg-type]  # an id
            case "W":
                written += journal.write(kiosk.welcomed(member))
            case "R":
                reserved.append(kiosk.reserved(member))
                written += journal.write(reserved[-1])
            case "I" if held:
                written += journal.write(kiosk.issued(held.voucher.redemption))
            case "V" if held:
                written += journal.write(kiosk.voided(held))
            case "A":
                written += journal.write(kiosk.abandoned(new_id()))
            case "X" if held:
                # Another content under a known id, or another voucher with its code.
                other = kiosk.reserved(member, "tote", code=held.voucher.code)  # type: ignore[arg-type]  # a code
                same = data.draw(st.booleans())
                written += journal.write(
                    other.model_copy(update={"id": held.id}) if same else other
                )
            case "D" if written:
                written.append(data.draw(st.sampled_from(written)))
            case _:
                pass
    return members, written


def at_home_of(line: Connected, told: Connected, written: list[JournalEvent]) -> list[JournalEvent]:
    """The same facts, of the store of another company; and so its terminal's own journal."""
    journal, found = Journal(), dict[str, JournalEvent]()
    moved = []
    for item in written:
        text = item.model_dump_json()
        if text not in found:
            said = text.replace(told.claimed.store.id, line.claimed.store.id)
            fact = JournalEvent.model_validate_json(said).event
            found[text] = journal.write(fact)[0]
        moved.append(found[text])
    return moved


@pytest.mark.thorough
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_batch_in_any_cut_is_what_its_facts_are_one_by_one(
    backend: Connected, data: st.DataObject
) -> None:
    with (
        connected(backend.company.add_shop(), session=backend.session) as one,
        connected(backend.company.add_shop(), session=backend.session) as other,
    ):
        kiosk = Kiosk(claimed=one.claimed, program=read_program(PROGRAM))
        members, written = story(kiosk, data)
        single = [result for item in written for result in one.terminal.push([item]).results]
        moved = at_home_of(other, one, written)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(moved)), max_size=3)))
        batches = zip([0, *cuts], [*cuts, len(moved)], strict=True)
        together = [
            result
            for start, end in batches
            if start < end
            for result in other.terminal.push(moved[start:end]).results
        ]
        assert together == single
        for member in members:
            assert account(other, one, member) == account(one, one, member)
        for line in (one, other):
            assert_sound(line.company)


def account(line: Connected, told: Connected, member: str) -> AccountAnswer | int:
    answer = line.raw("GET", f"/v1/accounts/{member}", till=True)
    if answer.status_code != 200:
        return answer.status_code
    said = answer.text.replace(line.claimed.store.id, told.claimed.store.id)
    return AccountAnswer.model_validate_json(said)


def assert_sound(shop: Company) -> None:
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == []


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that a database is given meanwhile; one run over many rows is one."""
    told: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        told.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_ten_facts_and_two_hundred_cost_as_many_statements(
    shop: Company, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    def joining(number: int) -> list[JournalEvent]:
        joined = [kiosk.enrolled(email=f"{new_id()}@example.org") for _ in range(number)]
        facts = [fact for one in joined for fact in (one, kiosk.welcomed(one.member))]
        return journal.write(*facts)

    counted = []
    for members in (5, 100):
        batch = joining(members)
        assert len(batch) <= FACTS_AT_ONCE
        with counting(shop.database.engine) as told:
            results: tuple[EventResult, ...] = line.terminal.push(batch).results
        assert all(not result.flags for result in results)
        counted.append(told)
    few, many = ([statement.partition("(")[0] for statement in told] for told in counted)
    assert few == many
    inserts = [statement for statement in many if statement.startswith("INSERT")]
    assert len(inserts) == len(set(inserts)), "one statement for each table"

"""A batch is what its facts are one by one, in any cut, and costs few statements."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from backend.api.terminals import FACTS_AT_ONCE
from backend.services.points.verify import faults
from backend_client.schemas.events import EventResult, JournalEvent, VoucherReserved
from backend_client.schemas.sales import SaleBody
from backend_client.schemas.tills import AccountAnswer
from loyalty.document import read_program
from tests.support.facts import Journal, Kiosk, sale_of
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


# --- sales ------------------------------------------------------------------------------------


def sold(data: st.DataObject, members: list[str]) -> list[SaleBody]:
    """Sales of a day: good ones, told twice, of nobody, in another currency, under a known id."""
    sales: list[SaleBody] = []
    for _ in range(data.draw(st.integers(1, 10))):
        sale = sale_of(data.draw(st.sampled_from(members)), data.draw(st.integers(0, 9000)))
        late = timedelta(days=data.draw(st.sampled_from([0, 0, 1, 30, 4000])))
        change: dict[str, object] = {"closed_at": sale.closed_at - late}
        match data.draw(st.sampled_from("......NCTK")):
            case "N":
                change["member"] = new_id()
            case "C":
                change["currency"] = "USD"
            case "T" if sales:
                change = dict(sales[-1])
            case "K" if sales:
                change["id"] = sales[0].id
            case _:
                pass
        sales.append(sale.model_copy(update=change))
    return sales


def alone(line: Connected, sale: SaleBody) -> tuple[object, str]:
    answer = line.raw("POST", "/v1/sales", sale.model_dump(mode="json"), till=True)
    said = answer.json()
    return (said["type"], said["detail"]) if "type" in said else (None, without_store(line, said))


def without_store(line: Connected, answer: object) -> str:
    return json.dumps(answer, sort_keys=True).replace(line.claimed.store.id, "here")


@pytest.mark.thorough
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_sales_in_batches_of_any_cut_are_what_they_are_one_by_one(
    backend: Connected, data: st.DataObject
) -> None:
    with (
        connected(backend.company.add_shop(), session=backend.session) as one,
        connected(backend.company.add_shop(), session=backend.session) as other,
    ):
        members = [new_id() for _ in range(MEMBERS)]
        kiosk = Kiosk(claimed=one.claimed, program=read_program(PROGRAM))
        joined = Journal().write(*(kiosk.enrolled(member) for member in members))  # type: ignore[arg-type]  # ids
        one.terminal.push(joined)
        other.terminal.push(at_home_of(other, one, joined))
        sales = sold(data, members)
        single = [alone(one, sale) for sale in sales]
        cut = data.draw(st.integers(0, len(sales)))
        together = []
        for batch in (sales[:cut], sales[cut:]):
            body = {"sales": [sale.model_dump(mode="json") for sale in batch]}
            if batch:
                found = other.raw("POST", "/v1/sales/batch", body, till=True).json()["results"]
                together += [
                    (each["problem"]["type"], each["problem"]["detail"])
                    if each["problem"]
                    else (None, without_store(other, each["answer"]))
                    for each in found
                ]
        assert together == single
        for member in members:
            assert account(other, one, member) == account(one, one, member)
        for line in (one, other):
            assert_sound(line.company)


def test_five_sales_and_a_hundred_cost_as_many_statements(
    shop: Company, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = [kiosk.enrolled() for _ in range(60)]
    line.terminal.push(journal.write(*joined))
    counted = []
    for number in (5, 100):
        sales = [sale_of(joined[n % len(joined)].member, 1000) for n in range(number)]
        with counting(shop.database.engine) as told:
            results = line.till.record_sales(sales).results
        assert all(result.answer and result.answer.earned == 10 for result in results)
        counted.append([statement.partition("(")[0] for statement in told])
    few, many = counted
    assert few == many


def test_one_bad_sale_among_many_holds_up_no_other(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined))
    sales = [sale_of(joined.member, 1000) for _ in range(4)]
    sales.insert(2, sale_of(new_id(), 1000))
    for known in (False, True):
        results = line.till.record_sales(sales).results
        said = [result.answer.known if result.answer else None for result in results]
        assert said == [known, known, None, known, known]
        bad = results[2].problem
        assert bad is not None
        assert (bad.type, bad.status) == ("urn:loyalty:problem:not-found", 404)
    assert line.till.account(joined.member).balance == 40

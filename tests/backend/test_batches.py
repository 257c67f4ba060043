"""A batch is what its facts are one by one, in any cut, and costs few statements."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.api.terminals import FACTS_AT_ONCE
from backend_client.schemas.events import EventResult, JournalEvent, VoucherReserved
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.postgres import DATABASES, database_on
from tests.support.server import (
    Company,
    Connected,
    company,
    connected,
    in_process,
    new_id,
)
from tests.support.statements import counting
from tests.support.two_shops import MEMBERS, alone, sold, two_shops, without_store


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
    with two_shops(backend) as shops:
        members, written = story(shops.kiosk, data)
        single = [result for item in written for result in shops.one.terminal.push([item]).results]
        moved = shops.moved(written)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(moved)), max_size=3)))
        batches = zip([0, *cuts], [*cuts, len(moved)], strict=True)
        together = [
            result
            for start, end in batches
            if start < end
            for result in shops.other.terminal.push(moved[start:end]).results
        ]
        assert together == single
        shops.assert_same(members)


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
    with two_shops(backend) as shops:
        members = shops.joined()
        sales = sold(data, members)
        single = [alone(shops.one, sale) for sale in sales]
        cut = data.draw(st.integers(0, len(sales)))
        together = []
        for batch in (sales[:cut], sales[cut:]):
            body = {"sales": [sale.model_dump(mode="json") for sale in batch]}
            if batch:
                told = shops.other.raw("POST", "/v1/sales/batch", body, till=True).json()
                together += [
                    (each["problem"]["type"], each["problem"]["detail"])
                    if each["problem"]
                    else (None, without_store(shops.other, each["answer"]))
                    for each in told["results"]
                ]
        assert together == single
        shops.assert_same(members)


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

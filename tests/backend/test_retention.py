"""Who stays away for three years is told, and forgotten a month later; who comes back stays."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from backend.config import Config
from backend.db import accounts, cards, deadlines, member_sessions, members, outbox, shops, tables
from backend.db.cards import Card
from backend.jobs import JOBS
from backend.services.keeping.working import run_job
from backend.services.people import cards as card_desk
from backend.services.people import codes, links, own_sessions
from backend.services.points.verify import faults
from backend_client.schemas.kiosks import CodeRequest, NewLink
from loyalty.ids import MemberId
from tests.support.clock import StandingClock
from tests.support.members import give, join
from tests.support.server import Company, company


@pytest.fixture
def time() -> StandingClock:
    clock = StandingClock()
    clock.at("2020-02-10T10:00+01:00")
    return clock


@pytest.fixture
def shop(url: str, time: StandingClock) -> Iterator[Company]:
    with company(url, clock=time) as made:
        yield made


def retain(shop: Company) -> int:
    job = next(job for job in JOBS if job.name == "retention")
    ran = run_job(shop.database, shop.shop.tenant, Config(), job, forced=True)
    assert ran is not None
    assert not ran.failed
    return ran.done


def silent(shop: Company, email: str | None = "camille@shop.test") -> MemberId:
    with shop.database.write(shop.shop.tenant) as tx:
        who = join(tx, email=email)
        give(tx, shop, who, 30)
    return who


def is_erased(shop: Company, who: MemberId) -> bool:
    with shop.database.read(shop.shop.tenant) as tx:
        person = members.member(tx, who)
    assert person is not None
    return person.erased_at is not None and person.email is None and person.first_name == ""


def test_inactive_for_three_years_then_told_then_erased(shop: Company, time: StandingClock) -> None:
    """F13."""
    who, unreachable = silent(shop), silent(shop, email=None)
    time.at("2023-02-10T09:00+01:00")
    assert retain(shop) == 0
    time.at("2023-02-10T11:00+01:00")
    assert retain(shop) == 2
    with shop.database.read(shop.shop.tenant) as tx:
        (mail,) = outbox.page_of_mail(tx, state=None, before=None, limit=10)
    assert (mail.kind, mail.member) == ("retention", who)
    time.after(days=29)
    assert retain(shop) == 0
    assert not is_erased(shop, who)
    time.after(days=1)
    assert retain(shop) == 2
    assert is_erased(shop, who)
    assert is_erased(shop, unreachable)
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == [], "the books stay as they were"
        row = accounts.account(tx, who, shop.shop.program)
        assert row is not None
        assert row.snapshot.account().balance(tx.now) == 30
    assert retain(shop) == 0


def test_who_comes_back_after_the_notice_stays(shop: Company, time: StandingClock) -> None:
    who = silent(shop)
    time.at("2023-02-11T10:00+01:00")
    assert retain(shop) == 1
    time.after(days=20)
    with shop.database.write(shop.shop.tenant) as tx:
        give(tx, shop, who, 5)
    time.after(days=20)
    assert retain(shop) == 0
    assert not is_erased(shop, who)
    time.after(days=365 * 3 + 30)
    assert retain(shop) == 1, "and is told again, three years after that"


@pytest.mark.parametrize("sign", ["signed in", "typed a code", "showed the card", "used a link"])
def test_a_visit_without_a_purchase_is_a_sign_of_life(
    shop: Company, time: StandingClock, sign: str
) -> None:
    who = silent(shop)
    time.at("2022-01-10T10:00+01:00")
    with shop.database.write(shop.shop.tenant) as tx:
        (store,) = shops.stores(tx)
        person = members.member(tx, who)
        assert person is not None
        match sign:
            case "signed in":
                own_sessions.open_session(tx, person, "cookie")
            case "typed a code":
                codes.ask(tx, CodeRequest(id="c", email=person.email), "lost_card", None)
                tx.run(tables.one_time_codes.update().values(passed_at=tx.now))
            case "showed the card":
                cards.add_card(
                    tx, Card(key="0" * 64, member=who, linked_at=tx.now - timedelta(days=700))
                )
                card_desk.show(tx, "0" * 64, store)
            case _:
                link = NewLink(id="l", member=who)
                token = links.hand_out(tx, link, "account", store, "https://shop.test").url
                own_sessions.by_link(tx, token.rpartition("/")[2], "cookie")
                member_sessions.close_sessions(tx, who)
    time.at("2023-02-11T10:00+01:00")
    assert retain(shop) == 0
    time.at("2025-02-11T10:00+01:00")
    assert retain(shop) == 1


def test_what_a_job_does_for_a_member_is_no_sign_of_life(
    shop: Company, time: StandingClock
) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        who = join(tx)
        give(tx, shop, who, 30, until="2021-01-01T00:00+01:00")
    time.at("2022-06-01T10:00+02:00")
    expiry = next(job for job in JOBS if job.name == "expiry")
    assert run_job(shop.database, shop.shop.tenant, Config(), expiry, forced=True) is not None
    time.at("2023-02-11T10:00+01:00")
    assert retain(shop) == 1
    with shop.database.read(shop.shop.tenant) as tx:
        assert deadlines.noticed_at(tx, who) is not None

"""What a kiosk hears of gifts, stock, programs to come and campaigns, and what it makes of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend_client.schemas.catalogue import GiftBody, GiftFound
from backend_client.schemas.changes import (
    CampaignChanged,
    ChangesPage,
    GiftChanged,
    ProgramChanged,
    ProgramWithdrawn,
    StockChanged,
    StoreChanged,
)
from backend_client.schemas.terminals import StoreBody
from kiosk.db import Database, Transaction
from kiosk.db.migrate import STEPS
from kiosk.flows.attract import welcome_points
from kiosk.services.identify import program_in_force
from kiosk.sync import apply
from loyalty.ids import RewardId
from tests.support.server import PROGRAM

NOW = datetime.now(UTC)
STORE = StoreBody(id="s1", name="Maison Lise", time_zone="Europe/Paris")


def hears(database: Database, *changes: object) -> None:
    page = ChangesPage(changes=changes, cursor="c", more=False)  # type: ignore[arg-type]  # checked by pydantic
    database.run_now(apply, page, now=NOW)


def written(**other: object) -> str:
    return json.dumps({**json.loads(PROGRAM), **other})


def mug(**other: object) -> GiftChanged:
    body = {"name": {"fr": "Tasse"}, "points": 100, "stocked": True, **other}
    gift = GiftFound(id="mug", cost=100, **dict(GiftBody.model_validate(body)))
    return GiftChanged(gift=gift)


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database(None)
    hears(made, StoreChanged(store=STORE), ProgramChanged(document=PROGRAM))
    yield made
    made.close()


def offered(database: Database) -> dict[str, int]:
    program = database.run_now(Transaction.program)
    assert program is not None
    return {reward.id: reward.cost for reward in program.rewards}


def test_a_gift_of_the_catalogue_is_among_the_rewards_with_what_is_left(
    database: Database,
) -> None:
    picture = "a" * 64
    hears(database, mug(picture=picture), StockChanged(gift="mug", free=2))
    assert offered(database)["mug"] == 100
    assert database.run_now(Transaction.free, RewardId("mug")) == 2
    reward = database.run_now(Transaction.reward, RewardId("mug"))
    assert reward is not None
    assert reward.picture == picture
    hears(database, StockChanged(gift="mug", free=0))
    assert database.run_now(Transaction.free, RewardId("mug")) == 0
    hears(database, mug(stocked=False))
    assert database.run_now(Transaction.free, RewardId("mug")) is None


def test_a_gift_that_is_not_offered_here_keeps_its_name_for_vouchers(database: Database) -> None:
    hears(database, mug(stores=("elsewhere",)))
    assert "mug" not in offered(database)
    hears(database, StoreChanged(store=STORE.model_copy(update={"id": "elsewhere"})))
    assert "mug" in offered(database)
    hears(database, mug(offered=False))
    assert "mug" not in offered(database)
    assert database.run_now(Transaction.reward, RewardId("mug")) is not None


def test_a_version_to_come_waits_for_its_day_and_may_be_taken_back(database: Database) -> None:
    soon, late = NOW - timedelta(minutes=1), NOW + timedelta(days=1)
    hears(
        database,
        ProgramChanged(document=written(version=2, valid_from=soon.isoformat(), rewards=[])),
        ProgramChanged(document=written(version=3, valid_from=late.isoformat())),
    )
    assert offered(database) == {}
    hears(database, ProgramWithdrawn(program=json.loads(PROGRAM)["id"], version=2))
    assert offered(database) != {}


def test_loyalty_switched_off_leaves_nothing_to_show(database: Database) -> None:
    hears(database, mug(), ProgramChanged(document=PROGRAM, on=False))
    program = database.run_now(program_in_force)
    assert program is not None
    assert (program.rewards, program.earning, welcome_points(program)) == ((), (), 0)
    hears(database, ProgramChanged(document=PROGRAM))
    assert "mug" in offered(database)


def test_the_store_may_get_another_program(database: Database) -> None:
    other = written(id="other", rewards=[])
    hears(
        database,
        ProgramChanged(document=other),
        StoreChanged(store=STORE.model_copy(update={"program": "other"})),
    )
    assert offered(database) == {}


def test_the_messages_of_campaigns_are_told_while_they_run(database: Database) -> None:
    day = (NOW - timedelta(days=30)).date().isoformat()
    campaigns = [
        {"id": "now", "name": {"fr": "x2"}, "give": {"times": "2"}},
        {"id": "over", "name": {"fr": "x3"}, "give": {"times": "3"}, "last_day": day},
    ]
    hears(database, ProgramChanged(document=written(campaigns=campaigns)))
    program = json.loads(PROGRAM)["id"]
    for campaign in ("now", "over"):
        message = {"fr": f"Opération {campaign}"}
        hears(database, CampaignChanged(program=program, campaign=campaign, message=message))
    told = database.run_now(Transaction.campaign_messages, NOW)
    assert [each.message["fr"] for each in told] == ["Opération now"]
    hears(database, CampaignChanged(program=program, campaign="now", message={}))
    assert database.run_now(Transaction.campaign_messages, NOW) == ()


def test_a_kiosk_of_before_the_catalogue_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    made = Database(path)
    made.run_now(_as_before)
    made.close()
    again = Database(path)
    hears(again, mug(), StockChanged(gift="mug", free=1))
    assert again.run_now(Transaction.free, RewardId("mug")) == 1
    again.close()
    assert len(STEPS) > 1


def _as_before(tx: Transaction) -> None:
    for table in ("gifts", "gift_stock", "campaign_messages"):
        tx._connection.exec_driver_sql(f"DROP TABLE {table}")
    tx._connection.exec_driver_sql("PRAGMA user_version = 1")

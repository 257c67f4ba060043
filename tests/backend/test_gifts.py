"""Gifts: on offer as the merchant says, never more than there are, and nobody loses points."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import requests

from backend.config import Config
from backend.jobs import JOBS
from backend.services.keeping.working import run_job
from backend.services.points.verify import faults
from backend.services.programs.presets import preset_document
from backend.services.shop.stock import release_overdue, shelve_unclaimed
from backend_client.errors import BackendRefused
from backend_client.schemas.changes import CardChanged, Change, GiftChanged, StockChanged
from backend_client.schemas.kiosks import StandingBody
from backend_client.schemas.redemptions import RedemptionAnswer, RedemptionRequest
from backend_client.schemas.sales import SaleAct, TicketState
from backend_client.schemas.tills import VoucherRedemption
from backend_client.schemas.uses import UseAnswer, UseBody, UseIssue
from loyalty.errors import MemberLimit, NotEnoughPoints, RewardUnavailable
from loyalty.vouchers import VoucherState, mint
from tests.support.clock import ClockAhead
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.merchant import Merchant, name_of, png
from tests.support.server import Company, Connected, company, connected, new_id
from tests.support.staff import at_work

MUG = {"name": {"fr": "Tasse", "en": "Mug"}, "points": 100, "stocked": True}


@pytest.fixture
def clock() -> ClockAhead:
    return ClockAhead()


@pytest.fixture
def shop(url: str, clock: ClockAhead) -> Iterator[Company]:
    with company(url, clock=clock) as made:
        yield made


@pytest.fixture
def owner(shop: Company, session: requests.Session) -> Merchant:
    return Merchant(person=at_work(shop), session=session)


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    """Somebody with 550 points."""
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 50000))
    return joined.member


def asks(line: Connected, member: str, gift: str, *, id: str | None = None) -> RedemptionAnswer:  # noqa: A002 - its name
    """What the backend says to a kiosk that wants the gift."""
    return line.terminal.hold(
        RedemptionRequest(
            id=id or new_id(),
            member=member,
            program=line.claimed.program,
            reward=gift,
            code=mint(uuid4().int),
            at=datetime.now(UTC),
        ),
        10,
    )


def standing(line: Connected, member: str) -> StandingBody:
    """What the kiosk hears at the member's tap."""
    cards = [each for each in heard(line) if isinstance(each, CardChanged)]
    (card,) = [each.card for each in cards if each.member == member]
    told = line.terminal.seen(card).standing
    assert told is not None
    return told


def there(owner: Merchant, line: Connected, gift: str = "mug") -> tuple[int, int, int]:
    """Pieces free, promised and held for choosers in the kiosk's store."""
    found = owner.gets(f"/v1/gifts/{gift}/stock")["stock"]
    (here,) = [each for each in found if each["store"] == line.claimed.store.id]
    return here["free"], here["promised"], here["choosing"]


def heard(line: Connected) -> list[Change]:
    """Everything that the kiosk hears."""
    return list(line.terminal.changes("").changes)


def stocked(owner: Merchant, line: Connected, pieces: int, **other: object) -> None:
    owner.puts("/v1/gifts/mug", **{**MUG, **other})
    owner.delivers("mug", line.claimed.store.id, pieces)


def test_a_gift_of_the_catalogue_is_on_offer_at_kiosks_and_counted(
    owner: Merchant, line: Connected, member: str
) -> None:
    stocked(owner, line, 2)
    held = asks(line, member, "mug")
    assert held.entry.points == -100
    assert there(owner, line) == (1, 1, 0)
    told = heard(line)
    (gift,) = [each.gift for each in told if isinstance(each, GiftChanged)]
    (stock,) = [each for each in told if isinstance(each, StockChanged)]
    assert (gift.id, gift.cost, stock.free) == ("mug", 100, 1)


def test_the_price_in_points_may_be_the_products(
    owner: Merchant, line: Connected, member: str
) -> None:
    owner.puts("/v1/products/SAVON", name="Savon", gift_points=120)
    assert owner.gets("/v1/gifts/SAVON")["cost"] == 120
    assert asks(line, member, "SAVON").entry.points == -120
    owner.puts("/v1/products/SAVON", name="Savon", gift_points=80)
    assert asks(line, member, "SAVON").entry.points == -80
    owner.puts("/v1/products/SAVON", name="Savon")
    with pytest.raises(RewardUnavailable):
        asks(line, member, "SAVON")


def test_what_costs_points_is_never_offered_for_cents(
    owner: Merchant, line: Connected, member: str
) -> None:
    """300 points are not 3.00 €, whichever program comes later and however the price came."""
    mug = {"name": {"fr": "Tasse"}, "points": 300}
    owner.puts("/v1/products/SAVON", name="Savon", gift_points=120)
    assert owner.puts("/v1/gifts/mug", **mug)["unit"] == "points"
    counts_money(owner)
    assert not offered_for_money(owner, member) & {"mug", "SAVON"}
    assert asks(line, member, "mug").entry.points == -300, "where points count nothing changes"
    for gift in [each.gift for each in heard(line) if isinstance(each, GiftChanged)]:
        assert gift.unit == "points", "a kiosk that counts money does not offer it either"
    # As it was, it stays; anew, somebody says for whom.
    owner.puts("/v1/gifts/mug", **mug, offered=False)
    assert owner.puts("/v1/gifts/mug", **mug)["unit"] == "points"
    assert refused_at(owner, "/v1/gifts/bag", mug) == "program"
    assert (
        refused_at(owner, "/v1/gifts/bag", {**mug, "program": "cash", "unit": "points"}) == "unit"
    )
    owner.puts("/v1/gifts/bag", **mug, program="cash")
    owner.puts("/v1/gifts/cup", **mug, unit="money")
    owner.puts("/v1/gifts/box", **mug, unit="points")
    assert offered_for_money(owner, member) & {"bag", "cup", "box"} == {"bag", "cup"}
    # Nor does a product become a gift of both, alone or from a file.
    tea = {"name": "Thé", "gift_points": 50}
    assert refused_at(owner, "/v1/products/THE", tea) == "gift_points"
    file = owner.asks(
        "POST",
        "/v1/products/import?dry_run=true",
        data=b"id,name,gift_points\nTHE,Tea,50\n",
        headers={"Content-Type": "text/csv"},
    )
    assert [each["field"] for each in file.json()["bad_rows"]] == ["gift_points"]
    soap = {"name": {"fr": "Savon"}, "product": "SAVON"}
    assert refused_at(owner, "/v1/gifts/soap", {**soap, "program": "cash"}) == "points"
    owner.puts("/v1/products/SAVON", name="Savon", gift_points=80)
    assert owner.gets("/v1/gifts/SAVON")["unit"] == "points", "still"


def counts_money(owner: Merchant) -> None:
    """Another store, with a program that counts money."""
    document = json.loads(preset_document("lightspeed")) | {"id": "cash"}
    owner.puts("/v1/programs/cash/draft", document=document)
    owner.posts("/v1/programs/cash/publication", version=1)
    settings = {"name": "Nantes", "time_zone": "Europe/Paris", "program": "cash"}
    owner.puts("/v1/stores/nantes", **settings)


def offered_for_money(owner: Merchant, member: str) -> set[str]:
    """What that store's program has, as its till hears of it."""
    here = {"Loyalty-Store": "nantes"}
    told = owner.asks("POST", "/v1/quotes", {"member": member, "total": 1000}, headers=here)
    return {each["reward"] for each in told.json()["options"]}


def refused_at(owner: Merchant, path: str, body: object) -> str:
    """The field that is wrong, told with what to do instead."""
    answer = owner.asks("PUT", path, body)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["message"]
    return str(error["field"])


def test_a_gift_may_change_a_reward_of_the_program_or_take_it_away(
    owner: Merchant, line: Connected, kiosk: Kiosk, member: str
) -> None:
    reward = kiosk.program.rewards[0]
    owner.puts(f"/v1/gifts/{reward.id}", name={"fr": "Autre"}, points=reward.cost + 1)
    assert asks(line, member, reward.id).entry.points == -reward.cost - 1
    owner.puts(f"/v1/gifts/{reward.id}", name={"fr": "Autre"}, offered=False)
    with pytest.raises(RewardUnavailable):
        asks(line, member, reward.id)


def test_the_last_piece_is_given_once_and_comes_back_when_its_voucher_is_void(
    owner: Merchant, line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    stocked(owner, line, 1)
    held = asks(line, member, "mug")
    before = line.till.account(member).balance
    with pytest.raises(RewardUnavailable):
        asks(line, member, "mug")
    assert line.till.account(member).balance == before
    asked = kiosk.asked(held)
    line.terminal.push(journal.write(asked, kiosk.voided(asked)))
    assert there(owner, line) == (1, 0, 0)
    assert line.till.account(member).balance == before + 100


def uses(line: Connected, member: str, sale: str | None = None) -> UseAnswer:
    """Points set aside at the till for a mug."""
    return line.till.use(
        UseBody(id=new_id(), member=member, reward="mug", sale=sale, at=datetime.now(UTC))
    )


def test_a_gift_that_is_taken_at_the_till_leaves_the_shelf_and_a_void_brings_it_back(
    owner: Merchant, line: Connected, member: str
) -> None:
    stocked(owner, line, 1)
    before = line.till.account(member).balance
    held = uses(line, member)
    assert there(owner, line) == (0, 1, 0)
    with pytest.raises(RewardUnavailable):
        uses(line, member)
    assert line.till.account(member).balance == before - 100, "who loses the race keeps the points"
    line.till.void_use(held.id)
    line.till.void_use(held.id)
    assert there(owner, line) == (1, 0, 0)
    issued = uses(line, member)
    line.till.issue_use(issued.id, UseIssue())
    assert there(owner, line) == (0, 0, 0)


def test_a_voided_sale_brings_its_gift_back_and_one_that_stands_again_takes_it(
    owner: Merchant, line: Connected, member: str
) -> None:
    stocked(owner, line, 1)
    sale = sale_of(member, 10_00)
    held = uses(line, member, sale.id)
    line.till.record_sale(sale.model_copy(update={"uses": (held.id,)}))
    assert there(owner, line) == (0, 0, 0)
    line.till.void_sale(sale.id, SaleAct(id=new_id(), at=datetime.now(UTC)))
    assert there(owner, line) == (1, 0, 0)
    line.till.restore_sale(sale.id, SaleAct(id=new_id(), at=datetime.now(UTC)))
    assert there(owner, line) == (0, 0, 0)


def test_points_and_pieces_that_a_till_forgot_come_back_after_a_day(
    shop: Company, owner: Merchant, line: Connected, clock: ClockAhead, member: str
) -> None:
    stocked(owner, line, 3)
    gone = sale_of(member, 100_00)
    line.till.record_sale(gone)
    before = line.till.account(member).balance
    uses(line, member)
    uses(line, member, gone.id)
    going_on = sale_of(member, 10_00).model_copy(update={"state": TicketState.LAYBY})
    kept = uses(line, member)
    line.till.record_sale(going_on.model_copy(update={"uses": (kept.id,)}))
    job = next(each for each in JOBS if each.name == "forgotten")
    tenant = shop.shop.tenant

    def done() -> int:
        ran = run_job(shop.database, tenant, Config(), job, forced=True)
        assert ran is not None
        return ran.done

    assert done() == 0
    clock.ahead += timedelta(days=1, minutes=1)
    assert [done(), done()] == [2, 0], "what a layby waits for is not forgotten"
    next_day = Merchant(person=at_work(shop), session=owner.session)
    assert there(next_day, line) == (2, 1, 0)
    assert line.till.account(member).balance == before - 100
    with shop.database.read(tenant) as tx:
        assert list(faults(tx)) == []


def test_a_piece_is_kept_while_somebody_chooses_and_let_go_after_a_while(
    shop: Company, owner: Merchant, line: Connected, clock: ClockAhead, member: str
) -> None:
    stocked(owner, line, 1, hold_s=60)
    wanted = new_id()
    path = "/v1/gifts/mug/holds"
    kept = line.raw("POST", path, {"id": wanted})
    assert (kept.status_code, kept.json()["free"]) == (200, 0)
    assert line.raw("POST", path, {"id": new_id()}).json()["type"].endswith("sold-out")
    assert asks(line, member, "mug", id=wanted).voucher.state is VoucherState.RESERVED
    assert there(owner, line) == (0, 1, 0)
    owner.delivers("mug", line.claimed.store.id, 1)
    walked_away = new_id()
    assert line.raw("POST", path, {"id": walked_away}).status_code == 200
    assert there(owner, line) == (0, 1, 1)
    clock.ahead += timedelta(seconds=61)
    with shop.database.write(shop.shop.tenant) as tx:
        assert release_overdue(tx) == 1
    assert there(owner, line) == (1, 1, 0)


def test_a_hold_that_is_let_go_is_free_and_only_its_kiosk_lets_it_go(
    shop: Company, owner: Merchant, line: Connected
) -> None:
    stocked(owner, line, 1)
    wanted = new_id()
    line.raw("POST", "/v1/gifts/mug/holds", {"id": wanted})
    with connected(shop, session=line.session) as other:
        assert other.raw("DELETE", f"/v1/holds/{wanted}").status_code == 404
    assert line.raw("DELETE", f"/v1/holds/{wanted}").status_code == 200
    assert line.raw("DELETE", f"/v1/holds/{wanted}").status_code == 200
    assert there(owner, line) == (1, 0, 0)


def test_whoever_needs_the_last_piece_gets_the_one_of_somebody_who_walked_away(
    owner: Merchant, line: Connected, clock: ClockAhead, member: str
) -> None:
    stocked(owner, line, 1, hold_s=60)
    line.raw("POST", "/v1/gifts/mug/holds", {"id": new_id()})
    with pytest.raises(RewardUnavailable):
        asks(line, member, "mug")
    clock.ahead += timedelta(seconds=61)
    assert asks(line, member, "mug").entry.points == -100


def test_a_voucher_made_without_asking_is_a_fact_even_when_nothing_is_left(
    owner: Merchant, line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    reward = kiosk.program.rewards[0]
    owner.puts(f"/v1/gifts/{reward.id}", name={"fr": "Café"}, stocked=True)
    owner.delivers(reward.id, line.claimed.store.id, 1)
    taken = [kiosk.reserved(member, reward.id) for _ in range(2)]
    results = line.terminal.push(journal.write(*taken)).results
    assert [("stock-short" in result.flags) for result in results] == [False, True]
    assert there(owner, line, reward.id) == (0, 1, 0)


def test_a_redeemed_voucher_has_taken_its_piece_for_good(
    owner: Merchant, line: Connected, member: str
) -> None:
    stocked(owner, line, 1)
    held = asks(line, member, "mug")
    redeemed = VoucherRedemption(id=new_id(), at=datetime.now(UTC))
    line.till.redeem(held.voucher.code, redeemed)
    assert there(owner, line) == (0, 0, 0)


def test_pieces_come_and_go_once_and_a_count_respects_what_is_promised(
    owner: Merchant, line: Connected, member: str
) -> None:
    stocked(owner, line, 3)
    asks(line, member, "mug")
    path = f"/v1/gifts/mug/stock/{line.claimed.store.id}"
    lost = {"id": new_id(), "kind": "loss", "pieces": 1, "comment": "cassée"}
    assert owner.posts(path, **lost) == owner.posts(path, **lost)
    assert there(owner, line) == (1, 1, 0)
    assert owner.refused("POST", path, {**lost, "pieces": 2}) == (409, "id-reused")
    assert owner.posts(path, id=new_id(), kind="count", pieces=5)["free"] == 4
    assert owner.refused("POST", path, {**lost, "id": new_id(), "pieces": 9}) == (409, "in-use")
    empty = {"id": new_id(), "kind": "count", "pieces": 0}
    assert owner.refused("POST", path, empty) == (409, "in-use")


def test_a_promise_that_cannot_be_kept_is_taken_back_with_its_points(
    owner: Merchant, line: Connected, member: str
) -> None:
    stocked(owner, line, 1)
    held = asks(line, member, "mug")
    path = f"/v1/redemptions/{held.voucher.redemption}/cancellation"
    assert owner.posts(path)["voucher"]["state"] == "voided"
    assert owner.posts(path)["voucher"]["state"] == "voided"
    assert line.till.account(member).balance == 550
    assert there(owner, line) == (1, 0, 0)


def test_each_member_has_it_so_often_and_again_after_some_days(
    shop: Company, owner: Merchant, line: Connected, clock: ClockAhead, member: str
) -> None:
    owner.puts("/v1/gifts/mug", **{**MUG, "stocked": False}, per_member=1, per_days=30)
    asked_at = clock()
    asks(line, member, "mug")
    with pytest.raises(MemberLimit):
        asks(line, member, "mug")
    (barred,) = standing(line, member).barred
    assert (barred.reward, barred.why) == ("mug", "times")
    assert barred.again is not None
    assert timedelta() <= barred.again - asked_at - timedelta(days=30) < timedelta(minutes=1)
    clock.ahead += timedelta(days=31)
    assert standing(line, member).barred == ()
    asks(line, member, "mug")
    owner = Merchant(person=at_work(shop), session=line.session)  # whose token is a day old
    owner.puts("/v1/gifts/mug", **{**MUG, "stocked": False}, per_member=2)
    with pytest.raises(MemberLimit):
        asks(line, member, "mug")


def test_a_gift_of_other_stores_is_not_had_here(
    owner: Merchant, line: Connected, member: str
) -> None:
    other = new_id()
    program = line.claimed.program
    owner.puts(f"/v1/stores/{other}", name="Bordeaux", time_zone="Europe/Paris", program=program)
    stocked(owner, line, 1, stores=[other])
    with pytest.raises(RewardUnavailable):
        asks(line, member, "mug")
    owner.delivers("mug", other, 5)
    stocks = [each for each in heard(line) if isinstance(each, StockChanged)]
    assert [each.free for each in stocks] == [1], "another store's stock is none of its business"


def test_what_nobody_fetches_goes_back_on_the_shelf(
    shop: Company, owner: Merchant, line: Connected, clock: ClockAhead, member: str
) -> None:
    stocked(owner, line, 1, voucher={"months": 0, "days": 5})
    asks(line, member, "mug")
    with shop.database.write(shop.shop.tenant) as tx:
        assert shelve_unclaimed(tx, 10) == 0
    clock.ahead += timedelta(days=7)
    for expected in (1, 0):
        with shop.database.write(shop.shop.tenant) as tx:
            assert shelve_unclaimed(tx, 10) == expected
    owner = Merchant(person=at_work(shop), session=line.session)  # whose token is a day old
    assert there(owner, line) == (1, 0, 0)
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == []


def test_a_till_gives_a_gift_at_the_counter_once(
    owner: Merchant, line: Connected, member: str
) -> None:
    stocked(owner, line, 1)
    body = {"id": new_id(), "member": member}
    first = line.raw("POST", "/v1/gifts/mug/redemptions", body, till=True)
    again = line.raw("POST", "/v1/gifts/mug/redemptions", body, till=True)
    assert first.json() == again.json()
    assert first.json()["voucher"]["state"] == "redeemed"
    assert there(owner, line) == (0, 0, 0)
    sold_out = line.raw("POST", "/v1/gifts/mug/redemptions", {**body, "id": new_id()}, till=True)
    assert sold_out.json()["type"].endswith("sold-out")
    assert line.till.account(member).balance == 450


def test_too_few_points_take_no_piece(owner: Merchant, line: Connected, member: str) -> None:
    stocked(owner, line, 1, points=5000)
    with pytest.raises(NotEnoughPoints):
        asks(line, member, "mug")
    assert there(owner, line) == (1, 0, 0)


# --- pictures ---------------------------------------------------------------------------------

PNG = {"Content-Type": "image/png"}


def test_a_picture_is_kept_under_its_content_and_served_for_ever(
    shop: Company, owner: Merchant, line: Connected
) -> None:
    body = png()
    path = f"/v1/pictures/{name_of(body)}"
    for _ in range(2):
        kept = owner.asks("PUT", path, data=body, headers=PNG)
        assert (kept.status_code, kept.json()["width"]) == (200, 32)
    owner.puts("/v1/gifts/mug", **MUG, picture=name_of(body))
    (gift,) = [each.gift for each in heard(line) if isinstance(each, GiftChanged)]
    shown = line.raw("GET", f"/v1/pictures/{gift.picture}")
    assert (shown.content, shown.headers["Content-Type"]) == (body, "image/png")
    assert "immutable" in shown.headers["Cache-Control"]
    again = line.raw("GET", path, headers={"If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    stranger = Merchant(person=at_work(shop.add_shop()), session=line.session)
    assert stranger.refused("GET", path) == (404, "not-found")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "image/png", 422),
        (b"not a picture", "image/png", 422),
        (png(), "image/jpeg", 422),
        (png(8, 8), "image/png", 422),
        (png(5000, 16), "image/png", 422),
        (png()[:20], "image/png", 422),
        (b"\xff\xd8\xff\xe0\x00", "image/jpeg", 422),
        (b"RIFF\0\0\0\0WEBPVP8X", "image/webp", 422),
        (b"<svg/>", "image/svg+xml", 422),
        (b"{}", "application/json", 422),
        (b"picture", "text/plain", 415),
        (png() + b"\0" * 1024 * 1024, "image/png", 413),
    ],
)
def test_what_is_no_picture_for_a_kiosk_is_refused(
    owner: Merchant, body: bytes, kind: str, status: int
) -> None:
    path = f"/v1/pictures/{name_of(body)}"
    refused = owner.refused("PUT", path, data=body, headers={"Content-Type": kind})
    assert refused[0] == status


def test_a_picture_under_another_name_is_refused(owner: Merchant) -> None:
    path = f"/v1/pictures/{'0' * 64}"
    assert owner.refused("PUT", path, data=png(), headers=PNG) == (422, "invalid")
    assert owner.refused("PUT", "/v1/gifts/mug", {**MUG, "picture": "0" * 64}) == (422, "invalid")


def test_another_companys_gifts_are_nobodys_here(
    shop: Company, owner: Merchant, line: Connected, member: str
) -> None:
    stocked(owner, line, 1)
    held = asks(line, member, "mug")
    stranger = Merchant(person=at_work(shop.add_shop()), session=line.session)
    assert stranger.gets("/v1/gifts")["gifts"] == []
    store = line.claimed.store.id
    movement = {"id": new_id(), "kind": "delivery", "pieces": 1}
    for method, path, body in (
        ("GET", "/v1/gifts/mug", None),
        ("GET", "/v1/gifts/mug/stock", None),
        ("POST", f"/v1/gifts/mug/stock/{store}", movement),
        ("POST", f"/v1/redemptions/{held.voucher.redemption}/cancellation", {}),
        ("GET", f"/v1/stores/{store}", None),
    ):
        assert stranger.refused(method, path, body) == (404, "not-found"), path
    with connected(shop.add_shop(), session=line.session) as other, pytest.raises(BackendRefused):
        asks(other, member, "mug")

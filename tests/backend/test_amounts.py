"""A kiosk asks for points of somebody's choice, worth money: held once, and for what they give."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from backend_client.errors import BackendRefused
from backend_client.schemas.redemptions import RedemptionAnswer, RedemptionRequest
from loyalty.errors import NotEnoughPoints, RewardUnavailable
from loyalty.vouchers import mint
from tests.kiosk.test_amounts import WITH_PAY
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.server import Company, Connected, company, new_id


@pytest.fixture
def shop(url: str) -> Iterator[Company]:
    with company(url, program=WITH_PAY) as made:
        yield made


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    """Somebody with 250 points."""
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 20000))
    return joined.member


def asked(line: Connected, member: str, points: int | None) -> RedemptionRequest:
    return RedemptionRequest(
        id=new_id(),
        member=member,
        program=line.claimed.program,
        reward="pay",
        code=mint(uuid4().int),
        at=datetime.now(UTC),
        points=points,
    )


def holds(line: Connected, request: RedemptionRequest) -> RedemptionAnswer:
    return line.terminal.hold(request, 10)


def test_the_points_are_held_once_for_what_they_are_worth(line: Connected, member: str) -> None:
    request = asked(line, member, 125)
    answer = holds(line, request)
    voucher = answer.voucher
    assert (answer.entry.points, voucher.points, voucher.money) == (-125, 125, 12_50)
    assert holds(line, request) == answer
    with pytest.raises(BackendRefused, match="another redemption"):
        holds(line, request.model_copy(update={"points": 126}))
    assert line.till.voucher(voucher.code).money == 12_50
    assert line.till.account(member).balance == 125


def test_no_number_and_more_than_there_is_are_refused(line: Connected, member: str) -> None:
    with pytest.raises(RewardUnavailable):
        holds(line, asked(line, member, None))
    with pytest.raises(NotEnoughPoints):
        holds(line, asked(line, member, 251))
    plain = asked(line, member, 10).model_copy(update={"reward": "coffee"})
    with pytest.raises(RewardUnavailable):
        holds(line, plain)
    assert line.till.account(member).balance == 250


def test_a_fact_that_says_more_money_than_its_points_give_is_put_before_a_person(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    def told(money: int) -> tuple[str, ...]:
        reserved = kiosk.reserved(member)
        worth = {"reward": "pay", "points": -reserved.entry.points, "money": money}
        voucher = reserved.voucher.model_copy(update=worth)
        event = reserved.model_copy(update={"voucher": voucher})
        return line.terminal.push(journal.write(event)).results[0].flags

    assert told(99_99) == ("reward-differs",)
    line.till.record_sale(sale_of(member, 20000))
    assert told(20_00) == ()

"""News reach other systems, signed, once more when nobody answered, and never the inside."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from backend.app import create_app
from backend.config import Config, Webhooks
from backend.db import facts, webhooks
from backend.outward import AddressRefused, NotDelivered, check_address, post
from backend.services.mailing.webhooks import deliver_due
from tests.support.clock import StandingClock
from tests.support.members import give, join
from tests.support.receiver import REACHABLE, Receiver, receiver
from tests.support.server import Company, company, in_process
from tests.support.staff import AtWork, at_work

HOOK = "/v1/webhooks/shop"


@pytest.fixture
def time() -> StandingClock:
    return StandingClock()


@pytest.fixture
def shop(url: str, time: StandingClock) -> Iterator[Company]:
    with company(url, clock=time) as made:
        app = create_app(made.database, REACHABLE)
        yield Company(database=made.database, app=app, shop=made.shop)


@pytest.fixture
def session(shop: Company) -> Iterator[requests.Session]:
    with in_process(shop.app) as made:
        yield made


@pytest.fixture
def owner(shop: Company) -> AtWork:
    return at_work(shop)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def subscribe(owner: AtWork, session: requests.Session, there: Receiver, *events: str) -> str:
    body = {"url": there.url, "events": events or ["*"]}
    assert owner.asks(session, "PUT", HOOK, body).status_code == 200
    secret: str = owner.asks(session, "GET", f"{HOOK}/secret").json()["secret"]
    return secret


def earn(shop: Company, points: int = 10) -> str:
    with shop.database.write(shop.shop.tenant) as tx:
        who = join(tx, email="camille@shop.test")
        give(tx, shop, who, points)
    return who


def deliver(shop: Company) -> int:
    return deliver_due(shop.database, shop.shop.tenant, REACHABLE)


def log(owner: AtWork, session: requests.Session) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = owner.asks(session, "GET", f"{HOOK}/deliveries").json()[
        "deliveries"
    ]
    return found[::-1]


def test_news_say_what_moved_and_nothing_of_the_person(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver
) -> None:
    subscribe(owner, session, there, "points.*")
    who = earn(shop)
    assert deliver(shop) == 1
    (taken,) = there.taken
    said = json.loads(taken.body)
    assert (said["type"], said["data"]["member"], said["data"]["points"]) == (
        "points.earn",
        who,
        10,
    )
    assert b"camille" not in taken.body.lower()
    assert taken.headers["loyalty-event"] == "points.earn"


def test_only_what_was_subscribed_to_is_sent(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver
) -> None:
    subscribe(owner, session, there, "points.redeem", "voucher.*")
    earn(shop)
    assert deliver(shop) == 0
    assert there.taken == []


def test_the_signature_is_the_receivers_to_check(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver, time: StandingClock
) -> None:
    secret = subscribe(owner, session, there)
    earn(shop)
    deliver(shop)
    (taken,) = there.taken
    stamp, signature = (part[part.index("=") + 1 :] for part in _parts(taken.headers))
    assert int(stamp) == int(time.now.timestamp())
    signed = hmac.new(secret.encode(), stamp.encode() + b"." + taken.body, hashlib.sha256)
    assert hmac.compare_digest(signed.hexdigest(), signature)
    other = owner.asks(session, "POST", f"{HOOK}/secret").json()["secret"]
    assert other != secret
    earn(shop)
    deliver(shop)
    renewed = there.taken[-1]
    stamp, signature = (part[part.index("=") + 1 :] for part in _parts(renewed.headers))
    signed = hmac.new(other.encode(), stamp.encode() + b"." + renewed.body, hashlib.sha256)
    assert signed.hexdigest() == signature


def _parts(headers: dict[str, str]) -> list[str]:
    return headers["loyalty-signature"].split(",")


@pytest.mark.parametrize("says", [500, 302, 404, 0])
def test_what_was_not_taken_is_sent_again_later_under_the_same_id(
    shop: Company,
    owner: AtWork,
    session: requests.Session,
    there: Receiver,
    time: StandingClock,
    says: int,
) -> None:
    subscribe(owner, session, there)
    there.says.append(says)
    there.location = "http://127.0.0.1:1/elsewhere"
    earn(shop)
    assert deliver(shop) == 0
    assert deliver(shop) == 0, "not before the pause is over"
    time.after(seconds=10)
    assert deliver(shop) == 1
    first, second = there.taken
    assert first.headers["loyalty-delivery"] == second.headers["loyalty-delivery"]
    assert first.body == second.body
    (delivery,) = log(owner, session)
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("delivered", 2, 204)


def test_a_receiver_that_is_gone_for_days_is_disabled_with_one_alert(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver, time: StandingClock
) -> None:
    subscribe(owner, session, there)
    there.says.extend([503] * 100)
    for _ in range(30):
        earn(shop)
        deliver(shop)
        time.after(hours=3)
    owner = at_work(shop)
    (hook,) = owner.asks(session, "GET", "/v1/webhooks").json()["webhooks"]
    assert hook["state"] == "disabled"
    with shop.database.read(shop.shop.tenant) as tx:
        assert [alert.flag for alert in facts.open_alerts(tx)] == ["webhook-disabled"]
        assert not list(webhooks.due(tx, 100))
    there.says.clear()
    before = len(there.taken)
    subscribe(owner, session, there)
    earn(shop)
    assert deliver(shop) == 1
    assert len(there.taken) == before + 1


def test_one_that_does_not_answer_does_not_hold_up_the_others(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver
) -> None:
    subscribe(owner, session, there)
    with receiver() as other:
        body = {"url": other.url, "events": ["*"]}
        owner.asks(session, "PUT", "/v1/webhooks/other", body)
        there.says.extend([500] * 10)
        for _ in range(5):
            earn(shop)
        assert deliver(shop) == 5
        assert len(other.taken) == 5
    assert len(there.taken) == 1, "asked once, then left alone for a while"


def test_a_trial_and_a_second_delivery_on_request(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver
) -> None:
    subscribe(owner, session, there, "points.*")
    tried = owner.asks(session, "POST", f"{HOOK}/test").json()["id"]
    assert deliver(shop) == 1
    assert json.loads(there.taken[0].body)["type"] == "webhook.test"
    again = owner.asks(session, "POST", f"{HOOK}/deliveries/{tried}/again")
    assert again.status_code == 200
    assert deliver(shop) == 1
    assert len(there.taken) == 2
    assert [each["state"] for each in log(owner, session)] == ["delivered"]


def test_a_paused_subscription_keeps_what_happens(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver, time: StandingClock
) -> None:
    subscribe(owner, session, there)
    earn(shop)
    paused = {"url": there.url, "events": ["*"], "paused": True}
    owner.asks(session, "PUT", HOOK, paused)
    assert deliver(shop) == 0
    owner.asks(session, "PUT", HOOK, paused | {"paused": False})
    time.after(minutes=5)
    assert deliver(shop) == 1


def test_an_ended_subscription_hears_nothing_more(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver
) -> None:
    subscribe(owner, session, there)
    earn(shop)
    assert owner.asks(session, "DELETE", HOOK).json()["state"] == "deleted"
    assert deliver(shop) == 0
    assert owner.asks(session, "GET", f"{HOOK}/secret").status_code == 404
    body = {"url": there.url, "events": ["*"]}
    assert owner.asks(session, "PUT", HOOK, body).status_code == 409


PRIVATE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:a00:1::]/",
    "https://10.0.0.1/",
    "https://192.168.1.1:8443/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://localhost/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_of_the_inside_is_never_connected_to(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object, **__: object) -> None:
        pytest.fail("connected")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises((AddressRefused, NotDelivered)):
        post(url, b"{}", {}, Webhooks())


def test_a_name_that_points_inside_is_judged_when_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(*_: object, **__: object) -> list[Any]:
        inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))
        outside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
        return [outside, inside]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    check_address("https://news.example/", Webhooks())
    with pytest.raises(AddressRefused):
        post("https://news.example/", b"{}", {}, Webhooks())


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/",
        "ftp://news.example/",
        "https://user:secret@news.example/",
        "https:///news",
        "https://news.example:0/",
        "https://news.example:99999/",
        "https://news.example/\r\nHost: x",
        "https://10.0.0.1/",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_when_it_is_typed(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url, Webhooks())


def test_the_api_refuses_private_addresses_and_unknown_events(url: str) -> None:
    with company(url) as shop, in_process(create_app(shop.database, Config())) as session:
        owner = at_work(shop)
        for body in (
            {"url": "https://10.0.0.1/", "events": ["*"]},
            {"url": "https://news.example/", "events": ["points.nothing"]},
            {"url": "https://news.example/", "events": []},
        ):
            assert owner.asks(session, "PUT", HOOK, body).status_code == 422
        assert owner.asks(session, "GET", "/v1/webhooks").json() == {"webhooks": []}


def test_news_of_what_was_rolled_back_are_not_sent(
    shop: Company, owner: AtWork, session: requests.Session, there: Receiver
) -> None:
    subscribe(owner, session, there)

    class OnPurpose(Exception):
        pass

    def fail(tx: Any) -> None:
        give(tx, shop, join(tx), 5)
        raise OnPurpose

    with pytest.raises(OnPurpose):
        shop.database.run(shop.shop.tenant, fail)
    assert deliver(shop) == 0


def test_a_sender_that_died_is_followed_and_the_receiver_can_tell(
    shop: Company,
    owner: AtWork,
    session: requests.Session,
    there: Receiver,
    time: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    subscribe(owner, session, there)
    earn(shop)
    with monkeypatch.context() as patched:
        patched.setattr("backend.services.mailing.webhooks._taken", die)
        with pytest.raises(Died):
            deliver(shop)
    assert deliver(shop) == 0
    time.now += timedelta(minutes=5)
    assert deliver(shop) == 1
    assert len({taken.headers["loyalty-delivery"] for taken in there.taken}) == 1

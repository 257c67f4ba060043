"""What a kiosk knows of the staff, and what it says of itself."""

import asyncio
from pathlib import Path

import pytest
import requests
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from backend.rights import Role
from backend_client.signing import pin_digest
from kiosk import SOFTWARE, chores
from kiosk.db import Transaction
from tests.kiosk.counter import backend, counter
from tests.support.server import Company, until
from tests.support.staff import AtWork, at_work


def asks(
    session: requests.Session, owner: AtWork, who: AtWork, change: tuple[str, str, object]
) -> None:
    method, path, body = change
    answer = owner.asks(session, method, f"/v1/staff/{who.person.id}{path}", body)
    assert answer.status_code == 200, answer.text


def test_a_kiosk_can_check_a_pin_by_itself_until_the_person_is_shut_out(tmp_path: Path) -> None:
    async def story(shop: Company, session: requests.Session) -> None:
        owner, cashier = at_work(shop), at_work(shop, Role.CASHIER)
        async with counter(shop, session, tmp_path) as made:
            kiosk = made.kiosk
            asks(session, owner, cashier, ("PUT", "/pin", {"pin": "482915"}))
            await kiosk.sync.pull()
            (known,) = await kiosk.db.run(Transaction.staff)
            pin, rights = known.pin, known.rights
            assert (known.id, known.initial) == (cashier.person.id, "A")
            assert ("vouchers" in rights, "adjust" in rights) == (True, False)
            with shop.database.read(shop.shop.tenant) as tx:
                secret = tx.keys.cards
            assert PasswordHasher().verify(pin, pin_digest(secret, "482915"))
            with pytest.raises(VerifyMismatchError):
                PasswordHasher().verify(pin, pin_digest(secret, "482916"))
            asks(session, owner, cashier, ("PATCH", "", {"active": False}))
            await kiosk.sync.pull()
            assert await kiosk.db.run(Transaction.staff) == ()

    with backend() as (shop, session):
        asyncio.run(story(shop, session))


def test_a_kiosk_says_how_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "HEARTBEAT_EVERY_S", 0.05)

    async def story(shop: Company, session: requests.Session) -> None:
        owner = at_work(shop)

        def told() -> bool:
            found = owner.asks(session, "GET", "/v1/terminals").json()["terminals"]
            beats = [each["health"] for each in found if each["health"]]
            return any(beat["software"] == SOFTWARE for beat in beats)

        async with counter(shop, session, tmp_path):
            await asyncio.to_thread(until, told)

    with backend() as (shop, session):
        asyncio.run(story(shop, session))

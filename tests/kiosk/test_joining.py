"""The ways to join beside the e-mail address: by phone, with a birthday, and on one's own phone."""

import asyncio
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backend_client.errors import BackendUnavailable
from backend_client.schemas.base import API
from backend_client.schemas.events import ConsentBody
from backend_client.schemas.kiosks import JoinBody
from kiosk import screens
from kiosk.config import Session
from kiosk.screens import Consents, Mistake, Phone, Way
from kiosk.services.enrol import BirthdayRefused, birthday
from tests.kiosk.counter import CARD, OTHER_CARD, Counter
from tests.kiosk.test_flows import join, walk
from tests.support.server import NOWHERE

pytestmark = pytest.mark.thorough

BY_PHONE = (
    (screens.Join, Way.PHONE),
    (screens.TypePhone, Phone(typed="0612345678", country="FR")),
    (screens.TypeFirstName, "Inès"),
)
TICKED = (screens.AskConsent, Consents(program=True))
CLAIMED = ((screens.ClaimWelcome, True), (screens.Welcomed, None))
SURPRISE = {
    "id": "surprise",
    "name": {"fr": "Anniversaire"},
    "birthday": "month",
    "give": {"times": "2"},
}


async def sent(place: Counter) -> dict[str, Any]:
    """The record of the member of the card, as the backend keeps it."""
    await place.all_sent()
    found = await place.kiosk.db.run(lambda tx: tx.card(place.key()))
    assert found is not None
    with place.backend.database.read(place.backend.shop.tenant) as tx:
        from backend.db import members

        person = members.member(tx, found.member)
        assert person is not None
        given = members.consents(tx, found.member)
        return {
            "phone": person.phone,
            "email": person.email,
            "birthday": person.birthday,
            "texts": {row.text_version for row in given},
        }


def test_joining_by_phone_keeps_the_number_with_its_country(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script(*BY_PHONE, TICKED, *CLAIMED)
        place.tap()
        shown = await place.glass.until_type(screens.Home)
        assert (shown.first_name, shown.balance) == ("Inès", 50)
        record = await sent(place)
        assert (record["phone"], record["email"]) == ("+33612345678", None)
        (asked,) = {s.way for s in place.glass.shown if isinstance(s, screens.AskConsent)}
        assert asked is Way.PHONE
        assert record["texts"] == {"2026-11-phone"}

    walk(journey, tmp_path)


def test_a_wrong_number_is_said_kindly_and_kept_for_mending(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script(
            (screens.Join, Way.PHONE),
            (screens.TypePhone, Phone(typed="061234567", country="FR")),
            (screens.TypePhone, lambda s: Phone(typed=s.draft.typed + "89", country="FR")),
            (screens.TypePhone, Phone(typed="+999123456", country="FR")),
            (screens.TypePhone, Phone(typed="+32470123456", country="FR")),
            (screens.TypeFirstName, None),
            (screens.TypePhone, lambda s: s.draft),
            (screens.TypeFirstName, "Inès"),
        )
        place.tap()
        await place.glass.until_type(screens.AskConsent)
        asked = [s for s in place.glass.shown if isinstance(s, screens.TypePhone)]
        assert [s.mistake for s in asked] == [
            None, Mistake.TOO_SHORT, Mistake.TOO_LONG, Mistake.SHAPE, None,
        ]  # fmt: skip
        assert asked[1].draft.typed == "061234567"
        assert asked[-1].draft == Phone(typed="+32470123456", country="FR")

    walk(journey, tmp_path)


def test_a_birthday_is_asked_where_it_earns_something_and_only_there(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await place.publish(campaigns=[SURPRISE])
        place.glass.script(
            *BY_PHONE,
            (screens.TypeBirthday, "3102"),
            (screens.TypeBirthday, "14031985"),
            TICKED,
            *CLAIMED,
        )
        place.tap()
        await place.glass.until_type(screens.Home)
        assert (await sent(place))["birthday"] == "1985-03-14"
        steps = {s.steps for s in place.glass.shown if isinstance(s, screens.AskConsent)}
        assert steps == {4}

    walk(journey, tmp_path)


def test_nobody_has_to_tell_their_birthday(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await place.publish(campaigns=[SURPRISE])
        place.glass.script(*BY_PHONE, (screens.TypeBirthday, ""), TICKED, *CLAIMED)
        place.tap()
        await place.glass.until_type(screens.Home)
        assert (await sent(place))["birthday"] is None

    walk(journey, tmp_path)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1403", "03-14"), ("2902", "02-29"), ("14031985", "1985-03-14"), ("29022000", "2000-02-29")],
)
def test_a_day_with_or_without_its_year(typed: str, kept: str) -> None:
    assert birthday(typed, date(2026, 11, 22)) == kept


@pytest.mark.parametrize("typed", ["3102", "29021985", "14", "140319", "14032027", "14031880"])
def test_a_day_that_nobody_was_born_on_is_refused(typed: str) -> None:
    with pytest.raises(BirthdayRefused):
        birthday(typed, date(2026, 11, 22))


# --- on one's own phone -----------------------------------------------------------------------


async def fill_in(place: Counter, url: str) -> None:
    """The page behind the link is filled in, on a phone."""
    body = JoinBody(
        first_name="Zoé",
        email="zoe@example.org",
        consents=(ConsentBody(purpose="program", given=True, text_version="portal-1"),),
    )
    token = url.rpartition("/")[2]
    answer = await asyncio.to_thread(
        place.cable.request, "POST", f"{NOWHERE}{API}/join/{token}",
        data=body.model_dump_json(), headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text


def test_who_finishes_on_their_phone_is_greeted_here_within_two_seconds(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script((screens.Join, Way.HANDOFF))
        place.tap()
        shown = await place.glass.until_type(screens.HandOff)
        await fill_in(place, shown.url)
        began = time.monotonic()
        greeted = await place.glass.until(lambda s: getattr(s, "first_name", "") == "Zoé")
        assert time.monotonic() - began < 2
        assert isinstance(greeted, screens.Home)
        assert greeted.balance == 50

    walk(journey, tmp_path)


def test_back_from_the_code_offers_the_other_ways(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script((screens.Join, Way.HANDOFF), (screens.HandOff, None))
        place.tap()
        await place.glass.until_type(screens.HandOff)
        shown = await place.glass.until_type(screens.Join)
        assert Way.HANDOFF in shown.ways

    walk(journey, tmp_path)


def test_without_a_network_no_code_is_offered_and_one_on_the_glass_goes(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script((screens.Join, Way.HANDOFF))
        place.tap()
        await place.glass.until_type(screens.HandOff)
        place.cable.pulled = True
        shown = await place.glass.until_type(screens.Join)
        assert shown.ways == (Way.PHONE, Way.EMAIL)

    walk(journey, tmp_path)


def test_a_code_that_cannot_be_had_is_said_and_the_other_ways_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble(*_: object) -> None:
        raise BackendUnavailable("busy")

    async def journey(place: Counter) -> None:
        monkeypatch.setattr(place.kiosk.client, "hand_off", trouble)
        place.glass.script((screens.Join, Way.HANDOFF))
        place.tap()
        shown = await place.glass.until(lambda s: getattr(s, "no_link", False))
        assert shown.ways == (Way.PHONE, Way.EMAIL)

    walk(journey, tmp_path)


def test_silence_before_the_code_is_no_sign_of_leaving_but_another_card_takes_over(
    tmp_path: Path,
) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.glass.script((screens.Join, Way.HANDOFF))
        place.tap(OTHER_CARD)
        await place.glass.until_type(screens.HandOff)
        await asyncio.sleep(1.3)
        assert isinstance(place.glass.showing, screens.HandOff)
        place.tap(CARD)
        shown = await place.glass.until_type(screens.Home)
        assert shown.first_name == "Inès"

    walk(journey, tmp_path, timing=Session.model_construct(idle_timeout_s=1, warning_s=30))

"""Members on their own phones: signed in by a code or a link, and for nobody but themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select

from backend.db import tables
from backend_client.schemas.tills import VoucherRedemption
from loyalty.program import HouseholdRules
from tests.support.account import Phone, mailed_code, signed_in
from tests.support.desk import Clock, Desk
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import NOWHERE, Company, Connected, connected, new_id
from tests.support.world import world_of

CAMILLE, ROBIN = "camille@example.org", "robin@example.org"
UID = bytes.fromhex("04a1b2c3d4e5f6")


@pytest.fixture
def phone(shop: Company, session: requests.Session) -> Phone:
    return Phone(shop=shop, session=session)


def token(link: dict[str, Any]) -> str:
    return urlsplit(str(link["url"])).path.rpartition("/")[2]


def account_link(line: Connected, kiosk: Kiosk) -> str:
    """The secret of a link that a kiosk shows to who holds the card."""
    body = {"id": new_id(), "card": kiosk.card(UID)}
    link = line.raw("POST", "/v1/kiosk/my-data/account-link", body).json()
    assert link["purpose"] == "account"
    return token(link)


# --- signing in -------------------------------------------------------------------------------


def test_a_code_from_the_mail_opens_ones_own_account_and_works_once(
    counter: Desk, phone: Phone
) -> None:
    member = counter.add(email=CAMILLE)["id"]
    wanted = phone.asks_code(email=CAMILLE)
    digits = mailed_code(phone.shop, wanted)
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    problem = phone.refused("code-wrong", "POST", "/me/session", {"code": wanted, "digits": wrong})
    assert problem["left"] == 4
    told = phone.signs_in(code=wanted, digits=digits)
    assert (told["member"], told["first_name"], told["shop"]) == (member, "Camille", "Maison Lise")
    assert phone.ask("GET", "/me")["profile"]["email"] == CAMILLE
    other = Phone(shop=phone.shop, session=phone.session)
    other.refused("code-wrong", "POST", "/me/session", {"code": wanted, "digits": digits})


def test_an_address_that_nobody_has_is_told_the_same_and_opens_nothing(
    counter: Desk, phone: Phone
) -> None:
    counter.add(email=CAMILLE)
    unknown = phone.asks_code(email="nobody@example.org")
    assert mailed_code(phone.shop, unknown) == ""
    for digits in ("000000", "123456"):
        phone.refused("code-wrong", "POST", "/me/session", {"code": unknown, "digits": digits})


def test_five_wrong_codes_end_it_and_a_code_is_too_old_after_ten_minutes(
    counter: Desk, phone: Phone, at: Clock
) -> None:
    counter.add(email=CAMILLE)
    wanted = phone.asks_code(email=CAMILLE)
    digits = mailed_code(phone.shop, wanted)
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    left = [
        phone.refused("code-wrong", "POST", "/me/session", {"code": wanted, "digits": wrong})
        for _ in range(5)
    ]
    assert [each["left"] for each in left] == [4, 3, 2, 1, 0]
    phone.refused("code-wrong", "POST", "/me/session", {"code": wanted, "digits": digits})
    late = phone.asks_code(email=CAMILLE)
    at.later(minutes=10, seconds=1)
    said = {"code": late, "digits": mailed_code(phone.shop, late)}
    phone.refused("code-wrong", "POST", "/me/session", said)


def test_a_code_for_a_lost_card_opens_no_account(
    counter: Desk, phone: Phone, line: Connected
) -> None:
    counter.add(email=CAMILLE)
    wanted = new_id()
    line.raw("POST", "/v1/kiosk/codes", {"id": wanted, "email": CAMILLE})
    said = {"code": wanted, "digits": mailed_code(phone.shop, wanted)}
    phone.refused("code-wrong", "POST", "/me/session", said)


def test_a_sixteenth_code_in_a_day_and_a_sixty_first_try_in_a_minute_are_refused(
    counter: Desk, phone: Phone, at: Clock
) -> None:
    counter.add(email=CAMILLE)
    for _ in range(15):
        phone.asks_code(email=CAMILLE)
    answer = phone.raw("POST", "/me/codes", {"id": new_id(), "email": CAMILLE})
    assert answer.json()["type"].endswith("too-many-codes")
    assert int(answer.headers["Retry-After"]) > 3600
    for _ in range(44):
        phone.refused("link", "POST", "/me/session", {"link": "lkl_x_y"})
    answer = phone.raw("POST", "/me/session", {"link": "lkl_x_y"})
    assert answer.json()["type"].endswith("locked")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    at.later(minutes=2)
    phone.refused("link", "POST", "/me/session", {"link": "lkl_x_y"})


def test_a_link_on_the_glass_signs_one_phone_in_within_the_hour(
    counter: Desk, line: Connected, kiosk: Kiosk, phone: Phone, at: Clock
) -> None:
    member = counter.add(card_uid=UID.hex())["id"]
    wanted = account_link(line, kiosk)
    assert phone.signs_in(link=wanted)["member"] == member
    other = Phone(shop=phone.shop, session=phone.session)
    other.refused("link-used", "POST", "/me/session", {"link": wanted})
    late = account_link(line, kiosk)
    at.later(minutes=61)
    other.refused("link", "POST", "/me/session", {"link": late})


def test_a_link_to_join_or_to_ones_data_signs_nobody_in(
    counter: Desk, line: Connected, kiosk: Kiosk, phone: Phone
) -> None:
    counter.add(card_uid=UID.hex())
    invite = counter.ask("POST", "/links", {"id": new_id()})
    card = {"id": new_id(), "card": kiosk.card(UID)}
    data = line.raw("POST", "/v1/kiosk/my-data/link", card).json()
    for link in (invite, data):
        phone.refused("link", "POST", "/me/session", {"link": token(link)})


def test_who_joins_on_their_phone_is_signed_in_there_once(counter: Desk, phone: Phone) -> None:
    link = counter.ask("POST", "/links", {"id": new_id()})
    form = {
        "first_name": "Camille",
        "email": CAMILLE,
        "language": "fr",
        "consents": [{"purpose": "program", "given": True, "text_version": "4"}],
    }
    phone.ask("POST", f"/join/{token(link)}", form)
    assert phone.ask("GET", "/me")["account"]["balance"] == 50
    other = Phone(shop=phone.shop, session=phone.session)
    other.ask("POST", f"/join/{token(link)}", form)
    other.refused("not-authorised", "GET", "/me")


# --- the session ------------------------------------------------------------------------------


def test_scripts_cannot_read_the_cookie_and_other_sites_change_nothing_with_it(
    counter: Desk, phone: Phone
) -> None:
    counter.add(email=CAMILLE)
    wanted = phone.asks_code(email=CAMILLE)
    body = {"code": wanted, "digits": mailed_code(phone.shop, wanted)}
    answer = phone.raw("POST", "/me/session", body)
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "secure" not in said  # in this test there is no TLS; see below
    assert answer.json()["token"] is None
    phone.csrf = ""
    news = {"id": new_id(), "consents": [{"purpose": "news", "given": True, "text_version": "1"}]}
    phone.refused("not-allowed", "POST", "/me/consents", news)
    phone.csrf = phone.ask("GET", "/me/session")["csrf"]
    assert phone.ask("POST", "/me/consents", news)["now"][0]["given"] is True
    bearer = {"Authorization": f"Bearer {phone.cookie}"}
    assert phone.session.get(f"{NOWHERE}/v1/me", headers=bearer, timeout=30).status_code == 401


def test_over_tls_the_cookie_goes_nowhere_else(counter: Desk, phone: Phone) -> None:
    counter.add(email=CAMILLE)
    wanted = phone.asks_code(email=CAMILLE)
    body = {"code": wanted, "digits": mailed_code(phone.shop, wanted)}
    safe = "https://backend.test"
    phone.session.mount(safe, phone.session.get_adapter(NOWHERE))
    answer = phone.session.post(f"{safe}/v1/me/session", json=body, timeout=30)
    assert "secure" in answer.headers["set-cookie"].lower()


def test_an_app_keeps_a_token_which_is_no_cookie(counter: Desk, phone: Phone) -> None:
    member = counter.add(email=CAMILLE)["id"]
    wanted = phone.asks_code(email=CAMILLE)
    body = {"code": wanted, "digits": mailed_code(phone.shop, wanted), "keep": "token"}
    answer = phone.raw("POST", "/me/session", body)
    assert "set-cookie" not in answer.headers
    told = answer.json()
    assert told["csrf"] == ""
    bearer = {"Authorization": f"Bearer {told['token']}"}
    found = phone.session.get(f"{NOWHERE}/v1/me", headers=bearer, timeout=30)
    assert found.json()["profile"]["id"] == member
    phone.cookie = told["token"]
    phone.refused("not-authorised", "GET", "/me")


def test_signing_out_ends_this_phone_and_everywhere_ends_all(counter: Desk, phone: Phone) -> None:
    counter.add(email=CAMILLE)
    second, third = (Phone(shop=phone.shop, session=phone.session) for _ in range(2))
    for each in (phone, second, third):
        each.comes_in(CAMILLE)
    kept = phone.cookie
    phone.ask("DELETE", "/me/session")
    assert phone.cookie == ""
    phone.cookie = kept
    phone.refused("not-authorised", "GET", "/me")
    second.ask("DELETE", "/me/sessions")
    third.refused("not-authorised", "GET", "/me")


def test_a_session_lasts_a_month_after_its_last_use_and_three_at_most(
    counter: Desk, phone: Phone, at: Clock
) -> None:
    counter.add(email=CAMILLE)
    phone.comes_in(CAMILLE)
    for _ in range(3):
        at.later(days=29)
        phone.ask("GET", "/me/session")
    at.later(days=4)
    phone.refused("not-authorised", "GET", "/me")
    phone.comes_in(CAMILLE)
    at.later(days=31)
    phone.refused("not-authorised", "GET", "/me")


def test_a_member_keeps_twenty_phones_and_the_oldest_is_signed_out(
    counter: Desk, phone: Phone
) -> None:
    member = counter.add(email=CAMILLE)["id"]
    phone.comes_in(CAMILLE)
    for _ in range(20):
        signed_in(phone.shop, member)
    phone.refused("not-authorised", "GET", "/me")
    with phone.shop.database.across() as connection:
        kept = connection.execute(select(tables.member_sessions.c.id)).all()
    assert len(kept) == 20


# --- what is seen, and by whom ----------------------------------------------------------------


def test_the_account_shows_lots_with_their_dates_movements_with_reasons_and_cards(
    counter: Desk, line: Connected, phone: Phone
) -> None:
    member = counter.add(email=CAMILLE, card_uid=UID.hex(), language="fr")["id"]
    line.till.record_sale(sale_of(member, 80_00))
    phone.comes_in(CAMILLE)
    told = phone.ask("GET", "/me")
    assert told["account"]["balance"] == sum(lot["left"] for lot in told["lots"]) == 130
    days = [datetime.fromisoformat(lot["deadline"]) for lot in told["lots"]]
    assert days == sorted(days)
    assert min(days) > datetime.now(UTC) + timedelta(days=30)
    assert [card["status"] for card in told["cards"]] == ["active"]
    assert "card" not in told["cards"][0]
    french = phone.ask("GET", "/me/movements")["movements"]
    english = phone.ask("GET", "/me/movements?language=en")["movements"]
    assert [each["points"] for each in french] == [80, 50]
    assert french[0]["why"] != english[0]["why"]
    assert french[0]["ticket"]["total"] == 80_00
    page = phone.ask("GET", "/me/lots?limit=1")
    assert [lot["points"] for lot in page["lots"]] == [80]
    rest = phone.ask("GET", f"/me/lots?limit=1&cursor={page['next']}")
    assert ([lot["points"] for lot in rest["lots"]], rest["next"]) == ([50], None)


def test_who_of_the_staff_did_something_is_nowhere_in_what_is_the_members(
    counter: Desk, phone: Phone
) -> None:
    """P-22: the store's team did it, whoever of them."""
    member = counter.add(email=CAMILLE, note="likes green")["id"]
    given = {"id": new_id(), "member": member, "points": 20, "nature": "gesture"}
    counter.ask("POST", "/adjustments", given | {"comment": "the coffee was cold"})
    counter.ask("PATCH", f"/members/{member}/record", {"version": 1, "town": "Angers"})
    phone.comes_in(CAMILLE)
    by_hand = [each["actor"] for each in phone.ask("GET", "/me/movements")["movements"]]
    assert by_hand == ["team", None], "and the welcome, which nobody gave by hand"
    for path in ("", "/lots", "/movements", "/vouchers", "/consents", "/export"):
        told = phone.raw("GET", f"/me{path}").text
        assert counter.who.person.id not in told, path
        assert "staff:" not in told, path


def test_a_voucher_shows_its_code_while_a_till_takes_it_and_no_longer(
    line: Connected, kiosk: Kiosk, phone: Phone
) -> None:
    journal = Journal()
    joined = kiosk.enrolled(email=CAMILLE)
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 1000_00))
    held = kiosk.reserved(joined.member)
    line.terminal.push(journal.write(held))
    phone.comes_in(CAMILLE)
    (waiting,) = phone.ask("GET", "/me/vouchers")["vouchers"]
    assert (waiting["state"], waiting["usable"], waiting["payload"]) == ("reserved", False, "")
    line.terminal.push(journal.write(kiosk.issued(held.voucher.redemption)))
    (good,) = phone.ask("GET", "/me/vouchers")["vouchers"]
    assert good["usable"] is True
    assert good["payload"] == line.till.voucher(held.voucher.code).sealed
    assert good["points"] == -held.entry.points
    taken = VoucherRedemption(id=new_id(), at=now())
    line.till.redeem(held.voucher.code, taken)
    (gone,) = phone.ask("GET", "/me/vouchers")["vouchers"]
    assert (gone["state"], gone["code"], gone["payload"]) == ("redeemed", "", "")
    assert gone["redeemed_place"] == "Maison Lise"


def test_a_member_sees_nobody_but_themself(counter: Desk, line: Connected, phone: Phone) -> None:
    counter.add(email=CAMILLE)
    other = counter.add(first_name="Robin", email=ROBIN, phone="0612345678", birthday="03-14")["id"]
    line.till.record_sale(sale_of(other, 55_00))
    phone.comes_in(CAMILLE)
    paths = ("", "/lots", "/movements", "/vouchers", "/consents", "/export", "/session")
    for path in paths:
        text = phone.raw("GET", f"/me{path}").text
        for secret in (other, "Robin", ROBIN, "+33612345678"):
            assert secret not in text, path
    for path in (f"/members/{other}/record", f"/accounts/{other}", f"/members/{other}/data"):
        phone.refused("not-authorised", "GET", path)


def test_another_companys_session_and_links_open_nothing_here(
    line: Connected, phone: Phone
) -> None:
    with connected(line.company.add_shop(), session=line.session) as theirs:
        world = world_of(theirs)
        bearer = {"Authorization": f"Bearer {world.phone}"}
        found = phone.session.get(f"{NOWHERE}/v1/me", headers=bearer, timeout=30).json()
        assert found["profile"]["first_name"] == "Camille"
        # The same session under this company's name is nobody's.
        tenants = (theirs.company.shop.tenant, line.company.shop.tenant)
        forged = {"Authorization": bearer["Authorization"].replace(*tenants)}
        answer = phone.session.get(f"{NOWHERE}/v1/me", headers=forged, timeout=30)
        assert answer.status_code == 401
        # With two companies on one server, a code says whose.
        phone.refused("invalid", "POST", "/me/codes", {"id": new_id(), "email": CAMILLE})


def test_a_household_shows_its_points_and_first_names(counter: Desk, phone: Phone) -> None:
    counter.rule(households=HouseholdRules(active=True))
    mine = counter.add(email=CAMILLE)["id"]
    theirs = counter.add(first_name="Robin", email=ROBIN)["id"]
    home = new_id()
    counter.ask("POST", "/households", {"id": home})
    for member in (mine, theirs):
        counter.ask("POST", f"/households/{home}/members", {"id": new_id(), "member": member})
    phone.comes_in(CAMILLE)
    told = phone.ask("GET", "/me")
    assert told["household"]["balance"] == told["account"]["balance"] == 50
    names = {each["first_name"]: each["me"] for each in told["household"]["members"]}
    assert names == {"Camille": True, "Robin": False}
    assert ROBIN not in str(told)


def test_after_a_merge_the_phone_shows_the_record_that_is_kept(counter: Desk, phone: Phone) -> None:
    old = counter.add(first_name="Cam", email="old@example.org")["id"]
    new = counter.add(email=CAMILLE)["id"]
    phone.comes_in("old@example.org")
    counter.ask("POST", "/merges", {"id": new_id(), "kept": new, "absorbed": old})
    assert phone.ask("GET", "/me")["profile"]["id"] == new


# --- changing and leaving ---------------------------------------------------------------------


def test_a_member_changes_name_number_birthday_and_language_but_not_what_the_shop_says(
    counter: Desk, phone: Phone
) -> None:
    member = counter.add(email=CAMILLE, price_code="pro")["id"]
    phone.comes_in(CAMILLE)
    profile = phone.ask("GET", "/me")["profile"]
    said = {"version": profile["version"], "phone": "06 12 34 56 78", "country": "FR"}
    said |= {"birthday": "1984-03-14", "language": "en", "last_name": "Martin"}
    changed = phone.ask("PATCH", "/me", said)
    assert (changed["phone"], changed["language"]) == ("+33612345678", "en")
    phone.refused("version", "PATCH", "/me", said | {"last_name": "Other"})
    for field in ("price_code", "loyalty", "note", "email"):
        body = {"version": changed["version"], field: "x"}
        phone.refused("invalid", "PATCH", "/me", body)
    record = counter.record(member)
    assert (record["price_code"], record["birthday"]) == ("pro", "1984-03-14")


def test_a_new_address_counts_once_its_reader_typed_the_code_and_the_old_one_is_told(
    counter: Desk, phone: Phone
) -> None:
    member, other = counter.add(email=CAMILLE)["id"], counter.add(email=ROBIN)["id"]
    phone.comes_in(CAMILLE)
    wanted, new = new_id(), "new@example.org"
    phone.ask("POST", "/me/email", {"id": wanted, "email": new.upper()})
    digits, path = mailed_code(phone.shop, wanted), f"/me/email/{wanted}/proof"
    wrong = {"email": new, "digits": f"{(int(digits) + 1) % 10**6:06}"}
    assert phone.refused("code-wrong", "POST", path, wrong)["left"] == 4
    elsewhere = {"email": "third@example.org", "digits": digits}
    phone.refused("code-wrong", "POST", path, elsewhere)
    stranger = Phone(shop=phone.shop, session=phone.session)
    stranger.comes_in(ROBIN)
    stranger.refused("code-wrong", "POST", path, {"email": new, "digits": digits})
    assert counter.record(member)["email"] == CAMILLE
    told = phone.ask("POST", path, {"email": new, "digits": digits})
    assert (told["id"], told["email"]) == (member, new)
    phone.refused("code-wrong", "POST", path, {"email": new, "digits": digits})
    with phone.shop.database.across() as connection:
        outbox = tables.outbox.c
        sent = connection.execute(select(outbox.address).where(outbox.kind == "email-changed"))
        assert [row.address for row in sent] == [CAMILLE]
    assert Phone(shop=phone.shop, session=phone.session).comes_in(new)["member"] == member
    assert counter.record(other)["email"] == ROBIN


def test_a_member_takes_their_data_home_and_is_forgotten_with_every_session(
    counter: Desk, line: Connected, phone: Phone
) -> None:
    member = counter.add(email=CAMILLE)["id"]
    line.till.record_sale(sale_of(member, 10_00))
    phone.comes_in(CAMILLE)
    other = Phone(shop=phone.shop, session=phone.session)
    other.comes_in(CAMILLE)
    data = phone.ask("GET", "/me/export")
    assert data["tables"]["members"][0]["email"] == CAMILLE
    assert len(data["tables"]["member_sessions"]) == 2
    assert phone.raw("GET", "/me/export/file").content[:2] == b"PK"
    phone.refused("invalid", "POST", "/me/erase", {"id": new_id()})
    assert phone.ask("POST", "/me/erase", {"id": new_id(), "sure": True})["member"] == member
    assert phone.cookie == ""
    other.refused("not-authorised", "GET", "/me")
    counter.refused("not-found", "GET", f"/members/{member}/record")
    # Whoever asks with the address that is nobody's any more gets no mail.
    assert mailed_code(phone.shop, phone.asks_code(email=CAMILLE)) == ""


def test_two_answers_under_one_id_are_one_answer(counter: Desk, phone: Phone) -> None:
    counter.add(email=CAMILLE)
    phone.comes_in(CAMILLE)
    said = {"id": new_id(), "consents": [{"purpose": "news", "given": True, "text_version": "3"}]}
    assert phone.ask("POST", "/me/consents", said) == phone.ask("POST", "/me/consents", said)
    other = said | {"consents": [{"purpose": "news", "given": False, "text_version": "3"}]}
    phone.refused("id-reused", "POST", "/me/consents", other)
    assert len(phone.ask("GET", "/me/consents")["history"]) == 1

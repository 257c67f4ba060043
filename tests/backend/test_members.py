"""Members as records: added, changed by one person at a time, found, listed."""

from datetime import UTC, datetime

from backend_client.schemas.sales import SaleAct
from tests.support.desk import Desk
from tests.support.facts import now, sale_of
from tests.support.server import Connected, new_id

MARTIN = {
    "first_name": "Élise-Marie",
    "last_name": "D'Artagnan",
    "email": "Elise@Example.org",
    "phone": "06 12 34 56 78",
    "birthday": "02-29",
    "language": "fr",
    "record_type": "private",
    "town": "Angers",
    "department": "49",
    "region": "Pays de la Loire",
    "country": "FR",
    "themes": ["wine", "garden"],
    "price_code": "PART",
    "note": "Likes to be called by her first name.",
    "note_alert": True,
}


def test_a_member_is_added_with_all_that_is_known_and_welcomed_at_once(counter: Desk) -> None:
    added = counter.add(**MARTIN, card_uid="04a1b2c3d4e5f6")
    assert added["email"] == "elise@example.org"
    assert added["phone"] == "+33612345678"
    assert added["loyalty"] is True
    assert added["accounts"] == [{"program": added["accounts"][0]["program"], "balance": 50}]
    assert added["cards"][0]["status"] == "active"
    read = counter.record(added["id"])
    assert {name: read[name] for name in MARTIN} == MARTIN | {
        "email": "elise@example.org",
        "phone": "+33612345678",
    }


def test_the_same_person_sent_again_is_one_and_another_under_the_id_is_refused(
    counter: Desk,
) -> None:
    body = {"id": new_id(), "first_name": "Camille", "email": "camille@example.org"}
    first = counter.ask("POST", "/members", body)
    assert counter.ask("POST", "/members", body) == first
    counter.refused("id-reused", "POST", "/members", body | {"first_name": "Dominique"})
    assert counter.balance(body["id"]) == 50


def test_whoever_has_the_same_phone_or_address_is_welcomed_once(counter: Desk) -> None:
    first = counter.add(phone="+33612345678")
    by_phone = counter.add(phone="0612345678", email="one@example.org")
    by_mail = counter.add(email="ONE@example.org")
    assert [counter.balance(each["id"]) for each in (first, by_phone, by_mail)] == [50, 0, 0]
    assert set(by_phone["alike"]) == {first["id"]}
    assert counter.record(by_mail["id"])["alike"] == [by_phone["id"]]


def test_somebody_who_declines_loyalty_earns_nothing_and_gets_no_welcome(
    counter: Desk, line: Connected
) -> None:
    member = counter.add(loyalty=False)["id"]
    assert counter.balance(member) == 0
    assert line.till.record_sale(sale_of(member, 1000)).earned == 0


def test_a_change_on_an_old_version_is_refused_and_says_the_new_one(counter: Desk) -> None:
    member = counter.add()["id"]
    path = f"/members/{member}/record"
    changed = counter.ask("PATCH", path, {"version": 1, "town": "Bordeaux"})
    assert (changed["version"], changed["town"], changed["first_name"]) == (
        2,
        "Bordeaux",
        "Camille",
    )
    assert counter.ask("PATCH", path, {"version": 1, "town": "Bordeaux"}) == changed
    problem = counter.refused("version", "PATCH", path, {"version": 1, "town": "Angers"})
    assert problem["version"] == 2
    assert counter.record(member)["town"] == "Bordeaux"


def test_a_member_is_found_by_phone_mail_card_and_the_beginning_of_a_name(counter: Desk) -> None:
    member = counter.add(**MARTIN, card_uid="04a1b2c3d4e5f6")["id"]
    counter.add(first_name="Zoé", last_name="Martin")
    for said in (
        {"phone": "06.12.34.56.78"},
        {"phone": "+33 6 12 34 56 78"},
        {"email": " ELISE@example.org"},
        {"card_uid": "04A1B2C3D4E5F6"},
        {"name": "elise"},
        {"name": "ÉLISE"},
        {"name": "marie"},
        {"name": "d artag"},
        {"name": "artagnan éli"},
        {"name": "eli", "email": "elise@example.org"},
    ):
        assert counter.find(**said) == [member], said
    for said in (
        {"name": "lise"},
        {"name": "elise zoe"},
        {"phone": "0612345679"},
        {"name": "100%"},
    ):
        assert counter.find(**said) == [], said


def test_the_list_has_everybody_with_their_points_in_the_order_asked(
    counter: Desk, line: Connected
) -> None:
    rich, poor, none = (
        counter.add(last_name=name, loyalty=name != "None")["id"]
        for name in ("Rich", "Poor", "None")
    )
    line.till.record_sale(sale_of(rich, 10000))
    assert counter.find(sort="points", descending=True) == [rich, poor, none]
    assert counter.find(sort="points") == [none, poor, rich]
    assert counter.find() == [none, poor, rich]
    rows = counter.ask("POST", "/members/search", {"sort": "points"})["members"]
    assert [row["points"] for row in rows] == [0, 50, 150]


def test_members_are_found_by_when_they_last_bought(counter: Desk, line: Connected) -> None:
    lately, long_ago, _, left = (
        counter.add(last_name=name)["id"] for name in ("Lately", "LongAgo", "Never", "Left")
    )
    march, june = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC)
    for member, at in ((lately, march), (long_ago, march), (left, march), (lately, june)):
        line.till.record_sale(sale_of(member, 10_00).model_copy(update={"closed_at": at}))
    voided = sale_of(left, 10_00).model_copy(update={"closed_at": june})
    line.till.record_sale(voided)
    line.till.void_sale(voided.id, SaleAct(id=new_id(), at=now()))
    may = "2026-05-01T00:00:00Z"
    assert counter.find(only={"bought_from": may}) == [lately]
    assert counter.find(only={"bought_to": may}) == [left, long_ago]
    rows = counter.ask("POST", "/members/search", {})["members"]
    told = {row["last_name"]: row["bought_at"] and row["bought_at"][:7] for row in rows}
    assert told == {"Lately": "2026-06", "Left": "2026-03", "LongAgo": "2026-03", "Never": None}


def test_pages_follow_each_other_without_gap_or_repetition(counter: Desk) -> None:
    for number in range(5):
        counter.add(last_name=f"M{number % 2}", town=("Angers", "Brest")[number % 2])
    for sort in ("name", "points", "joined", "email", "town"):
        for descending in (False, True):
            asked = {"sort": sort, "descending": descending}
            whole = counter.find(**asked)
            assert paged(counter, asked) == whole
            assert len(set(whole)) == 5


def paged(counter: Desk, asked: object) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = counter.ask("POST", f"/members/search?limit=2&cursor={cursor}", asked)
        found += [each["id"] for each in page["members"]]
        cursor = page["next"]
    return found


def test_a_segment_is_a_filter_with_a_name(counter: Desk, line: Connected) -> None:
    consent = [{"purpose": "news", "given": True, "text_version": "3"}]
    asked = counter.add(town="Angers", birthday="1984-03-14", themes=["wine"], consents=consent)
    counter.add(town="Angers", birthday="04-14")
    counter.add(town="Brest", birthday="03-14", consents=consent)
    line.till.record_sale(sale_of(asked["id"], 10000))
    only = {"town": ["Angers"], "birth_month": 3, "agrees_to": "news", "theme": ["wine"]}
    body = {"name": "March in Angers", "only": only | {"points_from": 100}}
    counter.ask("PUT", "/segments/march", body)
    assert counter.find(segment="march") == [asked["id"]]
    assert [each["id"] for each in counter.ask("GET", "/segments")["segments"]] == ["march"]
    counter.ask(
        "POST",
        f"/members/{asked['id']}/consents",
        {
            "id": new_id(),
            "consents": [{"purpose": "news", "given": False, "text_version": "3"}],
        },
    )
    assert counter.find(segment="march") == []
    counter.ask("DELETE", "/segments/march")
    counter.refused("not-found", "POST", "/members/search", {"segment": "march"})


def test_every_answer_is_kept_with_its_text_and_the_last_one_counts(counter: Desk) -> None:
    member = counter.add()["id"]
    path = f"/members/{member}/consents"
    yes = {"purpose": "news", "given": True, "text_version": "2"}
    body = {"id": new_id(), "consents": [yes]}
    counter.ask("POST", path, body)
    counter.ask("POST", path, body)
    counter.refused("id-reused", "POST", path, body | {"consents": [yes | {"given": False}]})
    told = counter.ask("POST", path, {"id": new_id(), "consents": [yes | {"given": False}]})
    assert [(each["given"], each["text_version"]) for each in told["history"]] == [
        (True, "2"),
        (False, "2"),
    ]
    assert [each["given"] for each in told["now"]] == [False]


def test_records_that_may_be_one_person_are_put_side_by_side(counter: Desk) -> None:
    one = counter.add(first_name="Élise", last_name="Martin", birthday="1984-03-14")["id"]
    two = counter.add(first_name="ELISE", last_name="martin", birthday="1984-03-14")["id"]
    three = counter.add(email="a@example.org", phone="0612345678")["id"]
    four = counter.add(email="a@example.org")["id"]
    five = counter.add(phone="0612345678")["id"]
    groups = counter.ask("GET", "/duplicates")["groups"]
    assert [(each["by"], set(each["members"])) for each in groups] == [
        ("email", {three, four}),
        ("phone", {three, five}),
        ("name_and_birthday", {one, two}),
    ]
    one_by_one: list[object] = []
    cursor: str | None = ""
    while cursor is not None:
        page = counter.ask("GET", f"/duplicates?limit=1&cursor={cursor}")
        one_by_one += page["groups"]
        cursor = page["next"]
    assert one_by_one == groups


def test_loyalty_is_switched_off_for_many_by_a_table(counter: Desk) -> None:
    one = counter.add(email="a@example.org")["id"]
    two = counter.add(phone="0612345678")["id"]
    table = "email;phone;loyalty\na@example.org;;no\n;0612345678;non\n"
    body = {"id": new_id(), "csv": table, "dry_run": True}
    tried = counter.ask("POST", "/members/bulk", body)
    assert (tried["changed"], tried["done"]) == (2, False)
    assert counter.record(one)["loyalty"] is True
    done = counter.ask("POST", "/members/bulk", body | {"dry_run": False})
    assert (done["changed"], done["done"]) == (2, True)
    assert [counter.record(each)["loyalty"] for each in (one, two)] == [False, False]
    again = counter.ask("POST", "/members/bulk", body | {"dry_run": False})
    assert (again["changed"], again["done"]) == (0, True)


def test_a_table_with_a_fault_changes_nobody(counter: Desk) -> None:
    one = counter.add(email="a@example.org")["id"]
    table = "email,loyalty\na@example.org,no\nnobody@example.org,no\nb,no\na@example.org,maybe\n"
    told = counter.ask("POST", "/members/bulk", {"id": new_id(), "csv": table})
    assert [fault["line"] for fault in told["faults"]] == [3, 4, 5]
    assert told["done"] is False
    assert counter.record(one)["loyalty"] is True


SENSELESS = [
    ("email", "nobody", "email-refused"),
    ("phone", "12", "phone-refused"),
    ("phone", "+33 6 12 34 56 78 ext 9", "phone-refused"),
    ("phone", "<script>", "phone-refused"),
    ("first_name", "🙂", "name-refused"),
    ("birthday", "02-30", "invalid"),
    ("birthday", "14/03", "invalid"),
    ("themes", ["a|b"], "invalid"),
    ("note", "nul\u0000byte", "invalid"),
    ("town", "two\nlines", "invalid"),
    ("last_name", "\ud800", "invalid"),
    ("country", "France", "invalid"),
    ("language", "french", "invalid"),
    ("themes", ["x"] * 33, "invalid"),
    ("card_uid", "08a1b2c3", "card-random"),
    ("store", "elsewhere", "not-found"),
    ("points", 1000, "invalid"),
]


def test_what_makes_no_sense_is_named_and_nobody_is_added(counter: Desk) -> None:
    for field, value, name in SENSELESS:
        body = {"id": new_id(), "first_name": "Camille", field: value}
        counter.refused(name, "POST", "/members", body)
    assert counter.find() == []

"""What a merchant sets on products and price books, and what a sale's lines learn from it."""

import json

import pytest
import requests
from sqlalchemy import event

from backend.rights import Role
from backend.services.shop.catalogue import shelf
from backend_client.schemas.catalogue import ProductPresets
from backend_client.schemas.sales import LineBody
from loyalty.sales import Line, LineKind
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.merchant import Merchant
from tests.support.server import PROGRAM, Company, Connected
from tests.support.staff import at_work

COFFEE = {"name": "Café", "price": 250, "family": "boissons", "themes": ["chaud"], "points": 10}


@pytest.fixture
def owner(shop: Company, session: requests.Session) -> Merchant:
    return Merchant(person=at_work(shop), session=session)


def lines(shop: Company, *wanted: Line, code: str = "") -> tuple[Line, ...]:
    with shop.database.read(shop.shop.tenant) as tx:
        found = shelf(tx, wanted, (code,))
    return tuple(found.line(line, code) for line in wanted)


def test_a_product_put_again_is_the_same_and_one_changed_meanwhile_is_not_undone(
    owner: Merchant,
) -> None:
    first = owner.asks("PUT", "/v1/products/CAFE", COFFEE)
    again = owner.asks("PUT", "/v1/products/CAFE", COFFEE, headers={"If-None-Match": "*"})
    assert first.json() == again.json() == owner.gets("/v1/products/CAFE")
    seen = {"If-Match": first.headers["ETag"]}
    dearer = {**COFFEE, "price": 260}
    assert owner.asks("PUT", "/v1/products/CAFE", dearer, headers=seen).status_code == 200
    late = {**COFFEE, "price": 240}
    assert owner.refused("PUT", "/v1/products/CAFE", late, headers=seen) == (412, "changed-since")
    assert owner.gets("/v1/products/CAFE")["price"] == 260


def test_products_come_page_by_page_and_by_family(owner: Merchant) -> None:
    for name in ("A", "B", "C", "D"):
        owner.puts(f"/v1/products/{name}", name=name, family="x" if name < "C" else "y")
    first = owner.gets("/v1/products?limit=3")
    rest = owner.gets(f"/v1/products?limit=3&cursor={first['next']}")
    assert [each["id"] for each in first["products"] + rest["products"]] == ["A", "B", "C", "D"]
    assert rest["next"] is None
    found = owner.gets("/v1/products?family=y")["products"]
    assert [each["id"] for each in found] == ["C", "D"]


def test_a_line_learns_what_the_till_did_not_say(shop: Company, owner: Merchant) -> None:
    owner.puts("/v1/products/CAFE", **COFFEE)
    (line,) = lines(shop, Line(article="CAFE", quantity=2, unit_price=250))
    assert (line.family, line.themes, line.points) == ("boissons", ("chaud",), 10)
    (said,) = lines(shop, Line(article="CAFE", family="bar", points=3, earns=False))
    assert (said.family, said.points, said.earns) == ("bar", 3, False)
    (unknown,) = lines(shop, Line(article="THE"))
    assert unknown == Line(article="THE")


@pytest.mark.parametrize("kind", ["shipping", "gift_card", "store_credit", "donation", "admin"])
def test_the_presets_are_the_five_kinds_that_never_earn(
    shop: Company, owner: Merchant, kind: str
) -> None:
    presets = ProductPresets.model_validate(owner.gets("/v1/product-presets")).presets
    (preset,) = [each for each in presets if each.product.kind == kind]
    owner.puts(f"/v1/products/{preset.id}", **preset.product.model_dump(mode="json"))
    (line,) = lines(shop, Line(article=preset.id, unit_price=500))
    assert line.kind is LineKind(kind)


def test_a_price_book_says_its_own_amount_and_one_for_staff_says_none(
    shop: Company, owner: Merchant
) -> None:
    owner.puts("/v1/products/CAFE", **COFFEE)
    owner.puts("/v1/price-books/PART", name="Particuliers")
    owner.puts("/v1/price-books/STAFF", name="Personnel", earns=False)
    owner.puts("/v1/price-books/PART/products/CAFE", price=240, points=12)
    (part,) = lines(shop, Line(article="CAFE"), code="PART")
    staff, other = lines(shop, Line(article="CAFE"), Line(article="THE"), code="STAFF")
    assert (part.points, part.earns) == (12, True)
    assert (staff.earns, other.earns) == (False, False)
    with shop.database.read(shop.shop.tenant) as tx:
        found = shelf(tx, [Line(article="CAFE")], ["PART"])
    assert (found.price("CAFE", "PART"), found.price("CAFE")) == (240, 250)


def test_a_pack_is_sold_by_its_articles_and_each_keeps_its_own_exclusion(
    shop: Company, owner: Merchant
) -> None:
    owner.puts("/v1/products/A", name="A", price=1000)
    owner.puts("/v1/products/B", name="B", price=2000, earns=False)
    parts = [{"product": "A"}, {"product": "B", "quantity": 2}]
    owner.puts("/v1/products/PACK", name="Pack", price=4500, components=parts)
    (pack,) = lines(shop, Line(article="PACK", unit_price=4500))
    assert [(each.article, each.quantity, each.unit_price) for each in pack.components] == [
        ("A", 1, 1000),
        ("B", 2, 2000),
    ]
    assert [each.earns for each in pack.components] == [True, False]
    owner.puts("/v1/products/PACK", name="Pack", price=4500, components=parts, earns=False)
    (excluded,) = lines(shop, Line(article="PACK", unit_price=4500))
    assert not excluded.earns


def test_the_articles_of_a_batch_are_asked_for_at_once(shop: Company, owner: Merchant) -> None:
    owner.puts("/v1/products/CAFE", **COFFEE)
    asked: list[str] = []
    with shop.database.read(shop.shop.tenant) as tx:
        event.listen(
            tx.connection, "before_cursor_execute", lambda *told: asked.append(str(told[2]))
        )
        shelf(tx, [Line(article=f"X{number}") for number in range(100)])
    assert len(asked) == 1


def test_packs_are_made_of_articles_that_are_there_and_those_stay(owner: Merchant) -> None:
    missing = {"name": "Pack", "components": [{"product": "A"}]}
    assert owner.refused("PUT", "/v1/products/PACK", missing) == (422, "invalid")
    owner.puts("/v1/products/A", name="A")
    owner.puts("/v1/products/PACK", **missing)
    outer = {"name": "Outer", "components": [{"product": "PACK"}]}
    assert owner.refused("PUT", "/v1/products/OUTER", outer) == (422, "invalid")
    assert owner.refused("DELETE", "/v1/products/A") == (409, "in-use")
    assert owner.asks("DELETE", "/v1/products/PACK").status_code == 204
    assert owner.asks("DELETE", "/v1/products/A").status_code == 204
    assert owner.refused("GET", "/v1/products/A") == (404, "not-found")


# --- files ------------------------------------------------------------------------------------

CSV = {"Content-Type": "text/csv"}


def sends(owner: Merchant, text: str, *, dry_run: bool = False) -> requests.Response:
    path = f"/v1/products/import?dry_run={str(dry_run).lower()}"
    return owner.asks("POST", path, data=text.encode(), headers=CSV)


def test_a_file_is_tried_then_taken_and_the_same_again_changes_nothing(owner: Merchant) -> None:
    text = "id;name;price;earns\nCAFE;Café;250;oui\nPORT;Port;500;non\n"
    tried = sends(owner, text, dry_run=True).json()
    assert (tried["added"], tried["bad_rows"]) == (2, [])
    assert owner.gets("/v1/products")["products"] == []
    assert sends(owner, text).json()["added"] == 2
    again = sends(owner, text).json()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert owner.gets("/v1/products/PORT")["earns"] is False


def test_bad_rows_are_named_with_reasons_and_nothing_is_written(owner: Merchant) -> None:
    text = (
        'id,name,price,components\nA,Bon,250,\nB,,300,\nC,Cher,"12,50",\nA,Encore,1,\nD,Pack,1,X\n'
    )
    tried = sends(owner, text, dry_run=True).json()["bad_rows"]
    assert [(bad["row"], bad["field"]) for bad in tried] == [
        (3, "name"),
        (4, "price"),
        (5, "id"),
        (6, "components"),
    ]
    answer = sends(owner, text)
    assert answer.status_code == 422
    assert answer.json()["bad_rows"] == tried
    assert owner.gets("/v1/products")["products"] == []


def test_a_file_with_some_columns_leaves_the_rest_as_it_was(owner: Merchant) -> None:
    owner.puts("/v1/products/CAFE", **COFFEE)
    assert sends(owner, "id,points\nCAFE,20\n").json()["changed"] == 1
    assert owner.gets("/v1/products/CAFE") == {
        **owner.gets("/v1/products/CAFE"),
        **COFFEE,
        "points": 20,
    }


def test_what_is_exported_is_what_an_import_reads_back(owner: Merchant) -> None:
    owner.puts("/v1/products/A", **COFFEE, gift_points=100, tax_rate="5.5", sets=["x", "y"])
    owner.puts("/v1/products/B", name='Guillemets " et ; virgules,', earns=False)
    owner.puts("/v1/products/P", name="P", components=[{"product": "A", "quantity": 3}])
    exported = owner.asks("GET", "/v1/products/export")
    assert exported.headers["Content-Type"] == "text/csv; charset=utf-8"
    read = sends(owner, exported.text).json()
    assert (read.get("rows"), read.get("unchanged")) == (3, 3), read


@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        (b"id,name\nA,\xe9\n", 422, "invalid"),
        (b"id,colour\nA,red\n", 422, "invalid"),
        (b"name\nA\n", 422, "invalid"),
        (b"", 422, "invalid"),
        (b'id,name\nA,"open\n', 422, "invalid"),
        (b"id\0,name\n", 422, "invalid"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(
    owner: Merchant, body: bytes, status: int, name: str
) -> None:
    refused = owner.refused("POST", "/v1/products/import", data=body, headers=CSV)
    assert refused == (status, name)


# --- who may ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/products"),
        ("PUT", "/v1/products/A"),
        ("DELETE", "/v1/products/A"),
        ("POST", "/v1/products/import"),
        ("GET", "/v1/products/export"),
        ("PUT", "/v1/price-books/A"),
        ("PUT", "/v1/price-books/A/products/A"),
        ("PUT", "/v1/gifts/A"),
        ("POST", "/v1/gifts/A/stock/B"),
        ("PUT", "/v1/stores/A"),
        ("PUT", "/v1/brands/A"),
        ("PUT", "/v1/store-groups/A"),
    ],
)
def test_a_cashier_and_a_tills_key_change_nothing_of_the_catalogue(
    shop: Company, session: requests.Session, line: Connected, method: str, path: str
) -> None:
    cashier = Merchant(person=at_work(shop, Role.CASHIER), session=session)
    assert cashier.refused(method, path, {}) == (403, "not-allowed")
    assert line.raw(method, path, {}, till=True).status_code == 403


def test_another_company_sees_nothing_of_it(
    shop: Company, owner: Merchant, session: requests.Session
) -> None:
    owner.puts("/v1/products/CAFE", **COFFEE)
    owner.puts("/v1/price-books/PART", name="Particuliers")
    stranger = Merchant(person=at_work(shop.add_shop()), session=session)
    assert stranger.gets("/v1/products")["products"] == []
    for path in ("/v1/products/CAFE", "/v1/price-books/PART", "/v1/price-books/PART/products"):
        assert stranger.refused("GET", path) == (404, "not-found")
    assert stranger.asks("DELETE", "/v1/products/CAFE").status_code == 204
    assert owner.gets("/v1/products/CAFE")["price"] == 250


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "12,50"),
        ("price", 12.5),
        ("price", 10**13),
        ("price", True),
        ("points", -1),
        ("points", 1e400),
        ("gift_points", 0),
        ("tax_rate", 5.5),
        ("tax_rate", "NaN"),
        ("tax_rate", "101"),
        ("name", ""),
        ("name", "\ud800"),
        ("kind", "toy"),
        ("themes", [""]),
        ("components", [{"product": "../x"}]),
        ("components", [{"product": "A", "quantity": 0}]),
        ("colour", "red"),
    ],
)
def test_silly_products_are_refused_by_field(owner: Merchant, field: str, value: object) -> None:
    answer = owner.asks("PUT", "/v1/products/A", {"name": "A", field: value})
    assert (answer.status_code, answer.json()["errors"][0]["field"].partition(".")[0]) == (
        422,
        field,
    )
    assert owner.gets("/v1/products")["products"] == []


# --- at the till ------------------------------------------------------------------------------

OWN_POINTS = {
    **json.loads(PROGRAM),
    "earning": [
        {
            "id": "purchase",
            "when": "sale",
            "on": {"own_points": True},
            "give": {"amount": 100, "points": 1},
        }
    ],
}


def test_a_till_that_sends_only_codes_earns_what_the_records_say(
    owner: Merchant, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined))
    program = f"/v1/programs/{line.claimed.program}"
    owner.puts(f"{program}/draft", document=OWN_POINTS)
    owner.posts(f"{program}/publication", version=2)
    owner.puts("/v1/products/CAFE", **COFFEE)
    owner.puts("/v1/products/PORT", name="Port", kind="shipping")
    owner.puts("/v1/products/VIN", name="Vin", earns=False)
    owner.puts("/v1/price-books/STAFF", name="Personnel", earns=False)

    def earns(*articles: str, price_code: str = "", discount: int = 0) -> int:
        sold = tuple(
            LineBody(article=code, quantity=2, unit_price=500, discount=discount)
            for code in articles
        )
        total = sum(2 * 500 - discount for _ in articles)
        body = sale_of(joined.member, total).model_copy(
            update={"lines": sold, "price_code": price_code}
        )
        return line.till.record_sale(body).earned

    assert earns("CAFE") == 20, "its own number, twice"
    assert earns("CAFE", discount=300) == 20, "which ignores the price (LSX-20, LSX-38)"
    assert earns("THE") == 10, "one that is not in the catalogue, by the rate"
    assert earns("CAFE", "PORT", "VIN", "THE") == 30
    assert earns("CAFE", "THE", price_code="STAFF") == 0


def test_products_are_found_by_code_or_words_of_their_name(owner: Merchant) -> None:
    owner.puts("/v1/products/SAVON", name="Savon artisanal de Nantes")
    owner.puts("/v1/products/THE", name="Coffret de thés")

    def found(search: str) -> list[str]:
        told = owner.gets(f"/v1/products?search={search}")
        return [each["id"] for each in told["products"]]

    assert found("THE") == ["THE"]
    assert found("nantes savon") == ["SAVON"]
    assert found("100%") == []

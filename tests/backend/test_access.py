"""Who may call what: no token, another kind of token, another company's ids."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from backend.db import access, tables
from backend.services.team import access as entrance
from backend_client.errors import BackendRefused, NotAuthorised
from backend_client.rest.terminal import claim
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.terminals import ClaimRequest
from loyalty.document import read_program
from loyalty.errors import VoucherUnknown
from loyalty.ids import TerminalId
from tests.support.account import signed_in
from tests.support.desk import desk
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.routes import PUBLIC, routes
from tests.support.server import PROGRAM, Company, Connected, connected, new_id
from tests.support.staff import at_work


@pytest.fixture
def stranger(shop: Company, line: Connected) -> Iterator[Connected]:
    """A kiosk and a till of another company on the same backend."""
    with connected(shop.add_shop(), session=line.session) as made:
        yield made


def guarded(shop: Company) -> list[tuple[str, str, frozenset[str]]]:
    """Method, path and kinds of callers of every route that is not public, from the OpenAPI."""
    return [(*each.key, each.callers) for each in routes(shop.app) if each.key not in PUBLIC]


def test_no_route_opens_without_a_token_or_with_a_wrong_one(shop: Company, line: Connected) -> None:
    for method, path, _ in guarded(shop):
        for header in ("", "Bearer", "Bearer x", "Basic eDp5", "Bearer lkt_x_y", "Bearer lks_é"):
            answer = line.raw(
                method,
                path.replace("{", "").replace("}", ""),
                {},
                headers={"Authorization": header},
            )
            assert answer.status_code == 401, (method, path, header)
            assert answer.json()["type"].endswith(ProblemName.NOT_AUTHORISED)
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_of_another_kind_opens_nothing(shop: Company, line: Connected) -> None:
    owner = at_work(shop)
    phone = signed_in(shop, desk(shop, line.session, owner).add()["id"])
    for method, path, kinds in guarded(shop):
        place = path.replace("{", "").replace("}", "")
        tokens = {"terminal": line.claimed.token, "till": line.till_key, "staff": owner.token}
        tokens["member"] = phone
        for kind, token in tokens.items():
            if kind in kinds:
                continue
            header = {"Authorization": f"Bearer {token}"}
            answer = line.raw(method, place, {}, headers=header)
            assert answer.status_code == 403, (method, path, kind)
            assert answer.json()["type"].endswith(ProblemName.NOT_ALLOWED)


def test_a_key_opens_only_what_it_has_the_scope_for(shop: Company, line: Connected) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        token = entrance.new_token(entrance.TILL_PREFIX, shop.shop.tenant)
        access.add_till(
            tx,
            new_id(),
            name="Checker",
            store=shop.shop.store,
            key_hash=token.hash,
            scopes=["vouchers"],
        )
    headers = {"Authorization": f"Bearer {token.text}"}
    assert line.raw("GET", "/v1/vouchers/x", headers=headers).status_code == 422
    assert line.raw("GET", "/v1/accounts/x", headers=headers).status_code == 403


def test_a_revoked_terminal_is_shut_out_at_once(shop: Company, line: Connected) -> None:
    line.terminal.changes("")
    with shop.database.write(shop.shop.tenant) as tx:
        access.revoke_terminal(tx, TerminalId(line.claimed.terminal))
    with pytest.raises(NotAuthorised, match="401"):
        line.terminal.changes("")


def test_a_revoked_till_is_shut_out_at_once(shop: Company, line: Connected) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        entrance.revoke(tx, access.tills(tx)[0].id)
    with pytest.raises(NotAuthorised, match="401"):
        line.till.account("x")


def test_only_hashes_of_secrets_are_kept(shop: Company, line: Connected) -> None:
    code = shop.claim_code()
    with shop.database.across() as connection:
        dump = "\n".join(
            str(row._asdict())
            for table in tables.metadata.sorted_tables
            for row in connection.execute(select(table))
        )
    assert "token_hash" in dump
    secrets = (line.claimed.token, line.till_key, code, code.replace("-", ""))
    for secret in (*secrets, line.claimed.card_secret):
        assert secret not in dump


def test_another_companys_ids_are_unknown_on_every_route(
    shop: Company, line: Connected, stranger: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    uid, address = b"\x04\xa1\xb2\xc3\xd4\xe5\xf6", "camille@example.org"
    joined = kiosk.enrolled(uid=uid, email=address)
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 90000))
    held = line.terminal.hold(kiosk.request(joined.member), 5)
    theirs = Kiosk(claimed=stranger.claimed, program=read_program(PROGRAM))
    calls: dict[tuple[str, str], Any] = {
        ("GET", "/v1/members/{member}"): None,
        ("GET", "/v1/accounts/{member}"): None,
        ("GET", "/v1/vouchers/{code}"): None,
        ("POST", "/v1/vouchers/{code}/redemption"): {"id": new_id(), "at": now().isoformat()},
        ("POST", "/v1/members/find"): {"card_uid": uid.hex()},
        ("POST", "/v1/sales"): sale_of(joined.member, 100).model_dump(mode="json"),
        ("POST", "/v1/redemptions"): theirs.request(joined.member).model_dump(mode="json"),
    }
    for method, path, kinds in guarded(shop):
        if (method, path) not in calls:
            continue
        place = path.format(member=joined.member, code=held.voucher.code)
        body = calls[method, path]
        answer = stranger.raw(method, place, body, till="terminal" not in kinds)
        assert answer.status_code == 404, (method, path, answer.text)
    by_email = {"email": address}
    assert stranger.raw("POST", "/v1/members/find", by_email, till=True).status_code == 404


def test_facts_about_another_companys_ids_stay_in_their_own_company(
    line: Connected, stranger: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    before = line.till.account(joined.member)
    held = kiosk.reserved(joined.member)
    stranger.terminal.push(Journal().write(joined, held, kiosk.issued(held.voucher.redemption)))
    assert line.till.account(joined.member) == before
    with pytest.raises(VoucherUnknown):
        line.till.voucher(held.voucher.code)
    seen = line.terminal.changes("").model_dump_json()
    assert held.voucher.code not in seen


def test_a_claim_code_that_is_too_old_is_refused(shop: Company, line: Connected) -> None:
    code = shop.claim_code()
    with shop.database.write(shop.shop.tenant) as tx:
        tx.now = tx.now.replace(year=tx.now.year + 1)
        entrance.add_terminal(tx, name="Later", store=shop.shop.store)
    with pytest.raises(BackendRefused, match="403"):
        claim(line.url, ClaimRequest(code=code), session=line.session)

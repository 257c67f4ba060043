"""Somebody of the staff at a kiosk: a PIN opens the counter there, and nothing else."""

import pytest
import requests

from backend.db.audit import Wanted
from backend.rights import AT_A_KIOSK, RIGHTS_OF, Role
from backend.services.team.audit import page
from backend.services.team.staff import FAILURES_MAX, set_pin
from backend_client.errors import BackendRefused, BackendUnavailable, NotAuthorised
from backend_client.rest.desk import DeskClient
from backend_client.schemas.desk import NewAdjustment
from backend_client.schemas.events import StaffActed
from backend_client.schemas.members import MemberSearch
from backend_client.schemas.staff import StaffUnlock, StaffUnlocked
from backend_client.signing import pin_digest
from tests.support.desk import Desk
from tests.support.facts import Journal, now
from tests.support.server import NOWHERE, Company, Connected, new_id
from tests.support.staff import AtWork, at_work

PIN = "482915"


def with_pin(shop: Company, role: Role = Role.MANAGER) -> AtWork:
    somebody = at_work(shop, role)
    with shop.database.write(shop.shop.tenant) as tx:
        set_pin(tx, somebody.person.id, PIN, actor="system")
    return somebody


def digest(shop: Company, pin: str = PIN) -> str:
    with shop.database.read(shop.shop.tenant) as tx:
        return pin_digest(tx.keys.cards, pin)


def typed(shop: Company, line: Connected, who: AtWork, pin: str = PIN) -> StaffUnlocked:
    return line.terminal.unlock(StaffUnlock(staff=who.person.id, pin=digest(shop, pin)))


def test_a_pin_opens_the_counter_and_no_more_whatever_the_role(
    shop: Company, line: Connected, session: requests.Session
) -> None:
    for role in Role:
        opened = typed(shop, line, with_pin(shop, role))
        assert set(opened.rights) == RIGHTS_OF[role] & AT_A_KIOSK
        for method, path, body in (
            ("POST", "/v1/staff/me/tokens", {"name": "mine", "days": 300}),
            ("PUT", "/v1/staff/me/pin", {"pin": "111111"}),
            ("GET", "/v1/staff", None),
            ("GET", "/v1/audit", None),
            ("GET", "/v1/reports/liability", None),
        ):
            headers = {"Authorization": f"Bearer {opened.token}"}
            answer = session.request(method, NOWHERE + path, json=body, headers=headers, timeout=30)
            assert answer.status_code == 403, (role, path, answer.text)


def test_a_wrong_pin_opens_nothing_and_a_few_lock_the_person_out(
    shop: Company, line: Connected
) -> None:
    manager = with_pin(shop)
    for _ in range(FAILURES_MAX):
        with pytest.raises(BackendRefused) as wrong:
            typed(shop, line, manager, "482916")
        assert wrong.value.problem.type.endswith(":sign-in-refused")
    with pytest.raises(BackendUnavailable, match="come back later"):
        typed(shop, line, manager)


def test_the_session_ends_with_the_work_and_with_the_persons_job(
    shop: Company, line: Connected
) -> None:
    manager = with_pin(shop)
    opened = typed(shop, line, manager)
    desk = DeskClient.of(line.terminal, opened.token)
    assert desk.search(MemberSearch(name="nobody")).members == ()
    line.terminal.lock(opened.staff, opened.session)
    with pytest.raises(NotAuthorised):
        desk.search(MemberSearch(name="nobody"))


def test_what_staff_does_at_a_kiosk_is_done_in_their_name(
    shop: Company, line: Connected, counter: Desk
) -> None:
    member = counter.add(email="camille@example.org", card_uid="04a1b2c3d4e5f6")["id"]
    opened = typed(shop, line, with_pin(shop))
    desk = DeskClient.of(line.terminal, opened.token)
    (found,) = desk.search(MemberSearch(email="camille@example.org")).members
    assert found.id == member
    (card,) = desk.record(member).cards
    desk.block(card.card)
    (blocked,) = desk.record(member).cards
    assert blocked.status.value == "blocked"
    told = desk.adjust(
        NewAdjustment(
            id=new_id(), member=member, points=30, nature="goodwill", store=line.claimed.store.id
        )
    )
    assert told.asked_by == f"staff:{opened.staff}"


def test_deeds_without_the_network_reach_the_audit_log(
    shop: Company, journal: Journal, line: Connected
) -> None:
    manager = with_pin(shop)
    deed = StaffActed(id=new_id(), at=now(), staff=manager.person.id, deed="void", about="r-1")
    lost = StaffActed(id=new_id(), at=now(), staff=None, deed="locked_out")
    line.terminal.push(journal.write(deed, lost))
    with shop.database.read(shop.shop.tenant) as tx:
        lines = {(each.actor, each.action, each.about) for each in page(tx, Wanted())}
    assert (f"staff:{manager.person.id}", "kiosk.void", "r-1") in lines
    assert (f"terminal:{line.claimed.terminal}", "kiosk.locked_out", "") in lines

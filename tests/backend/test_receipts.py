"""What a receipt says beside the sale: an invitation to join, points that are lost soon."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from backend_client.schemas.invitations import NewInvitation
from backend_client.schemas.members import MemberSearch
from backend_client.schemas.sales import SaleAnswer
from loyalty.errors import EmailRefused
from loyalty.program import InvitationRules, MessageChannel, ReminderRules
from tests.support.account import Phone
from tests.support.desk import Clock, Desk
from tests.support.facts import sale_of
from tests.support.server import Connected, new_id

NEWS = {"purpose": "news", "given": True, "text_version": "1"}
INVITES = InvitationRules(active=True)


def token(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


def sold(line: Connected, member: str) -> SaleAnswer:
    return line.till.record_sale(sale_of(member, 20_00))


def test_the_receipt_of_a_stranger_invites_them_and_says_what_they_get(
    counter: Desk, line: Connected
) -> None:
    """LSX-25, LSX-26."""
    receipt = NewInvitation(id=new_id())
    assert line.till.invite(receipt).invitation is None, "the program invites nobody"
    counter.rule(invitations=INVITES)
    made = line.till.invite(receipt).invitation
    assert made is not None
    assert made == line.till.invite(receipt).invitation, "printed again, it is the same link"
    assert made != line.till.invite(NewInvitation(id=new_id())).invitation
    assert (made.points, made.lines[1]) == (50, made.url)
    assert "50 points" in made.lines[0]
    left = made.expires_at - datetime.now(made.expires_at.tzinfo)
    assert timedelta(days=7) < left <= timedelta(days=8)
    form = line.raw("GET", f"/v1/join/{token(made.url)}", headers={"Authorization": ""})
    assert form.json()["used"] is False


@pytest.mark.parametrize(
    ("known", "invited"),
    [
        ({}, True),  # LSX-28: no address
        ({"email": "camille@example.org"}, True),  # LSX-29: an address, and no news wanted
        ({"email": "camille@example.org", "consents": [NEWS]}, False),
    ],
)
def test_the_receipt_of_a_member_invites_who_cannot_be_written_to(
    counter: Desk, line: Connected, known: dict[str, Any], *, invited: bool
) -> None:
    counter.rule(invitations=INVITES)
    member = counter.add(**known)["id"]
    answer = sold(line, member)
    assert (answer.invitation is not None) == invited
    assert any("/join/" in text for text in answer.ticket) == invited
    assert answer.invitation is None or answer.invitation.points == 0, "welcomed already"
    counter.rule(invitations=InvitationRules(active=True, without_mail=False))
    assert sold(line, member).invitation is None


def test_the_same_sale_sent_again_prints_the_same_invitation(
    counter: Desk, line: Connected
) -> None:
    counter.rule(invitations=INVITES)
    sale = sale_of(counter.add()["id"], 10_00)
    first, again = line.till.record_sale(sale), line.till.record_sale(sale)
    assert first.invitation is not None
    assert again.invitation == first.invitation
    assert again.ticket == first.ticket


def test_who_follows_the_link_of_their_receipt_is_reached_from_then_on(
    counter: Desk, line: Connected
) -> None:
    counter.rule(invitations=INVITES)
    member = counter.add(last_name="Martin")["id"]
    made = sold(line, member).invitation
    assert made is not None
    phone = Phone(shop=line.company, session=counter.session)
    form = {"first_name": "Camille", "email": "camille@example.org", "consents": [NEWS]}
    phone.ask("POST", f"/join/{token(made.url)}", form)
    assert phone.ask("GET", "/me")["profile"]["id"] == member
    assert sold(line, member).invitation is None


def test_the_receipt_says_which_points_are_lost_soon_and_only_then(
    counter: Desk, line: Connected, at: Clock
) -> None:
    """F18: the receipt is a channel."""
    on_paper = frozenset({MessageChannel.RECEIPT})
    counter.rule(reminders=ReminderRules(active=True, channels=on_paper, from_points=10))
    member = counter.add(language="fr")["id"]
    assert not any("choisissez" in text for text in sold(line, member).ticket)
    at.later(days=350)
    (said,) = (text for text in sold(line, member).ticket if "choisissez" in text)
    assert said.startswith("90 points à utiliser jusqu’au ")
    counter.rule(reminders=ReminderRules(active=False, channels=on_paper, from_points=10))
    assert not any("choisissez" in text for text in sold(line, member).ticket)


def test_a_till_finds_members_by_number_and_by_the_beginning_of_a_name(
    counter: Desk, line: Connected
) -> None:
    member = counter.add(last_name="Lefèvre", phone="0612345678", email="c@example.org")["id"]
    counter.add(first_name="Robin", last_name="Martin")
    for wanted in (
        MemberSearch(phone="06 12 34 56 78", country="FR"),
        MemberSearch(name="lefe cam"),
        MemberSearch(email="C@example.org"),
    ):
        assert [each.id for each in line.till.search(wanted).members] == [member], wanted
    with pytest.raises(EmailRefused):
        line.till.search(MemberSearch(email="no address"))

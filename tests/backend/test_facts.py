"""A fact is never refused: accepted, known, or accepted and put before a person."""

import json
from datetime import timedelta

import pytest

from backend.db import facts as kept
from backend_client.errors import BackendRefused
from backend_client.schemas.events import Event, EventResult, EventStatus, JournalEvent
from backend_client.schemas.tills import MemberQuery, VoucherRedemption
from loyalty.chain import GENESIS, link
from loyalty.errors import CodeMistyped, VoucherUnknown, VoucherVoided
from loyalty.ids import MemberId
from loyalty.ledger import EntryKind
from loyalty.vouchers import VoucherState, mint
from tests.support.books import assert_sound
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import Company, Connected, connected, new_id

CARD = bytes.fromhex("04a1b2c3d4e5f6")


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    """Somebody with 50 points."""
    joined = kiosk.enrolled(uid=CARD, email="camille@example.org")
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    return joined.member


def flags(results: tuple[EventResult, ...]) -> list[tuple[str, ...]]:
    return [result.flags for result in results]


def balance(line: Connected, member: str) -> int:
    return line.till.account(member).balance


def test_the_same_facts_again_do_nothing_and_get_the_same_places(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled()
    written = journal.write(joined, kiosk.welcomed(joined.member))
    first = line.terminal.push(written)
    again = line.terminal.push(written)
    assert [result.status for result in again.results] == [EventStatus.KNOWN] * 2
    assert [r.positions for r in again.results] == [r.positions for r in first.results]
    assert balance(line, joined.member) == 50


def test_other_content_under_a_known_id_is_flagged_and_not_booked(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    reserved = kiosk.reserved(member)
    line.terminal.push(journal.write(reserved))
    other = kiosk.reserved(member, "tote").model_copy(update={"id": reserved.id})
    answer = line.terminal.push(journal.write(other))
    assert flags(answer.results) == [("id-reused",)]
    assert balance(line, member) == 50 - 200


def test_an_entry_that_is_not_booked_still_gets_the_place_the_account_has_reached(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    second = kiosk.welcomed(member)
    other = second.model_copy(update={"entry": second.entry.model_copy(update={"id": new_id()})})
    result = line.terminal.push(journal.write(other)).results[0]
    assert "welcome-twice" in result.flags
    assert result.positions == {other.entry.id: line.till.account(member).account.position}


def test_somebody_with_a_known_address_becomes_a_new_member_without_a_second_welcome(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    twin = kiosk.enrolled(email="Camille@Example.org ".strip())
    answer = line.terminal.push(journal.write(twin, kiosk.welcomed(twin.member)))
    assert flags(answer.results) == [("contact-known",), ("contact-known",)]
    assert (balance(line, member), balance(line, twin.member)) == (50, 0)
    kinds = [each.entry.kind for each in line.till.account(twin.member).entries]
    assert kinds == [EntryKind.WELCOME, EntryKind.REVERSAL]
    assert len(answer.results[1].positions) == 2
    assert line.till.account(twin.member).account.welcomed


def test_a_card_stays_its_first_members_whatever_is_typed(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    answer = line.terminal.push(journal.write(kiosk.enrolled(uid=CARD)))
    assert flags(answer.results) == [("card-taken",)]
    assert line.till.find_member(MemberQuery(card_uid=CARD.hex())).id == member


def test_an_enrolment_twice_keeps_the_first_answers(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    again = kiosk.enrolled(MemberId(member), uid=CARD, name="Claude")
    assert flags(line.terminal.push(journal.write(again)).results) == [("member-known",)]
    assert line.terminal.member(member).first_name == "Camille"


def test_a_restored_memory_card_is_noticed_once_and_its_facts_are_kept(
    line: Connected, kiosk: Kiosk
) -> None:
    before = Journal()
    line.terminal.push(before.write(kiosk.enrolled(), kiosk.enrolled()))
    restored = Journal(events=before.events[:1])
    branch = restored.write(kiosk.enrolled(), kiosk.enrolled())
    answer = line.terminal.push(branch)
    assert flags(answer.results) == [("journal-fork",), ()]
    assert line.terminal.member(branch[0].event.member)  # type: ignore[union-attr]  # an enrolment


def test_a_gap_in_the_journal_is_flagged(line: Connected, kiosk: Kiosk, journal: Journal) -> None:
    journal.write(kiosk.enrolled())
    second = journal.write(kiosk.enrolled())
    assert flags(line.terminal.push(second).results) == [("journal-fork",)]


def test_a_link_that_does_not_fit_is_flagged(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    written = journal.write(kiosk.enrolled())[0]
    forged = JournalEvent(sequence=1, chain="0" * 64, event=written.event)
    assert flags(line.terminal.push([forged]).results) == [("journal-fork",)]


def test_more_than_the_account_holds_becomes_debt_and_is_flagged(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    answer = line.terminal.push(journal.write(kiosk.reserved(member)))
    assert flags(answer.results) == [("overdrawn",)]
    account = line.till.account(member)
    assert (account.balance, account.account.debt) == (-150, 150)


def test_a_welcome_of_other_points_is_booked_as_told_and_flagged(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled()
    welcomed = kiosk.welcomed(joined.member)
    generous = welcomed.model_copy(
        update={"entry": welcomed.entry.model_copy(update={"points": 80})}
    )
    answer = line.terminal.push(journal.write(joined, generous))
    assert flags(answer.results) == [(), ("welcome-differs",)]
    assert balance(line, joined.member) == 80


def test_points_that_a_fact_cannot_give_are_not_booked(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    reserved = kiosk.reserved(member)
    gift = reserved.model_copy(
        update={"entry": reserved.entry.model_copy(update={"points": 10**12})}
    )
    welcomed = kiosk.welcomed(member)
    taken = welcomed.model_copy(
        update={"entry": welcomed.entry.model_copy(update={"points": -5, "id": new_id()})}
    )
    answer = line.terminal.push(journal.write(gift, taken))
    assert all("entry-differs" in result.flags for result in answer.results)
    assert balance(line, member) == 50


def test_an_entry_in_the_place_of_another_gives_neither_points_nor_gift(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    reserved = kiosk.reserved(member)
    joined = kiosk.enrolled()
    welcomed = kiosk.welcomed(joined.member)
    squatter = welcomed.model_copy(
        update={"entry": welcomed.entry.model_copy(update={"id": reserved.entry.id})}
    )
    answer = line.terminal.push(journal.write(joined, squatter, reserved))
    assert flags(answer.results) == [(), ("entry-differs",), ("entry-differs",)]
    with pytest.raises(VoucherUnknown):
        line.till.voucher(reserved.voucher.code)
    assert balance(line, member) == 50


def test_entries_that_the_books_cannot_hold_are_flagged_not_our_mistake(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    other = kiosk.enrolled()
    welcomed = kiosk.welcomed(other.member)
    reserved = kiosk.reserved(member)
    strange: list[Event] = [other]
    for change in ({"about": "x"}, {"points": 2**53}, {"kind": EntryKind.EXPIRY}):
        for event in (welcomed, reserved):
            entry = event.entry.model_copy(update=change)
            strange.append(event.model_copy(update={"id": new_id(), "entry": entry}))
    answer = line.terminal.push(journal.write(*strange))
    assert all("entry-differs" in result.flags for result in answer.results[1:])
    assert (balance(line, member), balance(line, other.member)) == (50, 0)


def test_a_voucher_code_that_is_taken_cannot_be_redeemed_twice(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    code = mint(7)
    first, second = kiosk.reserved(member, code=code), kiosk.reserved(member, "tote", code=code)
    answer = line.terminal.push(
        journal.write(first, second, kiosk.issued(second.voucher.redemption))
    )
    assert "code-collision" in answer.results[1].flags
    assert line.till.voucher(code).voucher.redemption == first.voucher.redemption


def test_a_reservation_at_another_price_is_flagged(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    reserved = kiosk.reserved(member)
    cheap = reserved.model_copy(update={"entry": reserved.entry.model_copy(update={"points": -1})})
    assert flags(line.terminal.push(journal.write(cheap)).results) == [("reward-differs",)]


def test_a_void_gives_the_points_back_with_their_deadline(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    line.till.record_sale(sale_of(member, 20000))
    before = line.till.account(member).account.lots
    reserved = kiosk.reserved(member)
    line.terminal.push(journal.write(reserved))
    line.terminal.push(journal.write(kiosk.voided(reserved)))
    assert line.till.account(member).account.lots == before
    with pytest.raises(VoucherVoided):
        line.till.redeem(reserved.voucher.code, VoucherRedemption(id=new_id(), at=now()))


def test_a_void_after_the_gift_was_handed_out_changes_nothing(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    line.till.record_sale(sale_of(member, 20000))
    reserved = kiosk.reserved(member)
    line.terminal.push(journal.write(reserved))
    line.till.redeem(reserved.voucher.code, VoucherRedemption(id=new_id(), at=now()))
    answer = line.terminal.push(journal.write(kiosk.voided(reserved)))
    assert flags(answer.results) == [("void-after-redeem",)]
    assert balance(line, member) == 50
    assert line.till.voucher(reserved.voucher.code).voucher.state is VoucherState.REDEEMED


def test_the_paper_came_out_after_all_is_flagged(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    reserved = kiosk.reserved(member)
    line.terminal.push(journal.write(reserved, kiosk.voided(reserved)))
    answer = line.terminal.push(journal.write(kiosk.issued(reserved.voucher.redemption)))
    assert flags(answer.results) == [("issued-after-void",)]


def test_a_till_that_redeems_a_reserved_voucher_is_accepted(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    line.till.record_sale(sale_of(member, 20000))
    reserved = kiosk.reserved(member)
    line.terminal.push(journal.write(reserved))
    taken = line.till.redeem(reserved.voucher.code, VoucherRedemption(id=new_id(), at=now()))
    assert taken.voucher.state is VoucherState.REDEEMED
    answer = line.terminal.push(journal.write(kiosk.issued(reserved.voucher.redemption)))
    assert flags(answer.results) == [()]
    assert line.till.voucher(reserved.voucher.code).voucher.state is VoucherState.REDEEMED
    assert line.till.account(member).account.draws == {}


def test_names_and_addresses_that_cannot_be_written_down_lose_nothing_else(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled(name="Zoé\u202e🙂\x1b@", email="nobody at all")
    answer = line.terminal.push(journal.write(joined))
    assert flags(answer.results) == [("email-refused", "name-refused")]
    profile = line.terminal.member(joined.member)
    assert (profile.first_name, profile.contact) == ("Zoé", "")


def test_a_number_and_a_birthday_are_kept_as_they_are_looked_up(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled(phone="+33612345678", birthday="1984-02-29")
    assert flags(line.terminal.push(journal.write(joined)).results) == [()]
    assert line.terminal.member(joined.member).contact == "•• •• •• 78"
    twin = kiosk.enrolled(phone="06 12 34 56 78", birthday="03-14")
    answer = line.terminal.push(journal.write(twin, kiosk.welcomed(twin.member)))
    assert ("contact-known",) in flags(answer.results)[:1]


@pytest.mark.parametrize("born", ["1985-02-29", "19-85", "2020-W01-1"])
def test_a_number_or_a_day_that_is_none_is_flagged_and_the_fact_kept(
    line: Connected, kiosk: Kiosk, journal: Journal, born: str
) -> None:
    joined = kiosk.enrolled(phone="12", birthday=born)
    answer = line.terminal.push(journal.write(joined))
    assert flags(answer.results) == [("phone-refused", "birthday-refused")]
    assert line.terminal.member(joined.member).contact == ""


def test_a_clock_that_is_years_off_is_flagged_and_the_fact_kept(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled(at=now() + timedelta(days=3650))
    assert flags(line.terminal.push(journal.write(joined)).results) == [("clock-off",)]
    assert line.terminal.member(joined.member).first_name == "Camille"


def test_points_may_come_before_the_person(line: Connected, kiosk: Kiosk, journal: Journal) -> None:
    joined = kiosk.enrolled()
    early = line.terminal.push(journal.write(kiosk.welcomed(joined.member)))
    assert flags(early.results) == [("member-unknown",)]
    line.terminal.push(journal.write(joined))
    assert line.terminal.member(joined.member).first_name == "Camille"
    assert balance(line, joined.member) == 50


def test_an_abandoned_request_that_was_held_gives_its_points_back_and_cannot_come_late(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    line.till.record_sale(sale_of(member, 20000))
    request = kiosk.request(member)
    line.terminal.hold(request, 5)
    answer = line.terminal.push(journal.write(kiosk.abandoned(request.id)))
    assert flags(answer.results) == [()]
    assert len(answer.results[0].positions) == 1
    assert balance(line, member) == 250
    with pytest.raises(BackendRefused, match="abandoned"):
        line.terminal.hold(request, 5)
    assert balance(line, member) == 250


def test_every_flag_is_put_before_staff_without_personal_data(
    shop: Company, line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    line.terminal.push(journal.write(kiosk.enrolled(email="camille@example.org")))
    with shop.database.read(shop.shop.tenant) as tx:
        alerts = kept.open_alerts(tx)
    # About the record that was there first, however many come after it.
    assert [(alert.flag, alert.about) for alert in alerts] == [("contact-known", member)]
    assert "camille" not in str(alerts).lower()


def test_nothing_that_was_flagged_leaves_the_books_wrong(
    shop: Company, line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    one, two = kiosk.reserved(member), kiosk.reserved(member, "tote")
    line.terminal.push(journal.write(one, two, kiosk.voided(one)))
    line.till.record_sale(sale_of(member, 90000))
    line.terminal.push(journal.write(kiosk.issued(two.voucher.redemption), kiosk.voided(two)))
    assert_sound(shop)


def test_a_code_nobody_has_and_a_code_with_one_letter_wrong_are_told_apart(
    line: Connected,
) -> None:
    code = mint(123456)
    with pytest.raises(VoucherUnknown):
        line.till.voucher(code)
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    with pytest.raises(CodeMistyped):
        line.till.voucher(wrong)
    answer = line.raw("GET", f"/v1/vouchers/{wrong}", till=True)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":code-mistyped")


def test_two_kiosks_may_send_the_same_welcome(
    shop: Company, line: Connected, kiosk: Kiosk, member: str
) -> None:
    with connected(shop, session=line.session) as other:
        theirs = Journal()
        answer = other.terminal.push(theirs.write(kiosk.welcomed(member)))
        assert flags(answer.results) == [()]
        assert balance(line, member) == 50


def test_five_hundred_facts_at_once_keep_their_order(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    written: list[Event] = []
    for _ in range(250):
        joined = kiosk.enrolled()
        written += [joined, kiosk.welcomed(joined.member)]
    # Not through the SDK: the order is asked here, not whether a busy machine is in time.
    body = {"events": [each.model_dump(mode="json") for each in journal.write(*written)]}
    results = line.raw("POST", "/v1/events", body).json()["results"]
    assert [result["id"] for result in results] == [event.id for event in written]
    assert {result["status"] for result in results} == {EventStatus.ACCEPTED}


def test_facts_that_contradict_each_other_are_all_kept_and_flagged(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    line.till.record_sale(sale_of(member, 100000))
    held, issued, taken = (kiosk.reserved(member) for _ in range(3))
    strange = kiosk.voided(held)
    strange = strange.model_copy(
        update={"entry": strange.entry.model_copy(update={"points": 999, "id": new_id()})}
    )
    unknown = kiosk.reserved(member)
    odd = kiosk.voided(unknown)
    odd = odd.model_copy(update={"entry": odd.entry.model_copy(update={"about": "x"})})
    other_code = taken.model_copy(
        update={"id": new_id(), "voucher": taken.voucher.model_copy(update={"code": mint(3)})}
    )
    answer = line.terminal.push(
        journal.write(
            held,
            strange,
            issued,
            kiosk.issued(issued.voucher.redemption),
            kiosk.abandoned(issued.voucher.redemption),
            issued.model_copy(update={"id": new_id()}),
            taken,
            other_code,
            odd,
            kiosk.issued(unknown.voucher.redemption),
        )
    )
    assert flags(answer.results) == [
        (),
        ("entry-differs",),
        (),
        (),
        ("abandoned-after-issue",),
        ("abandoned-before",),
        (),
        ("entry-differs",),
        ("redemption-unknown", "entry-differs"),
        ("redemption-unknown",),
    ]
    # The first gift's points came back as they must, not as they were told; the others are held.
    assert balance(line, member) == 50 + 1000 - 2 * 200


def test_a_voucher_without_a_code_that_can_be_read_is_kept_but_cannot_be_redeemed(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    reserved = kiosk.reserved(member)
    odd = reserved.model_copy(
        update={"voucher": reserved.voucher.model_copy(update={"code": "HELLO"})}
    )
    answer = line.terminal.push(journal.write(odd, kiosk.voided(odd)))
    assert flags(answer.results) == [("overdrawn", "code-mistyped"), ()]
    assert balance(line, member) == 50


def test_facts_of_another_store_or_program_are_kept_and_flagged(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled().model_copy(update={"program": "elsewhere"})
    welcomed = kiosk.welcomed(joined.member)
    entry = welcomed.entry.model_copy(update={"program": "elsewhere", "store": "other"})
    answer = line.terminal.push(journal.write(joined, welcomed.model_copy(update={"entry": entry})))
    assert flags(answer.results) == [
        ("program-unknown",),
        ("store-differs", "program-unknown"),
    ]
    assert balance(line, joined.member) == 0


def test_a_blocked_card_finds_nobody_at_the_till(
    shop: Company, line: Connected, member: str
) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        tx.connection.exec_driver_sql("UPDATE cards SET status = 'blocked'")
    with pytest.raises(BackendRefused, match="blocked"):
        line.till.find_member(MemberQuery(card_uid=CARD.hex()))
    assert line.till.find_member(MemberQuery(email="camille@example.org")).id == member


def test_a_card_or_address_nobody_has_finds_nobody(line: Connected) -> None:
    for query in (MemberQuery(card_uid="04ffffff"), MemberQuery(email="no@example.org")):
        with pytest.raises(BackendRefused, match="404"):
            line.till.find_member(query)


def test_the_chain_covers_what_the_terminal_wrote_not_how_we_would_write_it(
    line: Connected, kiosk: Kiosk
) -> None:
    """A terminal of another version leaves fields out, or spells a time in its own zone."""
    body = kiosk.enrolled().model_dump(mode="json", exclude_none=True)
    body["at"] = body["at"].replace("Z", "+00:00")
    written = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    item = {"sequence": 1, "chain": link(GENESIS, written).hex(), "event": body}
    answer = line.raw("POST", "/v1/events", {"events": [item, item]})
    assert [result["status"] for result in answer.json()["results"]] == ["accepted", "known"]

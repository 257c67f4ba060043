"""Words, numbers and days as each language writes them; and what stands on the paper."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend_client.schemas.terminals import StoreBody
from backend_client.seals import code_of
from devices.printers import Qr, Ticket
from devices.printers.simulated import SimulatedPrinter
from kiosk.tickets import Letterhead, last_day, voucher_ticket, welcome_slip
from kiosk.words import Words, available
from loyalty.document import read_program
from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId, RewardId
from loyalty.ledger import Account, Lot
from loyalty.vouchers import Voucher, VoucherState, mint, parse, readable
from tests.support.server import PROGRAM

PARIS = ZoneInfo("Europe/Paris")
DAY = datetime(2027, 2, 22, 10, 42, tzinfo=PARIS)
PROGRAM_NOW = read_program(PROGRAM)


@pytest.mark.parametrize(
    ("language", "number", "money", "day", "short", "moment"),
    [
        (
            "fr",
            "12\u202f345",
            "137,40\u00a0€",
            "22 février 2027",
            "22 févr. 2027",
            "22/02/2027 10:42",
        ),
        ("en", "12,345", "€137.40", "22 February 2027", "22 Feb 2027", "22/02/2027, 10:42"),
    ],
)
def test_each_language_writes_numbers_money_and_days_its_own_way(
    language: str, number: str, money: str, day: str, short: str, moment: str
) -> None:
    words = Words(language)
    assert words.number(12345) == number
    assert words.money(137_40, "EUR") == money
    assert (words.day(DAY), words.short_day(DAY)) == (day, short)
    assert words.moment(DAY) == moment


def test_amounts_have_the_digits_of_their_currency() -> None:
    assert Words("en").money(500, "JPY") == "JP¥500"
    assert Words("en").money(-1, "EUR") == "−€0.01"


def test_one_is_said_as_one_and_values_are_never_read_as_blanks() -> None:
    assert Words("fr").tn("{count} point", "{count} points", 1) == "1 point"
    assert Words("fr").tn("{count} point", "{count} points", 2000) == "2\u202f000 points"
    assert Words("en").t("Gift: {gift}", gift="{0} {count}") == "Gift: {0} {count}"


@pytest.mark.parametrize(("language", "back"), [("fr", "Retour"), ("en", "Back")])
def test_fixed_words_are_those_without_a_place_for_anything_of_anybodys(
    language: str, back: str
) -> None:
    fixed = Words(language).fixed
    assert back in fixed
    assert not [text for text in fixed if "{" in text]


def test_there_is_french_and_the_language_of_the_source() -> None:
    assert {"en", "fr"} <= set(available())
    assert Words("zz").t("Back") == "Back"


KEY = b"k" * 32


def head(name: str = "Maison Lise", address: str = "3 rue des Tests") -> Letterhead:
    store = StoreBody(id="s1", name=name, address=address, time_zone="Europe/Paris")
    return Letterhead(store=store, terminal="Angers-1", zone=PARIS, voucher_key=KEY)


def ticket(
    language: str, *, duplicate: bool = False, place: Letterhead | None = None, money: int = 0
) -> Ticket:
    midnight = datetime(2027, 2, 23, tzinfo=PARIS).astimezone(UTC)
    reward = PROGRAM_NOW.reward(RewardId("coffee"))
    assert reward is not None
    lots = (Lot(entry=EntryId("e1"), left=7, deadline=midnight + timedelta(days=30)),)
    return voucher_ticket(
        Voucher(
            code=mint(12345),
            redemption=RedemptionId("r1"),
            member=MemberId("m1"),
            program=ProgramId("maison-lise"),
            reward=reward.id,
            state=VoucherState.RESERVED,
            deadline=midnight,
            money=money,
        ),
        reward,
        PROGRAM_NOW,
        Account(lots=lots),
        head=place or head(),
        words=Words(language),
        now=DAY.astimezone(UTC),
        duplicate=duplicate,
    )


def test_a_voucher_says_all_it_must_in_french() -> None:
    lines = ticket("fr").lines()
    for wanted in (
        "Maison Lise",
        "3 rue des Tests",
        "Un café offert",
        readable(mint(12345)),
        "22 février 2027",
        "Points utilisés : 200",
        "Nouveau solde : 7",
        "Points valables jusqu’au : 24 mars 2027",
        "Règle : 1 € = 1 point",
    ):
        assert wanted in lines, lines
    assert "DUPLICATA" not in lines


def test_a_voucher_says_the_same_in_english() -> None:
    lines = ticket("en", duplicate=True).lines()
    for wanted in ("A free coffee", "DUPLICATE", "22 February 2027", "Points used : 200"):
        assert wanted in lines, lines


def test_the_code_on_the_paper_is_the_vouchers() -> None:
    (qr,) = [block for block in ticket("fr").blocks if isinstance(block, Qr)]
    assert parse(code_of(KEY, qr.payload)) == mint(12345)


@pytest.mark.parametrize(
    "name", ["\x1b@\x1dV\x00", "🎁" * 30, "\u202eenalP", "x" * 300, "", "{moment} %s"]
)
def test_a_hostile_name_is_drawn_and_never_sent_as_it_is(name: str) -> None:
    printed = ticket("fr", place=head(name=name, address=""))
    job = SimulatedPrinter().render(printed)
    assert job.startswith(b"\x89PNG")
    assert b"\x1b@\x1dV" not in job
    assert name in printed.lines()


def test_a_slip_says_the_points_the_balance_and_the_deadline() -> None:
    def slip(deadline: datetime | None) -> tuple[str, ...]:
        return welcome_slip(
            points=50,
            balance=1050,
            deadline=deadline,
            program=PROGRAM_NOW,
            head=head(),
            words=Words("fr"),
            now=DAY,
        ).lines()

    lines = slip(datetime(2027, 2, 23, tzinfo=PARIS))
    assert "Points de bienvenue : +50" in lines
    assert "Nouveau solde : 1\u202f050" in lines
    assert "Points valables jusqu’au : 22 févr. 2027" in lines
    assert not any("valables" in line for line in slip(None))


def test_the_last_day_is_the_one_before_midnight_in_the_shop() -> None:
    midnight = datetime(2027, 2, 23, tzinfo=PARIS)
    assert last_day(midnight.astimezone(UTC), PARIS).date().isoformat() == "2027-02-22"

"""What is on the paper: domain → Ticket, in the customer's language."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from backend_client.schemas.terminals import StoreBody
from backend_client.seals import qr_text
from devices.printers import Pair, Qr, Rule, Space, Text, Ticket
from kiosk.db.summary import DaySummary
from kiosk.words import Words
from loyalty import vouchers
from loyalty.ids import Points
from loyalty.ledger import Account
from loyalty.program import Program, Reward, in_language
from loyalty.vouchers import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What every ticket of this terminal bears."""

    store: StoreBody
    terminal: str
    zone: tzinfo
    voucher_key: bytes
    """With which vouchers are sealed, so that a till checks them without the network (F4)."""


def last_day(deadline: datetime, zone: tzinfo) -> datetime:
    """An instant within the last day before `deadline`, in the shop's zone."""
    return (deadline - timedelta(seconds=1)).astimezone(zone)


def voucher_ticket(
    voucher: Voucher,
    reward: Reward,
    program: Program,
    account: Account,
    *,
    head: Letterhead,
    words: Words,
    now: datetime,
    duplicate: bool = False,
) -> Ticket:
    """The gift voucher: shop, gift, QR, code in letters, deadline, and the four loyalty lines.

    The lines are those of the reference systems (OCT-29 to OCT-32): points used, new balance,
    deadline of the points, and the rule in words.
    """
    title = words.t("GIFT VOUCHER")
    pairs = [
        Pair(label=words.t("Points used"), value=words.bare(reward.cost)),
        Pair(label=words.t("New balance"), value=words.bare(account.balance(now))),
    ]
    expiring = account.next_deadline(now)
    if expiring is not None and expiring.deadline is not None:
        until = words.short_day(last_day(expiring.deadline, head.zone))
        pairs.append(Pair(label=words.t("Points valid until"), value=until))
    if program.rule_in_words:
        rule = in_language(program.rule_in_words, words.language)
        pairs.append(Pair(label=words.t("Rule"), value=rule))
    again = (Text(text=words.t("DUPLICATE"), size=30, bold=True),) if duplicate else ()
    return Ticket(
        blocks=(
            *_letterhead(head),
            *again,
            Text(text=title, size=24),
            *_amount(voucher, words),
            Text(text=in_language(reward.name, words.language), size=48, bold=True),
            Space(dots=16),
            Qr(payload=qr_text(head.voucher_key, voucher, reward), dots=320),
            Text(text=vouchers.readable(voucher.code), size=38, mono=True, bold=True),
            Space(dots=16),
            Text(text=words.t("Show it at the till by"), size=24),
            Text(text=words.day(last_day(voucher.deadline, head.zone)), size=32, bold=True),
            Rule(),
            *pairs,
            Space(dots=16),
            Text(text=words.t("Can be used once"), size=22),
            _imprint(head, words, now),
        )
    )


def welcome_slip(
    *,
    points: Points,
    balance: Points,
    deadline: datetime | None,
    program: Program,
    head: Letterhead,
    words: Words,
    now: datetime,
) -> Ticket:
    """The slip that a new member may ask for: welcome points, balance, deadline, rule."""
    pairs = [
        Pair(label=words.t("Welcome points"), value=f"+{words.bare(points)}"),
        Pair(label=words.t("New balance"), value=words.bare(balance)),
    ]
    if deadline is not None:
        until = words.short_day(last_day(deadline, head.zone))
        pairs.append(Pair(label=words.t("Points valid until"), value=until))
    if program.rule_in_words:
        rule = in_language(program.rule_in_words, words.language)
        pairs.append(Pair(label=words.t("Rule"), value=rule))
    return Ticket(
        blocks=(
            *_letterhead(head),
            Text(text=words.t("WELCOME"), size=24),
            Text(text=in_language(program.name, words.language), size=40, bold=True),
            Space(dots=16),
            *pairs,
            Space(dots=16),
            _imprint(head, words, now),
        )
    )


def trial_ticket(*, head: Letterhead, words: Words, now: datetime) -> Ticket:
    """A piece of paper that shows whether the printer prints, cuts, and writes every letter."""
    return Ticket(
        blocks=(
            *_letterhead(head),
            Text(text=words.t("TEST PRINT"), size=40, bold=True),
            Text(text="ÀÉÈÇÊ àéèçê œ ß ñ ø € 0123456789", size=24),
            Space(dots=16),
            Text(text=words.t("Worth nothing."), size=24),
            _imprint(head, words, now),
        )
    )


def summary_ticket(day: DaySummary, *, head: Letterhead, words: Words, now: datetime) -> Ticket:
    """What this kiosk did today, in numbers without names."""
    t, n = words.t, words.number
    return Ticket(
        blocks=(
            *_letterhead(head),
            Text(text=t("SUMMARY OF THE DAY"), size=30, bold=True),
            Text(text=words.day(now.astimezone(head.zone)), size=28),
            Space(dots=16),
            Pair(label=t("New members"), value=n(day.joined)),
            Pair(label=t("Welcome points"), value=words.bare(day.welcome_points)),
            Pair(label=t("Vouchers"), value=n(day.vouchers)),
            Pair(label=t("Points used"), value=words.bare(day.spent)),
            Pair(label=t("Vouchers taken back"), value=n(day.voided)),
            Pair(label=t("Vouchers to decide on"), value=n(day.unsure)),
            Rule(),
            Pair(label=t("Unlocked by staff"), value=n(day.openings)),
            Pair(label=t("Wrong PINs, pad shut"), value=n(day.lockouts)),
            Space(dots=16),
            _imprint(head, words, now),
        )
    )


def _letterhead(head: Letterhead) -> tuple[Text | Rule, ...]:
    address = (Text(text=head.store.address, size=22),) if head.store.address else ()
    return (Text(text=head.store.name, size=44, bold=True), *address, Rule())


def _amount(voucher: Voucher, words: Words) -> tuple[Text, ...]:
    """What the voucher takes off a ticket, where that was chosen: the largest thing on it."""
    if not voucher.money:
        return ()
    return (Text(text=words.money(voucher.money, words.measure.currency), size=72, bold=True),)


def _imprint(head: Letterhead, words: Words, now: datetime) -> Text:
    moment = words.moment(now.astimezone(head.zone))
    text = words.t("{moment} · kiosk {kiosk}", moment=moment, kiosk=head.terminal)
    return Text(text=text, size=20)

"""Facts from terminals: accepted, known already, or accepted and put before a person.

A fact happened, whatever we think of it, so nothing here refuses. A flag says what does not fit:

journal-fork      the terminal's journal has a gap or a second branch (a restored memory card)
id-reused         the id stands for another fact; this one was not booked
clock-off         no clock that works says that
contact-known     somebody has this address: a new member, without a second welcome
card-taken        the card is another member's and stays theirs
member-known      enrolled before; the first answers stay
name-refused      a name that cannot be written down: its readable part is kept
email-refused     not an address: none is kept
member-unknown    points of somebody whose enrolment has not come yet
program-unknown   points in a program that we do not have
store-differs     an entry of another store than the terminal's
welcome-differs   other points than the program gives
welcome-twice     a second welcome under another id: not booked
entry-differs     not the entry that such a fact must have; what can be booked is booked
reversed-twice    the entry was undone before: not booked
reward-differs    not the price or not a reward of the program
stock-short       no piece of the gift was left in the store
overdrawn         more was held than there was: the member is in debt
code-collision    the code is another voucher's: this one cannot be redeemed
code-mistyped     not a voucher code: this one cannot be redeemed
redemption-unknown  nothing was held under this id, so far
issued-after-void   the voucher reached the customer, but its points went back
void-after-redeem   the gift was handed out: the points stay taken
abandoned-after-issue  given up, but the voucher reached the customer
abandoned-before    given up, and held all the same
"""

import unicodedata
from dataclasses import dataclass, field, replace

from backend.db import Transaction, access, accounts, cards, facts, members, shops, vouchers
from backend.db.access import Terminal
from backend.db.accounts import Posted
from backend.db.cards import Card
from backend.db.facts import Alert, Received
from backend.db.vouchers import VoucherRow
from backend.services import clock, stock, welcome
from backend.services.ledger import POINTS_MAX, alike, locked_account, post, settle
from backend.services.redemptions import void_if_held
from backend_client.schemas import (
    Event,
    EventResult,
    EventsAnswer,
    EventsRequest,
    EventStatus,
    JournalEvent,
    MemberEnrolled,
    RedemptionAbandoned,
    VoucherIssued,
    VoucherReserved,
    VoucherVoided,
    WelcomeClaimed,
)
from loyalty import earning, redemption
from loyalty import members as people
from loyalty import vouchers as rules
from loyalty.chain import link
from loyalty.errors import CodeMistyped, EmailRefused, NameRefused
from loyalty.ids import MemberId, ProgramId, RedemptionId
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Program
from loyalty.vouchers import VoucherCode, VoucherState


@dataclass(slots=True)
class Notes:
    """What is written beside a fact while it is being booked."""

    flags: list[str] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)

    def flag(self, name: str) -> None:
        """Put the fact before a person."""
        if name not in self.flags:
            self.flags.append(name)

    def place(self, posted: Posted) -> None:
        """Say where an entry is in its account's journal."""
        self.positions[posted.entry.id] = posted.position


def apply_events(tx: Transaction, terminal: Terminal, request: EventsRequest) -> EventsAnswer:
    """One result for each fact, in the same order. Refuses nothing."""
    current = access.terminal(tx, terminal.id)
    assert current is not None
    results = []
    for item in request.events:
        result, current = _receive(tx, current, item)
        results.append(result)
    access.save_journal(tx, current.id, sequence=current.sequence, chain=current.chain)
    return EventsAnswer(results=tuple(results))


def _receive(
    tx: Transaction, terminal: Terminal, item: JournalEvent
) -> tuple[EventResult, Terminal]:
    event, content = item.event, tx.keys.content(item.written)
    known = facts.received(tx, event.id)
    if known is not None and known.content == content:
        result = EventResult(
            id=event.id, status=EventStatus.KNOWN, flags=known.flags, positions=known.positions
        )
        return result, terminal
    notes = Notes()
    _check_journal(terminal, item, notes)
    moved = replace(terminal, sequence=item.sequence, chain=item.chain)
    if known is not None:
        notes.flag("id-reused")
    else:
        if clock.is_off(tx, event.at):
            notes.flag("clock-off")
        _book(tx, terminal, event, notes)
    _place_unbooked(tx, event, notes)
    status = EventStatus.FLAGGED if notes.flags else EventStatus.ACCEPTED
    if known is None:
        _remember(tx, terminal, item, content, status, notes)
    for flag in notes.flags:
        alert = Alert(flag=flag, terminal=terminal.id, event=event.id, about=_about(event))
        facts.raise_alert(tx, alert)
    result = EventResult(
        id=event.id, status=status, flags=tuple(notes.flags), positions=notes.positions
    )
    return result, moved


def _check_journal(terminal: Terminal, item: JournalEvent, notes: Notes) -> None:
    expected = link(bytes.fromhex(terminal.chain), item.written).hex()
    if item.sequence != terminal.sequence + 1 or item.chain != expected:
        notes.flag("journal-fork")


def _place_unbooked(tx: Transaction, event: Event, notes: Notes) -> None:
    """An entry that was not booked is settled all the same: the account so far says all of it.

    Without a place, the terminal would go on counting it beside what the account says.
    """
    if not isinstance(event, WelcomeClaimed | VoucherReserved | VoucherVoided):
        return
    entry = event.entry
    if entry.id in notes.positions:
        return
    row = accounts.account(tx, MemberId(entry.member), ProgramId(entry.program))
    notes.positions[entry.id] = row.snapshot.position if row else 0


def _remember(
    tx: Transaction,
    terminal: Terminal,
    item: JournalEvent,
    content: str,
    status: EventStatus,
    notes: Notes,
) -> None:
    facts.add_received(
        tx,
        Received(
            id=item.event.id,
            terminal=terminal.id,
            sequence=item.sequence,
            chain=item.chain,
            type=item.event.type,
            about=_about(item.event),
            content=content,
            status=status,
            flags=tuple(notes.flags),
            positions=notes.positions,
            at=item.event.at,
        ),
    )


def _about(event: Event) -> str:
    match event:
        case MemberEnrolled():
            return event.member
        case WelcomeClaimed():
            return event.entry.member
        case VoucherReserved():
            return event.voucher.redemption
        case VoucherIssued() | VoucherVoided() | RedemptionAbandoned():
            return event.redemption


def _book(tx: Transaction, terminal: Terminal, event: Event, notes: Notes) -> None:
    match event:
        case MemberEnrolled():
            _enrol(tx, event, notes)
        case WelcomeClaimed():
            _claim(tx, terminal, event, notes)
        case VoucherReserved():
            _reserve(tx, terminal, event, notes)
        case VoucherIssued():
            _issue(tx, event, notes)
        case VoucherVoided():
            _void(tx, terminal, event, notes)
        case RedemptionAbandoned():
            _abandon(tx, terminal, event, notes)


# --- people -----------------------------------------------------------------------------------


def _enrol(tx: Transaction, event: MemberEnrolled, notes: Notes) -> None:
    member, program = MemberId(event.member), ProgramId(event.program)
    if shops.program(tx, program) is None:
        notes.flag("program-unknown")
    locked_account(tx, member, program)
    known = members.member(tx, member)
    assert known is not None
    if known.enrolled_at is not None:
        notes.flag("member-known")
    else:
        _save_person(tx, event, notes)
    members.save_consents(tx, event.id, member, event.consents, event.at)
    _link_card(tx, event.card, member, notes)
    _welcome_once(tx, member, program, notes)


def _save_person(tx: Transaction, event: MemberEnrolled, notes: Notes) -> None:
    address = _address(event.email, notes)
    contact_key = tx.keys.contact(address) if address else None
    if contact_key and members.by_contact(tx, contact_key):
        notes.flag("contact-known")
    known = members.member(tx, MemberId(event.member))
    assert known is not None
    person = replace(
        known,
        first_name=_name(event.first_name, notes),
        email=address,
        contact_key=contact_key,
        language=event.language,
        enrolled_at=event.at,
    )
    members.save_member(tx, person)


def _name(typed: str, notes: Notes) -> str:
    try:
        return people.first_name(typed)
    except NameRefused:
        notes.flag("name-refused")
        readable = "".join(c for c in typed if unicodedata.category(c)[0] in "LM")
        return readable[: people.NAME_MAX] or "?"


def _address(typed: str | None, notes: Notes) -> str | None:
    if typed is None:
        return None
    try:
        return people.email(typed)
    except EmailRefused:
        notes.flag("email-refused")
        return None


def _link_card(tx: Transaction, key: str, member: MemberId, notes: Notes) -> None:
    card = cards.card(tx, key)
    if card is None:
        cards.add_card(tx, Card(key=key, member=member, linked_at=tx.now))
    elif card.member != member:
        notes.flag("card-taken")


# --- welcome ----------------------------------------------------------------------------------


def _claim(tx: Transaction, terminal: Terminal, event: WelcomeClaimed, notes: Notes) -> None:
    entry = _entry_of(tx, terminal, event.entry.entry(), notes)
    program = shops.program(tx, entry.program)
    if entry.kind is not EntryKind.WELCOME or not _is_bookable(entry, sign=1):
        notes.flag("entry-differs")
        return
    if program is not None:
        _check_welcome(program, terminal, entry, notes)
    if accounts.entry(tx, entry.id) is None and _was_welcomed(tx, entry):
        notes.flag("welcome-twice")
        return
    _post_once(tx, entry, notes)
    _welcome_once(tx, entry.member, entry.program, notes)


def _check_welcome(program: Program, terminal: Terminal, entry: Entry, notes: Notes) -> None:
    store = terminal.store
    due = earning.welcome(program, entry.member, store.id, now=entry.occurred_at, zone=store.zone)
    if due is None or due.points != entry.points:
        notes.flag("welcome-differs")
    if due is not None and due.id != entry.id:
        notes.flag("entry-differs")


def _was_welcomed(tx: Transaction, entry: Entry) -> bool:
    return locked_account(tx, entry.member, entry.program).snapshot.welcomed


def _welcome_once(tx: Transaction, member: MemberId, program: ProgramId, notes: Notes) -> None:
    """The same person on a second card keeps both accounts, and one welcome (LSX-31)."""
    taken = welcome.keep_one(tx, member, program)
    if taken is not None:
        notes.flag("contact-known")
        notes.place(taken)


# --- gifts ------------------------------------------------------------------------------------


def _reserve(tx: Transaction, terminal: Terminal, event: VoucherReserved, notes: Notes) -> None:
    entry = _entry_of(tx, terminal, event.entry.entry(), notes)
    wanted = RedemptionId(event.voucher.redemption)
    if vouchers.is_abandoned(tx, wanted):
        notes.flag("abandoned-before")
    known = vouchers.by_redemption(tx, wanted)
    if known is not None:
        _reserved_before(tx, known, entry, event, notes)
        return
    told = (event.voucher.member, event.voucher.program, redemption.reservation_entry(wanted))
    fits = told == (entry.member, entry.program, entry.id) and entry.fact == wanted
    if not fits or entry.kind is not EntryKind.REDEEM or not _is_bookable(entry, sign=-1):
        notes.flag("entry-differs")
        return
    _check_price(tx, entry, event, notes)
    before = locked_account(tx, entry.member, entry.program).snapshot.debt
    if not _post_once(tx, entry, notes):
        return
    if locked_account(tx, entry.member, entry.program).snapshot.debt > before:
        notes.flag("overdrawn")
    _add_voucher(tx, entry, event, notes)


def _reserved_before(
    tx: Transaction, known: VoucherRow, entry: Entry, event: VoucherReserved, notes: Notes
) -> None:
    if entry.id != known.entry or _code(event, notes) != known.voucher.code:
        notes.flag("entry-differs")
        return
    _post_once(tx, entry, notes)
    # The paper in the customer's hand says the terminal's deadline: what it promises, holds.
    if event.voucher.deadline > known.voucher.deadline:
        settle(tx, replace(known.voucher, deadline=event.voucher.deadline), known.entry)


def _check_price(tx: Transaction, entry: Entry, event: VoucherReserved, notes: Notes) -> None:
    program = shops.program(tx, entry.program)
    if program is None:
        return
    reward = program.reward(event.voucher.voucher().reward)
    if reward is None or reward.cost != -entry.points:
        notes.flag("reward-differs")


def _code(event: VoucherReserved, notes: Notes) -> VoucherCode:
    try:
        return rules.parse(event.voucher.code)
    except CodeMistyped:
        notes.flag("code-mistyped")
        return VoucherCode("")


def _add_voucher(tx: Transaction, entry: Entry, event: VoucherReserved, notes: Notes) -> None:
    code = _code(event, notes)
    if code and vouchers.by_code(tx, code) is not None:
        notes.flag("code-collision")
        code = VoucherCode("")
    program = shops.program(tx, entry.program)
    row = VoucherRow(
        voucher=replace(event.voucher.voucher(), code=code, state=VoucherState.RESERVED),
        entry=entry.id,
        program_version=program.version if program else 0,
    )
    vouchers.add_voucher(tx, row)
    if not stock.promise_regardless(
        tx, row.voucher.reward, entry.store, row.voucher.redemption, actor="facts"
    ):
        notes.flag("stock-short")
    _catch_up(tx, row)


def _catch_up(tx: Transaction, row: VoucherRow) -> None:
    """What was told of the voucher before we knew of it: facts may arrive in any order."""
    wanted = row.voucher.redemption
    if accounts.reversal_of(tx, row.entry) is not None:
        settle(tx, rules.void(row.voucher), row.entry)
    elif facts.was_told(tx, VoucherIssued.model_fields["type"].default, wanted):
        settle(tx, rules.issue(row.voucher), row.entry)


def _issue(tx: Transaction, event: VoucherIssued, notes: Notes) -> None:
    row = vouchers.by_redemption(tx, RedemptionId(event.redemption))
    if row is None:
        notes.flag("redemption-unknown")
        return
    if row.voucher.state is VoucherState.VOIDED:
        notes.flag("issued-after-void")
    issued = rules.issue(row.voucher)
    if issued != row.voucher:
        settle(tx, issued, row.entry)


def _void(tx: Transaction, terminal: Terminal, event: VoucherVoided, notes: Notes) -> None:
    told = _entry_of(tx, terminal, event.entry.entry(), notes)
    row = vouchers.by_redemption(tx, RedemptionId(event.redemption))
    if row is None:
        notes.flag("redemption-unknown")
        if _may_undo(told, event):
            _post_once(tx, told, notes)
        else:
            notes.flag("entry-differs")
        return
    if row.voucher.state is VoucherState.REDEEMED:
        notes.flag("void-after-redeem")
        return
    held = accounts.entry(tx, row.entry)
    assert held is not None
    due = redemption.void(row.voucher, held.entry, now=told.occurred_at).entry
    if alike(told, due):
        _post_once(tx, told, notes)
        settle(tx, rules.void(row.voucher), row.entry)
    else:
        notes.flag("entry-differs")
        notes.place(void_if_held(tx, row, now=tx.now))


def _may_undo(told: Entry, event: VoucherVoided) -> bool:
    wanted = RedemptionId(event.redemption)
    about = redemption.reservation_entry(wanted)
    undoes = told.kind is EntryKind.REVERSAL and told.about == about
    return undoes and 0 < told.points <= POINTS_MAX


def _abandon(tx: Transaction, terminal: Terminal, event: RedemptionAbandoned, notes: Notes) -> None:
    wanted = RedemptionId(event.redemption)
    vouchers.abandon(tx, wanted, terminal.id, event.at)
    row = vouchers.by_redemption(tx, wanted)
    if row is None or row.voucher.state is VoucherState.VOIDED:
        return
    if row.voucher.state is VoucherState.RESERVED:
        notes.place(void_if_held(tx, row, now=tx.now))
    else:
        notes.flag("abandoned-after-issue")


# --- entries ----------------------------------------------------------------------------------


def _entry_of(tx: Transaction, terminal: Terminal, entry: Entry, notes: Notes) -> Entry:
    if entry.store != terminal.store.id:
        notes.flag("store-differs")
    if shops.program(tx, entry.program) is None:
        notes.flag("program-unknown")
    if members.member(tx, entry.member) is None:
        notes.flag("member-unknown")
    return entry


def _post_once(tx: Transaction, entry: Entry, notes: Notes) -> bool:
    """Book an entry unless it is booked: the id decides, and one reversal for each entry.

    False when it could not be: another entry stands in its place.
    """
    known = accounts.entry(tx, entry.id)
    if known is not None and not alike(known.entry, entry):
        notes.flag("entry-differs")
        return False
    if known is None and _is_undone(tx, entry):
        notes.flag("reversed-twice")
        return False
    notes.place(known or post(tx, entry, may_owe=True, reserves=True)[0])
    return True


def _is_bookable(entry: Entry, *, sign: int) -> bool:
    return entry.about is None and 0 < sign * entry.points <= POINTS_MAX


def _is_undone(tx: Transaction, reversal: Entry) -> bool:
    if reversal.kind is not EntryKind.REVERSAL or reversal.about is None:
        return False
    return accounts.reversal_of(tx, reversal.about) is not None

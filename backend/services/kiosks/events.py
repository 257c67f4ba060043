"""Facts from terminals: accepted, known already, or accepted and put before a person.

A fact happened, whatever we think of it, so nothing here refuses. A flag says what does not fit:

journal-fork      the terminal's journal has a gap or a second branch (a restored memory card)
id-reused         the id stands for another fact; this one was not booked
clock-off         no clock that works says that
contact-known     somebody has this address or number: a new member, without a second welcome
card-taken        the card is another member's and stays theirs
member-known      enrolled before; the first answers stay
name-refused      a name that cannot be written down: its readable part is kept
email-refused     not an address: none is kept
phone-refused     not a telephone number: none is kept
birthday-refused  there is no such day: none is kept
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

from dataclasses import replace
from datetime import UTC

from backend.db import (
    Transaction,
    access,
    accounts,
    alerts,
    cards,
    facts,
    households,
    journals,
    members,
    vouchers,
)
from backend.db.access import Terminal
from backend.db.facts import Alert, Received
from backend.services import clock
from backend.services.kiosks import welcome
from backend.services.kiosks.joined import claim, contact_key, enrol
from backend.services.kiosks.taken import VOUCHER_ISSUED, abandon, issue, reserve, void
from backend.services.points import belonging
from backend.services.points.notes import Notes
from backend.services.team import audit
from backend_client.schemas.events import (
    Event,
    EventResult,
    EventsAnswer,
    EventsRequest,
    EventStatus,
    JournalEvent,
    MemberEnrolled,
    RedemptionAbandoned,
    StaffActed,
    VoucherIssued,
    VoucherReserved,
    VoucherVoided,
    WelcomeClaimed,
)
from loyalty import redemption
from loyalty.chain import link
from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId
from loyalty.vouchers import VoucherCode


def apply_events(tx: Transaction, terminal: Terminal, request: EventsRequest) -> EventsAnswer:
    """One result for each fact, in the same order. Refuses nothing."""
    current = access.terminal(tx, terminal.id)
    assert current is not None
    _expect(tx, request)
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
        # Points of who is in a household, or whose record was merged, belong elsewhere by now.
        for posted in notes.booked:
            belonging.follow(tx, posted)
    _place_unbooked(tx, event, notes)
    status = EventStatus.FLAGGED if notes.flags else EventStatus.ACCEPTED
    if known is None:
        _remember(tx, terminal, item, content, status, notes)
    for flag in notes.flags:
        if flag == "contact-known":
            _tell_once(tx, terminal, event)
            continue
        alert = Alert(flag=flag, terminal=terminal.id, event=event.id, about=_about(event))
        facts.raise_alert(tx, alert)
    result = EventResult(
        id=event.id, status=status, flags=tuple(notes.flags), positions=notes.positions
    )
    return result, moved


def _expect(tx: Transaction, request: EventsRequest) -> None:
    """Fetch at once what booking these facts is going to ask for, one after the other."""
    entries: list[EntryId] = []
    taken: list[RedemptionId] = []
    holders: list[tuple[MemberId, ProgramId]] = []
    joined = [item.event for item in request.events if isinstance(item.event, MemberEnrolled)]
    reserved = [item.event for item in request.events if isinstance(item.event, VoucherReserved)]
    for item in request.events:
        event = item.event
        if isinstance(event, MemberEnrolled):
            holders.append((MemberId(event.member), ProgramId(event.program)))
        elif isinstance(event, WelcomeClaimed | VoucherReserved | VoucherVoided):
            holders.append((MemberId(event.entry.member), ProgramId(event.entry.program)))
            entries.append(EntryId(event.entry.id))
        if not isinstance(event, MemberEnrolled | WelcomeClaimed | StaffActed):
            wanted = RedemptionId(_about(event))
            taken.append(wanted)
            entries.append(redemption.reservation_entry(wanted))
    people = [member for member, _ in holders]
    contacts = [contact for event in joined if (contact := contact_key(tx, event.email))]
    codes = [VoucherCode(event.voucher.code) for event in reserved]
    told = [(VOUCHER_ISSUED, event.voucher.redemption) for event in reserved]
    facts.expect(tx, [item.event.id for item in request.events], told)
    members.expect(tx, people, contacts)
    households.expect(tx, people)
    cards.expect(tx, [event.card for event in joined])
    accounts.expect(tx, holders)
    journals.expect_entries(tx, entries)
    vouchers.expect(tx, taken, codes)


def _tell_once(tx: Transaction, terminal: Terminal, event: Event) -> None:
    """Five sign-ups of one person are one thing to look at (F16)."""
    assert isinstance(event, MemberEnrolled | WelcomeClaimed), "only who joins has an address"
    who = event if isinstance(event, MemberEnrolled) else event.entry
    first = welcome.who_was_first(tx, MemberId(who.member), ProgramId(who.program))
    alerts.raise_once(tx, "contact-known", first, event=event.id, terminal=terminal.id)


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
        case StaffActed():
            return event.about


def _book(tx: Transaction, terminal: Terminal, event: Event, notes: Notes) -> None:
    match event:
        case MemberEnrolled():
            enrol(tx, terminal, event, notes)
        case WelcomeClaimed():
            claim(tx, terminal, event, notes)
        case VoucherReserved():
            reserve(tx, terminal, event, notes)
        case VoucherIssued():
            issue(tx, event, notes)
        case VoucherVoided():
            void(tx, terminal, event, notes)
        case RedemptionAbandoned():
            abandon(tx, terminal, event, notes)
        case StaffActed():
            _write_down(tx, terminal, event)


def _write_down(tx: Transaction, terminal: Terminal, event: StaffActed) -> None:
    """What staff did at a kiosk goes into the audit log, with the time it happened there."""
    actor = f"staff:{event.staff}" if event.staff else f"terminal:{terminal.id}"
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    audit.note(tx, actor, f"kiosk.{event.deed}", event.about, terminal=terminal.id, at=at)

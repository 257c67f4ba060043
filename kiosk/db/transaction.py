"""All the questions the kiosk asks its database, in the words of the shop. SQL stays in here."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from backend_client.schemas import (
    AccountSnapshot,
    CampaignChanged,
    CardStatus,
    EntryBody,
    Event,
    GiftFound,
    JournalEvent,
    NumberedEntry,
    RedemptionRequest,
    StoreBody,
    VoucherBody,
    with_gifts,
)
from backend_client.signing import journal_body
from kiosk.db import catalogue, tables
from loyalty.campaigns import is_open
from loyalty.chain import GENESIS, link
from loyalty.document import read_program
from loyalty.errors import ProgramRefused
from loyalty.ids import EntryId, MemberId, Points, RedemptionId, RewardId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.paper import JobState
from loyalty.program import Program, Reward
from loyalty.vouchers import Voucher, VoucherState

log = logging.getLogger(__name__)

SEEN_GRAIN = timedelta(days=1)
"""A person's last visit is known to the day: a tap need not wear out the memory card."""

_STEPS = (
    VoucherState.RESERVED,
    VoucherState.ISSUED,
    VoucherState.VOIDED,
    VoucherState.REDEEMED,
)


class Conflict(Exception):
    """What was to be kept contradicts what is here already; nothing of it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """What a card points to."""

    member: MemberId
    blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """What this kiosk may show of a person it has seen."""

    id: MemberId
    first_name: str
    contact: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVoucher:
    """A voucher, and whether it is certain that the customer has it."""

    voucher: Voucher
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A print job as it was left."""

    id: int
    redemption: RedemptionId
    state: JobState


class ProgramCache:
    """The program, read once per version: a tap has no time to parse it again."""

    def __init__(self) -> None:
        self.version: tuple[str, int] | None = None
        self.known: tuple[Program, ...] = ()
        """Its versions, newest first; those to come are among them."""


class Transaction:
    """One transaction on the kiosk's database."""

    def __init__(self, connection: Connection, programs: ProgramCache) -> None:
        self._connection = connection
        self._programs = programs

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part that may fail by itself: then nothing of it is written. Raises Conflict."""
        try:
            with self._connection.begin_nested():
                yield
        except IntegrityError as error:
            raise Conflict(str(error.orig)) from error

    # --- the shop ---------------------------------------------------------------------------

    def program(self) -> Program | None:
        """The program of this terminal, in the version in force that can be read here.

        None before the first contact with the backend. A version that this software is too old to
        read is kept for after the update; until then the one before it goes on.
        """
        table = tables.programs
        ours = (table.c.id == (self.recall("program") or "")).desc()
        newest = select(table.c.id, table.c.version).order_by(ours, table.c.version.desc())
        row = self._connection.execute(newest.limit(1)).first()
        if row is None:
            return None
        version = (str(row.id), int(row.version))
        if self._programs.version != version:
            gifts = tuple(self._gifts_here())
            off = version[0] in (self.recall("programs_off") or "").split()
            self._programs.known = tuple(
                switched_off(each) if off else with_gifts(each, gifts)
                for each in self._programs_of(version[0])
            )
            self._programs.version = version
        return in_force(self._programs.known, datetime.now(UTC))

    def _programs_of(self, program: str) -> Iterator[Program]:
        """The versions that can be read, newest first."""
        table = tables.programs
        documents = self._connection.execute(
            select(table.c.document).where(table.c.id == program).order_by(table.c.version.desc())
        ).scalars()
        for document in documents.all():
            try:
                yield read_program(document)
            except ProgramRefused as refused:
                log.error("a program version cannot be read, update the kiosk: %s", refused)  # noqa: TRY400 - the text says it all

    def save_program(self, document: str, *, on: bool = True) -> None:
        """Keep a version of the program, whether or not it can be read here. Raises ValueError.

        `on` is False while the merchant has switched loyalty off.
        """
        name, version = _name_of(document)
        self._connection.execute(
            upsert(tables.programs)
            .values(id=name, version=version, document=document)
            .on_conflict_do_update(index_elements=["id", "version"], set_={"document": document})
        )
        others = {each for each in (self.recall("programs_off") or "").split() if each != name}
        self.remember("programs_off", " ".join(sorted(others if on else others | {name})))
        self._programs.version = None

    def forget_program(self, name: str, version: int) -> None:
        """A version that was to come, and does not."""
        table = tables.programs
        self._connection.execute(
            delete(table).where(table.c.id == name, table.c.version == version)
        )
        self._programs.version = None

    def save_campaign_message(self, said: CampaignChanged) -> None:
        """Keep what to show of a campaign; nothing, where its message is empty."""
        catalogue.save_campaign_message(self._connection, said)

    def campaign_messages(self, at: datetime) -> tuple[CampaignChanged, ...]:
        """What to show of the campaigns that run at `at`, in the order the merchant wrote them."""
        program = self.program()
        if program is None:
            return ()
        said = catalogue.campaign_messages(self._connection, program.id)
        local = at.astimezone(self.zone())
        return tuple(
            said[campaign.id]
            for campaign in program.campaigns
            if campaign.id in said and is_open(campaign.window, local)
        )

    def _gifts_here(self) -> Iterator[GiftFound]:
        """The gifts of the catalogue; those of other stores only are not offered here."""
        store = self.store()
        for gift in catalogue.gifts(self._connection):
            here = not gift.stores or (store is not None and store.id in gift.stores)
            yield gift if here else gift.model_copy(update={"offered": False})

    def save_gift(self, gift: GiftFound) -> None:
        """Keep a gift of the catalogue as it is now."""
        catalogue.save_gift(self._connection, gift)
        self._programs.version = None

    def save_free(self, gift: str, free: int) -> None:
        """Keep how many pieces of a gift are free in this store."""
        catalogue.save_free(self._connection, gift, free)

    def free(self, wanted: RewardId) -> int | None:
        """How many pieces of a gift were free when last heard; None for one that is not counted."""
        gift = catalogue.gift(self._connection, wanted)
        if gift is None or not gift.stocked:
            return None
        return catalogue.free(self._connection, wanted)

    def reward(self, wanted: RewardId) -> Reward | None:
        """The reward as it is now, or as it last was; None when this kiosk never knew it."""
        program = self.program()
        if program is None:
            return None
        now = program.reward(wanted)
        if now is not None:
            return now
        gift = catalogue.gift(self._connection, wanted)
        if gift is not None and (kept := gift.reward()) is not None:
            return kept
        former = (version.reward(wanted) for version in self._programs_of(program.id))
        return next((reward for reward in former if reward is not None), None)

    def store(self) -> StoreBody | None:
        """The shop where this terminal stands; None before it was told."""
        kept = self.recall("store")
        return None if kept is None else StoreBody.model_validate_json(kept)

    def zone(self) -> tzinfo:
        """The zone in which the shop's days end; UTC before the shop, or its zone, is known."""
        store = self.store()
        if store is None:
            return UTC
        try:
            return ZoneInfo(store.time_zone)
        except (KeyError, ValueError, OSError):
            # Days that end an hour or two off are better than a kiosk that serves nobody.
            log.error("time zone %r is not known here: days end in UTC", store.time_zone)  # noqa: TRY400 - the text says it all
            return UTC

    def recall(self, key: str) -> str | None:
        """What was remembered under `key`."""
        found = select(tables.memory.c.value).where(tables.memory.c.key == key)
        return self._connection.execute(found).scalar_one_or_none()

    def remember(self, key: str, value: str) -> None:
        """Keep one value under `key`."""
        if key == "store":
            # Some gifts are offered in some stores only.
            self._programs.version = None
        self._connection.execute(
            upsert(tables.memory)
            .values(key=key, value=value)
            .on_conflict_do_update(index_elements=["key"], set_={"value": value})
        )

    # --- people and cards -------------------------------------------------------------------

    def card(self, key: str) -> CardRow | None:
        """What the card points to; None for a card nobody knows."""
        row = self._connection.execute(
            select(tables.cards.c.member, tables.cards.c.status).where(tables.cards.c.key == key)
        ).first()
        if row is None:
            return None
        return CardRow(member=MemberId(row.member), blocked=row.status == CardStatus.BLOCKED.value)

    def save_card(self, key: str, member: str, status: CardStatus) -> None:
        """The card points to that member from now on."""
        values = {"member": member, "status": status.value}
        self._connection.execute(
            upsert(tables.cards)
            .values(key=key, **values)
            .on_conflict_do_update(index_elements=["key"], set_=values)
        )

    def member(self, member: MemberId) -> KnownMember | None:
        """The person, if this kiosk has seen them and still remembers."""
        row = self._connection.execute(
            select(tables.members).where(tables.members.c.id == member)
        ).first()
        if row is None:
            return None
        return KnownMember(
            id=MemberId(row.id),
            first_name=row.first_name,
            contact=row.contact,
            language=row.language,
        )

    def save_member(self, member: KnownMember, *, now: datetime) -> None:
        """Remember the person as seen now."""
        values = {
            "first_name": member.first_name,
            "contact": member.contact,
            "language": member.language,
            "seen_at": _instant(now),
        }
        self._connection.execute(
            upsert(tables.members)
            .values(id=member.id, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def seen(self, member: KnownMember, *, now: datetime) -> None:
        """Remember the person as seen today; writes nothing when that is known already."""
        table = tables.members
        since = select(table.c.seen_at).where(
            table.c.id == member.id, table.c.seen_at > _instant(now - SEEN_GRAIN)
        )
        if self.member(member.id) != member or self._connection.execute(since).first() is None:
            self.save_member(member, now=now)

    def forget_members_unseen_since(self, limit: datetime) -> int:
        """Drop names of people who have not been here since then; returns how many."""
        gone = self._connection.execute(
            delete(tables.members).where(tables.members.c.seen_at < _instant(limit))
        )
        return gone.rowcount

    def erase_member(self, member: str) -> None:
        """The person asked to be forgotten: name and cards go, entries stay.

        What is in the outbox still goes out, and leaves with its acknowledgement: taking a link
        out of the journal's chain would look like a forged journal.
        """
        self._connection.execute(delete(tables.members).where(tables.members.c.id == member))
        self._connection.execute(delete(tables.cards).where(tables.cards.c.member == member))

    # --- the account ------------------------------------------------------------------------

    def account(self, member: MemberId, program: Program) -> Account:
        """The account now: the last snapshot, and after it what the backend has not yet counted."""
        snapshot = self._snapshot(member, program.id)
        table = tables.entries
        counted = snapshot.position if snapshot else 0
        later = or_(table.c.position.is_(None), table.c.position > counted)
        bodies = self._connection.execute(
            select(table.c.body).where(
                table.c.member == member, table.c.program == program.id, later
            )
        ).scalars()
        entries = [EntryBody.model_validate_json(body).entry() for body in bodies]
        return replay(entries, snapshot.account() if snapshot else None)

    def welcomed(self, member: MemberId, welcome: EntryId, program: Program) -> bool:
        """Whether the welcome points were ever claimed, here or elsewhere."""
        if self.entry(welcome) is not None:
            return True
        snapshot = self._snapshot(member, program.id)
        return snapshot is not None and snapshot.welcomed

    def _snapshot(self, member: str, program: str) -> AccountSnapshot | None:
        body = self._connection.execute(
            select(tables.accounts.c.snapshot).where(
                tables.accounts.c.member == member, tables.accounts.c.program == program
            )
        ).scalar_one_or_none()
        return None if body is None else AccountSnapshot.model_validate_json(body)

    def save_snapshot(self, account: AccountSnapshot) -> None:
        """Keep the backend's view, unless a later one is here already."""
        values = {"position": account.position, "snapshot": account.model_dump_json()}
        self._connection.execute(
            upsert(tables.accounts)
            .values(member=account.member, program=account.program, **values)
            .on_conflict_do_update(
                index_elements=["member", "program"],
                set_=values,
                where=tables.accounts.c.position <= account.position,
            )
        )

    def write(self, entry: Entry, position: int | None = None) -> None:
        """Append an entry, once; `position` is the backend's number when it has one."""
        values = {
            "id": entry.id,
            "member": entry.member,
            "program": entry.program,
            "position": position,
            "about": entry.about if entry.kind is EntryKind.REVERSAL else None,
            "occurred_at": _instant(entry.occurred_at),
            "body": EntryBody.of(entry).model_dump_json(),
        }
        statement = upsert(tables.entries).values(**values)
        if position is None:
            statement = statement.on_conflict_do_nothing(index_elements=["id"])
        else:
            statement = statement.on_conflict_do_update(
                index_elements=["id"], set_={"position": position}
            )
        self._connection.execute(statement)

    def number(self, entry: str, position: int) -> None:
        """The backend has acknowledged the entry under that place in the account's journal."""
        self._connection.execute(
            update(tables.entries).where(tables.entries.c.id == entry).values(position=position)
        )

    def entry(self, entry: EntryId) -> Entry | None:
        """The entry of that id."""
        body = self._connection.execute(
            select(tables.entries.c.body).where(tables.entries.c.id == entry)
        ).scalar_one_or_none()
        return None if body is None else EntryBody.model_validate_json(body).entry()

    def history(self, member: MemberId, limit: int = 50) -> tuple[Entry, ...]:
        """The member's latest entries known here, newest first."""
        table = tables.entries
        bodies = self._connection.execute(
            select(table.c.body)
            .where(table.c.member == member)
            .order_by(table.c.occurred_at.desc(), table.c.id)
            .limit(limit)
        ).scalars()
        return tuple(EntryBody.model_validate_json(body).entry() for body in bodies)

    def numbered_entries(self) -> tuple[tuple[int | None, Entry], ...]:
        """Every entry with the backend's number, for the day's check against the backend."""
        rows = self._connection.execute(
            select(tables.entries.c.position, tables.entries.c.body).order_by(
                tables.entries.c.member, tables.entries.c.position
            )
        )
        return tuple(
            (row.position, EntryBody.model_validate_json(row.body).entry()) for row in rows
        )

    # --- vouchers and paper -----------------------------------------------------------------

    def voucher(self, redemption: RedemptionId) -> HeldVoucher | None:
        """The voucher of a redemption."""
        row = self._connection.execute(
            select(tables.vouchers.c.body, tables.vouchers.c.sure).where(
                tables.vouchers.c.redemption == redemption
            )
        ).first()
        if row is None:
            return None
        voucher = VoucherBody.model_validate_json(row.body).voucher()
        return HeldVoucher(voucher=voucher, sure=bool(row.sure))

    def vouchers_waiting(self, member: MemberId, *, now: datetime) -> tuple[HeldVoucher, ...]:
        """The member's vouchers that a till would still take, oldest deadline first."""
        table = tables.vouchers
        waiting = (VoucherState.RESERVED.value, VoucherState.ISSUED.value)
        rows = self._connection.execute(
            select(table.c.body, table.c.sure).where(
                table.c.member == member, table.c.state.in_(waiting)
            )
        )
        found = [
            HeldVoucher(
                voucher=VoucherBody.model_validate_json(row.body).voucher(), sure=bool(row.sure)
            )
            for row in rows
        ]
        usable = [held for held in found if now < held.voucher.deadline]
        return tuple(sorted(usable, key=lambda held: held.voucher.deadline))

    def save_voucher(self, voucher: Voucher, *, sure: bool) -> None:
        """Keep a voucher of this terminal as it stands."""
        self._put_voucher(voucher, {"sure": int(sure), "ours": 1})

    def learn_voucher(self, voucher: Voucher) -> None:
        """What the backend says of a voucher; never steps back behind what is known here."""
        if not voucher.code:
            return  # its code was another voucher's: nothing that a kiosk could show
        kept = self.voucher(voucher.redemption)
        if kept is None or _STEPS.index(voucher.state) > _STEPS.index(kept.voucher.state):
            self._put_voucher(voucher, {})

    def _put_voucher(self, voucher: Voucher, marks: dict[str, int]) -> None:
        values = {
            "state": voucher.state.value,
            "body": VoucherBody.of(voucher).model_dump_json(),
            **marks,
        }
        self._connection.execute(
            upsert(tables.vouchers)
            .values(
                code=voucher.code, redemption=voucher.redemption, member=voucher.member, **values
            )
            .on_conflict_do_update(index_elements=["code"], set_=values)
        )

    def new_job(self, redemption: RedemptionId, *, now: datetime) -> int:
        """A print job that waits; returns its number."""
        result = self._connection.execute(
            insert(tables.print_jobs).values(
                redemption=redemption, state=JobState.WAITING.value, at=_instant(now)
            )
        )
        assert result.inserted_primary_key is not None
        return int(result.inserted_primary_key[0])

    def move_job(self, job: int, state: JobState) -> None:
        """The job stands there now."""
        self._connection.execute(
            update(tables.print_jobs).where(tables.print_jobs.c.id == job).values(state=state.value)
        )

    def jobs_under_way(self) -> tuple[Job, ...]:
        """The jobs that a stopped process left behind."""
        table = tables.print_jobs
        under_way = (JobState.WAITING.value, JobState.SENDING.value)
        rows = self._connection.execute(
            select(table.c.id, table.c.redemption, table.c.state).where(
                table.c.state.in_(under_way)
            )
        )
        return tuple(
            Job(id=row.id, redemption=RedemptionId(row.redemption), state=JobState(row.state))
            for row in rows
        )

    def reserved_without_paper(self) -> tuple[RedemptionId, ...]:
        """Vouchers reserved at this terminal of which certainly no paper exists."""
        perhaps = select(tables.print_jobs.c.redemption).where(
            tables.print_jobs.c.state.in_(
                (JobState.SENDING.value, JobState.PRINTED.value, JobState.UNKNOWN.value)
            )
        )
        rows = self._connection.execute(
            select(tables.vouchers.c.redemption).where(
                tables.vouchers.c.state == VoucherState.RESERVED.value,
                tables.vouchers.c.ours == 1,
                tables.vouchers.c.redemption.not_in(perhaps),
            )
        ).scalars()
        return tuple(RedemptionId(redemption) for redemption in rows)

    # --- requests under way -----------------------------------------------------------------

    def open_request(self, request: RedemptionRequest) -> None:
        """Remember that the backend is about to be asked."""
        self._connection.execute(
            insert(tables.requests).values(redemption=request.id, body=request.model_dump_json())
        )

    def request(self, redemption: str) -> RedemptionRequest | None:
        """The request of that id, while it is undecided."""
        body = self._connection.execute(
            select(tables.requests.c.body).where(tables.requests.c.redemption == redemption)
        ).scalar_one_or_none()
        return None if body is None else RedemptionRequest.model_validate_json(body)

    def requests(self) -> tuple[RedemptionRequest, ...]:
        """The requests that a stopped process left undecided."""
        bodies = self._connection.execute(select(tables.requests.c.body)).scalars()
        return tuple(RedemptionRequest.model_validate_json(body) for body in bodies)

    def close_request(self, redemption: str) -> None:
        """The request is decided."""
        self._connection.execute(
            delete(tables.requests).where(tables.requests.c.redemption == redemption)
        )

    def spent_offline(self, member: MemberId) -> tuple[Points, Points]:
        """Points held without the backend's word, by this member and by all; both positive.

        What was given back again counts no more; what gives back a hold that the backend knows of
        does not count at all.
        """
        table = tables.entries
        rows = self._connection.execute(
            select(table.c.member, table.c.body).where(table.c.position.is_(None))
        )
        entries = [EntryBody.model_validate_json(row.body) for row in rows]
        given_back = {entry.about for entry in entries if entry.kind is EntryKind.REVERSAL}
        held = [
            entry
            for entry in entries
            if entry.kind is EntryKind.REDEEM and entry.id not in given_back
        ]
        by_member = -sum(entry.points for entry in held if entry.member == member)
        return by_member, -sum(entry.points for entry in held)

    # --- the outbox -------------------------------------------------------------------------

    def publish(self, event: Event) -> None:
        """Write a fact into the terminal's journal; sync sends it until it is acknowledged."""
        self._append(event.id, journal_body(event))

    def begin_journal(self) -> None:
        """A new terminal's journal: what is not sent yet is its beginning, chained anew."""
        table = tables.outbox
        waiting = self._connection.execute(select(table).order_by(table.c.sequence)).all()
        self._connection.execute(delete(table))
        self._connection.execute(delete(tables.memory).where(tables.memory.c.key == "journal"))
        for row in waiting:
            self._append(row.event, row.body.encode())

    def _append(self, event: str, body: bytes) -> None:
        sequence, head = self._head()
        chain = link(head, body).hex()
        self._connection.execute(
            insert(tables.outbox).values(
                sequence=sequence + 1, event=event, chain=chain, body=body.decode()
            )
        )
        self.remember("journal", f"{sequence + 1}:{chain}")

    def _head(self) -> tuple[int, bytes]:
        kept = self.recall("journal")
        if kept is None:
            return 0, GENESIS
        sequence, _, chain = kept.partition(":")
        return int(sequence), bytes.fromhex(chain)

    def to_send(self, limit: int) -> tuple[JournalEvent, ...]:
        """The oldest facts that the backend has not acknowledged."""
        rows = self._connection.execute(
            select(tables.outbox).order_by(tables.outbox.c.sequence).limit(limit)
        )
        return tuple(
            JournalEvent.model_validate_json(
                f'{{"sequence":{row.sequence},"chain":"{row.chain}","event":{row.body}}}'
            )
            for row in rows
        )

    def sent(self, event: str) -> None:
        """Acknowledged: the personal data in it need not stay here any longer."""
        self._connection.execute(delete(tables.outbox).where(tables.outbox.c.event == event))

    def save_staff(self, wanted: str, initial: str, rights: tuple[str, ...], pin: str) -> None:
        """Somebody may unlock this kiosk with a PIN from now on."""
        values = {"initial": initial, "rights": " ".join(rights), "pin": pin}
        self._connection.execute(
            upsert(tables.staff)
            .values(id=wanted, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def forget_staff(self, wanted: str) -> None:
        """Somebody may not any more."""
        self._connection.execute(delete(tables.staff).where(tables.staff.c.id == wanted))

    def staff(self) -> dict[str, tuple[str, str, tuple[str, ...]]]:
        """Who may unlock this kiosk: initial, hash of the PIN and rights, by id."""
        found = self._connection.execute(select(tables.staff).order_by(tables.staff.c.id))
        return {row.id: (row.initial, row.pin, tuple(row.rights.split())) for row in found}

    def queue_length(self) -> int:
        """How many facts wait to be sent."""
        return self._connection.execute(
            select(func.count()).select_from(tables.outbox)
        ).scalar_one()

    def save_numbered(self, numbered: NumberedEntry) -> None:
        """Keep an entry of the backend's under its number."""
        self.write(numbered.entry.entry(), numbered.position)


def in_force(versions: Sequence[Program], now: datetime) -> Program | None:
    """Of the versions, newest first, the one in force; the first of all before any is."""
    begun = (each for each in versions if each.valid_from <= now)
    return next(begun, versions[-1] if versions else None)


def switched_off(program: Program) -> Program:
    """The program of a merchant who has switched loyalty off: it gives, sells and says nothing."""
    return replace(
        program, earning=(), campaigns=(), rewards=(), alerts=(), rule_in_words={}, tiers=None
    )


def _name_of(document: str) -> tuple[str, int]:
    """Id and version of a program document, even of one that is too new to be read. ValueError."""
    try:
        said = json.loads(document)
        return str(said["id"]), int(said["version"])
    except (KeyError, TypeError) as error:
        raise ValueError("a program document without id and version") from error


def _instant(at: datetime) -> str:
    """One spelling, so that text compares as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")

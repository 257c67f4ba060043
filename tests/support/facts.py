"""A terminal's journal and the facts it holds, as a kiosk writes them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from backend_client.schemas.events import (
    ConsentBody,
    Event,
    JournalEvent,
    MemberEnrolled,
    RedemptionAbandoned,
    VoucherIssued,
    VoucherReserved,
    VoucherVoided,
    WelcomeClaimed,
)
from backend_client.schemas.ledger import EntryBody, VoucherBody
from backend_client.schemas.redemptions import RedemptionAnswer, RedemptionRequest
from backend_client.schemas.sales import SaleBody
from backend_client.schemas.terminals import ClaimAnswer
from backend_client.signing import card_key, journal_body
from loyalty import redemption
from loyalty.chain import GENESIS, link
from loyalty.earning import welcome
from loyalty.ids import MemberId, RedemptionId, StoreId
from loyalty.program import Program
from loyalty.vouchers import Voucher, VoucherCode, VoucherState, mint


def now() -> datetime:
    """The time, to the microsecond as everybody keeps it."""
    return datetime.now(UTC)


def sale_of(member: str, total: int, *, id: str | None = None) -> SaleBody:  # noqa: A002 - its name
    """A sale of so many cents, closed now."""
    return SaleBody(
        id=id or str(uuid4()), member=member, total=total, currency="EUR", closed_at=now()
    )


@dataclass(slots=True)
class Journal:
    """What a terminal wrote down, in order, each fact chained to the one before."""

    events: list[JournalEvent] = field(default_factory=list)

    def write(self, *events: Event) -> list[JournalEvent]:
        """Append facts; returns them in their places."""
        return [self._write(event) for event in events]

    def _write(self, event: Event) -> JournalEvent:
        head = bytes.fromhex(self.events[-1].chain) if self.events else GENESIS
        written = JournalEvent(
            sequence=len(self.events) + 1,
            chain=link(head, journal_body(event)).hex(),
            event=event,
        )
        self.events.append(written)
        return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """Makes the facts that a claimed kiosk would."""

    claimed: ClaimAnswer
    program: Program

    @property
    def store(self) -> StoreId:
        """Where it stands."""
        return StoreId(self.claimed.store.id)

    def card(self, uid: bytes) -> str:
        """The key of a card."""
        return card_key(bytes.fromhex(self.claimed.card_secret), uid)

    def enrolled(
        self,
        member: MemberId | None = None,
        *,
        uid: bytes | None = None,
        name: str = "Camille",
        email: str | None = None,
        phone: str | None = None,
        birthday: str | None = None,
        at: datetime | None = None,
    ) -> MemberEnrolled:
        """A person joined."""
        return MemberEnrolled(
            id=str(uuid4()),
            at=at or now(),
            member=member or str(uuid4()),
            program=self.program.id,
            card=self.card(uid or uuid4().bytes[:7]),
            first_name=name,
            email=email,
            phone=phone,
            birthday=birthday,
            language="fr",
            consents=(ConsentBody(purpose="program", given=True, text_version="1"),),
        )

    def welcomed(self, member: str, *, at: datetime | None = None) -> WelcomeClaimed:
        """The welcome points were claimed."""
        entry = welcome(self.program, MemberId(member), self.store, now=at or now(), zone=UTC)
        assert entry is not None
        return WelcomeClaimed(id=str(uuid4()), at=at or now(), entry=EntryBody.of(entry))

    def reserved(
        self,
        member: str,
        reward: str = "coffee",
        *,
        code: VoucherCode | None = None,
        wanted: str | None = None,
        at: datetime | None = None,
    ) -> VoucherReserved:
        """Points held without asking, however many there are."""
        gift = next(each for each in self.program.rewards if each.id == reward)
        wanted = wanted or str(uuid4())
        entry = EntryBody(
            id=redemption.reservation_entry(RedemptionId(wanted)),
            member=member,
            program=self.program.id,
            kind="redeem",  # type: ignore[arg-type] # as it is on the wire
            points=-gift.cost,
            occurred_at=at or now(),
            fact=wanted,
            store=self.store,
        )
        voucher = VoucherBody(
            code=code or mint(uuid4().int),
            redemption=wanted,
            member=member,
            program=self.program.id,
            reward=gift.id,
            state=VoucherState.RESERVED,
            deadline=(at or now()) + timedelta(days=90),
        )
        return VoucherReserved(
            id=str(uuid4()), at=at or now(), entry=entry, voucher=voucher, asked=False
        )

    def asked(self, answer: RedemptionAnswer) -> VoucherReserved:
        """The fact that follows the backend's yes."""
        return VoucherReserved(
            id=str(uuid4()), at=now(), entry=answer.entry, voucher=answer.voucher, asked=True
        )

    def issued(self, wanted: str) -> VoucherIssued:
        """The paper came out."""
        return VoucherIssued(id=str(uuid4()), at=now(), redemption=wanted)

    def voided(self, reserved: VoucherReserved, *, at: datetime | None = None) -> VoucherVoided:
        """The paper did not come out; the points went back."""
        voucher: Voucher = reserved.voucher.voucher()
        cancelled = redemption.void(voucher, reserved.entry.entry(), now=at or now())
        return VoucherVoided(
            id=str(uuid4()),
            at=at or now(),
            redemption=voucher.redemption,
            entry=EntryBody.of(cancelled.entry),
        )

    def abandoned(self, wanted: str) -> RedemptionAbandoned:
        """Asked, and gave up."""
        return RedemptionAbandoned(id=str(uuid4()), at=now(), redemption=wanted)

    def request(
        self, member: str, reward: str = "coffee", *, wanted: str | None = None
    ) -> RedemptionRequest:
        """May the points be held?"""
        return RedemptionRequest(
            id=wanted or str(uuid4()),
            member=member,
            program=self.program.id,
            reward=reward,
            code=mint(uuid4().int),
            at=now(),
        )

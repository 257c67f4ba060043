"""The ledger on the wire: entries, lots, accounts, vouchers."""

from decimal import Decimal

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Money, Points, Wire
from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId, RewardId, RuleId, StoreId
from loyalty.ledger import Account, Draw, Entry, EntryKind, Lot, Step, StepKind, Trace
from loyalty.program import Rounding
from loyalty.vouchers import Voucher, VoucherCode, VoucherState


class StepBody(Wire):
    """One line of a calculation, in whole numbers; a rate is `value` / `per`."""

    kind: StepKind
    what: str = Field(max_length=128)
    value: int
    per: int = Field(default=1, ge=1)


class TraceBody(Wire):
    """How the points of an entry were computed."""

    rule: Id
    program_version: int
    basis: Money
    factor: Decimal
    rounding: Rounding
    points: Points
    steps: tuple[StepBody, ...] = Field(
        default=(), description="The calculation line by line; empty where the above says it all."
    )


class EntryBody(Wire):
    """One immutable movement of points."""

    id: Id
    member: Id
    program: Id
    kind: EntryKind
    points: Points
    occurred_at: Instant
    fact: Id
    store: Id
    deadline: Instant | None = None
    about: Id | None = None
    trace: TraceBody | None = None

    @classmethod
    def of(cls, entry: Entry) -> "EntryBody":
        """The message for an entry."""
        trace = entry.trace
        return cls(
            id=entry.id,
            member=entry.member,
            program=entry.program,
            kind=entry.kind,
            points=entry.points,
            occurred_at=entry.occurred_at,
            fact=entry.fact,
            store=entry.store,
            deadline=entry.deadline,
            about=entry.about,
            trace=None
            if trace is None
            else TraceBody(
                rule=trace.rule,
                program_version=trace.program_version,
                basis=trace.basis,
                factor=trace.factor,
                rounding=trace.rounding,
                points=trace.points,
                steps=tuple(
                    StepBody(kind=step.kind, what=step.what, value=step.value, per=step.per)
                    for step in trace.steps
                ),
            ),
        )

    def entry(self) -> Entry:
        """The entry that the message tells."""
        trace = self.trace
        return Entry(
            id=EntryId(self.id),
            member=MemberId(self.member),
            program=ProgramId(self.program),
            kind=self.kind,
            points=self.points,
            occurred_at=self.occurred_at,
            fact=self.fact,
            store=StoreId(self.store),
            deadline=self.deadline,
            about=None if self.about is None else EntryId(self.about),
            trace=None
            if trace is None
            else Trace(
                rule=RuleId(trace.rule),
                program_version=trace.program_version,
                basis=trace.basis,
                factor=trace.factor,
                rounding=trace.rounding,
                points=trace.points,
                steps=tuple(
                    Step(step.kind, step.what, step.value, step.per) for step in trace.steps
                ),
            ),
        )


class NumberedEntry(Wire):
    """An entry with its place in the account's journal: 1, 2, 3 … without a gap."""

    position: int = Field(ge=1)
    entry: EntryBody


class LotBody(Wire):
    """What is left of one credit."""

    entry: Id
    left: Points
    deadline: Instant | None


class DrawBody(Wire):
    """What an open reservation took from one lot; from no lot, it made debt."""

    lot: Id | None
    points: Points
    deadline: Instant | None = None


class AccountSnapshot(Wire):
    """An account as the backend has it after the first `position` entries of its journal."""

    member: Id
    program: Id
    position: int = Field(ge=0)
    lots: tuple[LotBody, ...]
    debt: Points
    draws: dict[str, tuple[DrawBody, ...]] = Field(
        default_factory=dict, description="By entry id, for reservations that may still be voided."
    )
    welcomed: bool = Field(
        default=False, description="Whether the welcome points were ever claimed."
    )

    @classmethod
    def of(
        cls,
        member: MemberId,
        program: ProgramId,
        position: int,
        account: Account,
        *,
        welcomed: bool = False,
    ) -> "AccountSnapshot":
        """The message for an account; empty lots stay out of it."""
        return cls(
            member=member,
            program=program,
            position=position,
            lots=tuple(
                LotBody(entry=lot.entry, left=lot.left, deadline=lot.deadline)
                for lot in account.lots
                if lot.left
            ),
            debt=account.debt,
            welcomed=welcomed,
            draws={
                entry: tuple(
                    DrawBody(lot=draw.lot, points=draw.points, deadline=draw.deadline)
                    for draw in draws
                )
                for entry, draws in account.draws.items()
            },
        )

    def account(self) -> Account:
        """The account to replay from."""
        return Account(
            lots=tuple(
                Lot(entry=EntryId(lot.entry), left=lot.left, deadline=lot.deadline)
                for lot in self.lots
            ),
            debt=self.debt,
            draws={
                EntryId(entry): tuple(
                    Draw(
                        lot=None if draw.lot is None else EntryId(draw.lot),
                        points=draw.points,
                        deadline=draw.deadline,
                    )
                    for draw in draws
                )
                for entry, draws in self.draws.items()
            },
        )


class VoucherBody(Wire):
    """A voucher and where it stands."""

    code: str
    redemption: Id
    member: Id
    program: Id
    reward: Id
    state: VoucherState
    deadline: Instant
    redeemed_at: Instant | None = None
    redeemed_in: Id | None = None
    redeemed_place: str = ""

    @classmethod
    def of(cls, voucher: Voucher) -> "VoucherBody":
        """The message for a voucher."""
        return cls(
            code=voucher.code,
            redemption=voucher.redemption,
            member=voucher.member,
            program=voucher.program,
            reward=voucher.reward,
            state=voucher.state,
            deadline=voucher.deadline,
            redeemed_at=voucher.redeemed_at,
            redeemed_in=voucher.redeemed_in,
            redeemed_place=voucher.redeemed_place,
        )

    def voucher(self) -> Voucher:
        """The voucher that the message tells."""
        return Voucher(
            code=VoucherCode(self.code),
            redemption=RedemptionId(self.redemption),
            member=MemberId(self.member),
            program=ProgramId(self.program),
            reward=RewardId(self.reward),
            state=self.state,
            deadline=self.deadline,
            redeemed_at=self.redeemed_at,
            redeemed_in=None if self.redeemed_in is None else StoreId(self.redeemed_in),
            redeemed_place=self.redeemed_place,
        )

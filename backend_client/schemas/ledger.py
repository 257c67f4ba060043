"""The ledger on the wire: entries, lots, accounts, vouchers."""

from decimal import Decimal
from functools import cached_property

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Money, Points, Wire, rarely
from loyalty.ids import EntryId, MemberId, ProgramId, RedemptionId, RewardId, RuleId, StoreId
from loyalty.ledger import (
    Account,
    Adjustment,
    Draw,
    EarnedLine,
    Entry,
    EntryKind,
    Lot,
    Step,
    StepKind,
    Trace,
)
from loyalty.program import Rounding
from loyalty.vouchers import Voucher, VoucherCode, VoucherState


class StepBody(Wire):
    """One line of a calculation, in whole numbers; a rate is `value` / `per`."""

    kind: StepKind
    what: str = Field(max_length=128)
    value: int = Field(description="What `kind` counts: points, minor units, pieces or visits.")
    per: int = Field(default=1, ge=1, description="What `value` is divided by.")


class EarnedLineBody(Wire):
    """What one line of a sale earned: what comes back when the line is returned."""

    line: str = Field(
        pattern=r"^\*?[0-9]{1,4}(,[0-9]{1,4}){0,999}$",
        description="Its place on the ticket, from 1; `*1,3` for what was given once for a visit.",
    )
    points: Points
    quantity: int = Field(
        ge=1, description="Pieces sold; of a visit, the minor units that its lines cost."
    )


class TraceBody(Wire):
    """How the points of an entry were computed."""

    rule: Id
    program_version: int = Field(description="The version of the program that counted.")
    basis: Money
    factor: Decimal = Field(description="Points for one unit of the basis.")
    rounding: Rounding
    points: Points
    steps: tuple[StepBody, ...] = Field(
        default=(), description="The calculation line by line; empty where the above says it all."
    )
    lines: tuple[EarnedLineBody, ...] = rarely(
        (), "What each line of the sale earned; those that are left out earned nothing."
    )


class AdjustmentBody(Wire):
    """Who moved points by hand, and why."""

    actor: Id = Field(description="The id of the person at work; never a name.")
    nature: str = Field(max_length=64, description="The merchant's code for the reason.")
    booked_at: Instant = Field(
        description="When it was written down; `occurred_at` is its value date."
    )
    comment: str | None = Field(
        default=None, max_length=64, description="The salted hash of the free text, in hex."
    )
    approved_by: Id | None = None

    @classmethod
    def of(cls, adjustment: Adjustment) -> "AdjustmentBody":
        """The message for it."""
        return cls(
            actor=adjustment.actor,
            nature=adjustment.nature,
            booked_at=adjustment.booked_at,
            comment=adjustment.comment,
            approved_by=adjustment.approved_by,
        )

    def adjustment(self) -> Adjustment:
        """What the message tells."""
        return Adjustment(
            actor=self.actor,
            nature=self.nature,
            booked_at=self.booked_at,
            comment=self.comment,
            approved_by=self.approved_by,
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
    by: Id | None = rarely(None, "Who earned or spent in a wallet that several share.")
    available_from: Instant | None = rarely(
        None, "From when the points of a credit can be spent; left out for at once."
    )
    owes: bool = rarely(
        True, "False where a debit takes what is there, and makes no debt of the rest."
    )
    adjustment: AdjustmentBody | None = rarely(None, "Who moved the points by hand, and why.")

    @classmethod
    def of(cls, entry: Entry) -> "EntryBody":
        """The message for an entry."""
        trace = entry.trace
        return cls(
            by=entry.by,
            available_from=entry.available_from,
            owes=entry.owes,
            adjustment=None if entry.adjustment is None else AdjustmentBody.of(entry.adjustment),
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
                lines=tuple(
                    EarnedLineBody(line=each.line, points=each.points, quantity=each.quantity)
                    for each in trace.lines
                ),
            ),
        )

    def entry(self) -> Entry:
        """The entry that the message tells."""
        trace = self.trace
        return Entry(
            by=None if self.by is None else MemberId(self.by),
            available_from=self.available_from,
            owes=self.owes,
            adjustment=None if self.adjustment is None else self.adjustment.adjustment(),
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
                lines=tuple(
                    EarnedLine(each.line, each.points, each.quantity) for each in trace.lines
                ),
            ),
        )


class NumberedEntry(Wire):
    """An entry with its place in the account's journal: 1, 2, 3 … without a gap."""

    position: int = Field(ge=1, description="Its place in the account, from 1.")
    entry: EntryBody


class LotBody(Wire):
    """What is left of one credit."""

    entry: Id
    left: Points
    deadline: Instant | None
    available_from: Instant | None = rarely(
        None, "From when its points can be spent; left out for at once."
    )
    gave: Points | None = rarely(
        None,
        "What the credit gave, the most that can be clawed back; left out when that is not known.",
    )
    returned: Points = rarely(0, "What was clawed back of it.")
    expired: Points = rarely(0, "What expired of it.")

    @classmethod
    def of(cls, lot: Lot) -> "LotBody":
        """The message for a lot."""
        return cls(
            entry=lot.entry,
            left=lot.left,
            deadline=lot.deadline,
            available_from=lot.available_from,
            gave=lot.gave,
            returned=lot.returned,
            expired=lot.expired,
        )

    def lot(self) -> Lot:
        """The lot that the message tells."""
        return Lot(
            entry=EntryId(self.entry),
            left=self.left,
            deadline=self.deadline,
            available_from=self.available_from,
            gave=self.gave,
            returned=self.returned,
            expired=self.expired,
        )


class DrawBody(Wire):
    """What a debit took from one lot; from no lot, it made debt that nothing has paid yet."""

    lot: Id | None
    points: Points
    deadline: Instant | None = None


class AccountSnapshot(Wire):
    """An account as the backend has it after the first `position` entries of its journal."""

    member: Id
    program: Id
    position: int = Field(ge=0, description="How many entries the account has.")
    lots: tuple[LotBody, ...]
    debt: Points
    draws: dict[str, tuple[DrawBody, ...]] = Field(
        default_factory=dict,
        description="By entry id, oldest first: reservations that may still be voided, and debts.",
    )
    welcomed: bool = Field(
        default=False, description="Whether the welcome points were ever claimed."
    )
    seal: str = rarely("", "What proves to a kiosk that the backend said so; see the seals.")

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
        """The message for an account.

        Empty lots stay out of it, but for those that a reservation may give its points back to.
        """
        drawn = {draw.lot for draws in account.draws.values() for draw in draws}
        return cls(
            member=member,
            program=program,
            position=position,
            lots=tuple(LotBody.of(lot) for lot in account.lots if lot.left or lot.entry in drawn),
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
        """The account to replay from; made once, however often it is asked for."""
        return self.made

    @cached_property
    def made(self) -> Account:
        """The same, for this message."""
        return Account(
            lots=tuple(lot.lot() for lot in self.lots),
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
    points: Points = rarely(0, "How many were put in, where that was chosen.")
    money: Money = rarely(
        0, "What it takes off a ticket for them, in minor units of the program's currency."
    )
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
            points=voucher.points,
            money=voucher.money,
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
            points=self.points,
            money=self.money,
            redeemed_at=self.redeemed_at,
            redeemed_in=None if self.redeemed_in is None else StoreId(self.redeemed_in),
            redeemed_place=self.redeemed_place,
        )

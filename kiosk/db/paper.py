"""Vouchers, the paper they are printed on, and what the backend is being asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from backend_client.schemas.ledger import EntryBody, VoucherBody
from backend_client.schemas.redemptions import RedemptionRequest
from kiosk.db import tables
from kiosk.db.part import Part, instant
from loyalty.ids import MemberId, Points, RedemptionId
from loyalty.ledger import EntryKind
from loyalty.paper import JobState
from loyalty.vouchers import Voucher, VoucherState

_STEPS = (
    VoucherState.RESERVED,
    VoucherState.ISSUED,
    VoucherState.VOIDED,
    VoucherState.REDEEMED,
)


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


class PaperPart(Part):
    """Questions about vouchers."""

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
                redemption=redemption, state=JobState.WAITING.value, at=instant(now)
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

    def unsure_vouchers(self) -> tuple[Voucher, ...]:
        """The vouchers of this terminal of which nobody knows whether they were printed."""
        table = tables.vouchers
        bodies = self._connection.execute(
            select(table.c.body)
            .where(
                table.c.ours == 1, table.c.sure == 0, table.c.state == VoucherState.RESERVED.value
            )
            .order_by(table.c.redemption)
        ).scalars()
        return tuple(VoucherBody.model_validate_json(body).voucher() for body in bodies.all())

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

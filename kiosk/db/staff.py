"""Who may unlock this kiosk with a PIN."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from backend_client.schemas.changes import StaffChanged
from kiosk.db import tables
from kiosk.db.part import Part
from loyalty.ids import MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the staff, as far as a kiosk knows them."""

    id: str
    initial: str
    """The first letter of the name."""
    rights: frozenset[str]
    pin: str
    """The hash."""
    member: MemberId | None
    """Who they are as a customer."""


class StaffPart(Part):
    """Questions about the staff."""

    def save_staff(self, told: StaffChanged) -> None:
        """Somebody may unlock this kiosk from now on; or may not any more, without a PIN."""
        table = tables.staff
        if told.pin is None:
            self._connection.execute(delete(table).where(table.c.id == told.staff))
            return
        values = {
            "initial": told.initial,
            "rights": " ".join(told.rights),
            "pin": told.pin,
            "member": told.member,
        }
        self._connection.execute(
            upsert(table)
            .values(id=told.staff, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def staff(self) -> tuple[Colleague, ...]:
        """Everybody who may unlock this kiosk."""
        found = self._connection.execute(select(tables.staff).order_by(tables.staff.c.id))
        return tuple(
            Colleague(
                id=row.id,
                initial=row.initial,
                rights=frozenset(row.rights.split()),
                pin=row.pin,
                member=MemberId(row.member) if row.member else None,
            )
            for row in found
        )

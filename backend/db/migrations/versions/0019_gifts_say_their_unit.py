"""A gift says in what its price is counted: what was points is never cents.

Until now a price meant what each program counts. In a company that has both, it was written down
as points, so it stays points.
"""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_POINTS = "points"


def upgrade() -> None:
    op.add_column("gifts", sa.Column("unit", sa.String(8), nullable=True))
    names = ("tenant", "id", "program", "points", "product", "unit")
    gifts = sa.table("gifts", *map(sa.column, names))
    connection = op.get_bind()
    units = dict(_units(connection))
    priced = sa.select(gifts).where(gifts.c.points.is_not(None) | gifts.c.product.is_not(None))
    for gift in connection.execute(priced).all():
        theirs = units.get(gift.tenant, {})
        found = {theirs.get(gift.program, _POINTS)} if gift.program else set(theirs.values())
        mine = (gifts.c.tenant == gift.tenant) & (gifts.c.id == gift.id)
        said = next(iter(found)) if len(found) == 1 else _POINTS
        connection.execute(sa.update(gifts).where(mine).values(unit=said))


def _units(connection: sa.Connection) -> Iterator[tuple[str, dict[str, str]]]:
    """Of each company, what its programs count in the last version of each."""
    names = ("tenant", "id", "version", "document")
    programs = sa.table("programs", *map(sa.column, names))
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(sa.select(programs).order_by(programs.c.version)).all():
        counted = json.loads(row.document).get("unit", _POINTS)
        found.setdefault(row.tenant, {})[row.id] = counted
    yield from found.items()

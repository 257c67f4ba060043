"""What a regular of the demo shop has beside points: a rank, and a purse shared at home."""

import json
from pathlib import Path
from typing import Any

from backend.db import Database, Transaction, shops
from backend.services.people import cards, households
from backend.services.programs.programs import next_version, publish, put_draft
from backend.services.team import audit
from backend_client.schemas.cards import CardLink
from backend_client.schemas.desk import HouseholdJoin, NewHousehold
from backend_client.schemas.programs import Publication
from loyalty.ids import MemberId, TenantId

HOUSEHOLD = "demo-family"
SPARE_CARD = "04C0FFEE5EA1ED"
"""The second card of the purse, on somebody's key ring."""
MORE: dict[str, Any] = {
    "tiers": {
        "levels": [
            {"id": "silver", "start": 1, "name": {"fr": "Argent", "en": "Silver", "de": "Silber"}},
            {"id": "gold", "start": 12, "name": {"fr": "Or", "en": "Gold", "de": "Gold"}},
        ],
        "metric": "visits",
    },
    "households": {"active": True},
}


def settle(database: Database, tenant: TenantId, program: Path, regular: str) -> None:
    """The program has ranks and households from now on, and `regular` has both."""
    document = json.loads(program.read_bytes()) | MORE
    database.run(tenant, _published, document)
    database.run(tenant, _at_home, MemberId(regular))


def _published(tx: Transaction, document: dict[str, Any]) -> None:
    program = shops.stores(tx)[0].program
    put_draft(tx, program, document | {"id": program}, actor=audit.SYSTEM)
    publish(tx, program, Publication(version=next_version(tx, program)), actor=audit.SYSTEM)


def _at_home(tx: Transaction, regular: MemberId) -> None:
    store = shops.stores(tx)[0]
    cards.link(tx, regular, CardLink(card_uid=SPARE_CARD, label="Key ring"), store)
    households.create(tx, NewHousehold(id=HOUSEHOLD), store.program)
    joining = HouseholdJoin(id=f"{HOUSEHOLD}-1", member=regular)
    households.join(tx, HOUSEHOLD, joining, store.id)

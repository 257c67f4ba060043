"""How sure it is that who spends is the member: what the chip said, and codes that were typed.

What a chip said is looked at in a transaction of its own, before points are moved: its count must
be kept, and a copied text told to staff, even where the points are then refused.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from backend.db import Database, Transaction, alerts, cards
from backend.db.cards import Card
from backend.errors import Refused
from backend.services.people import codes
from backend.services.people.own_data import SPENDING
from backend_client import chips
from backend_client.schemas.cards import ChipProof
from backend_client.schemas.problems import ProblemName
from backend_client.signing import card_key
from loyalty.ids import MemberId, TenantId, TerminalId
from loyalty.program import Assurance
from loyalty.redemption import assured

SAME_VISIT = timedelta(minutes=15)
"""So long the same reading is good where it was shown first: a visit may take two gifts."""

COPIED = "card-copied"
"""The alert: somebody shows a text that the chip had said before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the person showed besides the card's number."""

    chip: bool = False
    """The chip proved its key, just now."""
    code: bool = False
    """They typed the code that was sent to the member."""

    def level(self, card: Card | None) -> Assurance:
        """How far they are trusted with that card."""
        registered = card.assurance if card else Assurance.UID
        return assured(registered, chip=self.chip, code=self.code)


NOTHING = Shown()


def proved(
    database: Database, tenant: TenantId, key: str | None, proof: ChipProof | None, by: str
) -> bool:
    """Whether the chip of that card proved its key, at that kiosk or till, just now."""
    return proof is not None and database.run(tenant, heard, key, proof, by)


def heard(tx: Transaction, key: str | None, proof: ChipProof | None, by: str) -> bool:
    """Whether the chip of that card said so, now. Its count is kept, and a copy told to staff.

    `by` is the kiosk or till where it was shown.
    """
    card = None if key is None or proof is None else cards.card(tx, key)
    if card is None or proof is None:
        return False
    reading = chips.read(tx.keys.cards, proof)
    if reading is None or card_key(tx.keys.cards, reading.uid) != card.key:
        return False
    if _same_visit(tx, card, reading.counter, by):
        return True
    if not chips.is_fresh(reading, card.counter):
        alerts.raise_once(tx, COPIED, card.member)
        return False
    counted = replace(card, counter=reading.counter, counter_at=tx.now, counter_by=by)
    cards.save_sighting(tx, counted)
    return True


def _same_visit(tx: Transaction, card: Card, counter: int, by: str) -> bool:
    at = card.counter_at
    again = card.counter == counter and card.counter_by == by
    return again and at is not None and tx.now - at < SAME_VISIT


def typed(tx: Transaction, wanted: str | None, person: MemberId, terminal: TerminalId) -> bool:
    """Whether they typed the code right there, a moment ago. Raises Refused."""
    if wanted is None:
        return False
    if codes.passed(tx, wanted, SPENDING, terminal) != person:
        raise Refused(ProblemName.CODE_WRONG, "the code is another member's", left=0)
    return True

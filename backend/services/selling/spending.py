"""Who may spend how much: by the card that is shown, and by the household's terms (F5, F11)."""

from dataclasses import dataclass

from backend.db import Transaction, households, journals
from backend.db.cards import Card
from backend.db.shops import Store
from backend.errors import Refused
from backend.services import clock
from backend.services.people import cards as card_desk
from backend.services.points.belonging import holder
from backend.services.selling.assurance import Shown
from backend_client.schemas.problems import ProblemName
from loyalty.entries import EntryKind
from loyalty.errors import EarnOnlyCard, HouseholdCap
from loyalty.households import check_spend, spent_by
from loyalty.ids import MemberId, Points
from loyalty.program import Program
from loyalty.redemption import check_assurance
from loyalty.sentences import say
from loyalty.transfers import standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Spender:
    """In whose account points are spent, and by whom."""

    account: MemberId
    by: MemberId | None
    """Who of a household; None for the account's own member."""


def spender(
    tx: Transaction, member: MemberId, card: str | None, program: Program
) -> tuple[Spender, Card | None]:
    """Whose points they are. Raises Refused when the card is not theirs or opens nothing.

    A kiosk knows an account by its holder, which is the wallet for a card of a household: the card
    says who asks.
    """
    shown = None if card is None else card_desk.usable(tx, card)
    person = shown.member if shown else member
    account = holder(tx, person, program.id)
    if member not in (person, account):
        raise Refused(ProblemName.NOT_FOUND, "the card is not of this member")
    if account == person:
        found = households.household_of(tx, person)
        if found is not None and found.household.wallet == person:
            raise Refused(ProblemName.INVALID, "card: a household's wallet needs the card")
    by = person if account != person and households.household_of(tx, person) else None
    return Spender(account=account, by=by), shown


def check(
    tx: Transaction,
    who: Spender,
    card: Card | None,
    cost: Points,
    program: Program,
    place: Store,
    *,
    shown: Shown,
) -> None:
    """Raises AssuranceLimit, EarnOnlyCard, HouseholdCap or NotInHousehold."""
    if not cost:
        return
    spent = spent_today(tx, who, program, place)
    check_assurance(cost, shown.level(card), spent, program.assurance)
    if card is not None and card.earn_only:
        raise EarnOnlyCard(say("household.earns"))
    if card is not None and card.per_day is not None and cost > max(card.per_day - spent, 0):
        raise HouseholdCap(max(card.per_day - spent, 0))
    found = households.household_of(tx, who.by) if who.by else None
    if found is not None and who.by is not None:
        check_spend(found.household, who.by, cost, spent)


def spent_today(tx: Transaction, who: Spender, program: Program, place: Store) -> Points:
    """What they spent since midnight there; what was voided does not count."""
    since, _ = clock.day_around(tx.now, place.zone)
    journal = [each.entry for each in journals.journal(tx, who.account, program.id)]
    if who.by is not None:
        return spent_by(journal, who.by, since=since)
    return -sum(
        entry.points
        for entry in standing(journal)
        if entry.kind is EntryKind.REDEEM and entry.occurred_at >= since
    )

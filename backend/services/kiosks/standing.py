"""A card that was tapped: how it stands, whose it is, and what they can and cannot have now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backend.db import Database, Transaction, cards, gifts, households, members, shops, uses
from backend.db.access import Terminal
from backend.db.cards import Card
from backend.db.shops import Store
from backend.errors import Refused
from backend.services import clock
from backend.services.people import cards as card_desk
from backend.services.people import records
from backend.services.people.members import profile_of
from backend.services.points import accounts, fraud
from backend.services.points.belonging import holder
from backend.services.selling import spending
from backend.services.selling.situations import situation
from backend_client.schemas.changes import CardStatus
from backend_client.schemas.kiosks import (
    CardSeen,
    HouseholdSeen,
    RewardBarred,
    SeenAnswer,
    StandingBody,
)
from backend_client.schemas.problems import ProblemName
from loyalty.errors import MemberLimit
from loyalty.households import Household
from loyalty.ids import MemberId, Points, ProgramId
from loyalty.program import Program, Reward, Role
from loyalty.rewards import Refusal, counts_until, options


def tapped(database: Database, terminal: Terminal, shown: CardSeen) -> SeenAnswer:
    """The card that was tapped and whose it is; where it was seen is written down. Refused."""
    with database.read(terminal.tenant) as tx:
        card = card_desk.existing(tx, shown.card)
        news = card_desk.is_news(card, terminal.store, tx.now)
    if news:
        card = database.run(terminal.tenant, card_desk.show, card.key, terminal.store)
    with database.read(terminal.tenant) as tx:
        opens = card.status is CardStatus.ACTIVE and card.is_in_time(tx.now)
        person = members.member(tx, card.member) if opens else None
        joined = person is not None and person.enrolled_at is not None
        return SeenAnswer(
            card=card.changed(holder(tx, card.member, terminal.store.program)),
            member=profile_of(person) if person and joined else None,
            standing=_of_bearer(tx, terminal.store, card) if shown.standing and joined else None,
        )


def standing(tx: Transaction, member: MemberId, place: Store) -> StandingBody:
    """Where somebody stands whom staff helps, without a card that could limit them. Refused."""
    person = records.existing(tx, member)
    program = shops.program(tx, place.program)
    if program is None:
        raise Refused(ProblemName.NOT_FOUND, "the store has no program")
    return _standing(tx, person.id, program, place, most=None)


def _of_bearer(tx: Transaction, place: Store, card: Card) -> StandingBody | None:
    """Where the bearer of the card stands in the program of the store."""
    program = shops.program(tx, place.program)
    if program is None:
        return None
    return _standing(tx, card.member, program, place, most=_most(tx, card, program, place))


def _standing(
    tx: Transaction, member: MemberId, program: Program, place: Store, *, most: Points | None
) -> StandingBody:
    found = households.household_of(tx, member)
    return StandingBody(
        tier=accounts.tier_of(tx, accounts.seen(tx, member, place, "")),
        household=HouseholdSeen(cards=_cards(tx, found.household)) if found else None,
        most=most,
        barred=tuple(_barred(tx, member, program, place)),
    )


def _cards(tx: Transaction, household: Household) -> int:
    """How many cards open the purse."""
    found = (card for member in household.members for card in cards.cards_of(tx, member))
    return sum(card.status is CardStatus.ACTIVE for card in found)


def _most(tx: Transaction, card: Card, program: Program, place: Store) -> Points | None:
    """What is left of what the card, and its bearer in their household, may spend in a day."""
    who, _ = spending.spender(tx, card.member, card.key, program)
    found = households.household_of(tx, card.member)
    own = found.household.members.get(card.member) if found else None
    if card.earn_only or (own is not None and own.role is Role.EARNS_ONLY):
        return 0
    limits = [each for each in (card.per_day, own.per_day if own else None) if each is not None]
    if not limits:
        return None
    return max(min(limits) - spending.spent_today(tx, who, program, place), 0)


def _barred(
    tx: Transaction, person: MemberId, program: Program, place: Store
) -> Iterator[RewardBarred]:
    """What a kiosk offers and would refuse, whatever the points are."""
    account = holder(tx, person, program.id)
    _, tomorrow = clock.day_around(tx.now, place.zone)
    offered = {reward.id: reward for reward in program.rewards if reward.on_paper}
    if _had_enough(tx, account, program, place):
        for reward in offered:
            yield RewardBarred(reward=reward, why="today", again=tomorrow)
        return
    seen = situation(tx, person, program, place, balance=0)
    for option in options({each.id: each.terms for each in offered.values()}, seen):
        if option.refusal is Refusal.TIER:
            yield RewardBarred(reward=option.reward, why="tier", again=None)
        elif option.refusal is Refusal.MEMBER_LIMIT:
            again = counts_until(option.terms.usable.per, tx.now, place.zone)
            yield RewardBarred(reward=option.reward, why="times", again=again)
        elif (again := _gift_again(tx, offered[option.reward], account)) is not None:
            yield RewardBarred(reward=option.reward, why="times", again=again)


def _had_enough(tx: Transaction, account: MemberId, program: Program, place: Store) -> bool:
    try:
        fraud.refuse_many_rewards(tx, account, ProgramId(program.id), program.guard, place)
    except MemberLimit:
        return True
    return False


def _gift_again(tx: Transaction, reward: Reward, account: MemberId) -> datetime | None:
    """From when a gift that is limited by days can be had; None for now."""
    gift = gifts.gift(tx, reward.id)
    if gift is None or gift.per_member is None or gift.per_days is None:
        return None
    days = timedelta(days=gift.per_days)
    had = uses.taken_at(tx, [account], reward.id, since=tx.now - days)
    return had[-gift.per_member] + days if len(had) >= gift.per_member else None

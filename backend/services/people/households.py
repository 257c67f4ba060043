"""Households: several members, one wallet; who joins brings points, who leaves takes theirs."""

from datetime import datetime
from uuid import uuid4

from backend.db import Transaction, accounts, cards, feed, households, journals, members, shops
from backend.db.households import HouseholdRow, StepRow
from backend.db.journals import Posted
from backend.errors import Refused
from backend.services.people.records import existing
from backend.services.points.ledger import locked_account, post
from backend_client.schemas.desk import (
    HouseholdAnswer,
    HouseholdJoin,
    HouseholdLeave,
    HouseholdMember,
    HouseholdTerms,
    NewHousehold,
)
from backend_client.schemas.problems import ProblemName
from loyalty import households as rules
from loyalty.entries import Entry
from loyalty.errors import HouseholdRefused, NotInHousehold
from loyalty.households import Household, Membership, Step
from loyalty.ids import MemberId, ProgramId, StoreId, derived_entry
from loyalty.program import Program
from loyalty.sentences import say


def create(tx: Transaction, body: NewHousehold, program: ProgramId) -> HouseholdAnswer:
    """The household, with nobody in it yet; once for each id. Raises Refused, HouseholdRefused."""
    content = tx.keys.content(f"{program}:{body.model_dump_json()}".encode())
    known = households.household(tx, body.id)
    if known is not None:
        if known.content != content:
            raise Refused(ProblemName.ID_REUSED, "another household was made under this id")
        return told(tx, known)
    allowed = _rules(tx, program).households
    if not allowed.active:
        raise HouseholdRefused(say("household.none"))
    wallet = MemberId(derived_entry("wallet", body.id))
    members.add_wallet(tx, wallet)
    locked_account(tx, wallet, program)
    made = HouseholdRow(
        id=body.id,
        household=Household(wallet=wallet, program=program, one_welcome=allowed.one_welcome),
        content=content,
    )
    households.add_household(tx, made)
    return told(tx, made)


def join(tx: Transaction, wanted: str, body: HouseholdJoin, store: StoreId) -> HouseholdAnswer:
    """The household with the member in it, and their points in the wallet; once for each id.

    Raises Refused, NotInHousehold, HouseholdRefused.
    """
    found = existing_household(tx, wanted)
    if _taken(tx, body.id, wanted, MemberId(body.member), body.model_dump_json()):
        return told(tx, found)
    person, household = existing(tx, MemberId(body.member)), found.household
    if person.merged_into is not None:
        raise Refused(ProblemName.NOT_FOUND, "another record took this one in")
    if households.household_of(tx, person.id) is not None:
        raise NotInHousehold(say("household.in"))
    admitted = rules.admitted(household, _rules(tx, household.program).households)
    own, others = _journal(tx, person.id, household.program), _journals(tx, household)
    step = Step(id=body.id, member=person.id, at=_after(tx, (*own, *others)), store=store)
    post(tx, *rules.join(household, step, own, others), may_owe=True)
    membership = Membership(
        role=body.role or admitted.role,
        per_day=body.per_day if "per_day" in body.model_fields_set else admitted.per_day,
    )
    households.save_membership(tx, wanted, person.id, membership)
    _tell_cards(tx, person.id)
    return told(tx, existing_household(tx, wanted))


def leave(tx: Transaction, wanted: str, body: HouseholdLeave, store: StoreId) -> HouseholdAnswer:
    """The household without the member, who took what is left of what they brought (F11).

    Once for each id. Raises Refused, NotInHousehold.
    """
    found = existing_household(tx, wanted)
    if _taken(tx, body.id, wanted, MemberId(body.member), body.model_dump_json()):
        return told(tx, found)
    _leave(tx, found, MemberId(body.member), body.id, store)
    return told(tx, existing_household(tx, wanted))


def let_go(tx: Transaction, member: MemberId) -> None:
    """The member leaves the household they are in, with their points."""
    found = households.household_of(tx, member)
    if found is not None:
        _leave(tx, found, member, str(uuid4()), shops.stores(tx)[0].id)


def _leave(
    tx: Transaction, found: HouseholdRow, member: MemberId, step_id: str, store: StoreId
) -> tuple[Posted, ...]:
    wallet = _journal(tx, found.household.wallet, found.household.program)
    step = Step(id=step_id, member=member, at=_after(tx, wallet), store=store)
    posted = post(tx, *rules.leave(found.household, step, wallet), may_owe=True)
    households.save_membership(tx, found.id, member, None)
    _tell_cards(tx, member)
    return posted


def limit(tx: Transaction, wanted: str, member: MemberId, body: HouseholdTerms) -> HouseholdAnswer:
    """The household with other terms for somebody in it. Raises Refused, NotInHousehold."""
    found = existing_household(tx, wanted)
    if member not in found.household.members:
        raise NotInHousehold(say("household.wallet"))
    terms = Membership(role=body.role, per_day=body.per_day)
    households.save_membership(tx, wanted, member, terms)
    _tell_cards(tx, member)
    return told(tx, existing_household(tx, wanted))


def read(tx: Transaction, wanted: str) -> HouseholdAnswer:
    """The household, who is in it, and what each brought. Raises Refused."""
    return told(tx, existing_household(tx, wanted))


def existing_household(tx: Transaction, wanted: str) -> HouseholdRow:
    """The household. Raises Refused."""
    found = households.household(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such household")
    return found


def told(tx: Transaction, found: HouseholdRow) -> HouseholdAnswer:
    """The message for a household."""
    household = found.household
    row = accounts.account(tx, household.wallet, household.program)
    assert row is not None, "a household is made with its wallet"
    journal = _journal(tx, household.wallet, household.program)
    account = row.snapshot.account()
    brought = rules.contributions(account, journal, at=tx.now)
    return HouseholdAnswer(
        id=found.id,
        program=household.program,
        wallet=household.wallet,
        balance=account.balance(tx.now),
        one_welcome=household.one_welcome,
        members=tuple(
            HouseholdMember(
                member=member,
                role=membership.role,
                per_day=membership.per_day,
                contributed=brought.get(member, 0),
            )
            for member, membership in household.members.items()
        ),
    )


def _taken(tx: Transaction, step: str, wanted: str, member: MemberId, body: str) -> bool:
    """Whether the step was taken before; written down that it is now. Raises Refused."""
    content = tx.keys.content(body.encode())
    known = households.step(tx, step)
    if known is None:
        row = StepRow(id=step, household=wanted, member=member, content=content)
        households.add_step(tx, row)
        return False
    if (known.household, known.content) != (wanted, content):
        raise Refused(ProblemName.ID_REUSED, "another step was taken under this id")
    return True


def _rules(tx: Transaction, wanted: ProgramId) -> Program:
    program = shops.program(tx, wanted)
    if program is None:
        raise Refused(ProblemName.NOT_FOUND, "no such program")
    return program


def _journal(tx: Transaction, member: MemberId, program: ProgramId) -> tuple[Entry, ...]:
    return tuple(each.entry for each in journals.journal(tx, member, program))


def _journals(tx: Transaction, household: Household) -> tuple[Entry, ...]:
    """Every entry of those who are in, and of the wallet: an earlier welcome would be there."""
    return tuple(
        entry
        for member in (*household.members, household.wallet)
        for entry in _journal(tx, member, household.program)
    )


def _after(tx: Transaction, journal: tuple[Entry, ...]) -> datetime:
    return max((tx.now, *(entry.occurred_at for entry in journal)))


def _tell_cards(tx: Transaction, member: MemberId) -> None:
    """Kiosks hear in whose account the member's cards open now."""
    for card in cards.cards_of(tx, member):
        feed.tell(tx, "card", card.key)

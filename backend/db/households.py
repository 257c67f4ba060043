"""Households: who shares a wallet, and by which steps."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.households import Household, Membership
from loyalty.ids import MemberId, ProgramId
from loyalty.program import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRow:
    """A household and how it was made."""

    id: str
    household: Household
    content: str


def household(tx: Transaction, wanted: str) -> HouseholdRow | None:
    """The household of that id, with whoever is in it now."""
    table = tables.households
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    if row is None:
        return None
    return HouseholdRow(
        id=row.id,
        content=row.content,
        household=Household(
            wallet=MemberId(row.wallet),
            program=ProgramId(row.program),
            members=_members(tx, wanted),
            one_welcome=bool(row.one_welcome),
        ),
    )


def household_of(tx: Transaction, member: MemberId) -> HouseholdRow | None:
    """The household that the member is in, or whose wallet it is."""
    table, wallets = tables.household_members, tables.households
    row = tx.first(
        select(table.c.household).where(table.c.tenant == tx.tenant, table.c.member == member)
    ) or tx.first(
        select(wallets.c.id.label("household")).where(
            wallets.c.tenant == tx.tenant, wallets.c.wallet == member
        )
    )
    return None if row is None else household(tx, row.household)


def household_id(tx: Transaction, member: MemberId) -> str | None:
    """The household that the member is in; mostly none."""
    table = tables.household_members

    def read() -> str | None:
        row = tx.first(
            select(table.c.household).where(table.c.tenant == tx.tenant, table.c.member == member)
        )
        return None if row is None else str(row.household)

    return tx.known(table, ("in", member), read)


def holders(
    tx: Transaction, members: list[MemberId], program: ProgramId
) -> dict[MemberId, MemberId]:
    """The wallet of each of those members who is in a household of that program."""
    table, wallets = tables.household_members, tables.households
    if not members:
        return {}
    found = tx.rows(
        select(table.c.member, wallets.c.wallet)
        .join(wallets, (wallets.c.tenant == table.c.tenant) & (wallets.c.id == table.c.household))
        .where(
            table.c.tenant == tx.tenant,
            table.c.member.in_(members),
            wallets.c.program == program,
        )
    )
    return {MemberId(row.member): MemberId(row.wallet) for row in found}


def accounts_of(
    tx: Transaction, people: Iterable[MemberId], program: ProgramId
) -> tuple[MemberId, ...]:
    """In whose names those people's points are: their own, and the wallets they share."""
    asked = tuple(people)
    sharing = [each for each in asked if household_id(tx, each) is not None]
    return (*asked, *holders(tx, sharing, program).values())


def welcomed_together(tx: Transaction, member: MemberId) -> tuple[MemberId, ...]:
    """Whoever is welcomed once together with the member; nobody outside such a household."""

    def read() -> tuple[MemberId, ...]:
        found = household_of(tx, member)
        if found is None or not found.household.one_welcome:
            return ()
        return (*found.household.members, found.household.wallet)

    return tx.known(tables.household_members, ("together", member), read) or ()


def expect(tx: Transaction, wanted: Iterable[MemberId]) -> None:
    """Learn at once who is in no household: a batch is about to ask for each of them."""
    table = tables.household_members
    members = [member for _, member in tx.unknown(table, (("in", each) for each in wanted))]
    if not members:
        return
    rows = tx.rows(
        select(table.c.member, table.c.household).where(
            table.c.tenant == tx.tenant, table.c.member.in_(members)
        )
    )
    households = {("in", row.member): str(row.household) for row in rows}
    tx.learn(table, households, [("in", member) for member in members])
    holds = tables.households.c.wallet
    wallets = tx.rows(
        select(holds).where(tables.households.c.tenant == tx.tenant, holds.in_(members))
    )
    inside = {row.member for row in rows} | {row.wallet for row in wallets}
    tx.learn(table, {}, [("together", member) for member in members if member not in inside])


def _members(tx: Transaction, wanted: str) -> dict[MemberId, Membership]:
    table = tables.household_members
    found = tx.rows(
        select(table)
        .where(table.c.tenant == tx.tenant, table.c.household == wanted)
        .order_by(table.c.joined_at, table.c.member)
    )
    return {
        MemberId(row.member): Membership(role=Role(row.role), per_day=row.per_day) for row in found
    }


def add_household(tx: Transaction, new: HouseholdRow) -> None:
    """Write a household down, with nobody in it."""
    tx.run(
        insert(tables.households).values(
            tenant=tx.tenant,
            id=new.id,
            program=new.household.program,
            wallet=new.household.wallet,
            one_welcome=int(new.household.one_welcome),
            content=new.content,
            created_at=tx.now,
        )
    )


def save_membership(
    tx: Transaction, household_id: str, member: MemberId, membership: Membership | None
) -> None:
    """The member is in it, on these terms; None: they left."""
    table = tables.household_members
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.member == member))
    if membership is None:
        return
    tx.run(
        insert(table).values(
            tenant=tx.tenant,
            member=member,
            household=household_id,
            role=membership.role.value,
            per_day=membership.per_day,
            joined_at=tx.now,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """Somebody joined or left, under an id that makes a retry harmless."""

    id: str
    household: str
    member: MemberId
    content: str


def step(tx: Transaction, wanted: str) -> StepRow | None:
    """The step of that id."""
    table = tables.household_steps
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    if row is None:
        return None
    return StepRow(
        id=row.id, household=row.household, member=MemberId(row.member), content=row.content
    )


def add_step(tx: Transaction, taken: StepRow) -> None:
    """Write a step down."""
    tx.run(
        insert(tables.household_steps).values(
            tenant=tx.tenant,
            id=taken.id,
            household=taken.household,
            member=taken.member,
            content=taken.content,
            at=tx.now,
        )
    )

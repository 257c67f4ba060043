"""One member's page: what they have and why, their cards and vouchers, who they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from fastapi.responses import Response

from backend.api.callers import looking_at
from backend.api.pages import Paging
from backend.api.pages import page as one_page
from backend.backoffice.handed_out import PURPOSES
from backend.backoffice.office import OfficePage, show
from backend.backoffice.reading import (
    Standing,
    known_programs,
    names_apart,
    names_of_staff,
    natures_of,
    paging,
    price_codes,
    standing,
)
from backend.db import Transaction, adjustments, members, merges, shops
from backend.db import accounts as kept_accounts
from backend.rights import Right
from backend.services import clock
from backend.services.people import cards, households, link_desk, own_account, records
from backend.services.points import accounts
from backend.services.points.accounts import Seen
from backend.services.points.adjustments import told as adjustment_told
from backend.services.points.belonging import holder
from backend.services.points.explanations import nature_in_words
from backend.web.forms import Form
from backend.web.page import Page
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.accounts import LotState, PointsMovement
from backend_client.schemas.changes import BlockReason
from backend_client.schemas.desk import AdjustmentAnswer, AdjustmentState
from backend_client.schemas.members import MemberRecord
from loyalty.ids import MemberId, ProgramId
from loyalty.ledger import EntryKind
from loyalty.program import Assurance, Role, ValueDate

PATH = "/office/members"
LATEST = 5
ASKED_MAX = 20
LOTS_AT_ONCE = 100
REASONS = {
    BlockReason.LOST: later("Lost or stolen"),
    BlockReason.STAFF: later("Blocked by the shop"),
    BlockReason.REPLACED: later("Replaced by another card"),
    BlockReason.REMOVED: later("Removed by the customer"),
    BlockReason.FROZEN: later("Frozen: it was seen in two shops at once"),
}
TRUST = {
    Assurance.UID: later("Number only"),
    Assurance.UID_AND_CODE: later("Number and code"),
    Assurance.CHIP: later("Chip that proves itself"),
}
ROLES = {Role.SPENDS: later("Earns and spends"), Role.EARNS_ONLY: later("Earns only")}
VOUCHER_STATES = {
    "reserved": later("Being printed"),
    "issued": later("Usable"),
    "redeemed": later("Redeemed"),
    "voided": later("Taken back"),
}
LOT_STATES = {
    LotState.ACTIVE: later("Active"),
    LotState.PENDING: later("Pending"),
    LotState.SPENT: later("Used up"),
    LotState.EXPIRED: later("Expired"),
}
MOVED = {
    "earned": (EntryKind.EARN, EntryKind.WELCOME),
    "used": (EntryKind.REDEEM,),
    "lost": (EntryKind.EXPIRY, EntryKind.FORFEIT),
    "by-hand": (EntryKind.ADJUSTMENT,),
}
"""What a reader may want to see alone, by its name in the address."""

routes = page_routes(PATH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member as every tab of their page shows them."""

    record: MemberRecord
    here: Standing
    of: Seen
    programs: Mapping[str, str]
    """The names of the programs that stores work with, by id, where there are several."""
    merge: str | None
    """The merge that took this record in."""

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.record.first_name} {self.record.last_name}".strip()


def person_of(tx: Transaction, page: Page, member: str, program: str = "") -> Person:
    """The member, with the account that their points are in. Raises Refused.

    In the program that is asked for, else in the reader's own or in one where they have points.
    """
    found = records.record(tx, MemberId(member))
    programs = known_programs(tx, page, (store.program for store in shops.stores(tx)))
    wanted = program or page.request.query_params.get("program", "")
    here = standing(tx, page, wanted if wanted in programs else _usual(tx, page, found, programs))
    of = Seen(
        person=MemberId(member),
        account=holder(tx, MemberId(member), here.program.id),
        program=here.program,
        zone=here.stores[0].zone,
        words=here.words,
    )
    merged = merges.of_absorbed(tx, MemberId(member)) if found.merged_into else None
    names = names_apart(programs) if len(programs) > 1 else {}
    return Person(
        record=found, here=here, of=of, programs=names, merge=merged.id if merged else None
    )


def _usual(
    tx: Transaction, page: Page, found: MemberRecord, programs: Mapping[str, Standing]
) -> str:
    """The program to begin with: the reader's own, unless only another has an account."""
    own = standing(tx, page).program.id
    theirs = [each for each in programs if _has_account(tx, found.id, each)]
    return own if own in theirs or not theirs else theirs[0]


def _has_account(tx: Transaction, member: str, program: str) -> bool:
    """Whether they have an account in that program, of their own or a household's."""
    place = holder(tx, MemberId(member), ProgramId(program))
    return kept_accounts.account(tx, place, ProgramId(program)) is not None


def tab(page: Page, name: str, person: Person, **values: object) -> Response:
    """A tab of the page of that person."""
    status = values.pop("status", 200)
    assert isinstance(status, int)
    return show(page, f"members/{name}.html", status=status, person=person, tab=name, **values)


@routes.get("/{member}")
def account(page: OfficePage, member: str) -> Response:
    """What they have, how far the next gift is, what moved lately."""
    return overview(page, member, None)


def overview(page: Page, member: str, form: Form | None, status: int = 200) -> Response:
    """The first tab; `form` holds points by hand that were refused."""
    with looking_at(page.database, page.caller, "member.view", member) as tx:
        person = person_of(tx, page, member, form.text("program") if form else "")
        names = names_of_staff(tx)
        summary = accounts.summary(tx, person.of)
        latest = accounts.movements(tx, person.of, kinds=frozenset(), after=None, limit=LATEST)
        comments = _comments(tx, latest)
        waiting = [
            each
            for each in _asked_for(tx, person.record.id)
            if each.state is not AdjustmentState.BOOKED
        ]
    rules = person.here.program.adjustments
    return tab(
        page,
        "account",
        person,
        status=status,
        summary=summary,
        latest=latest,
        comments=comments,
        names=names,
        waiting=waiting,
        natures=natures_of(person.here),
        nature=lambda each: nature_in_words(each, person.here.words),
        limit=rules.alone,
        dated=rules.value_date is ValueDate.WITH_RIGHT and page.may(Right.APPROVE),
        form=form,
        new=form.text("id") if form else str(uuid4()),
    )


def _asked_for(tx: Transaction, member: str) -> list[AdjustmentAnswer]:
    found = adjustments.adjustments(tx, MemberId(member), None, ASKED_MAX)
    return [adjustment_told(tx, each) for each in found]


@routes.get("/{member}/points")
def points(page: OfficePage, member: str) -> Response:
    """Every lot with what is left of it, every movement with its ticket and its reasons."""
    asked = page.request.query_params
    state = asked.get("state", "")
    place = paging(page)
    with looking_at(page.database, page.caller, "account.movements", member) as tx:
        person = person_of(tx, page, member)
        names = names_of_staff(tx)
        lots = accounts.lots_of(
            tx,
            person.of,
            state=LotState(state) if state in set(LotState) else None,
            after=None,
            limit=LOTS_AT_ONCE,
        )
        told, following = _movements(tx, person.of, asked.get("kind", ""), place)
        comments = _comments(tx, told)
    return tab(
        page,
        "points",
        person,
        lots=[lot for _, lot in lots],
        movements=told,
        comments=comments,
        last=lambda deadline: clock.last_moment(deadline, page.zone),
        following=following,
        names=names,
        LOT_STATES=LOT_STATES,
        kind=asked.get("kind", ""),
        state=state,
    )


def _comments(tx: Transaction, found: Iterable[PointsMovement]) -> Mapping[str, str]:
    """What staff wrote beside changes by hand (CLI-28): only staff reads it."""
    by_hand = [each.entry for each in found if each.kind is EntryKind.ADJUSTMENT]
    return adjustments.comments(tx, by_hand) if by_hand else {}


def _movements(
    tx: Transaction, of: Seen, kind: str, place: Paging
) -> tuple[tuple[PointsMovement, ...], str | None]:
    after = place.after(int)
    found = accounts.movements(
        tx,
        of,
        kinds=frozenset(MOVED.get(kind, ())),
        after=after[0] if after else None,
        limit=place.limit + 1,
    )
    return one_page(found, place, lambda each: (each.position,))


@routes.get("/{member}/cards")
def card_tab(page: OfficePage, member: str) -> Response:
    """The cards that open the account, and the vouchers that were taken."""
    return cards_of(page, member, None)


def cards_of(page: Page, member: str, form: Form | None, status: int = 200) -> Response:
    """The tab of cards; `form` holds what was refused."""
    with looking_at(page.database, page.caller, "member.vouchers", member) as tx:
        person = person_of(tx, page, member)
        kept = members.member(tx, MemberId(member))
        assert kept is not None
        taken = own_account.my_vouchers(tx, kept, person.here.words).vouchers
        types = cards.types(tx)
    return tab(
        page,
        "cards",
        person,
        status=status,
        vouchers=taken,
        types=types,
        type_names={each.id: each.name for each in types},
        REASONS=REASONS,
        TRUST=TRUST,
        VOUCHER_STATES=VOUCHER_STATES,
        form=form,
    )


@routes.get("/{member}/household")
def household_tab(page: OfficePage, member: str) -> Response:
    """Who shares the wallet, and what each may do with it; the tier, and what keeps it."""
    return household_of(page, member, None)


def household_of(page: Page, member: str, form: Form | None, status: int = 200) -> Response:
    """The tab of household and tier; `form` holds what was refused."""
    with looking_at(page.database, page.caller, "member.view", member) as tx:
        person = person_of(tx, page, member)
        wanted = person.record.household
        found = households.read(tx, wanted) if wanted else None
        people = names_of(tx, [each.member for each in found.members] if found else ())
        summary = accounts.summary(tx, person.of)
    return tab(
        page,
        "household",
        person,
        status=status,
        household=found,
        people=people,
        summary=summary,
        rules=person.here.program.households,
        tiers=person.here.program.tiers,
        ROLES=ROLES,
        form=form,
        new=str(uuid4()),
    )


def names_of(tx: Transaction, wanted: list[str] | tuple[str, ...]) -> Mapping[str, str]:
    """The names of some members, by id."""
    members.expect(tx, [MemberId(each) for each in wanted], ())
    found = {each: members.member(tx, MemberId(each)) for each in wanted}
    return {
        each: f"{known.first_name} {known.last_name}".strip()
        for each, known in found.items()
        if known is not None
    }


@routes.get("/{member}/record")
def record_tab(page: OfficePage, member: str) -> Response:
    """Who they are, the note for the staff, what they agree to."""
    return record_of(page, member, None)


def record_of(page: Page, member: str, form: Form | None, status: int = 200) -> Response:
    """The tab of the record; `form` holds what was refused."""
    with looking_at(page.database, page.caller, "consents.view", member) as tx:
        person = person_of(tx, page, member)
        agreed = records.consents(tx, MemberId(member))
        codes = price_codes(tx, standing(tx, page).program)
    return tab(
        page,
        "record",
        person,
        status=status,
        record=person.record,
        agreed=agreed,
        price_codes=codes,
        form=form,
        new=str(uuid4()),
    )


@routes.get("/{member}/data")
def data_tab(page: OfficePage, member: str) -> Response:
    """Two records of one person, their data to take home, and being forgotten."""
    return data_of(page, member)


def data_of(page: Page, member: str, form: Form | None = None, status: int = 200) -> Response:
    """The tab of their data; `form` holds what was refused."""
    with looking_at(page.database, page.caller, "member.view", member) as tx:
        person = person_of(tx, page, member)
        absorbed = members.absorbed_by(tx, MemberId(member))
        merged = [(each, merges.of_absorbed(tx, each)) for each in absorbed]
        people = names_of(tx, (*person.record.alike, *absorbed, person.record.merged_into or ""))
        handed = link_desk.of_member(tx, member).links
        names = {store.id: store.name for store in shops.stores(tx)}
    return tab(
        page,
        "data",
        person,
        handed=handed,
        names=names,
        PURPOSES=PURPOSES,
        status=status,
        merged=[(each, row.id) for each, row in merged if row is not None],
        people=people,
        form=form,
        new=str(uuid4()),
    )

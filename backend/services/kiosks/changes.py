"""What a terminal should hear: every thing that changed, as it stands now."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.db import (
    Transaction,
    accounts,
    cards,
    feed,
    gifts,
    households,
    journals,
    links,
    programs,
    shops,
    staff,
    stock,
    vouchers,
)
from backend.db.access import Terminal
from backend.db.feed import Change as Place
from backend.db.shops import Store
from backend.errors import Refused
from backend.rights import RIGHTS_OF
from backend.services.people.members import numbered
from backend_client.schemas.changes import (
    AccountChanged,
    CampaignChanged,
    Change,
    ChangesPage,
    GiftChanged,
    LinkUsed,
    MemberErased,
    ProgramChanged,
    ProgramWithdrawn,
    StaffChanged,
    StockChanged,
    StoreChanged,
    VoucherChanged,
)
from backend_client.schemas.ledger import VoucherBody
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.terminals import StoreBody
from backend_client.seals import snapshot_key, with_seal
from loyalty.ids import MemberId, ProgramId, StoreId

PAGE = 200
"""Changes in one answer."""
ENTRIES_OF_AN_ACCOUNT = 20
"""The latest entries that come with an account; terminals know them by id."""

_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in a feed; `feed` names the history it belongs to."""

    feed: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.feed}-{self.sequence}"


def changes_after(tx: Transaction, terminal: Terminal, cursor: str) -> ChangesPage:
    """The next changes after `cursor`; an empty one gives everything. Raises Refused.

    A cursor of another history (the database was restored from a backup) starts over: hearing a
    thing twice is harmless.
    """
    start = _start(tx, cursor)
    places = feed.after(tx, start.sequence, PAGE + 1)
    told = places[:PAGE]
    found = _current(tx, terminal, told)
    end = Cursor(feed=start.feed, sequence=told[-1].sequence if told else start.sequence)
    return ChangesPage(
        changes=tuple(found[place] for place in told if place in found),
        cursor=str(end),
        more=len(places) > PAGE,
    )


def _start(tx: Transaction, text: str) -> Cursor:
    name, last = feed.head(tx)
    if not text:
        return Cursor(feed=name, sequence=0)
    of, separator, number = text.partition("-")
    if not separator or not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        raise Refused(
            ProblemName.INVALID,
            "cursor: give back the cursor of the last page, or none",
            errors=[{"field": "cursor", "message": "not a cursor of ours"}],
        )
    sequence = int(number)
    return Cursor(feed=name, sequence=sequence if of == name and sequence <= last else 0)


def _current(
    tx: Transaction, terminal: Terminal, places: Iterable[Place]
) -> Mapping[Place, Change]:
    by_kind: dict[str, dict[str, Place]] = {}
    for place in places:
        by_kind.setdefault(place.kind, {})[place.key] = place
    found: dict[Place, Change] = {}
    for kind, read in _READ.items():
        wanted = by_kind.get(kind, {})
        found |= {wanted[key]: change for key, change in read(tx, terminal, list(wanted)).items()}
    return found


def _stores(tx: Transaction, terminal: Terminal, keys: list[str]) -> dict[str, Change]:
    if terminal.store.id not in keys:
        return {}
    store = shops.store(tx, StoreId(terminal.store.id))
    assert store is not None
    body = StoreBody(
        id=store.id,
        name=store.name,
        address=store.address,
        time_zone=store.time_zone,
        program=store.program,
    )
    return {store.id: StoreChanged(store=body)}


def _programs(tx: Transaction, terminal: Terminal, keys: list[str]) -> dict[str, Change]:
    """The version in force under the program's id; those to come under `id@version`."""
    found = {key: _program(tx, terminal.store, key) for key in keys}
    return {key: change for key, change in found.items() if change is not None}


def _program(tx: Transaction, store: Store, key: str) -> Change | None:
    program, at, version = key.partition("@")
    wanted = ProgramId(program)
    document = shops.program_document(tx, wanted, int(version) if at else None)
    if document is not None:
        here = _as_here(store, wanted)
        if here != program:
            document = json.dumps({**json.loads(document), "id": here}, ensure_ascii=False)
        return ProgramChanged(document=document, on=shops.is_on(tx, wanted))
    if not at:
        return None
    return ProgramWithdrawn(program=_as_here(store, wanted), version=int(version))


def _as_here(store: Store, program: ProgramId) -> ProgramId:
    """What a program is called where the terminal stands: in a silo, by the silo's name."""
    return store.program if program == store.published else program


def _campaigns(tx: Transaction, terminal: Terminal, keys: list[str]) -> dict[str, Change]:
    wanted = [(program, campaign) for program, _, campaign in (key.partition("/") for key in keys)]
    said = {
        programs.message_key(each.program, each.campaign): each
        for each in programs.some_messages(tx, wanted)
    }
    found: dict[str, Change] = {}
    for program, campaign in wanted:
        key = programs.message_key(program, campaign)
        told = said.get(key)
        found[key] = CampaignChanged(
            program=_as_here(terminal.store, ProgramId(program)),
            campaign=campaign,
            message=told.message if told else {},
            picture=told.picture if told else None,
        )
    return found


def _cards(tx: Transaction, terminal: Terminal, keys: list[str]) -> dict[str, Change]:
    """Each card with the account that it opens: a household's wallet, for who is in one."""
    found = cards.cards(tx, keys) if keys else ()
    holders = households.holders(tx, [card.member for card in found], terminal.store.program)
    return {card.key: card.changed(holders.get(card.member, card.member)) for card in found}


def _links(tx: Transaction, terminal: Terminal, keys: list[str]) -> dict[str, Change]:
    """What was done with the links that this terminal showed."""
    found = links.used(tx, keys, terminal.id) if keys else ()
    return {link.id: LinkUsed(link=link.id, member=str(link.member)) for link in found}


def _erased(_: Transaction, __: Terminal, keys: list[str]) -> dict[str, Change]:
    return {key: MemberErased(member=key) for key in keys}


def _accounts(tx: Transaction, _: Terminal, keys: list[str]) -> dict[str, Change]:
    return dict(account_changes(tx, keys))


def account_changes(tx: Transaction, keys: list[str]) -> dict[str, AccountChanged]:
    """Those accounts (`member/program`) as they stand, with the entries that led there."""
    wanted = [_account_key(each) for each in keys]
    key = snapshot_key(tx.keys.cards)
    entries = journals.latest(tx, wanted, ENTRIES_OF_AN_ACCOUNT)
    return {
        f"{row.member}/{row.program}": AccountChanged(
            account=with_seal(key, row.snapshot),
            entries=tuple(numbered(each) for each in entries[row.member, row.program]),
        )
        for row in accounts.accounts(tx, wanted)
    }


def _account_key(key: str) -> tuple[MemberId, ProgramId]:
    member, _, program = key.partition("/")
    return MemberId(member), ProgramId(program)


def _vouchers(tx: Transaction, _: Terminal, keys: list[str]) -> dict[str, Change]:
    return {
        row.voucher.redemption: VoucherChanged(voucher=VoucherBody.of(row.voucher))
        for row in (vouchers.vouchers(tx, keys) if keys else ())
    }


def _gifts(tx: Transaction, terminal: Terminal, keys: list[str]) -> dict[str, Change]:
    told: dict[str, Change] = {}
    for gift in gifts.some_gifts(tx, keys) if keys else ():
        of = None if gift.program is None else _as_here(terminal.store, ProgramId(gift.program))
        told[gift.id] = GiftChanged(gift=gift.model_copy(update={"program": of}))
    return told


def _stock(tx: Transaction, terminal: Terminal, keys: list[str]) -> dict[str, Change]:
    """What the terminal's own store has; the other stores' kiosks hear of theirs."""
    here = terminal.store.id
    wanted = [key.removesuffix(f"/{here}") for key in keys if key.endswith(f"/{here}")]
    found = stock.free(tx, wanted, here) if wanted else {}
    return {
        stock.key(gift, here): StockChanged(gift=gift, free=free) for gift, free in found.items()
    }


def _people(tx: Transaction, terminal: Terminal, keys: list[str]) -> dict[str, Change]:
    """Who works in the terminal's store, as far as it must know to check a PIN by itself."""
    found: dict[str, Change] = {}
    for key in keys:
        person = staff.person(tx, key)
        if person is None:
            continue
        elsewhere = person.store is not None and person.store.id != terminal.store.id
        gone = elsewhere or person.disabled_at is not None
        found[key] = StaffChanged(
            staff=person.id,
            initial="" if gone else person.name[:1],
            rights=() if gone else tuple(sorted(RIGHTS_OF[person.role])),
            pin=None if gone else person.pin,
            member=None if gone else person.member,
        )
    return found


_READ = {
    "link": _links,
    "erased": _erased,
    "store": _stores,
    "program": _programs,
    "card": _cards,
    "account": _accounts,
    "voucher": _vouchers,
    "gift": _gifts,
    "stock": _stock,
    "campaign": _campaigns,
    "staff": _people,
}

"""Links to join, on a receipt or a kiosk's screen; and to fetch one's own data (LSX-25, LSX-26)."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from backend.db import Transaction, feed, links, members, shops
from backend.db.links import LinkRow
from backend.db.members import Member
from backend.db.shops import Store
from backend.errors import Refused
from backend.services.kiosks import welcome
from backend.services.people import cards as card_desk
from backend.services.people import records
from backend.services.points.ledger import locked_account
from backend_client.schemas.cards import CardLink
from backend_client.schemas.kiosks import JoinAnswer, JoinBody, JoinForm, LinkAnswer, NewLink
from backend_client.schemas.members import MemberDetails
from backend_client.schemas.problems import ProblemName
from loyalty import earning
from loyalty.earning import deadline
from loyalty.ids import MemberId, TenantId, TerminalId, derived_entry
from loyalty.program import Program

PREFIX = "lkl_"
DATA_HOURS = 24
"""How long somebody may fetch their data by the link that a kiosk showed."""
GLASS_MINUTES = 60
"""How long a link to the account is good that stood on a kiosk's glass, for all to see."""
_PATHS = {"invite": "join", "handoff": "join", "data": "my-data", "account": "account"}


def hand_out(
    tx: Transaction,
    body: NewLink,
    purpose: str,
    store: Store,
    base_url: str,
    *,
    terminal: TerminalId | None = None,
) -> LinkAnswer:
    """The link, the same for the same id. Raises Refused."""
    content = tx.keys.content(f"{purpose}:{store.id}:{body.model_dump_json()}".encode())
    known = links.link(tx, body.id)
    if known is not None and known.content != content:
        raise Refused(ProblemName.ID_REUSED, "another link was made under this id")
    if known is None:
        known = _made(tx, body, purpose, store, terminal, content)
        links.add(tx, known)
    token = _token(tx, body.id)
    return LinkAnswer.model_validate(
        {
            "id": body.id,
            "url": f"{base_url.rstrip('/')}/{_PATHS[purpose]}/{token}",
            "purpose": purpose,
            "expires_at": known.expires_at,
        }
    )


def _made(
    tx: Transaction,
    body: NewLink,
    purpose: str,
    store: Store,
    terminal: TerminalId | None,
    content: str,
) -> LinkRow:
    if body.member is not None:
        records.existing(tx, MemberId(body.member))
    return LinkRow(
        id=body.id,
        token_hash=_hash(_token(tx, body.id)),
        purpose=purpose,
        store=store.id,
        program=store.program,
        terminal=terminal,
        card=body.card,
        member=None if body.member is None else MemberId(body.member),
        content=content,
        handed_out_at=tx.now,
        expires_at=_ends(tx, purpose, store, terminal),
    )


def _ends(tx: Transaction, purpose: str, store: Store, terminal: TerminalId | None) -> datetime:
    """After the seventh day, on the store's clock: that day it opens, the eighth it does not."""
    if purpose == "data":
        return tx.now + timedelta(hours=DATA_HOURS)
    if purpose == "account" and terminal is not None:
        return tx.now + timedelta(minutes=GLASS_MINUTES)
    until = deadline(tx.now, _program(tx, store).invitations.valid, store.zone)
    assert until is not None
    return until


def _token(tx: Transaction, link_id: str) -> str:
    return f"{PREFIX}{tx.tenant}_{tx.keys.link(link_id)}"


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def tenant_of(token: str) -> TenantId:
    """Whose link it says it is. Raises Refused for what has not the form of one."""
    tenant, separator, _ = token.removeprefix(PREFIX).partition("_")
    if not token.startswith(PREFIX) or not separator:
        raise _dead()
    return TenantId(tenant)


def opened(tx: Transaction, token: str, *purposes: str) -> LinkRow:
    """The link, when it is good. Raises Refused: unknown and too old are told alike."""
    row = links.by_token(tx, _hash(token))
    if row is None or row.purpose not in purposes or row.expires_at <= tx.now:
        raise _dead()
    return row


def form(tx: Transaction, token: str) -> JoinForm:
    """What the form shows. Raises Refused."""
    row = opened(tx, token, "invite", "handoff")
    store = _store(tx, row)
    program = _program(tx, store)
    due = earning.welcome(program, MemberId(row.id), store.id, now=tx.now, zone=store.zone)
    return JoinForm(
        shop=store.name,
        program=dict(program.name),
        welcome=due.points if due else 0,
        expires_at=row.expires_at,
        used=row.used_at is not None,
    )


def join(tx: Transaction, token: str, body: JoinBody) -> JoinAnswer:
    """The person is a member, with the card that the kiosk holds; the same again is once.

    Raises Refused, EmailRefused, NameRefused.
    """
    row = opened(tx, token, "invite", "handoff")
    answer = tx.keys.content(body.model_dump_json().encode())
    if row.used_at is not None:
        if row.answer != answer or row.member is None:
            raise Refused(ProblemName.LINK_USED, "ask for another link")
        return _joined(tx, records.existing(tx, row.member), row)
    store = _store(tx, row)
    person = _person(tx, row, body, store)
    members.save_consents(tx, row.id, person.id, body.consents, tx.now)
    if row.card is not None:
        card_desk.link(tx, person.id, CardLink(card=row.card), store)
    locked_account(tx, person.id, store.program)
    welcome.give(tx, person, _program(tx, store), store)
    links.use(tx, row.id, person.id, answer)
    feed.tell(tx, "link", row.id)
    return _joined(tx, person, replace(row, member=person.id))


def _person(tx: Transaction, row: LinkRow, body: JoinBody, store: Store) -> Member:
    """Whoever the link was for, with what they filled in; else somebody new."""
    said = MemberDetails(
        **{name: getattr(body, name) for name in body.model_fields_set - {"consents"}}
    )
    if row.member is not None:
        known = records.existing(tx, row.member)
        changed = records.with_details(tx, known, said, said.model_fields_set)
        person = replace(
            changed, version=known.version + 1, enrolled_at=known.enrolled_at or tx.now
        )
    else:
        wanted = MemberId(derived_entry("joined-by", row.id))
        members.expect_member(tx, wanted)
        person = records.newcomer(tx, wanted, said, store, body.language)
    members.save_member(tx, person)
    return person


def _joined(tx: Transaction, person: Member, row: LinkRow) -> JoinAnswer:
    return JoinAnswer(
        first_name=person.first_name,
        welcome=welcome.given(tx, person.id, row.program),
        has_card=row.card is not None,
    )


def _store(tx: Transaction, row: LinkRow) -> Store:
    store = shops.store(tx, row.store)
    assert store is not None
    return store


def _program(tx: Transaction, store: Store) -> Program:
    program = shops.program(tx, store.program)
    assert program is not None
    return program


def _dead() -> Refused:
    return Refused(ProblemName.LINK, "the link is unknown or too old: ask for another")

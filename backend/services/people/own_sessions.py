"""Members signed in on their own phones: by a code from their mail, or by a link to their account.

A session opens one member's account and nothing else. It lasts a month after its last use, three
at the most; a browser holds it in a cookie that scripts cannot read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from backend.db import Database, Transaction, feed, links, member_sessions, members
from backend.db.member_sessions import MemberSession
from backend.db.members import Member
from backend.errors import Refused
from backend.services.people import codes
from backend.services.people import links as link_desk
from backend.services.people.directory import kept
from backend.services.people.records import existing
from backend.services.team.access import Token, new_token, read_token
from backend.services.team.sessions import csrf_of
from backend_client.schemas.kiosks import CodeAsked, JoinAnswer, JoinBody
from backend_client.schemas.me import MyCodeRequest, MySignIn
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId, TenantId

PREFIX = "lkm_"
PURPOSE = "account"
"""Of codes and of links: a code for a lost card opens no account, nor the other way round."""
IDLE = timedelta(days=30)
ABSOLUTE = timedelta(days=90)
SESSIONS_MAX = 20
"""Of one member; who opens another ends their oldest."""
_SEEN_EVERY = timedelta(hours=1)
"""How exactly the last use is known: not every look is worth a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedByMember:
    """A session and the secret that opens it, which is shown once."""

    session: MemberSession
    token: Token

    @property
    def csrf(self) -> str:
        """What unsafe requests of a browser's session carry."""
        return csrf_of(self.token.text) if self.session.kind == "cookie" else ""


def ask_code(tx: Transaction, body: MyCodeRequest) -> CodeAsked:
    """The same answer for everybody; a code is on its way if the address is a member's.

    Raises Refused for too many, and EmailRefused or Refused for what is no address.
    """
    return codes.ask(tx, body, PURPOSE, None)


def sign_in(database: Database, tenant: TenantId | None, body: MySignIn) -> OpenedByMember:
    """The session of whoever has the code of that company, or the link. Raises Refused."""
    if body.link is not None:
        return database.run(link_desk.tenant_of(body.link), by_link, body.link, body.keep)
    assert tenant is not None, "a link names its company, a code does not"
    # The wrong try is written down before it is refused.
    typed, opened = database.run(tenant, _by_code, body)
    typed.passed()
    assert opened is not None, "a code that passed opens a session"
    return opened


def by_link(tx: Transaction, token: str, kind: str) -> OpenedByMember:
    """The session of whom the link is for, once. Raises Refused."""
    row = link_desk.opened(tx, token, PURPOSE)
    if row.used_at is not None or row.member is None:
        raise Refused(ProblemName.LINK_USED, "ask for a code, or for another link")
    person = _person(tx, row.member)
    links.use(tx, row.id, row.member, "")
    # The kiosk that shows it as a QR code can stop doing so.
    feed.tell(tx, "link", row.id)
    return open_session(tx, person, kind)


def _by_code(tx: Transaction, body: MySignIn) -> tuple[codes.Typed, OpenedByMember | None]:
    assert body.code is not None
    assert body.digits is not None
    typed = codes.check(tx, body.code, body.digits, PURPOSE, None)
    if typed.member is None:
        return typed, None
    codes.used(tx, body.code)
    return typed, open_session(tx, _person(tx, typed.member), body.keep)


def join(tx: Transaction, token: str, body: JoinBody) -> tuple[JoinAnswer, OpenedByMember | None]:
    """Who joined by the link, signed in where they did so; not again when it is sent again.

    Raises what `links.join` raises.
    """
    used = link_desk.form(tx, token).used
    answer = link_desk.join(tx, token, body)
    row = link_desk.opened(tx, token, "invite", "handoff")
    if used or row.member is None:
        return answer, None
    return answer, open_session(tx, _person(tx, row.member), "cookie")


def open_session(tx: Transaction, person: Member, kind: str) -> OpenedByMember:
    """A new session, for a browser (`cookie`) or an app (`token`)."""
    token = new_token(PREFIX, tx.tenant)
    session = MemberSession(
        id=str(uuid4()),
        member=person.id,
        kind=kind,
        created_at=tx.now,
        seen_at=tx.now,
        ends_at=tx.now + IDLE,
    )
    member_sessions.open_session(tx, session, token_hash=token.hash, most=SESSIONS_MAX)
    return OpenedByMember(session=session, token=token)


def session_of(database: Database, text: str) -> tuple[Token, MemberSession, Member] | None:
    """Whose session the token opens; None when it is unknown, has ended, or they were erased."""
    token = read_token(text, PREFIX)
    if token is None:
        return None
    with database.read(token.tenant) as tx:
        session = member_sessions.session(tx, token.hash)
        if session is None or session.ends_at <= tx.now:
            return None
        person = _of(tx, session.member)
        stale = tx.now - session.seen_at > _SEEN_EVERY
    if person is None:
        return None
    if stale:
        database.run(token.tenant, _seen, session)
    return token, session, person


def person_of(tx: Transaction, session: MemberSession) -> Member:
    """Whose session it is. Raises Refused for who was erased."""
    return _person(tx, session.member)


def sign_out(tx: Transaction, session: MemberSession) -> None:
    """End a session."""
    member_sessions.close_session(tx, session.id)


def sign_out_everywhere(tx: Transaction, member: MemberId) -> None:
    """End every session of a member, and of the records that became theirs."""
    for each in (member, *members.absorbed_by(tx, member)):
        member_sessions.close_sessions(tx, each)


def _seen(tx: Transaction, session: MemberSession) -> None:
    member_sessions.seen(tx, session.id, ends_at=_ends(session.created_at, tx.now))


def _ends(opened_at: datetime, now: datetime) -> datetime:
    return min(opened_at + ABSOLUTE, now + IDLE)


def _person(tx: Transaction, wanted: MemberId) -> Member:
    person = _of(tx, wanted)
    return existing(tx, wanted) if person is None else person


def _of(tx: Transaction, wanted: MemberId) -> Member | None:
    """The person of that record, or of the one that took it in; None for who was erased."""
    found = members.member(tx, wanted)
    person = found and members.member(tx, kept(found))
    return None if person is None or person.wallet or person.erased_at is not None else person

"""Staff: who may do what, how they get in, and what shuts them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from backend import passwords
from backend.db import Database, Transaction, feed, members, shops, staff
from backend.db.staff import Person, Session
from backend.errors import Refused, phrase
from backend.rights import Role
from backend.services.team import audit
from backend.services.team.access import Token, read_token
from backend.services.team.access import new_token as token_for
from backend.services.team.sessions import Opened, open_session, open_token
from backend.throttle import Throttle
from backend_client.schemas.problems import ProblemName
from backend_client.signing import pin_digest
from loyalty import members as people
from loyalty.ids import MemberId, StoreId, TenantId

LINK_PREFIX = "lkl_"
LINK_DAYS = 7
"""How long an invitation is good for."""
RESET_MINUTES = 60
"""How long a link to choose another password is good for."""
FAILURES_MAX = 5
LOCKED = timedelta(minutes=15)
"""After `FAILURES_MAX` wrong passwords in a row: 480 tries a day are no way to find one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody to write down."""

    id: str = ""
    """Made by the client; empty for one of ours."""
    name: str
    email: str
    role: Role
    store: StoreId | None = None
    member: MemberId | None = None


def add_person(tx: Transaction, new: NewPerson, *, actor: str, password: str = "") -> Person:
    """Write somebody down. Raises Refused or EmailRefused."""
    address = people.email(new.email)
    key = tx.keys.contact(address)
    if new.id and (known := staff.person(tx, new.id)) is not None:
        return _same(known, new, address)
    if staff.by_email(tx, key) is not None:
        raise Refused(ProblemName.ID_REUSED, "somebody of the staff has this address already")
    store = None if new.store is None else shops.store(tx, new.store)
    if new.store is not None and store is None:
        raise Refused(ProblemName.NOT_FOUND, "no such store")
    _refuse_unknown_member(tx, new.member)
    person = Person(
        id=new.id or str(uuid4()),
        name=new.name,
        email=address,
        role=new.role,
        store=store,
        member=new.member,
        password=passwords.hashed(_good(password)) if password else None,
        pin=None,
        failures=0,
        locked_until=None,
        created_at=tx.now,
        disabled_at=None,
    )
    staff.add(tx, person, email_key=key)
    audit.note(tx, actor, "staff.add", person.id, role=new.role.value)
    return person


def _same(known: Person, new: NewPerson, address: str) -> Person:
    """Asked again: the same person, or other content under the same id. Raises Refused."""
    store = known.store.id if known.store else None
    kept = (known.name, known.email, known.role, store, known.member)
    if kept != (new.name, address, new.role, new.store, new.member):
        raise Refused(ProblemName.ID_REUSED, "somebody else has this id")
    return known


def change_person(
    tx: Transaction, wanted: str, changes: Mapping[str, object], *, actor: str
) -> Person:
    """Change role, store, linked member or name; shut out or let in again. Raises Refused.

    Whoever loses rights loses their sessions too.
    """
    person = get(tx, wanted)
    values = dict(changes)
    if values.get("store") is not None and shops.store(tx, StoreId(str(values["store"]))) is None:
        raise Refused(ProblemName.NOT_FOUND, "no such store")
    if values.get("member") is not None:
        _refuse_unknown_member(tx, MemberId(str(values["member"])))
    active = values.pop("active", None)
    if active is not None:
        values["disabled_at"] = None if active else person.disabled_at or tx.now
    staff.change(tx, wanted, **values)
    if staff.owners(tx) == 0:
        raise Refused(ProblemName.LAST_OWNER, "give somebody else the role of an owner first")
    if "role" in values or active is False:
        staff.close_sessions(tx, wanted)
    audit.note(tx, actor, "staff.change", wanted, fields=tuple(sorted(changes)))
    _tell(tx, wanted)
    return get(tx, wanted)


def get(tx: Transaction, wanted: str) -> Person:
    """The person of that id. Raises Refused."""
    person = staff.person(tx, wanted)
    if person is None:
        raise Refused(ProblemName.NOT_FOUND, "nobody of the staff has this id")
    return person


def set_pin(tx: Transaction, wanted: str, pin: str | None, *, actor: str) -> None:
    """The PIN that a kiosk asks for, or none any more; kiosks hear of it."""
    get(tx, wanted)
    kept = None if pin is None else passwords.hashed(pin_digest(tx.keys.cards, pin))
    staff.change(tx, wanted, pin=kept)
    audit.note(tx, actor, "staff.pin", wanted, given=pin is not None)
    _tell(tx, wanted)


def _tell(tx: Transaction, wanted: str) -> None:
    feed.tell(tx, "staff", wanted)


# --- getting in -----------------------------------------------------------------------------------


def sign_in(
    database: Database, tenant: TenantId, email: str, password: str, tries: Throttle
) -> Opened:
    """A new session. Raises Refused, with the same words whatever was wrong, and EmailRefused.

    `tries` counts for addresses that nobody has: they are locked like any other, so that the
    answer does not tell who works here.
    """
    key = database.keyring.tenant(tenant).contact(people.email(email))
    with database.read(tenant) as tx:
        person = staff.by_email(tx, key)
        refuse_locked(tx, person)
    if person is None and (wait := tries.wait(f"{tenant}:{key}", database.clock())):
        raise _locked(wait)
    # Outside any transaction: it takes long on purpose.
    good = passwords.fits(person.password if person else None, password)
    if person is None or person.disabled_at is not None:
        raise _wrong()
    outcome = database.run(tenant, _came, person.id, good=good, password=password)
    if outcome is None:
        raise _wrong()
    return outcome


def refuse_locked(tx: Transaction, person: Person | None) -> None:
    """Raises Refused while too many wrong tries shut somebody out."""
    if person is None or person.locked_until is None or tx.now >= person.locked_until:
        return
    raise _locked(max(1, round((person.locked_until - tx.now).total_seconds())))


def _came(tx: Transaction, wanted: str, *, good: bool, password: str) -> Opened | None:
    person = get(tx, wanted)
    refuse_locked(tx, person)  # others may have tried in the meantime
    if not good:
        count_failure(tx, person)
        return None
    values: dict[str, object] = {"failures": 0, "locked_until": None}
    if person.password is not None and passwords.is_dated(person.password):
        values["password"] = passwords.hashed(password)
    staff.change(tx, wanted, **values)
    audit.note(tx, f"staff:{wanted}", "session.open", wanted)
    return open_session(tx, person)


def count_failure(tx: Transaction, found: Person) -> None:
    """One more wrong password or PIN; too many in a row shut the person out for a while."""
    person = get(tx, found.id)
    failures = person.failures + 1
    locked = failures >= FAILURES_MAX
    staff.change(
        tx,
        person.id,
        failures=0 if locked else failures,
        locked_until=tx.now + LOCKED if locked else None,
    )
    action = "session.lock" if locked else "session.refuse"
    audit.note(tx, audit.SYSTEM, action, person.id)


def new_link(tx: Transaction, wanted: str, *, lives: timedelta) -> str:
    """A one-time token to choose a password with; earlier ones are good for nothing any more."""
    token = token_for(LINK_PREFIX, tx.tenant)
    staff.add_link(tx, wanted, token_hash=token.hash, expires_at=tx.now + lives)
    return token.text


def invite(tx: Transaction, wanted: str, *, actor: str) -> str:
    """An invitation for somebody who was written down. Raises Refused."""
    person = get(tx, wanted)
    link = new_link(tx, person.id, lives=timedelta(days=LINK_DAYS))
    audit.note(tx, actor, "staff.invite", wanted)
    return link


def reset(tx: Transaction, email_key: str) -> str | None:
    """A link for whoever forgot their password; None when nobody has this address."""
    person = staff.by_email(tx, email_key)
    if person is None or person.disabled_at is not None:
        return None
    audit.note(tx, audit.SYSTEM, "staff.reset", person.id)
    return new_link(tx, person.id, lives=timedelta(minutes=RESET_MINUTES))


def choose_password(database: Database, link: str, password: str) -> Opened:
    """The session of whoever followed a link and chose a password. Raises Refused."""
    token = read_token(link, LINK_PREFIX)
    if token is None:
        raise _dead_link()
    kept = passwords.hashed(_good(password))
    return database.run(token.tenant, _chosen, token, kept)


def _chosen(tx: Transaction, token: Token, kept: str) -> Opened:
    wanted = staff.use_link(tx, token.hash)
    person = None if wanted is None else staff.person(tx, wanted)
    if person is None or person.disabled_at is not None:
        raise _dead_link()
    staff.close_sessions(tx, person.id)
    staff.change(tx, person.id, password=kept, failures=0, locked_until=None)
    audit.note(tx, f"staff:{person.id}", "staff.password", person.id)
    return open_session(tx, person)


def change_password(tx: Transaction, wanted: str, kept: str) -> Opened:
    """Another password: every other session ends, and a new one begins."""
    staff.close_sessions(tx, wanted)
    staff.change(tx, wanted, password=kept)
    audit.note(tx, f"staff:{wanted}", "staff.password", wanted)
    return open_session(tx, get(tx, wanted))


def change_own_password(
    database: Database, tenant: TenantId, wanted: str, *, old: str, new: str
) -> Opened:
    """Another password for oneself, who knows the old one. Raises Refused."""
    with database.read(tenant) as tx:
        person = get(tx, wanted)
        refuse_locked(tx, person)
    if not passwords.fits(person.password, old):
        database.run(tenant, count_failure, person)
        raise _wrong()
    return database.run(tenant, change_password, wanted, hashed(new))


def sign_out(tx: Transaction, session: Session) -> None:
    """End one session."""
    staff.close_session(tx, session.staff, session.id)
    audit.note(tx, f"staff:{session.staff}", "session.close", session.staff)


def end_session(tx: Transaction, wanted: str, session: str) -> None:
    """End one session or token of a person. Raises Refused."""
    if not staff.close_session(tx, wanted, session):
        raise Refused(ProblemName.NOT_FOUND, "no session has this id")
    audit.note(tx, f"staff:{wanted}", "session.close", wanted)


def sign_out_everywhere(tx: Transaction, wanted: str, *, actor: str) -> int:
    """End every session and token of a person: how many. Raises Refused."""
    get(tx, wanted)
    ended = staff.close_sessions(tx, wanted)
    audit.note(tx, actor, "session.close-all", wanted, ended=ended)
    return ended


def new_token(tx: Transaction, wanted: str, *, name: str, days: int) -> Opened:
    """A token for a program that works in somebody's name."""
    opened = open_token(tx, get(tx, wanted), name=name, days=days)
    audit.note(tx, f"staff:{wanted}", "token.add", opened.session.id, days=days)
    return opened


def hashed(password: str) -> str:
    """What is kept of a new password. Raises Refused when it is too short."""
    return passwords.hashed(_good(password))


def _good(password: str) -> str:
    if not passwords.PASSWORD_MIN <= len(password) <= passwords.PASSWORD_MAX:
        raise Refused.at(
            "password",
            phrase(
                "{least} to {most} characters",
                least=passwords.PASSWORD_MIN,
                most=passwords.PASSWORD_MAX,
            ),
        )
    return password


def _refuse_unknown_member(tx: Transaction, member: MemberId | None) -> None:
    if member is not None and members.member(tx, member) is None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")


def _wrong() -> Refused:
    return Refused(ProblemName.SIGN_IN, "the address or the password is wrong")


def _locked(seconds: int) -> Refused:
    return Refused(
        ProblemName.LOCKED,
        "too many wrong passwords: wait, or ask for a new link",
        retry_after_s=seconds,
    )


def _dead_link() -> Refused:
    return Refused(ProblemName.LINK, "the link is unknown, used or too old: ask for another")

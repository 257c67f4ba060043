"""Who may call: one-time codes become tokens, tokens become terminals and tills."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from backend.db import Database, Transaction, access
from backend.db.access import Terminal, Till
from backend.errors import Refused
from backend.rights import Right
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.terminals import ClaimAnswer, ClaimRequest, StoreBody
from loyalty import vouchers
from loyalty.ids import StoreId, TenantId, TerminalId

CLAIM_CODE_MINUTES = 15
TERMINAL_PREFIX = "lkt_"
TILL_PREFIX = "lks_"
SCOPES = (Right.MEMBERS, Right.SALES, Right.VOUCHERS, Right.GIFTS)
"""What a till's key is good for unless more is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A secret that its holder shows. Only its hash is kept: 256 random bits need no salt."""

    tenant: TenantId
    text: str

    @property
    def hash(self) -> str:
        """What is kept of it."""
        return _hash(self.text)


def new_token(prefix: str, tenant: TenantId) -> Token:
    """A token that nobody can guess; it names its tenant, so that one place is searched."""
    return Token(tenant=tenant, text=f"{prefix}{tenant}_{secrets.token_urlsafe(32)}")


def read_token(text: str, prefix: str) -> Token | None:
    """The token, when it has the form of one of that kind."""
    tenant, separator, _ = text.removeprefix(prefix).partition("_")
    if not text.startswith(prefix) or not separator:
        return None
    return Token(tenant=TenantId(tenant), text=text)


def terminal_of(database: Database, text: str) -> Terminal | None:
    """The terminal that shows this token; None when it is unknown or revoked."""
    token = read_token(text, TERMINAL_PREFIX)
    if token is None:
        return None
    with database.read(token.tenant) as tx:
        return access.terminal_by_token(tx, token.hash)


def till_of(database: Database, text: str) -> Till | None:
    """The till that shows this key; None when it is unknown or revoked."""
    token = read_token(text, TILL_PREFIX)
    if token is None:
        return None
    with database.read(token.tenant) as tx:
        return access.till_by_key(tx, token.hash)


def add_terminal(tx: Transaction, *, name: str, store: StoreId) -> tuple[TerminalId, str]:
    """A new terminal: its id, and the code to type on it within `CLAIM_CODE_MINUTES`."""
    terminal = TerminalId(str(uuid4()))
    access.add_terminal(tx, terminal, name=name, store=store)
    return terminal, add_claim_code(tx, terminal)[0]


def add_claim_code(tx: Transaction, terminal: TerminalId) -> tuple[str, datetime]:
    """A code to type on a kiosk, once, and until when it is good."""
    code = vouchers.mint(secrets.randbits(64))
    end = tx.now + timedelta(minutes=CLAIM_CODE_MINUTES)
    access.add_claim_code(tx, terminal, code_hash=_hash(code), expires_at=end)
    return vouchers.readable(code), end


def claim_terminal(database: Database, request: ClaimRequest) -> ClaimAnswer:
    """The terminal's token, once for each code. Raises Refused or CodeMistyped."""
    code_hash = _hash(vouchers.parse(request.code))
    with database.across() as connection:
        tenant = access.tenant_of_claim_code(connection, code_hash)
    if tenant is None:
        raise Refused(ProblemName.CLAIM_CODE, "ask for a new code")
    return database.run(tenant, _use_claim_code, code_hash, request.software)


def _use_claim_code(tx: Transaction, code_hash: str, software: str) -> ClaimAnswer:
    wanted = access.use_claim_code(tx, code_hash)
    if wanted is None:
        raise Refused(ProblemName.CLAIM_CODE, "ask for a new code")
    terminal = access.terminal(tx, wanted)
    assert terminal is not None
    if terminal.revoked_at is not None:
        raise Refused(ProblemName.CLAIM_CODE, "the terminal was revoked")
    token = new_token(TERMINAL_PREFIX, tx.tenant)
    access.give_token(tx, wanted, token_hash=token.hash, software=software)
    return ClaimAnswer(
        terminal=terminal.id,
        name=terminal.name,
        token=token.text,
        card_secret=tx.keys.cards.hex(),
        store=StoreBody(
            id=terminal.store.id,
            name=terminal.store.name,
            address=terminal.store.address,
            time_zone=terminal.store.time_zone,
            program=terminal.store.program,
        ),
        program=terminal.store.program,
    )


def revoke(tx: Transaction, wanted: str) -> bool:
    """End a terminal's token or a till's key; False when the company has none of that id."""
    if any(till.id == wanted for till in access.tills(tx)):
        access.revoke_till(tx, wanted)
        return True
    terminal = access.terminal(tx, TerminalId(wanted))
    if terminal is None:
        return False
    access.revoke_terminal(tx, terminal.id)
    return True


def add_till(
    tx: Transaction,
    *,
    name: str,
    store: StoreId,
    scopes: Sequence[str] = SCOPES,
    wanted: str = "",
) -> tuple[str, str]:
    """A new till: its id, and the key it shows, which nobody can read again."""
    till, token = wanted or str(uuid4()), new_token(TILL_PREFIX, tx.tenant)
    access.add_till(tx, till, name=name, store=store, key_hash=token.hash, scopes=list(scopes))
    return till, token.text


def rotate_key(tx: Transaction, till: str) -> str:
    """Another key for a till; the old one opens nothing any more."""
    token = new_token(TILL_PREFIX, tx.tenant)
    access.change_key(tx, till, token.hash)
    return token.text


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()

"""Terminals and tills as whoever runs the shop sees them: added, paused, given new keys, ended."""

from datetime import timedelta

from backend.db import Transaction, access
from backend.db.access import Terminal, Till
from backend.errors import Refused
from backend.services.shop.stores import refuse_closed
from backend.services.team import access as entrance
from backend.services.team import audit
from backend_client.schemas.operations import (
    Heartbeat,
    HeartbeatAnswer,
    NewTerminal,
    NewTill,
    TerminalAdded,
    TerminalAnswer,
    TerminalChange,
    TillAnswer,
    TillKey,
)
from backend_client.schemas.problems import ProblemName
from loyalty.ids import StoreId, TerminalId


def terminals(tx: Transaction) -> tuple[TerminalAnswer, ...]:
    """Every kiosk, by name."""
    return tuple(_told(each) for each in access.terminals(tx))


def add_terminal(tx: Transaction, new: NewTerminal, *, actor: str) -> TerminalAdded:
    """A kiosk and the code to claim it with. Raises Refused."""
    refuse_closed(tx, new.store)
    if access.terminal(tx, TerminalId(new.id)) is not None:
        raise Refused(ProblemName.ID_REUSED, "this kiosk is there already: ask for a new code")
    access.add_terminal(tx, TerminalId(new.id), name=new.name, store=StoreId(new.store))
    audit.note(tx, actor, "terminal.add", new.id, store=new.store)
    return _coded(tx, new.id)


def new_code(tx: Transaction, wanted: str, *, actor: str) -> TerminalAdded:
    """Another code, for a kiosk that was set up anew; its old token ends when it is used. Refused.

    The code works once: whoever claims with it replaces the token.
    """
    found = _terminal(tx, wanted)
    if found.revoked_at is not None:
        raise Refused(ProblemName.NOT_FOUND, "the kiosk was revoked: add another")
    audit.note(tx, actor, "terminal.code", wanted)
    return _coded(tx, wanted)


def change_terminal(
    tx: Transaction, wanted: str, change: TerminalChange, *, actor: str
) -> TerminalAnswer:
    """Rename, pause or go on. Raises Refused."""
    _terminal(tx, wanted)
    if change.name is not None:
        access.rename_terminal(tx, TerminalId(wanted), change.name)
    if change.paused is not None:
        access.pause_terminal(tx, TerminalId(wanted), paused=change.paused)
    fields = tuple(sorted(change.model_dump(exclude_none=True)))
    audit.note(tx, actor, "terminal.change", wanted, fields=fields)
    return _told(_terminal(tx, wanted))


def revoke_terminal(tx: Transaction, wanted: str, *, actor: str) -> None:
    """Its token opens nothing any more. Raises Refused."""
    if _terminal(tx, wanted).revoked_at is None:
        access.revoke_terminal(tx, TerminalId(wanted))
        audit.note(tx, actor, "terminal.revoke", wanted)


def hear(tx: Transaction, terminal: Terminal, beat: Heartbeat) -> HeartbeatAnswer:
    """Write down how a kiosk is."""
    access.save_health(tx, terminal.id, beat.model_dump_json(), software=beat.software)
    return HeartbeatAnswer(
        paused=terminal.paused_at is not None,
        clock_off_s=round((beat.clock - tx.now) / timedelta(seconds=1)),
    )


def refuse_paused(terminal: Terminal) -> None:
    """Raises Refused: a kiosk that is paused is given nothing new, whatever it has to tell."""
    if terminal.paused_at is not None:
        raise Refused(ProblemName.TERMINAL_PAUSED, "somebody paused this kiosk in the back office")


def _coded(tx: Transaction, wanted: str) -> TerminalAdded:
    code, expires_at = entrance.add_claim_code(tx, TerminalId(wanted))
    return TerminalAdded(terminal=wanted, code=code, expires_at=expires_at)


def _terminal(tx: Transaction, wanted: str) -> Terminal:
    found = access.terminal(tx, TerminalId(wanted))
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no kiosk has this id")
    return found


def _told(terminal: Terminal) -> TerminalAnswer:
    return TerminalAnswer(
        id=terminal.id,
        name=terminal.name,
        store=terminal.store.id,
        state="revoked"
        if terminal.revoked_at
        else "paused"
        if terminal.paused_at
        else "claimed"
        if terminal.claimed_at
        else "waiting",
        facts=terminal.sequence,
        software=terminal.software,
        seen_at=terminal.seen_at,
        health=None if terminal.health is None else Heartbeat.model_validate_json(terminal.health),
    )


# --- tills, e-shops -----------------------------------------------------------------------------


def tills(tx: Transaction) -> tuple[TillAnswer, ...]:
    """Every till and e-shop, revoked ones too, by name."""
    return tuple(_told_till(each) for each in access.every_till(tx))


def add_till(tx: Transaction, new: NewTill, *, actor: str) -> TillKey:
    """A till and its key. Raises Refused."""
    refuse_closed(tx, new.store)
    if access.till(tx, new.id) is not None:
        raise Refused(ProblemName.ID_REUSED, "this till is there already: ask for another key")
    key = entrance.add_till(
        tx, name=new.name, store=StoreId(new.store), scopes=tuple(new.scopes), wanted=new.id
    )[1]
    audit.note(tx, actor, "till.add", new.id, store=new.store, scopes=tuple(new.scopes))
    return TillKey(till=new.id, key=key)


def rotate_key(tx: Transaction, wanted: str, *, actor: str) -> TillKey:
    """Another key; the old one ends at once. Raises Refused."""
    if _till(tx, wanted).revoked_at is not None:
        raise Refused(ProblemName.NOT_FOUND, "the till was revoked: add another")
    key = entrance.rotate_key(tx, wanted)
    audit.note(tx, actor, "till.rotate", wanted)
    return TillKey(till=wanted, key=key)


def revoke_till(tx: Transaction, wanted: str, *, actor: str) -> None:
    """Its key opens nothing any more. Raises Refused."""
    if _till(tx, wanted).revoked_at is None:
        access.revoke_till(tx, wanted)
        audit.note(tx, actor, "till.revoke", wanted)


def _till(tx: Transaction, wanted: str) -> Till:
    found = access.till(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no till has this id")
    return found


def _told_till(till: Till) -> TillAnswer:
    return TillAnswer.model_validate(
        {
            "id": till.id,
            "name": till.name,
            "store": till.store.id,
            "scopes": tuple(sorted(till.scopes)),
            "created_at": till.created_at,
            "rotated_at": till.rotated_at,
            "revoked_at": till.revoked_at,
        }
    )

"""Terminals and tills: added, listed, revoked."""

import argparse

from backend.commands.base import add_command, opened, store_of, tell, tenants_of
from backend.db import access
from backend.errors import CannotStart
from backend.rights import FOR_KEYS
from backend.services.kiosks import fleet
from backend.services.team import access as entrance
from backend.services.team import audit


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands `terminal` and `till`."""
    for group, add, listed in (
        ("terminal", _terminal_add, _terminal_list),
        ("till", _till_add, _till_list),
    ):
        actions = commands.add_parser(group, help=f"add, list, revoke a {group}").add_subparsers(
            required=True, metavar="ACTION"
        )
        adding = add_command(actions, "add", add)
        adding.add_argument("name", metavar="NAME")
        adding.add_argument("--store", metavar="ID", help="needed when there are several")
        if group == "till":
            adding.add_argument(
                "--scope",
                action="append",
                choices=sorted(FOR_KEYS),
                help="what its key may be used for, once for each; the counter's work by default",
            )
            add_command(actions, "rotate", _rotate).add_argument("id", metavar="ID")
        add_command(actions, "list", listed)
        add_command(actions, "revoke", _revoke).add_argument("id", metavar="ID")


def _terminal_add(wanted: argparse.Namespace) -> int:
    """Add a kiosk and print the code to type on it, once, within 15 minutes."""
    with opened(wanted) as database:
        tenant, store = store_of(database, wanted.store)
        with database.write(tenant) as tx:
            terminal, code = entrance.add_terminal(tx, name=wanted.name, store=store.id)
    tell(wanted, terminal=terminal, code=code)
    return 0


def _terminal_list(wanted: argparse.Namespace) -> int:
    """List the kiosks."""
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.read(tenant) as tx:
                for terminal in access.terminals(tx):
                    state = (
                        "revoked"
                        if terminal.revoked_at
                        else "claimed"
                        if terminal.claimed_at
                        else "waiting"
                    )
                    tell(
                        wanted,
                        terminal=terminal.id,
                        name=terminal.name,
                        store=terminal.store.name,
                        state=state,
                        facts=terminal.sequence,
                    )
    return 0


def _till_add(wanted: argparse.Namespace) -> int:
    """Add a till and print its key, which cannot be shown again."""
    with opened(wanted) as database:
        tenant, store = store_of(database, wanted.store)
        with database.write(tenant) as tx:
            scopes = wanted.scope or entrance.SCOPES
            till, key = entrance.add_till(tx, name=wanted.name, store=store.id, scopes=scopes)
            audit.note(tx, audit.SYSTEM, "till.add", till, scopes=tuple(map(str, scopes)))
    tell(wanted, till=till, key=key)
    return 0


def _rotate(wanted: argparse.Namespace) -> int:
    """Give a till another key and print it; the old one ends at once."""
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.write(tenant) as tx:
                if any(till.id == wanted.id for till in access.tills(tx)):
                    key = fleet.rotate_key(tx, wanted.id, actor=audit.SYSTEM).key
                    tell(wanted, till=wanted.id, key=key)
                    return 0
    raise CannotStart(f"there is no till with the id {wanted.id}")


def _till_list(wanted: argparse.Namespace) -> int:
    """List the tills whose key is good."""
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.read(tenant) as tx:
                for till in access.tills(tx):
                    tell(
                        wanted,
                        till=till.id,
                        name=till.name,
                        store=till.store.name,
                        scopes=" ".join(sorted(till.scopes)),
                    )
    return 0


def _revoke(wanted: argparse.Namespace) -> int:
    """End a token or a key: whoever shows it is refused from now on."""
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.write(tenant) as tx:
                if entrance.revoke(tx, wanted.id):
                    audit.note(tx, audit.SYSTEM, "access.revoke", wanted.id)
                    return 0
    raise CannotStart(f"there is no terminal or till with the id {wanted.id}")

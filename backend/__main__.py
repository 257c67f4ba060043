"""python -m backend: serve, and what an operator does at the command line."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from backend import keys
from backend.api.app import create_app, openapi_text
from backend.db import Database, access, shops
from backend.db.engine import file_of, is_empty
from backend.db.migrations import migrate
from backend.db.shops import Store
from backend.errors import CannotStart, DatabaseBusy
from backend.logs import set_up_logs
from backend.serve import serve
from backend.services import access as entrance
from backend.services.members import set_card_status
from backend.services.shops import add_shop, check_keys
from backend.services.verify import faults
from backend_client.schemas import CardStatus
from loyalty.errors import ProgramRefused
from loyalty.ids import StoreId, TenantId

log = logging.getLogger("backend")

DEFAULT_DATABASE = "sqlite:///loyalty.db"
Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 when it was done, 1 with one line on standard error, 2 for wrong usage."""
    wanted = _parser().parse_args(arguments)
    run: Command = wanted.run
    try:
        return run(wanted)
    except (CannotStart, ProgramRefused) as error:
        print(f"backend: {error}", file=sys.stderr)
    except DatabaseBusy:
        print("backend: the database is busy: try again in a moment", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend", description=__doc__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    serving = _command(commands, "serve", _serve)
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument(
        "--port", type=int, choices=range(65536), default=8000, metavar="PORT", help="0: any free"
    )
    serving.add_argument(
        "--listen",
        metavar="URL",
        default=os.environ.get("LOYALTY_LISTEN"),
        help="LOYALTY_LISTEN: the same PostgreSQL without a pooler, to hear other servers at once",
    )
    serving.add_argument("--announce", type=Path, help="write the address into this file (JSON)")

    _command(commands, "migrate", _migrate)

    shop = _command(commands, "shop", _shop)
    shop.add_argument("--name", required=True)
    shop.add_argument("--address", default="")
    shop.add_argument("--time-zone", required=True, help="such as Europe/Paris")
    shop.add_argument("--program", required=True, type=Path, help="the program document (JSON)")

    for group, add, listed in (
        ("terminal", _terminal_add, _terminal_list),
        ("till", _till_add, _till_list),
    ):
        actions = commands.add_parser(group, help=f"add, list, revoke a {group}").add_subparsers(
            required=True, metavar="ACTION"
        )
        adding = _command(actions, "add", add)
        adding.add_argument("name", metavar="NAME")
        adding.add_argument("--store", metavar="ID", help="needed when there are several")
        _command(actions, "list", listed)
        _command(actions, "revoke", _revoke).add_argument("id", metavar="ID")

    cards = commands.add_parser("card", help="block or unblock a card").add_subparsers(
        required=True, metavar="ACTION"
    )
    for action, change in (("block", _card_block), ("unblock", _card_unblock)):
        _command(cards, action, change).add_argument("uid", metavar="UID", help="hexadecimal")

    _command(commands, "verify", _verify)
    _command(commands, "openapi", _openapi)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--database",
        default=os.environ.get("LOYALTY_DATABASE", DEFAULT_DATABASE),
        help=f"LOYALTY_DATABASE, or {DEFAULT_DATABASE}",
    )
    parser.add_argument(
        "--key-file",
        type=Path,
        default=os.environ.get("LOYALTY_KEY_FILE"),
        help="the company's secrets: LOYALTY_KEY_FILE, or beside a database that is a file",
    )
    parser.add_argument("--json", action="store_true", help="answer for programs")
    return parser


def _serve(wanted: argparse.Namespace) -> int:
    """Serve the API until told to stop; creates or updates the database first."""
    set_up_logs()
    with _database(wanted, create=True) as database:
        log.info("database ready")
        serve(
            create_app(database),
            host=wanted.host,
            port=wanted.port,
            announce=wanted.announce,
            listen_url=wanted.listen,
        )
    return 0


def _migrate(wanted: argparse.Namespace) -> int:
    """Create the database, or bring it up to date."""
    with _database(wanted, create=True):
        return 0


def _shop(wanted: argparse.Namespace) -> int:
    """Add a company with its first store and its program."""
    try:
        document = wanted.program.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"cannot read {wanted.program}: {error}") from error
    with _database(wanted, create=True) as database:
        shop = add_shop(
            database,
            name=wanted.name,
            address=wanted.address,
            time_zone=wanted.time_zone,
            document=document,
        )
    _tell(wanted, tenant=shop.tenant, store=shop.store, program=shop.program)
    return 0


def _terminal_add(wanted: argparse.Namespace) -> int:
    """Add a kiosk and print the code to type on it, once, within 15 minutes."""
    with _database(wanted) as database:
        tenant, store = _store(database, wanted.store)
        with database.write(tenant) as tx:
            terminal, code = entrance.add_terminal(tx, name=wanted.name, store=store.id)
    _tell(wanted, terminal=terminal, code=code)
    return 0


def _terminal_list(wanted: argparse.Namespace) -> int:
    """List the kiosks."""
    with _database(wanted) as database:
        for tenant in _tenants(database):
            with database.read(tenant) as tx:
                for terminal in access.terminals(tx):
                    state = (
                        "revoked"
                        if terminal.revoked_at
                        else "claimed"
                        if terminal.claimed_at
                        else "waiting"
                    )
                    _tell(
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
    with _database(wanted) as database:
        tenant, store = _store(database, wanted.store)
        with database.write(tenant) as tx:
            till, key = entrance.add_till(tx, name=wanted.name, store=store.id)
    _tell(wanted, till=till, key=key)
    return 0


def _till_list(wanted: argparse.Namespace) -> int:
    """List the tills whose key is good."""
    with _database(wanted) as database:
        for tenant in _tenants(database):
            with database.read(tenant) as tx:
                for till in access.tills(tx):
                    _tell(wanted, till=till.id, name=till.name, store=till.store.name)
    return 0


def _revoke(wanted: argparse.Namespace) -> int:
    """End a token or a key: whoever shows it is refused from now on."""
    with _database(wanted) as database:
        for tenant in _tenants(database):
            with database.write(tenant) as tx:
                if entrance.revoke(tx, wanted.id):
                    return 0
    raise CannotStart(f"there is no terminal or till with the id {wanted.id}")


def _card_block(wanted: argparse.Namespace) -> int:
    """Block a lost card: it opens nothing any more, at any kiosk or till."""
    return _set_card(wanted, CardStatus.BLOCKED)


def _card_unblock(wanted: argparse.Namespace) -> int:
    """Let a blocked card open its account again."""
    return _set_card(wanted, CardStatus.ACTIVE)


def _set_card(wanted: argparse.Namespace, status: CardStatus) -> int:
    try:
        uid = bytes.fromhex(wanted.uid)
    except ValueError:
        raise CannotStart("a card's UID is written in hexadecimal, like 04A1B2C3D4E5F6") from None
    with _database(wanted) as database:
        for tenant in _tenants(database):
            with database.write(tenant) as tx:
                if set_card_status(tx, uid, status):
                    return 0
    raise CannotStart("nobody has a card with that UID")


def _verify(wanted: argparse.Namespace) -> int:
    """Walk every chain and replay every balance; names the first bad entry of each account."""
    found = 0
    with _database(wanted) as database:
        for tenant in _tenants(database):
            with database.read(tenant) as tx:
                for fault in faults(tx):
                    found += 1
                    print(fault)
    print(f"{found} accounts do not add up" if found else "every account adds up")
    return 1 if found else 0


def _openapi(_: argparse.Namespace) -> int:
    """Print the OpenAPI document."""
    database = Database("sqlite://", keys.new_keyring())
    sys.stdout.write(openapi_text(create_app(database)))
    database.close()
    return 0


@contextmanager
def _database(wanted: argparse.Namespace, *, create: bool = False) -> Iterator[Database]:
    """The database, up to date, with its keys. Raises CannotStart."""
    file = file_of(wanted.database)
    key_file = _key_file(wanted, file)
    if not create and file is not None and not file.exists():
        raise CannotStart(f"there is no database {file}: begin with `python -m backend shop`")
    # A new key for an old database would recognise no card: then it is missing, not to be made.
    is_new = not file.exists() if file is not None else is_empty(wanted.database)
    if is_new and not create:
        raise CannotStart("nothing is in this database: begin with `python -m backend shop`")
    keyring = keys.create_keyring(key_file) if is_new else keys.read_keyring(key_file)
    database = Database(wanted.database, keyring)
    try:
        migrate(database.engine)
        check_keys(database)
        yield database
    finally:
        database.close()


def _key_file(wanted: argparse.Namespace, file: Path | None) -> Path:
    if wanted.key_file is not None:
        return Path(wanted.key_file)
    if file is None:
        raise CannotStart("say where the company's secrets are kept: --key-file FILE")
    return file.with_name(f"{file.name}.key")


def _tenants(database: Database) -> list[TenantId]:
    with database.across() as connection:
        return list(shops.tenants(connection))


def _store(database: Database, wanted: str | None) -> tuple[TenantId, Store]:
    found: list[tuple[TenantId, Store]] = []
    for tenant in _tenants(database):
        with database.read(tenant) as tx:
            found += [(tenant, store) for store in shops.stores(tx)]
    if wanted is not None:
        found = [(tenant, store) for tenant, store in found if store.id == StoreId(wanted)]
    if not found:
        raise CannotStart("there is no such store: add one with `python -m backend shop`")
    if len(found) > 1:
        names = ", ".join(f"{store.id} ({store.name})" for _, store in found)
        raise CannotStart(f"say which store with --store: {names}")
    return found[0]


def _tell(wanted: argparse.Namespace, **values: object) -> None:
    if wanted.json:
        print(json.dumps(values, ensure_ascii=False))
    else:
        print("  ".join(f"{name}: {value}" for name, value in values.items()))


if __name__ == "__main__":
    sys.exit(main())

"""What every command is made of: its options, the database it works on, how it answers."""

import argparse
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backend import keys
from backend.db import Database, shops
from backend.db.engine import file_of, is_empty
from backend.db.migrations import migrate
from backend.db.shops import Store
from backend.errors import CannotStart
from backend.services.shop.shops import check_keys
from loyalty.extensions import Extensions, installed
from loyalty.ids import StoreId, TenantId

DEFAULT_DATABASE = "sqlite:///loyalty.db"
Command = Callable[[argparse.Namespace], int]


def add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command
) -> argparse.ArgumentParser:
    """A command with the options that all have; its help is what the function says of itself."""
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


@contextmanager
def opened(wanted: argparse.Namespace, *, create: bool = False) -> Iterator[Database]:
    """The database, up to date, with its keys. Raises CannotStart."""
    file = file_of(wanted.database)
    key_file = key_file_of(wanted, file)
    if not create and file is not None and not file.exists():
        raise CannotStart(f"there is no database {file}: begin with `python -m backend shop`")
    # A new key for an old database would recognise no card: then it is missing, not to be made.
    is_new = not file.exists() if file is not None else is_empty(wanted.database)
    if is_new and not create:
        raise CannotStart("nothing is in this database: begin with `python -m backend shop`")
    keyring = keys.create_keyring(key_file) if is_new else keys.read_keyring(key_file)
    database = Database(wanted.database, keyring, extensions=_installed())
    try:
        migrate(database.engine)
        check_keys(database)
        yield database
    finally:
        database.close()


def _installed() -> Extensions:
    """The rules that the merchant had written and installed. Raises CannotStart."""
    try:
        return installed()
    except Exception as error:
        # Better no server than one that gives other points.
        raise CannotStart(f"an extension cannot be loaded: {error}") from error


def key_file_of(wanted: argparse.Namespace, file: Path | None) -> Path:
    """Where the company's secrets are. Raises CannotStart."""
    if wanted.key_file is not None:
        return Path(wanted.key_file)
    if file is None:
        raise CannotStart("say where the company's secrets are kept: --key-file FILE")
    return file.with_name(f"{file.name}.key")


def tenants_of(database: Database) -> list[TenantId]:
    """Every company."""
    with database.across() as connection:
        return list(shops.tenants(connection))


def store_of(database: Database, wanted: str | None) -> tuple[TenantId, Store]:
    """The store of that id, or the only one that is open. Raises CannotStart."""
    found: list[tuple[TenantId, Store]] = []
    for tenant in tenants_of(database):
        with database.read(tenant) as tx:
            known = shops.open_stores(tx) if wanted is None else shops.stores(tx)
            found += [(tenant, store) for store in known]
    if wanted is not None:
        found = [(tenant, store) for tenant, store in found if store.id == StoreId(wanted)]
    if not found:
        raise CannotStart("there is no such store: add one with `python -m backend shop`")
    if len(found) > 1:
        names = ", ".join(f"{store.id} ({store.name})" for _, store in found)
        raise CannotStart(f"say which store with --store: {names}")
    return found[0]


def tell(wanted: argparse.Namespace, **values: object) -> None:
    """One line on standard output: for people, or for programs."""
    if wanted.json:
        print(json.dumps(values, ensure_ascii=False))
    else:
        print("  ".join(f"{name}: {value}" for name, value in values.items()))

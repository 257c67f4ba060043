"""The books: verified, backed up, restored."""

import argparse
from pathlib import Path

from backend import keys
from backend.commands.base import add_command, key_file_of, opened, tell, tenants_of
from backend.db import copies
from backend.db.engine import file_of
from backend.services.keeping.backup import books, restore
from backend.services.team import audit


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands `verify`, `backup` and `restore`."""
    add_command(commands, "verify", _verify)
    add_command(commands, "backup", _backup).add_argument("file", type=Path, metavar="FILE")
    add_command(commands, "restore", _restore).add_argument("file", type=Path, metavar="FILE")


def _verify(wanted: argparse.Namespace) -> int:
    """Walk every chain and replay every balance; names the first bad entry of each account."""
    found = 0
    with opened(wanted) as database:
        for fault in books(database):
            found += 1
            print(fault)
    print(f"{found} accounts or logs do not add up" if found else "every account adds up")
    return 1 if found else 0


def _backup(wanted: argparse.Namespace) -> int:
    """Write a copy of the database while it is used. The key file is not in it: keep it apart."""
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.write(tenant) as tx:
                audit.note(tx, audit.SYSTEM, "backup.write")
        copies.backup(wanted.database, wanted.file)
    tell(wanted, backup=str(wanted.file), bytes=wanted.file.stat().st_size)
    return 0


def _restore(wanted: argparse.Namespace) -> int:
    """Put a backup where there is no database yet, after every balance in it was replayed."""
    key_file = key_file_of(wanted, file_of(wanted.database))
    companies = restore(wanted.file, wanted.database, keys.read_keyring(key_file))
    tell(wanted, restored=str(wanted.file), companies=companies)
    return 0

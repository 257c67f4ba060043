"""Backups that are known to be good: what is restored has been walked and replayed first."""

import secrets
from collections.abc import Iterator
from pathlib import Path

from backend.db import Database, copies, shops
from backend.db.engine import file_of
from backend.db.migrations import migrate
from backend.errors import CannotStart
from backend.keys import Keyring
from backend.services.points.verify import faults
from backend.services.shop.shops import check_keys
from backend.services.team import audit
from loyalty.ids import TenantId


def books(database: Database) -> Iterator[str]:
    """One line for each thing that does not add up: accounts, and each company's audit log."""
    for tenant in _tenants(database):
        with database.read(tenant) as tx:
            yield from faults(tx)
            broken = audit.fault(tx)
        if broken is not None:
            yield broken


def restore(source: Path, url: str, keyring: Keyring) -> int:
    """Put a backup where there is no database yet: how many companies are in it.

    It is brought up to date, opened with the key file, every chain walked and every balance
    replayed; only then does it count. Its feeds get new names, so that terminals, which may know
    more than the backup does, hear everything again. Raises CannotStart.
    """
    if not source.is_file():
        raise CannotStart(f"there is no backup {source}")
    if file_of(url) is None:
        copies.fill_server(source, url)
        return _made_good(url, keyring)
    partial = copies.place_file(source, url)
    try:
        companies = _made_good(f"sqlite:///{partial}", keyring)
        copies.keep_file(partial, url)
    finally:
        copies.discard_file(partial)
    return companies


def _made_good(url: str, keyring: Keyring) -> int:
    database = Database(url, keyring)
    try:
        migrate(database.engine)
        check_keys(database)
        found = list(books(database))
        if found:
            raise CannotStart(f"the backup does not add up, nothing was restored: {found[0]}")
        tenants = _tenants(database)
        for tenant in tenants:
            with database.write(tenant) as tx:
                shops.rename_feed(tx, secrets.token_hex(4))
                audit.note(tx, audit.SYSTEM, "backup.restore")
        return len(tenants)
    finally:
        database.close()


def _tenants(database: Database) -> list[TenantId]:
    with database.across() as connection:
        return list(shops.tenants(connection))

"""Setting up: a company with its first store and its program."""

import secrets
from dataclasses import dataclass
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.db import Database, feed, shops
from backend.db.shops import Store
from backend.errors import CannotStart
from loyalty.document import read_program
from loyalty.ids import ProgramId, StoreId, TenantId

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The ids of a new company."""

    tenant: TenantId
    store: StoreId
    program: ProgramId


def add_shop(database: Database, *, name: str, address: str, time_zone: str, document: str) -> Shop:
    """A new company with one store. Raises CannotStart, or ProgramRefused naming the field."""
    program = read_program(document)
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CannotStart(
            f"{time_zone!r} is not a time zone: write it like Europe/Paris"
        ) from error
    tenant = TenantId(_random(10))
    store = Store(
        id=StoreId(str(uuid4())),
        name=name,
        address=address,
        time_zone=time_zone,
        program=program.id,
    )
    with database.write(tenant) as tx:
        shops.add_tenant(tx, name=name, feed=_random(8), key_mark=database.keyring.mark(tenant))
        shops.add_program(tx, program, document)
        shops.add_store(tx, store)
        feed.tell(tx, "store", store.id)
        feed.tell(tx, "program", program.id)
    return Shop(tenant=tenant, store=store.id, program=program.id)


def check_keys(database: Database) -> None:
    """Raises CannotStart when the key file is not the one the database was made with."""
    with database.across() as connection:
        marks = shops.tenants(connection)
    for tenant, mark in marks.items():
        if database.keyring.mark(tenant) != mark:
            raise CannotStart(
                "the key file is not the one this database was made with: no card would be"
                " recognised; restore it from your backup"
            )


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))

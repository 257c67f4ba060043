"""Products in files, and programs put in force."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from backend.commands.base import add_command, opened, store_of, tell, tenants_of
from backend.db import Database, catalogue
from backend.errors import CannotStart, Refused
from backend.services.programs.programs import next_version, programs_of, publish, put_draft
from backend.services.shop.product_files import export_products, import_products
from backend.services.team import audit
from backend_client.schemas.programs import Publication
from loyalty.document import read_program
from loyalty.ids import TenantId

if TYPE_CHECKING:
    from backend_client.schemas.catalogue import ProductFound

_AT_ONCE = 200

Answer = TypeVar("Answer")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands `product` and `program`."""
    products = commands.add_parser(
        "product", help="bring products in from a file, or write them into one"
    ).add_subparsers(required=True, metavar="ACTION")
    bringing = add_command(products, "import", _product_import)
    bringing.add_argument("file", type=Path, metavar="FILE", help="CSV in UTF-8")
    bringing.add_argument(
        "--dry-run", action="store_true", help="say what it would do, and write nothing"
    )
    _say_whose(bringing)
    _say_whose(add_command(products, "export", _product_export))

    programs = commands.add_parser(
        "program", help="list the programs, or put one in force"
    ).add_subparsers(required=True, metavar="ACTION")
    _say_whose(add_command(programs, "list", _program_list))
    publishing = add_command(programs, "publish", _program_publish)
    publishing.add_argument("file", type=Path, metavar="FILE", help="the program document (JSON)")
    publishing.add_argument(
        "--valid-from",
        metavar="TIME",
        help="from when, such as 2027-01-01T00:00:00+01:00; now when left out",
    )
    _say_whose(publishing)


def _say_whose(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--store", metavar="ID", help="any store of the company; needed when there are several"
    )


def _product_import(wanted: argparse.Namespace) -> int:
    """Bring products in from a CSV; while a row is bad, nothing is written."""
    body = _read(wanted.file)
    with opened(wanted) as database:
        tenant = _company(database, wanted.store)
        with database.read(tenant) as tx:
            tried = _or_say_why(lambda: import_products(tx, body, dry_run=True))
        for bad in tried.bad_rows:
            print(f"line {bad.row}, {bad.field}: {bad.message}", file=sys.stderr)
        if tried.bad_rows:
            raise CannotStart("nothing was written: put these rows right first")
        if not wanted.dry_run:
            database.run(tenant, import_products, body, dry_run=False)
            with database.write(tenant) as tx:
                audit.note(tx, audit.SYSTEM, "product.import", rows=tried.rows)
    tell(wanted, added=tried.added, changed=tried.changed, unchanged=tried.unchanged)
    return 0


def _product_export(wanted: argparse.Namespace) -> int:
    """Print every product as CSV, which the import reads back."""
    with opened(wanted) as database, database.read(_company(database, wanted.store)) as tx:
        found: list[ProductFound] = []
        while some := catalogue.products_after(
            tx, found[-1].id if found else None, _AT_ONCE, family=None, gifts=False
        ):
            found += some
    for line in export_products(found):
        sys.stdout.write(line)
    return 0


def _program_list(wanted: argparse.Namespace) -> int:
    """List the programs: the version in force, what is coming, and whether they are on."""
    with opened(wanted) as database, database.read(_company(database, wanted.store)) as tx:
        found = programs_of(tx).programs
    for program in found:
        coming = " ".join(
            f"{each.version}:{each.valid_from.isoformat()}" for each in program.coming
        )
        tell(
            wanted,
            program=program.id,
            version=program.version,
            coming=coming,
            on=program.on,
            draft=program.draft,
        )
    return 0


def _program_publish(wanted: argparse.Namespace) -> int:
    """Put a program document in force, now or from a time on, as the next version."""
    text = _read(wanted.file).decode("utf-8", errors="replace")
    read = read_program(text)
    start = _time(wanted.valid_from)
    with opened(wanted) as database:
        tenant = _company(database, wanted.store)
        with database.write(tenant) as tx:
            put_draft(tx, read.id, _document(text), actor=audit.SYSTEM)
            body = Publication(version=next_version(tx, read.id), valid_from=start)
            done = _or_say_why(lambda: publish(tx, read.id, body, actor=audit.SYSTEM))
    tell(wanted, program=read.id, version=done.version, valid_from=done.valid_from.isoformat())
    return 0


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotStart(f"cannot read {file}: {error.strerror}") from error


def _document(text: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(text)
    return document


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise CannotStart(
            f"{text!r} is not a time with its zone: write it like 2027-01-01T00:00:00+01:00"
        )
    return at


def _company(database: Database, store: str | None) -> TenantId:
    """The only company, or the one that the store is of. Raises CannotStart."""
    found = tenants_of(database)
    return found[0] if store is None and len(found) == 1 else store_of(database, store)[0]


def _or_say_why(action: Callable[[], Answer]) -> Answer:
    """What the action returns. Raises CannotStart for what it refuses."""
    try:
        return action()
    except Refused as refused:
        raise CannotStart(refused.detail or str(refused)) from refused

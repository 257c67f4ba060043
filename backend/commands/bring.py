"""Bringing balances in from a file at the command line."""

import argparse
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from backend.commands.base import add_command, opened, store_of, tell, tenants_of
from backend.db import imports as kept
from backend.errors import CannotStart, Refused
from backend.services.keeping import import_uploads, imports
from backend_client.schemas.imports import (
    BYTES_MAX,
    DayOrder,
    ImportPlan,
    ImportShown,
    UnknownPeople,
)

_ACTOR = "system"


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command `import`."""
    bringing = add_command(commands, "import", _import)
    bringing.add_argument("file", nargs="?", type=Path, metavar="FILE", help="CSV of any system")
    bringing.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="WHAT=HEADER",
        help="balance=Solde, email=Courriel …; once for each column",
    )
    bringing.add_argument("--ratio", default="1", help="what one of the old unit is worth")
    bringing.add_argument("--rounding", default="floor", choices=("floor", "half_up", "ceil"))
    bringing.add_argument("--decimal", choices=(".", ","), help="the decimal sign")
    bringing.add_argument("--days", default="day-first", choices=tuple(DayOrder))
    bringing.add_argument("--unknown", default="refuse", choices=tuple(UnknownPeople))
    bringing.add_argument("--country", default="FR", help="of phone numbers without one")
    bringing.add_argument("--source", default="import", help="the name of the old books")
    bringing.add_argument("--store", metavar="ID", help="needed when there are several")
    bringing.add_argument("--commit", action="store_true", help="do it; without, only try")
    bringing.add_argument("--undo", metavar="ID", help="take back what an import gave")


def _import(wanted: argparse.Namespace) -> int:
    """Bring balances in from a file: tries and tells what it would do, until --commit is given."""
    try:
        if wanted.undo:
            return _undo(wanted)
        return _bring(wanted)
    except Refused as no:
        raise CannotStart(no.detail) from no


def _bring(wanted: argparse.Namespace) -> int:
    if wanted.file is None:
        raise CannotStart("name the file to import, or --undo ID")
    try:
        content = wanted.file.read_bytes()
    except OSError as error:
        raise CannotStart(f"cannot read {wanted.file}: {error.strerror}") from error
    if len(content) > BYTES_MAX:
        raise CannotStart(f"the file has more than {BYTES_MAX} bytes: cut it in parts")
    with opened(wanted) as database:
        tenant, store = store_of(database, wanted.store)
        plan = _plan(wanted, program=store.program, store=store.id)
        session = str(uuid4())
        database.run(tenant, import_uploads.upload, _ACTOR, session, content)
        found = database.run(tenant, imports.try_out, _ACTOR, session, plan)
        if wanted.commit:
            found = imports.commit(database, tenant, _ACTOR, session)
    _tell(wanted, found)
    return 0


def _undo(wanted: argparse.Namespace) -> int:
    with opened(wanted) as database:
        for tenant in tenants_of(database):
            with database.read(tenant) as tx:
                known = kept.import_(tx, wanted.undo)
            if known is not None:
                _tell(wanted, imports.undo(database, tenant, _ACTOR, wanted.undo))
                return 0
    raise CannotStart(f"there is no import with the id {wanted.undo}")


def _plan(wanted: argparse.Namespace, *, program: str, store: str) -> ImportPlan:
    pairs = [said.partition("=") for said in wanted.map]
    if not pairs or not all(name and header for name, _, header in pairs):
        raise CannotStart("say what the columns hold: --map balance=Solde --map email=Courriel")
    try:
        return ImportPlan.model_validate(
            {
                "program": program,
                "store": store,
                "columns": {name: header for name, _, header in pairs},
                "source": wanted.source,
                "ratio": wanted.ratio,
                "rounding": wanted.rounding,
                "decimal": wanted.decimal,
                "days": wanted.days,
                "unknown": wanted.unknown,
                "country": wanted.country,
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CannotStart(f"{place}: {first['msg']}") from error


def _tell(wanted: argparse.Namespace, found: ImportShown) -> None:
    totals = found.totals
    assert totals is not None
    tell(
        wanted,
        id=found.id,
        state=found.state,
        rows=totals.rows,
        lots=totals.lots,
        points=totals.points,
        members_added=totals.members_added,
        known=totals.known,
        bad=totals.bad,
    )
    if not wanted.json:
        for bad in totals.bad_rows:
            print(f"line {bad.line}: {bad.reason}")

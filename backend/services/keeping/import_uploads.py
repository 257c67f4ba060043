"""The files of imports: sent, told, taken away again, and forgotten when they wait for too long."""

import json
from datetime import timedelta
from hashlib import sha256

from backend.db import Transaction, imports
from backend.db.imports import ImportRow, ImportState
from backend.errors import Refused, phrase
from backend.services.keeping.import_files import FileRefused, read_table
from backend.services.team import audit
from backend_client.schemas.imports import ImportPlan, ImportShown, ImportTotals
from backend_client.schemas.problems import ProblemName

FORGET_AFTER = timedelta(days=7)
_NOTHING_DONE = (ImportState.UPLOADED, ImportState.MAPPED)


def upload(tx: Transaction, actor: str, wanted: str, content: bytes) -> ImportShown:
    """The import with its file; sent again, the same. Raises Refused."""
    content_hash = sha256(content).hexdigest()
    known = imports.import_(tx, wanted)
    if known is not None:
        if known.content_hash != content_hash:
            raise Refused(ProblemName.ID_REUSED, "another file was sent under this id")
        return shown(known)
    try:
        table = read_table(content)
    except FileRefused as no:
        raise Refused.at("file", no.why) from no
    row = ImportRow(
        id=wanted,
        content_hash=content_hash,
        content=table.text,
        encoding=table.encoding,
        delimiter=table.delimiter,
        headers=json.dumps(table.headers),
        plan=None,
        state=ImportState.UPLOADED,
        row_count=table.row_count,
        result=None,
        actor=actor,
        uploaded_at=tx.now,
        committed_at=None,
        undone_at=None,
    )
    imports.add_import(tx, row)
    audit.note(tx, actor, "import.upload", wanted, rows=table.row_count)
    return shown(row)


def shown(row: ImportRow) -> ImportShown:
    """The message for an import."""
    return ImportShown(
        id=row.id,
        state=row.state.value,
        encoding=row.encoding,
        delimiter=row.delimiter,
        headers=tuple(json.loads(row.headers)),
        rows=row.row_count,
        plan=None if row.plan is None else ImportPlan.model_validate_json(row.plan),
        totals=None if row.result is None else ImportTotals.model_validate_json(row.result),
        uploaded_at=row.uploaded_at,
        committed_at=row.committed_at,
        undone_at=row.undone_at,
    )


def existing(tx: Transaction, wanted: str) -> ImportRow:
    """The import of that id. Raises Refused."""
    found = imports.import_(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such import")
    return found


def remove(tx: Transaction, actor: str, wanted: str) -> None:
    """Take an import away of which nothing came in, with its file. Raises Refused.

    One that is not there is away.
    """
    row = imports.import_(tx, wanted)
    if row is None:
        return
    if row.state not in _NOTHING_DONE:
        raise Refused(
            ProblemName.TOO_LATE,
            phrase("state: the import is {state}; it can be undone", state=row.state),
        )
    imports.remove_import(tx, wanted)
    audit.note(tx, actor, "import.remove", wanted)


def forget(tx: Transaction) -> int:
    """How many files were forgotten, because nobody brought them in."""
    return imports.forget_files(tx, tx.now - FORGET_AFTER)

"""Bringing balances in from another system: send a file, say what it means, try, commit, undo."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path

from backend.api.callers import Caller, Data, allowed
from backend.api.pages import Asked, page, place_in_time
from backend.api.problems import BODY, TOKEN, documented
from backend.db.imports import imports_before
from backend.errors import Refused
from backend.rights import Right
from backend.services.keeping import import_uploads, imports
from backend_client.schemas.base import API, Id
from backend_client.schemas.imports import ImportPlan, Imports, ImportShown
from backend_client.schemas.problems import ProblemName

_ONE = (*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID)
_FILES = ("text/csv", "text/plain", "application/octet-stream")

_Importer = Annotated[Caller, Depends(allowed(Right.IMPORT))]
_Session = Annotated[Id, Path(description="The id of the import, made by the client.")]

routes = APIRouter(prefix=API, tags=["imports"])


@routes.get("/imports", responses=documented(*TOKEN, ProblemName.INVALID))
def every_import(database: Data, caller: _Importer, asked: Asked) -> Imports:
    """What was brought in, tried or undone."""
    with database.read(caller.tenant) as tx:
        found = imports_before(tx, place_in_time(asked), asked.limit + 1)
        told, following = page(found, asked, lambda row: (row.uploaded_at.isoformat(), row.id))
        return Imports(imports=tuple(import_uploads.shown(row) for row in told), next=following)


@routes.put("/import-files/{session}", responses=documented(*BODY, *TOKEN, ProblemName.ID_REUSED))
def upload(
    database: Data,
    caller: _Importer,
    session: _Session,
    body: Annotated[
        bytes, Body(media_type="text/csv", description="CSV, however it is encoded and separated.")
    ] = b"",
    content_type: Annotated[str, Header(max_length=100)] = "",
) -> ImportShown:
    """Send a file: the answer says how it was read. It is forgotten once the import is over."""
    if content_type.partition(";")[0].strip().lower() not in _FILES:
        raise Refused(ProblemName.MEDIA_TYPE, "send the file as text/csv")
    return database.run(caller.tenant, import_uploads.upload, caller.actor, session, body)


@routes.get("/imports/{session}", responses=documented(*_ONE))
def one(database: Data, caller: _Importer, session: _Session) -> ImportShown:
    """How far an import is, and its rows that are left out, with reasons."""
    with database.read(caller.tenant) as tx:
        return import_uploads.shown(import_uploads.existing(tx, session))


@routes.delete(
    "/imports/{session}",
    status_code=204,
    responses=documented(*TOKEN, ProblemName.TOO_LATE, ProblemName.INVALID),
)
def remove(database: Data, caller: _Importer, session: _Session) -> None:
    """Take a file away that was sent by mistake; one that came in is undone instead."""
    database.run(caller.tenant, import_uploads.remove, caller.actor, session)


@routes.post("/imports/{session}/trial", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND))
def trial(database: Data, caller: _Importer, session: _Session, body: ImportPlan) -> ImportShown:
    """Say what the columns mean: the answer tells what would be done, and nothing is done."""
    return database.run(caller.tenant, imports.try_out, caller.actor, session, body)


@routes.post("/imports/{session}/commit", responses=documented(*_ONE))
def commit(database: Data, caller: _Importer, session: _Session) -> ImportShown:
    """Do what the last trial said; sent again, it goes on or tells what was done."""
    return imports.commit(database, caller.tenant, caller.actor, session)


@routes.post("/imports/{session}/undo", responses=documented(*_ONE))
def undo(database: Data, caller: _Importer, session: _Session) -> ImportShown:
    """Take back every point that the import gave."""
    return imports.undo(database, caller.tenant, caller.actor, session)

"""Programs: drafted, looked through, published with a date, taken back before it comes, or off.

A document is checked when it is drafted, and again before it is published: a version that is in
force has been read.
"""

import json
from datetime import timedelta
from typing import Any

from backend.db import Transaction, feed, programs, shops
from backend.db.programs import Draft, Version
from backend.errors import Refused, phrase, told
from backend.services.expected import ANYTHING, Expected
from backend.services.programs import automatic
from backend.services.programs.installed import refuse_missing
from backend.services.team import audit
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.programs import (
    Difference,
    DifferencesFound,
    DraftFound,
    FieldError,
    ProgramFound,
    ProgramsFound,
    Publication,
    VersionDocument,
    VersionFound,
)
from loyalty.document import read_program, write_program
from loyalty.errors import ProgramRefused
from loyalty.ids import ProgramId
from loyalty.program import Program

DIFFERENCES_MAX = 500
_LATE = timedelta(minutes=5)
"""Somebody who publishes "now" may have thought about it for a while."""


# --- drafts -------------------------------------------------------------------------------------


def put_draft(
    tx: Transaction,
    program: str,
    document: dict[str, Any],
    expected: Expected = ANYTHING,
    *,
    actor: str,
) -> DraftFound:
    """The draft as it is now, with its errors; kept even when there are some. Raises Refused."""
    text = json.dumps(document, ensure_ascii=False)
    if "\\u0000" in text:
        raise Refused(ProblemName.INVALID, "document: leave out zero bytes")
    known = programs.draft(tx, program)
    if known is not None and known.document == text:
        return _found(tx, known)
    expected.check(None if known is None else _found(tx, known))
    return _found(tx, programs.save_draft(tx, program, text, actor))


def draft_of(tx: Transaction, program: str) -> DraftFound:
    """The draft. Raises Refused."""
    known = programs.draft(tx, program)
    if known is None:
        raise Refused(ProblemName.NOT_FOUND, "nobody is writing a draft of this program")
    return _found(tx, known)


def delete_draft(
    tx: Transaction, program: str, expected: Expected = ANYTHING, *, actor: str
) -> None:
    """Throw the draft away; the versions stay. One that is not there is gone. Raises Refused."""
    known = programs.draft(tx, program)
    if known is None:
        return
    expected.check(_found(tx, known))
    programs.delete_draft(tx, program)
    audit.note(tx, actor, "program.discard", program, version=next_version(tx, program))


def read_draft(tx: Transaction, program: str, document: dict[str, Any] | None = None) -> Program:
    """The program of a document, or of the draft, as the next version. Raises Refused."""
    written = draft_of(tx, program).document if document is None else document
    text = _completed(tx, program, written, tx.now.isoformat())
    try:
        return read_program(text)
    except ProgramRefused as refused:
        raise _refused(refused) from refused


def _found(tx: Transaction, draft: Draft) -> DraftFound:
    document = json.loads(draft.document)
    return DraftFound(
        program=draft.program,
        document=document,
        errors=_errors(tx, _completed(tx, draft.program, document, tx.now.isoformat())),
        version=next_version(tx, draft.program),
        updated_at=draft.updated_at,
        updated_by=draft.actor,
    )


def _completed(
    tx: Transaction, program: str, document: dict[str, Any], from_when: str, number: int = 0
) -> str:
    """The document as the version it will be; what the merchant need not write is written."""
    filled = {
        "format": "loyalty-program/1",
        "id": program,
        **document,
        "version": number or next_version(tx, program),
        "valid_from": from_when,
    }
    return json.dumps(filled, ensure_ascii=False)


def _errors(tx: Transaction, text: str) -> tuple[FieldError, ...]:
    try:
        refuse_missing(read_program(text), tx.extensions)
    except ProgramRefused as refused:
        return (FieldError.model_validate(told(refused.field, refused.remedy)),)
    return ()


def _refused(refused: ProgramRefused) -> Refused:
    return Refused(
        ProblemName.PROGRAM_REFUSED,
        str(refused),
        errors=[told(refused.field, refused.remedy)],
    )


def next_version(tx: Transaction, program: str) -> int:
    """The number that the next version gets."""
    latest = programs.versions(tx, program, limit=1)
    return latest[0].version + 1 if latest else 1


# --- versions -----------------------------------------------------------------------------------


def publish(tx: Transaction, program: str, body: Publication, *, actor: str) -> VersionFound:
    """The draft as a version, from a date on; published once, however often it is sent.

    Raises Refused.
    """
    known = programs.version(tx, program, body.version)
    if known is not None:
        return _published_before(tx, known, body)
    if body.version != next_version(tx, program):
        raise Refused(
            ProblemName.CHANGED_SINCE,
            phrase(
                "version: the next one is {version}; somebody published meanwhile",
                version=next_version(tx, program),
            ),
        )
    start = body.valid_from or tx.now
    _check_date(tx, program, body)
    draft = draft_of(tx, program)
    text = _completed(tx, program, draft.document, start.isoformat(), body.version)
    try:
        read = read_program(text)
        refuse_missing(read, tx.extensions)
    except ProgramRefused as refused:
        raise _refused(refused) from refused
    if read.id != program:
        raise Refused(
            ProblemName.INVALID,
            phrase("document.id: write {program}, or leave it out", program=program),
        )
    before = next(iter(programs.versions(tx, program, limit=1)), None)
    shops.add_program(tx, read, text)
    automatic.begin(tx, read, before, actor=actor)
    programs.delete_draft(tx, program)
    if read.valid_from <= tx.now:
        # Pool or silo may have changed, and with it where the stores' accounts are.
        for store in shops.stores(tx):
            if store.published == program:
                feed.tell(tx, "store", store.id)
        feed.tell(tx, "program", program)
    else:
        programs.tell_version(tx, program, body.version)
    audit.note(tx, actor, "program.publish", program, version=body.version)
    return _told(
        Version(program=program, version=body.version, valid_from=start, document=text), tx
    )


def _published_before(tx: Transaction, known: Version, body: Publication) -> VersionFound:
    draft = programs.draft(tx, known.program)
    same_date = body.valid_from in (None, known.valid_from)
    if draft is not None or not same_date:
        raise Refused(ProblemName.ID_REUSED, "another version was published under this number")
    return _told(known, tx)


def _check_date(tx: Transaction, program: str, body: Publication) -> None:
    start = body.valid_from or tx.now
    if start < tx.now - _LATE:
        raise Refused.at("valid_from", phrase("it lies in the past: leave it out for now"))
    earlier = programs.versions(tx, program, limit=1)
    if earlier and earlier[0].valid_from > start:
        raise Refused.at(
            "valid_from",
            phrase(
                "version {version} begins later, and would hide this one: take it back first,"
                " or begin after it",
                version=earlier[0].version,
            ),
        )


def unpublish(tx: Transaction, program: str, number: int, *, actor: str) -> None:
    """Take a version back that is not in force yet; the draft is the document again.

    One that is not there is taken back. Raises Refused.
    """
    known = programs.version(tx, program, number)
    if known is None:
        if not programs.versions(tx, program, limit=1):
            raise Refused(ProblemName.NOT_FOUND, "no such program")
        return
    if known.valid_from <= tx.now:
        raise Refused(
            ProblemName.IN_USE, "points were given by it: publish another version instead"
        )
    programs.delete_version(tx, program, number)
    automatic.take_back(tx, program, number)
    if programs.draft(tx, program) is None:
        programs.save_draft(tx, program, known.document, actor)
    audit.note(tx, actor, "program.unpublish", program, version=number)


def versions_before(
    tx: Transaction, program: str, before: int | None, limit: int
) -> tuple[VersionFound, ...]:
    """The versions, the latest first. Raises Refused."""
    found = programs.versions(tx, program, before=before, limit=limit)
    if not found and before is None:
        raise Refused(ProblemName.NOT_FOUND, "no version of this program was published")
    return tuple(_told(each, tx) for each in found)


def version_of(tx: Transaction, program: str, number: int) -> VersionDocument:
    """One version with its document. Raises Refused."""
    known = programs.version(tx, program, number)
    if known is None:
        raise Refused(ProblemName.NOT_FOUND, "no such version")
    return VersionDocument(**dict(_told(known, tx)), document=json.loads(known.document))


def _told(version: Version, tx: Transaction) -> VersionFound:
    return VersionFound(
        program=version.program,
        version=version.version,
        valid_from=version.valid_from,
        in_force=_in_force(tx, version.program) == version.version,
    )


def _in_force(tx: Transaction, program: str) -> int | None:
    return next(
        (each.version for each in programs.versions(tx, program) if each.valid_from <= tx.now), None
    )


def differences(
    tx: Transaction, program: str, former: int, later: int | None = None
) -> DifferencesFound:
    """What changes from one version to another, or to the draft. Raises Refused.

    Both are compared as the engine reads them: a default that is written out is no change.
    """
    was = read_program(json.dumps(version_of(tx, program, former).document))
    now = (
        read_draft(tx, program)
        if later is None
        else read_program(json.dumps(version_of(tx, program, later).document))
    )
    found = list(_differing("", *(json.loads(write_program(each)) for each in (was, now))))
    told = [each for each in found if each.field not in ("version", "valid_from")]
    return DifferencesFound(differences=tuple(told[:DIFFERENCES_MAX]))


def _differing(field: str, was: Any, now: Any) -> list[Difference]:  # noqa: ANN401 - JSON is anything
    if isinstance(was, dict) and isinstance(now, dict):
        keys = [*was, *(key for key in now if key not in was)]
        return [
            found
            for key in keys
            for found in _differing(f"{field}.{key}".lstrip("."), was.get(key), now.get(key))
        ]
    if isinstance(was, list) and isinstance(now, list) and was != now:
        return [
            found
            for place in range(max(len(was), len(now)))
            for found in _differing(f"{field}.{place}", _at(was, place), _at(now, place))
        ]
    return [] if was == now else [Difference(field=field, was=was, now=now)]


def _at(things: list[Any], place: int) -> Any:  # noqa: ANN401 - JSON is anything
    return things[place] if place < len(things) else None


# --- all of them --------------------------------------------------------------------------------


def programs_of(tx: Transaction) -> ProgramsFound:
    """Every program, with what is in force, what is coming, and whether it is being rewritten."""
    drafts = programs.drafts(tx)
    published: dict[str, list[Version]] = {}
    for version in programs.versions(tx):
        published.setdefault(version.program, []).append(version)
    return ProgramsFound(
        programs=tuple(
            _program(tx, each, published.get(each, []), draft=each in drafts)
            for each in sorted(published.keys() | drafts)
        )
    )


def _program(
    tx: Transaction, program: str, versions: list[Version], *, draft: bool
) -> ProgramFound:
    current = next((each for each in versions if each.valid_from <= tx.now), None)
    named = current or (versions[-1] if versions else None)
    return ProgramFound(
        id=program,
        name={} if named is None else json.loads(named.document)["name"],
        on=shops.is_on(tx, ProgramId(program)),
        version=None if current is None else current.version,
        coming=tuple(_told(each, tx) for each in versions if each.valid_from > tx.now),
        draft=draft,
    )


def switch(tx: Transaction, program: str, *, on: bool, actor: str) -> ProgramFound:
    """Loyalty on or off (GLO-01, LSX-23): off, it leaves no trace at tills or kiosks.

    Points stay in the books, and are there again when it is on. Raises Refused.
    """
    if shops.program_document(tx, ProgramId(program)) is None:
        raise Refused(ProblemName.NOT_FOUND, "no version of this program was published")
    if shops.is_on(tx, ProgramId(program)) is not on:
        programs.switch(tx, program, on=on, actor=actor)
        audit.note(tx, actor, "program.on" if on else "program.off", program)
    return next(each for each in programs_of(tx).programs if each.id == program)

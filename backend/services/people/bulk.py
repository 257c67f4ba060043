"""Changing many members by a table, as a spreadsheet writes it."""

from dataclasses import replace
from typing import Any

from backend.db import Transaction, members
from backend.errors import Refused, phrase, translated_by, why
from backend.services.people.tables import member_named, rows
from backend_client.schemas.members import BulkAnswer, BulkChange, BulkFault
from backend_client.schemas.problems import ProblemName
from loyalty.errors import EmailRefused

_CHANGES = ("loyalty", "record_type", "price_code", "themes")
_YES, _NO = ("yes", "1", "true", "on", "oui"), ("no", "0", "false", "off", "non")
_WORD_MAX = 64


def change_many(tx: Transaction, body: BulkChange) -> BulkAnswer:
    """What a table does to members: all of its lines, or nothing when one has a fault (LSX-42)."""
    lines = rows(body.csv, _CHANGES)
    changed: dict[str, members.Member] = {}
    faults = []
    for number, row in lines:
        try:
            named = member_named(tx, row)
            person = _changed(changed.get(named.id, named), row)
        except (Refused, EmailRefused) as no:
            faults.append(BulkFault(line=number, reason=str(why(no)), **translated_by(why(no))))
            continue
        if person is not None:
            changed[person.id] = person
    done = not body.dry_run and not faults
    if done:
        for person in changed.values():
            members.save_member(tx, replace(person, version=person.version + 1))
    return BulkAnswer(lines=len(lines), changed=len(changed), faults=tuple(faults), done=done)


def _changed(person: members.Member, row: dict[str, str]) -> members.Member | None:
    """The member as the line wants them; None when they are so already. Raises Refused."""
    wanted = person
    if said := row.get("loyalty", "").lower():
        if said not in (*_YES, *_NO):
            raise Refused(ProblemName.INVALID, "loyalty: write yes or no")
        wanted = replace(wanted, loyalty=said in _YES)
    for name in ("record_type", "price_code"):
        if said := row.get(name, ""):
            if len(said) > _WORD_MAX or not said.isprintable():
                raise Refused(
                    ProblemName.INVALID,
                    phrase("{name}: at most {most} letters", name=name, most=_WORD_MAX),
                )
            values: dict[str, Any] = {name: said}
            wanted = replace(wanted, **values)
    if said := row.get("themes", ""):
        themes = tuple(each.strip() for each in said.split("|") if each.strip())
        if any(len(each) > _WORD_MAX or not each.isprintable() for each in themes):
            raise Refused(
                ProblemName.INVALID, phrase("themes: at most {most} letters each", most=_WORD_MAX)
            )
        wanted = replace(wanted, themes=themes)
    return None if wanted == person else wanted

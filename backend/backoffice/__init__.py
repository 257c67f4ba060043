"""The back office: where a merchant without code runs the program, and looks after people.

`menu.py` lists its rooms; a room is one file of pages here, its templates in `templates/office/`.
"""

from backend.backoffice import (
    audit,
    door,
    duplicates,
    first_run,
    home,
    imports,
    machines,
    me,
    member,
    member_deeds,
    members,
    members_many,
    messages,
    password,
    program_rules,
    program_start,
    program_versions,
    programs,
    reports,
    waiting,
)

_PEOPLE = (members, members_many, duplicates, member, member_deeds)
_PROGRAMS = (programs, program_rules, program_versions, program_start)
_FIGURES = (reports, waiting, imports, messages, machines, audit)

AREAS = (door, first_run, password, home, me, *_PEOPLE, *_PROGRAMS, *_FIGURES)
"""Every file of pages."""

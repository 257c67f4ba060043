"""The back office: where a merchant without code runs the program, and looks after people.

`menu.py` lists its rooms; a room is one file of pages here, its templates in `templates/office/`.
"""

from backend.backoffice import (
    door,
    duplicates,
    first_run,
    home,
    me,
    member,
    member_deeds,
    members,
    members_many,
    password,
    program_rules,
    program_start,
    program_versions,
    programs,
)

_PEOPLE = (members, members_many, duplicates, member, member_deeds)
_PROGRAMS = (programs, program_rules, program_versions, program_start)

AREAS = (door, first_run, password, home, me, *_PEOPLE, *_PROGRAMS)
"""Every file of pages."""

"""The back office: where a merchant without code runs the program, and looks after people.

`menu.py` lists its rooms; a room is one file of pages here, its templates in `templates/office/`.
"""

from backend.backoffice import (
    audit,
    campaigns,
    card_types,
    discounts,
    door,
    duplicates,
    first_run,
    gifts,
    handed_out,
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
    people,
    price_books,
    products,
    program_rules,
    program_start,
    program_versions,
    programs,
    reports,
    settings,
    stores,
    waiting,
)

_PEOPLE = (members, members_many, duplicates, card_types, handed_out, member, member_deeds)
_PROGRAMS = (programs, program_rules, program_versions, program_start, campaigns)
_SHOP = (products, price_books, gifts, stores, people, settings)
_FIGURES = (reports, discounts, waiting, imports, messages, machines, audit)

AREAS = (door, first_run, password, home, me, *_PEOPLE, *_PROGRAMS, *_SHOP, *_FIGURES)
"""Every file of pages."""

#!/usr/bin/env python3
"""Prints the row ledger as a merchant's table: how do I do here what I did there.

python docs/print_rows.py          the whole ledger, as Markdown
python docs/print_rows.py OCT      one system only: CLI, OCT, GLO, INV, LSX, or SW, or F
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

LEDGER = Path(__file__).parent / "rows.toml"

GROUPS = {
    "CLI": "Coming from Clictill",
    "OCT": "Coming from Octave",
    "GLO": "Coming from GlobalPos",
    "INV": "Coming from an invoicing program (“Créer un système de fidélité”)",
    "LSX": "Coming from Lightspeed Retail POS X-Series",
    "SW": "Where these systems contradict each other: what you choose",
    "F": "What none of them has",
}

PLACES = {"screen": "kiosk screen", "page": "page", "api": "API", "command": "command"}


def main(arguments: list[str]) -> int:
    """Print what was asked for; 2 when the group does not exist."""
    wanted = arguments or list(GROUPS)
    unknown = [group for group in wanted if group not in GROUPS]
    if unknown:
        sys.stderr.write(f"no group {unknown[0]!r}; there is {', '.join(GROUPS)}\n")
        return 2
    rows = tomllib.loads(LEDGER.read_text(encoding="utf-8"))
    sys.stdout.write("\n".join(page(rows, wanted)) + "\n")
    return 0


def page(rows: Mapping[str, Row], groups: list[str]) -> Iterator[str]:
    """The Markdown lines: a heading and a table for each of `groups`."""
    shown = [row for key, row in rows.items() if group_of(key) in groups]
    yield "# How do I do what I did there?"
    yield ""
    yield f"{sum('surface' in row for row in shown)} of {len(shown)} rows stand today."
    for group in groups:
        yield from ("", f"## {GROUPS[group]}", "")
        yield from table({key: row for key, row in rows.items() if group_of(key) == group})


def table(rows: Mapping[str, Row]) -> Iterator[str]:
    """One table: the row, what the merchant did there, an example, where it is here."""
    yield "| row | there | for example | here |"
    yield "| --- | --- | --- | --- |"
    for key, row in rows.items():
        yield f"| {key} | {cell(there(row))} | {cell(example(row))} | {cell(here(row))} |"


def group_of(key: str) -> str:
    """The group of a row: OCT for OCT-41, F for F12."""
    return key.rstrip("-0123456789")


def there(row: Row) -> str:
    """What the merchant was used to, marked where it was a limit of that system."""
    return f"*(could not be done)* {row['says']}" if row.get("absent_there") else str(row["says"])


def example(row: Row) -> str:
    """The acceptance case; for a switch, the answers and the one a new program starts with."""
    if "answers" in row:
        return f"{row['answers']}. At first: {row['default']}"
    return str(row["case"])


def here(row: Row) -> str:
    """The places where it is done, in words, or that it is not there yet."""
    if "surface" not in row:
        return "not yet"
    surface = row["surface"]
    places = [surface] if isinstance(surface, str) else surface
    return ", ".join(place(name) for name in places)


def place(surface: str) -> str:
    """One surface in words: ``page:/programs`` becomes *page* and its address."""
    kind, _, name = surface.partition(":")
    return f"{PLACES[kind]} `{name}`"


def cell(text: str) -> str:
    """Text that cannot break out of its table cell."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

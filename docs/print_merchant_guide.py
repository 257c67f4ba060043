#!/usr/bin/env python3
"""Prints the merchant's guides, in French and in English, from the row ledger and the forms' words.

python docs/print_merchant_guide.py    prints docs/merchant.fr.md and docs/merchant.en.md anew,
                                       below their mark; what stands above it is written by hand
"""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from backend.backoffice.rules.known import FIELDS  # noqa: E402 - found from wherever it is called
from backend.web.words import words_in  # noqa: E402 - as above

DOCS = Path(__file__).parent
LANGUAGES = ("fr", "en")
MARK = "<!-- What follows is printed: python docs/print_merchant_guide.py -->\n"

GROUPS = {
    "CLI": {"en": "Coming from Clictill", "fr": "Vous venez de Clictill"},
    "OCT": {"en": "Coming from Octave", "fr": "Vous venez d’Octave"},
    "GLO": {"en": "Coming from GlobalPos", "fr": "Vous venez de GlobalPos"},
    "INV": {
        "en": "Coming from an invoicing program",
        "fr": "Vous venez d’un logiciel de facturation",
    },
    "LSX": {"en": "Coming from Lightspeed Retail", "fr": "Vous venez de Lightspeed Retail"},
    "SW": {
        "en": "Where these systems contradict each other: what you choose",
        "fr": "Là où ces systèmes se contredisent\u202f: ce que vous choisissez",
    },
    "F": {"en": "What none of them has", "fr": "Ce qu’aucun d’eux n’a"},
}
HEADS = {
    "en": ("row", "what you did there", "where you do it here"),
    "fr": ("ligne", "ce que vous faisiez là-bas", "où vous le faites ici"),
}
HEADS_OF_OURS = {
    "SW": {"en": ("row", "the question", "where you choose"),
           "fr": ("ligne", "la question", "où vous choisissez")},
    "F": {"en": ("row", "what you have here", "where"),
          "fr": ("ligne", "ce que vous avez ici", "où")},
}  # fmt: skip
NEW = {"en": "*(could not be done)* ", "fr": "*(impossible là-bas)* "}
NOT_YET = {"en": "not yet", "fr": "pas encore"}

Table = Mapping[str, Any]


def main() -> int:
    """Print both guides anew."""
    for language in LANGUAGES:
        page = guide(language)
        by_hand, mark, _ = page.read_text(encoding="utf-8").partition(MARK)
        page.write_text(by_hand + mark + printed(language), encoding="utf-8")
    return 0


def guide(language: str) -> Path:
    """The guide in that language."""
    return DOCS / f"merchant.{language}.md"


def printed(language: str) -> str:
    """The tables of every system, in that language."""
    ledger = tomllib.loads((DOCS / "rows.toml").read_text(encoding="utf-8"))
    ours = tomllib.loads((DOCS / "merchant.toml").read_text(encoding="utf-8"))
    lines = [""]
    for group, title in GROUPS.items():
        lines += [f"## {title[language]}", "", *table(group, ledger, ours, language), ""]
    return "\n".join(lines).rstrip() + "\n"


def table(group: str, ledger: Table, ours: Table, language: str) -> Iterator[str]:
    """The rows of one system."""
    yield f"| {' | '.join(HEADS_OF_OURS.get(group, HEADS)[language])} |"
    yield "| --- | --- | --- |"
    for key, row in ledger.items():
        if key.rstrip("-0123456789") == group:
            there = ours["rows"][key].get(language, row["says"])
            new = NEW[language] if row.get("absent_there") else ""
            here = place(ours["rows"][key]["at"], ours["places"], language)
            if ours["rows"][key].get("soon"):
                here = NOT_YET[language]
            yield f"| {key} | {new}{cell(there)} | {cell(here)} |"


def place(at: str, places: Table, language: str) -> str:
    """A place in words, with the field of the form where one is named."""
    name, _, field = at.partition(":")
    said = str(places[name][language])
    if not field:
        return said
    return f"{said} › **{words_in(language).t(FIELDS[field][0])}**"


def cell(text: str) -> str:
    """Text that cannot break out of its table cell."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())

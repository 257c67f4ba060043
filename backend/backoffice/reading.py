"""What pages of the back office read again and again: where somebody stands, who somebody is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import Depends

from backend.api.callers import Caller
from backend.api.pages import LIMIT, Paging
from backend.db import Transaction, catalogue, shops, staff
from backend.db.shops import Store
from backend.services.points.explanations import nature_in_words
from backend.services.selling.tickets import amount, counted
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.words import Words
from loyalty.ids import ProgramId
from loyalty.program import Program, Unit, in_language, minor_units

_CURSOR_MAX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A program as a page shows it, with the stores that work with it."""

    program: Program
    stores: tuple[Store, ...]
    words: Words
    """The words in which the program speaks: those of the reader."""
    decimal_point: str

    @property
    def name(self) -> str:
        """As the reader reads it."""
        return in_language(self.program.name, self.words.language) or self.program.id

    def points(self, value: int) -> str:
        """So many points, or so much money, as the program counts."""
        return amount(self.words, self.program, value)

    def counted_points(self, value: int) -> str:
        """The same with its noun: "300 points", "3,00 €"."""
        return counted(self.words, self.program, value)

    @property
    def in_money(self) -> bool:
        """Whether a point is a cent, or whatever is the smallest of the currency (LSX-01)."""
        return self.program.unit is Unit.MONEY

    @property
    def currency(self) -> str:
        """Of the program."""
        return self.program.currency

    def counting(self, unit: Unit | None) -> "Standing":
        """The same, where a number is in that unit; None: as the program counts."""
        return replace(self, program=replace(self.program, unit=unit or self.program.unit))

    def typed(self, points: int | None) -> str:
        """As a form holds them: an amount where the program counts money; empty for none."""
        if points is None or not self.in_money:
            return "" if points is None else str(points)
        return self.price(points)

    def price(self, minor: int) -> str:
        """An amount as it is typed, without its currency: "12,50"."""
        units = minor_units(self.currency)
        digits = len(str(units)) - 1
        return f"{Decimal(minor) / units:.{digits}f}".replace(".", self.decimal_point)

    def read(self, form: Form, name: str) -> int | None:
        """Points as they were typed; None for none. Raises Refused."""
        if not self.in_money:
            return form.whole(name)
        return form.money(name, len(str(minor_units(self.currency))) - 1)

    def counted(self, text: str) -> int | str:
        """Points of a page's address; the text itself where it is no number of them."""
        try:
            found = Decimal(text.replace(",", ".")) * (
                minor_units(self.currency) if self.in_money else 1
            )
        except InvalidOperation:
            return text
        return int(found) if found.is_finite() and found == found.to_integral_value() else text


def price_codes(tx: Transaction, program: Program) -> dict[str, str]:
    """The price codes there are, with their names: those of the catalogue, and those of the rules.

    The rules may speak of one of which the catalogue has no prices.
    """
    rules = [program.only, *(rule.only for rule in program.earning)]
    named = {code for only in rules for code in only.price_codes}
    found = {book.id: book.name for book in catalogue.books(tx)}
    return found | {code: code for code in sorted(named - found.keys())}


def paging(page: Page, limit: int = LIMIT) -> Paging:
    """Where in a list the reader is."""
    cursor = page.request.query_params.get("cursor", "")
    return Paging(cursor=cursor[:_CURSOR_MAX], limit=limit)


def words_of(page: Page) -> Words:
    """The words of programs and explanations, in the reader's language."""
    return Words(page.words.language)


def standing(tx: Transaction, page: Page, wanted: str = "") -> Standing:
    """The program that is asked for, else the one of the reader's store, else of the first."""
    stores = shops.stores(tx)
    place = page.caller.store or stores[0]
    known = {store.program: store for store in stores}
    which = ProgramId(wanted) if wanted in known else place.program
    program = shops.program(tx, which)
    assert program is not None, "a store has a program"
    return Standing(
        program=program,
        stores=tuple(store for store in stores if store.program == which),
        words=words_of(page),
        decimal_point=page.words.decimal_point,
    )


def known_programs(tx: Transaction, page: Page, wanted: Iterable[str]) -> dict[str, Standing]:
    """Programs as the reader reads them by their id; one too that no store works with any more."""
    here, stores = standing(tx, page), shops.stores(tx)
    found = {each: shops.program(tx, ProgramId(each)) for each in dict.fromkeys(wanted)}
    return {
        each: replace(
            here, program=program, stores=tuple(one for one in stores if one.program == each)
        )
        for each, program in found.items()
        if program is not None
    }


def names_apart(programs: Mapping[str, Standing]) -> dict[str, str]:
    """What those programs are called; of silos of one program, each with its stores (SW-11)."""
    called = [known.name for known in programs.values()]
    return {
        each: known.name
        if called.count(known.name) == 1
        else " · ".join((known.name, *(store.name for store in known.stores)))
        for each, known in programs.items()
    }


def at_a_store(page: Page, store: Store) -> Caller:
    """The reader as if they stood in that store, unless they stand in one."""
    return page.caller if page.caller.store is not None else replace(page.caller, store=store)


def names_of_staff(tx: Transaction) -> Callable[[str | None], str]:
    """What tells `staff:ID` and the like as a name."""
    # Entries and the audit log write the same person with another sign between.
    known = {
        f"staff{sign}{person.id}": person.name for person in staff.everybody(tx) for sign in ":-"
    }
    return lambda actor: known.get(actor or "", actor or "")


def natures_of(here: Standing) -> list[tuple[str, str]]:
    """The reasons to choose from for points by hand, each with its words; none: any may be said."""
    found = here.program.adjustments.natures
    return [(each, nature_in_words(each, here.words)) for each in found]


async def _uploaded(form: StaffForm) -> bytes:
    return await form.file("file")


Uploaded = Annotated[bytes, Depends(_uploaded)]
"""The file that a form carries as `file`; empty when none was chosen."""


def months(page: Page) -> tuple[tuple[int, str], ...]:
    """The months of the year, by number, as the reader says them."""
    return tuple(enumerate(page.words.months(), start=1))

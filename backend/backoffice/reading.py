"""What pages of the back office read again and again: where somebody stands, who somebody is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends

from backend.api.callers import Caller
from backend.api.pages import LIMIT, Paging
from backend.db import Transaction, shops, staff
from backend.db.shops import Store
from backend.services.selling.tickets import amount
from backend.web.page import Page, StaffForm
from backend.words import Words
from loyalty.ids import ProgramId
from loyalty.program import Program, in_language

_CURSOR_MAX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A program as a page shows it, with the stores that work with it."""

    program: Program
    stores: tuple[Store, ...]
    words: Words
    """The words in which the program speaks: those of the reader."""

    @property
    def name(self) -> str:
        """As the reader reads it."""
        return in_language(self.program.name, self.words.language) or self.program.id

    def points(self, value: int) -> str:
        """So many points, or so much money, as the program counts."""
        return amount(self.words, self.program, value)


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
    )


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


async def _uploaded(form: StaffForm) -> bytes:
    return await form.file("file")


Uploaded = Annotated[bytes, Depends(_uploaded)]
"""The file that a form carries as `file`; empty when none was chosen."""


def months(page: Page) -> tuple[tuple[int, str], ...]:
    """The months of the year, by number, as the reader says them."""
    return tuple(enumerate(page.words.months(), start=1))

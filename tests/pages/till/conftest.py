"""A cashier at the till of a baker's shop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.rights import Role
from tests.pages.till.place import RULES, Till
from tests.pages.visit import Visit
from tests.support.server import Company, company
from tests.support.staff import at_work


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    """A shop where points pay, under the program of the tests of the counter."""
    with company(f"sqlite:///{tmp_path}/loyalty.db", program=RULES) as made:
        yield made


@pytest.fixture
def till(visit: Visit) -> Till:
    """A cashier at the till of a shop that sells bread, cake, and a card that costs two euros."""
    made = Till(visit=visit, owner=at_work(visit.shop))
    for code, name, price, family in (
        ("PAIN", "Pain de campagne", 4_00, "Pains"),
        ("GATEAU", "Gâteau aux noix", 18_00, "Pâtisserie"),
        ("CARTE", "Carte en bois", 2_00, "Divers"),
    ):
        body = {"name": name, "price": price, "family": family, "earns": code != "CARTE"}
        made.ask("PUT", f"/products/{code}", body)
    made.ask(
        "PUT",
        "/card-types/wood",
        {"name": "Carte bois", "paid": True, "article": "CARTE", "days": 365},
    )
    visit.as_staff(Role.CASHIER)
    return made

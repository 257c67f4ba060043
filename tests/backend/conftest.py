"""A shop, its backend, a kiosk and a till, in this process."""

from collections.abc import Iterator

import pytest
import requests

from loyalty.document import read_program
from tests.support.facts import Journal, Kiosk
from tests.support.server import PROGRAM, Company, Connected, company, connected, in_process


@pytest.fixture
def shop() -> Iterator[Company]:
    with company() as made:
        yield made


@pytest.fixture
def session(shop: Company) -> Iterator[requests.Session]:
    with in_process(shop.app) as made:
        yield made


@pytest.fixture
def line(shop: Company, session: requests.Session) -> Iterator[Connected]:
    with connected(shop, session=session) as made:
        yield made


@pytest.fixture
def kiosk(line: Connected) -> Kiosk:
    return Kiosk(claimed=line.claimed, program=read_program(PROGRAM))


@pytest.fixture
def journal() -> Journal:
    return Journal()

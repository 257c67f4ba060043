"""The pictures of the pages leave none out."""

import re
from collections.abc import Iterator

from backend.backoffice import AREAS as OFFICE
from backend.portal import AREAS as PORTAL
from backend.shop import AREAS as SHOP
from backend.till import AREAS as TILL
from backend.web.routes import PageRoute
from tests.pages.every import PAGES

_FILES = ("/office/gifts/pictures/{picture}", "/office/products/export", "/shop/loyalty.js")
"""What is loaded, not looked at."""


def test_every_page_of_the_server_is_among_the_pictures() -> None:
    taken = {re.sub(r"\{\w+\}", "some", path.partition("?")[0]) for path in PAGES}
    pages = [route for route in _pages() if route.path not in _FILES]
    assert "/office/members/{member}" in {route.path for route in pages}
    missing = [
        route.path for route in pages if not any(map(route.path_regex.fullmatch, sorted(taken)))
    ]
    assert missing == []


def _pages() -> Iterator[PageRoute]:
    for area in (*OFFICE, *PORTAL, *SHOP, *TILL):
        for route in area.routes.routes:
            if isinstance(route, PageRoute) and "GET" in (route.methods or ()):
                yield route

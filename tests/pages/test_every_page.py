"""The pictures of the pages leave none out."""

import re
from typing import TypeGuard

from starlette.routing import BaseRoute

from backend.web.routes import PageRoute
from tests.pages.every import PAGES
from tests.support.server import Company

_FILES = ("/office/gifts/pictures/{picture}", "/office/products/export", "/shop/loyalty.js")
"""What is loaded, not looked at."""


def test_every_page_of_the_server_is_among_the_pictures(shop: Company) -> None:
    taken = {re.sub(r"\{\w+\}", "some", path.partition("?")[0]) for path in PAGES}
    missing = [
        route.path
        for route in shop.app.routes
        if _is_page(route) and not any(route.path_regex.match(path) for path in taken)
    ]
    assert missing == []


def _is_page(route: BaseRoute) -> TypeGuard[PageRoute]:
    return (
        isinstance(route, PageRoute) and "GET" in (route.methods or ()) and route.path not in _FILES
    )

"""Where the back office begins: what happened lately, and what waits for somebody."""

from fastapi.responses import Response

from backend.backoffice.office import OfficePage, show
from backend.web.page import AnyPage
from backend.web.routes import page_routes

routes = page_routes()


@routes.get("/")
def root(page: AnyPage) -> Response:
    """Whoever comes without a path is of the shop: customers come by links."""
    return page.go("/office")


@routes.get("/office")
def home(page: OfficePage) -> Response:
    """The first page after signing in."""
    return show(page, "home.html")

"""The two pages that open a server: its first owner, and a password chosen by a link.

They are clients of the public API like any other. Nothing in them is from elsewhere, and nothing is
written into the page by the server, so that the policy can forbid all but our own files.
"""

from importlib import resources

from fastapi import APIRouter
from fastapi.responses import Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_KINDS = {"html": "text/html", "js": "text/javascript", "css": "text/css"}

routes = APIRouter(include_in_schema=False)


@routes.get("/first-run")
def first_run() -> Response:
    """Become the owner of a new server."""
    return _file("html")


@routes.get("/password")
def password() -> Response:
    """Choose a password with the link of an invitation."""
    return _file("html")


@routes.get("/door/door.js")
def script() -> Response:
    """What the pages do."""
    return _file("js")


@routes.get("/door/door.css")
def style() -> Response:
    """How they look."""
    return _file("css")


def _file(ending: str) -> Response:
    body = (resources.files("backend") / "templates" / "door" / f"door.{ending}").read_bytes()
    return Response(
        body,
        media_type=f"{_KINDS[ending]}; charset=utf-8",
        headers={"Content-Security-Policy": POLICY},
    )

"""How the pages look: the shop's own colours, and the files that browsers fetch once.

The colours are those of the kiosk (`assets/theme.toml`), so that screen and pages are one product.
A file's address carries a hash of its content: a browser keeps it for good, and asks for another
address when it changes.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from backend.errors import Refused
from backend_client.schemas.problems import ProblemName

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_STATIC = Path(__file__).resolve().parents[1] / "static"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_FOR_GOOD = "public, max-age=31536000, immutable"

routes = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file for browsers."""

    body: bytes
    kind: str

    @property
    def mark(self) -> str:
        """What its address ends with."""
        return sha256(self.body).hexdigest()[:12]


@lru_cache(maxsize=1)
def files() -> dict[str, File]:
    """Every file by its name under /static/: our own, the kiosk's letters, and the colours."""
    found = {
        path.relative_to(_STATIC).as_posix(): File(body=path.read_bytes(), kind=_KINDS[path.suffix])
        for path in sorted(_STATIC.rglob("*"))
        if path.suffix in _KINDS
    }
    for path in sorted((_ASSETS / "fonts").iterdir()):
        if path.suffix in _KINDS:
            found[f"fonts/{path.name}"] = File(body=path.read_bytes(), kind=_KINDS[path.suffix])
    found["theme.css"] = File(body=_theme().encode(), kind=_KINDS[".css"])
    return found


def address(name: str) -> str:
    """The address of a file; it changes with its content."""
    return f"/static/{name}?{files()[name].mark}"


def brand() -> str:
    """The name above the door."""
    return str(_look()["brand"]["name"])


@routes.get("/static/{name:path}")
def static(name: str) -> Response:
    """A file that pages load. Raises Refused for a name that is none of them."""
    found = files().get(name)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such file")
    return Response(found.body, media_type=found.kind, headers={"Cache-Control": _FOR_GOOD})


@lru_cache(maxsize=1)
def _look() -> dict[str, dict[str, str]]:
    return tomllib.loads((_ASSETS / "theme.toml").read_text(encoding="utf-8"))


def _theme() -> str:
    """The colours as properties; strong ones for those who ask their browser for more contrast."""
    plain, strong = (_properties(_look()[name]) for name in ("colours", "high_contrast"))
    fonts = "".join(_face(name, weight) for name, weight in _FACES)
    return (
        f":root{{{plain}}}\n@media (prefers-contrast: more){{:root{{{strong}}}}}\n{fonts}"
        f'@font-face{{font-family:Icons;src:url("/static/fonts/Lucide.ttf");font-display:block}}\n'
    )


_FACES = (("Medium", 500), ("SemiBold", 600), ("Bold", 700))


def _face(name: str, weight: int) -> str:
    return (
        f"@font-face{{font-family:Inter;font-weight:{weight};font-display:swap;"
        f'src:local("Inter {name}"),url("/static/fonts/Inter-{name}.otf")}}\n'
    )


def _properties(colours: dict[str, str]) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in colours.items())

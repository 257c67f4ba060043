"""Ready programs to start from: one for each way of doing it that shops know."""

import json
from functools import lru_cache
from pathlib import Path

from backend_client.schemas.programs import PresetFound

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "programs"


def preset_names() -> tuple[str, ...]:
    """The names of the ready programs, which are those of their files."""
    return tuple(path.stem for path in _files())


def preset_document(name: str) -> str:
    """The document of the ready program of that name."""
    return (FOLDER / f"{name}.json").read_text("utf-8")


@lru_cache(maxsize=1)
def presets() -> tuple[PresetFound, ...]:
    """Every ready program, by id."""
    return tuple(_preset(path.read_text(encoding="utf-8")) for path in _files())


def _files() -> tuple[Path, ...]:
    found = sorted(FOLDER.glob("*.json"))
    return tuple(path for path in found if not path.name.endswith(".schema.json"))


def _preset(text: str) -> PresetFound:
    document = json.loads(text)
    return PresetFound(
        id=document["id"],
        name=document["name"],
        rule_in_words=document.get("rule_in_words", {}),
        document=document,
    )

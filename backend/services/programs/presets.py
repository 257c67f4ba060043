"""Ready programs to start from: one for each way of doing it that shops know."""

import json
from functools import lru_cache
from pathlib import Path

from backend_client.schemas import PresetFound

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "programs"


@lru_cache(maxsize=1)
def presets() -> tuple[PresetFound, ...]:
    """Every ready program, by id."""
    return tuple(
        _preset(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.json"))
        if not path.name.endswith(".schema.json")
    )


def _preset(text: str) -> PresetFound:
    document = json.loads(text)
    return PresetFound(
        id=document["id"],
        name=document["name"],
        rule_in_words=document.get("rule_in_words", {}),
        document=document,
    )

"""The guide for receivers: its example believes our signatures and no others."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.services.mailing.webhooks import sign
from backend_client.schemas.webhooks import EVENTS

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
AT = datetime(2026, 5, 31, 10, tzinfo=UTC)
BODY = b'{"type":"points.earn"}'


def is_genuine(*arguments: object) -> bool:
    """The example, as it is printed in the guide."""
    (text,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    printed: dict[str, Any] = {}
    exec(text, printed)  # noqa: S102 - our own page
    return bool(printed["is_genuine"](*arguments))


def test_the_example_believes_what_we_sign() -> None:
    assert is_genuine("secret", sign("secret", AT, BODY), BODY, AT.timestamp() + 299)


def test_the_example_believes_nothing_else() -> None:
    header = sign("secret", AT, BODY)
    assert not is_genuine("secret", header, BODY + b" ", AT.timestamp())
    assert not is_genuine("other", header, BODY, AT.timestamp())
    assert not is_genuine("secret", header, BODY, AT.timestamp() + 301)
    stamp = int(AT.timestamp())
    moved = header.replace(f"t={stamp}", f"t={stamp + 600}")
    assert not is_genuine("secret", moved, BODY, AT.timestamp() + 600)


def test_the_guide_names_all_news_there_are() -> None:
    for event in EVENTS:
        family, _, name = event.partition(".")
        assert event in PAGE or (f"`{family}." in PAGE and f"`.{name}`" in PAGE), event

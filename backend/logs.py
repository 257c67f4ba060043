"""Logs as one JSON object a line: what happened, never to whom."""

import json
import logging
import sys
from datetime import UTC, datetime

_OURS = "facts"


class JsonLines(logging.Formatter):
    """A record as one line of JSON; the facts passed as `extra` stand beside the event."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "from": record.name,
        }
        line |= getattr(record, _OURS, {})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def facts(**values: object) -> dict[str, dict[str, object]]:
    """What a log call passes as `extra`."""
    return {_OURS: values}


def set_up_logs() -> None:
    """Send everything to standard error, for the journal of the system to keep."""
    to_journal = logging.StreamHandler(sys.stderr)
    to_journal.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[to_journal], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)

"""Logs as one JSON object a line: what happened, never to whom."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

_OURS = "facts"

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""What all that is said in one request is found by; empty outside of requests."""


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
        line |= _said(record)
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _said(record: logging.LogRecord) -> dict[str, object]:
    """The facts of a record, and the request in which it was made."""
    request = request_id.get()
    return ({"request": request} if request else {}) | getattr(record, _OURS, {})


def facts(**values: object) -> dict[str, dict[str, object]]:
    """What a log call passes as `extra`."""
    return {_OURS: values}


class TextLines(logging.Formatter):
    """A record as a line for people: the event, then its facts."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = " ".join(f"{name}={value}" for name, value in _said(record).items())
        line = f"{record.levelname.lower()} {record.name} {record.getMessage()} {told}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up_logs(form: str = "json") -> None:
    """Send everything to standard error, for the journal of the system to keep."""
    to_journal = logging.StreamHandler(sys.stderr)
    to_journal.setFormatter(TextLines() if form == "text" else JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[to_journal], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)

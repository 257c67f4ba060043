"""The server's settings: `backend.toml`, checked as a whole. Everything in it may be left out.

What a merchant decides is not here: programs, words of mails, reminders are kept per company.
"""

import difflib
import ipaddress
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from backend.errors import CannotStart


class _Section(BaseModel):
    # Without the input: the text of an error is printed and logged, and a password is an input.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Encryption(StrEnum):
    """How the line to the mail server is kept private."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailServer(_Section):
    """The mail server that takes our mail: your provider's."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]+$")]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    encryption: Encryption = Encryption.STARTTLS
    user: str = ""
    password_file: Path | None = None
    """A file that only the server's user may read; its first line is the password."""
    authorities: Path | None = None
    """Certificates to trust beside the system's, for a mail server of your own."""
    sender: Annotated[str, Field(pattern=r"^[^@\s<>]+@[A-Za-z0-9.-]+$")]
    """The address that mail comes from."""
    timeout_s: Annotated[int, Field(ge=1, le=300)] = 20


def _network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


class Webhooks(_Section):
    """Where news may be sent."""

    allow: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """Private networks that may be reached, such as 10.1.0.0/16; none unless named here."""
    allow_http: bool = False
    """Whether a receiver may be without TLS."""
    timeout_s: Annotated[int, Field(ge=1, le=60)] = 10


class Jobs(_Section):
    """Work in the background."""

    in_server: bool = True
    """False where `python -m backend jobs run` is called by a timer of the system."""


class LogFormat(StrEnum):
    """How a line of the log is written."""

    JSON = "json"
    TEXT = "text"


class Logs(_Section):
    """What goes to standard error."""

    format: LogFormat = LogFormat.JSON


class Config(_Section):
    """All of `backend.toml`."""

    public_url: str = ""
    """How customers reach this server, such as https://fidelite.example; links in mails need it."""
    mail: MailServer | None = None
    webhooks: Webhooks = Webhooks()
    jobs: Jobs = Jobs()
    logs: Logs = Logs()

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("write it like https://fidelite.example")
        return url.rstrip("/")


def read_config(path: Path | None) -> Config:
    """The settings in `path`; the usual ones without. Raises CannotStart, naming the key."""
    if path is None:
        return Config()
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotStart(f"{path} cannot be read: {error}") from error
    try:
        return Config.model_validate(settings)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise CannotStart(f"{path}: {_explained(first)}") from error


def _explained(error: Any) -> str:  # noqa: ANN401 - pydantic's own dict
    place = [str(part) for part in error["loc"]]
    key = ".".join(place)
    if error["type"] != "extra_forbidden":
        return f"{key}: {error['msg']}"
    known = list(_model_at(place[:-1]).model_fields)
    close = difflib.get_close_matches(place[-1], known, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else f"one of {', '.join(known)}"
    return f"unknown key {key!r}; {remedy}"


def _model_at(section: list[str]) -> type[BaseModel]:
    sections: dict[str, type[BaseModel]] = {
        "mail": MailServer,
        "webhooks": Webhooks,
        "jobs": Jobs,
        "logs": Logs,
    }
    return sections[section[0]] if section else Config

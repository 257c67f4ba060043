"""What every message is made of."""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

API = "/v1"

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="A client-made id.")]
CardKey = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{64}$", description="HMAC-SHA-256 of the card's identifier, in hex."),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="ISO 639-1.")]
Points = Annotated[
    int,
    Field(
        ge=-(2**53), le=2**53, strict=True, description="Points, in the program's smallest unit."
    ),
]
Money = Annotated[int, Field(ge=-(10**12), le=10**12, strict=True, description="Minor units.")]


def _in_utc(at: datetime) -> datetime:
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError("no clock that works says that: years 1970 to 2999")
    return at.astimezone(UTC)


_FIRST_YEAR, _LAST_YEAR = 1970, 2999
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_in_utc),
    Field(description="RFC 3339, with its offset; kept in UTC."),
]


def _one_line(text: str) -> str:
    if any(unicodedata.category(c) in _UNWRITABLE for c in text):
        raise ValueError("write plain text, in one line")
    return text


def _prose(text: str) -> str:
    kept = text.replace("\r\n", "\n")
    if any(unicodedata.category(c) in _UNWRITABLE and c not in "\n\t" for c in kept):
        raise ValueError("write plain text")
    return kept


_UNWRITABLE = ("Cc", "Cs", "Zl", "Zp")
"""Control bytes, halves of letters, and separators: no screen shows them, some databases refuse."""

OneLine = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]
"""Text that a person typed into one field."""
Prose = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_prose)]
"""The same, over several lines."""


class Wire(BaseModel):
    """What every message is: frozen, and strict about unknown fields."""

    # Hidden input: the text of a validation error is logged, and must not carry a person's name.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Why(Wire):
    """What is wrong, for readers of other languages beside the English of it."""

    message_id: str = Field(
        default="", description="By which a translation is found, such as number.least."
    )
    arguments: dict[str, int | str] = Field(
        default_factory=dict, description="What fills the blanks of the translation."
    )


def rarely(default: Any, description: str, **limits: Any) -> Any:  # noqa: ANN401 - a field's default is of the field's type
    """A field that is sent only where it says something: who does not know it reads the rest."""
    return Field(
        default=default,
        description=description,
        exclude_if=lambda value: bool(value == default),
        **limits,
    )

"""What a browser sends back: fields read into the messages of the API, mistakes told by field."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import TracebackType
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData, UploadFile

from backend.api.problems import problem_of
from backend.errors import Refused
from backend.web.refusals import of_field, why
from backend.web.words import PageWords, later
from backend_client.schemas.problems import PROBLEM, ProblemName
from loyalty.errors import LoyaltyError

Model = TypeVar("Model", bound=BaseModel)
CSRF_FIELD = "csrf"
_FIELDS_MAX = 2_000
_SAYS: Mapping[str, str] = {
    "missing": later("Fill this in"),
    "string_too_short": later("Fill this in"),
    "string_too_long": later("At most {max_length} characters"),
    "string_pattern_mismatch": later("This is not written as it should be"),
    "int_parsing": later("Write a whole number"),
    "int_from_float": later("Write a whole number"),
    "int_type": later("Write a whole number"),
    "decimal_parsing": later("Write a number"),
    "greater_than_equal": later("At least {ge}"),
    "greater_than": later("More than {gt}"),
    "less_than_equal": later("At most {le}"),
    "less_than": later("Less than {lt}"),
    "enum": later("Choose one of the list"),
    "literal_error": later("Choose one of the list"),
    "datetime_parsing": later("This is not a date"),
    "datetime_from_date_parsing": later("This is not a date"),
    "date_from_datetime_parsing": later("This is not a date"),
    "date_parsing": later("This is not a date"),
    "too_short": later("Choose at least {min_length}"),
    "too_long": later("At most {max_length}"),
}
_ELSE = later("This cannot be used as it is")
_TITLE = later("Something is missing or mistyped")


@dataclass(slots=True)
class Wrong:
    """What is wrong with a form: in one field, or as a whole."""

    fields: dict[str, str] = field(default_factory=dict)
    """The sentence for a field, by its dotted name."""
    title: str = ""
    detail: str = ""
    """Why, in the reader's language."""

    def __bool__(self) -> bool:
        return bool(self.fields or self.title)

    @property
    def in_one_line(self) -> str:
        """For a page that has no such form to show: what is wrong, and why."""
        reasons = dict.fromkeys((self.detail, *self.fields.values()))
        return f"{self.title}. {' · '.join(reason for reason in reasons if reason)}".strip()


class Form:
    """The fields that were sent; it keeps what was typed, so that no mistake costs a word."""

    def __init__(self, sent: FormData, words: PageWords) -> None:
        self._sent, self._words = sent, words
        self.wrong = Wrong()

    def text(self, name: str, otherwise: str = "") -> str:
        """What was typed, without the spaces around it."""
        value = self._sent.get(name, otherwise)
        return value.strip() if isinstance(value, str) else otherwise

    def secret(self, name: str) -> str:
        """A password, exactly as it was typed."""
        value = self._sent.get(name, "")
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """Whether the box was ticked."""
        return self.text(name) not in ("", "0", "off", "false")

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may come several times."""
        return tuple(
            value for value in self._sent.getlist(name) if isinstance(value, str) and value
        )

    def whole(self, name: str) -> int | None:
        """A whole number; None when it is left out. Raises Refused."""
        text = self.text(name).replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        if not text:
            return None
        try:
            return int(text)
        except ValueError:
            raise self.mistake(name, "Write a whole number") from None

    def money(self, name: str, digits: int = 2) -> int | None:
        """An amount, with comma or point, in minor units; None when left out. Raises Refused."""
        text = self.text(name).replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", ".")
        if not text:
            return None
        try:
            minor = Decimal(text).scaleb(digits)
        except InvalidOperation:
            raise self.mistake(name, "Write an amount, such as 12,50") from None
        if not minor.is_finite() or minor != minor.to_integral_value():
            raise self.mistake(name, "Write an amount, such as 12,50")
        return int(minor)

    def moment(self, name: str, zone: ZoneInfo) -> datetime | None:
        """A day, or a day and a time, in the shop's zone; None when left out. Raises Refused."""
        text = self.text(name)
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=zone)
        except ValueError:
            raise self.mistake(name, "This is not a date") from None

    async def file(self, name: str) -> bytes:
        """The file that was chosen; empty when there is none."""
        chosen = self._sent.get(name)
        return await chosen.read() if isinstance(chosen, UploadFile) else b""

    def names(self) -> tuple[str, ...]:
        """Every field that came, each once."""
        return tuple(dict.fromkeys(self._sent))

    def into(self, model: type[Model], **values: object) -> Model:
        """The message made of the fields that were filled in, and of `values`, which come first.

        A dotted name is a field inside another: `only.town`. A field of several values is a list
        where its name ends with `[]`. One that begins with `page.` is for the page alone.
        Raises ValidationError.
        """
        body: dict[str, Any] = {}
        for name in self.names():
            if name != CSRF_FIELD and not name.startswith("page."):
                self._put(body, name)
        return model.model_validate(body | values)

    def _put(self, body: dict[str, Any], name: str) -> None:
        value: object = list(self.many(name)) if name.endswith("[]") else self.text(name)
        if value in ("", []):
            return
        *outer, last = name.removesuffix("[]").split(".")
        for part in outer:
            body = body.setdefault(part, {})
        body[last] = value

    def mistake(self, name: str, said: str) -> Refused:
        """To be raised: what is wrong with a field."""
        self.wrong.fields[name] = self._words.t(said)
        return Refused(ProblemName.INVALID, f"{name}: {said}")

    def attempt(self) -> "Attempt":
        """What is refused inside is kept in `wrong`, for the page to show it and go on."""
        return Attempt(self, self._words)


class Attempt:
    """A deed that may be refused; see `Form.attempt`."""

    def __init__(self, form: Form, words: PageWords) -> None:
        self._form, self._words = form, words

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        wrong = self._form.wrong
        if isinstance(error, ValidationError):
            wrong.title = self._words.t(_TITLE)
            for each in error.errors(include_url=False, include_input=False):
                wrong.fields[_field(each)] = self._say(each)
            # What is wrong with several fields together stands at one of them, or above all.
            wrong.detail = wrong.fields.pop("", "")
        elif isinstance(error, (Refused, LoyaltyError)):
            self._tell(error)
        else:
            return False
        return True

    def _tell(self, error: Refused | LoyaltyError) -> None:
        wrong, words = self._form.wrong, self._words
        if wrong.fields:
            wrong.title = words.t(_TITLE)
            return
        said = problem_of(error)
        # "Against the contract" is for who writes a program; here it is a field, or a rule.
        invalid = said.type == PROBLEM + ProblemName.INVALID
        wrong.title = words.t(_TITLE if invalid else said.title)
        if isinstance(error, Refused):
            for each in error.errors:
                wrong.fields[each["field"]] = of_field(each, words)
        if not wrong.fields:
            # Else each field says it, with the way to it.
            wrong.detail = why(error, words, title=wrong.title)

    def _say(self, error: ErrorDetails) -> str:
        if error["type"] == "value_error":
            told = self._words.known(_reason(error)) or self._words.t(_ELSE)
            return told.removeprefix(f"{_field(error)}: ")
        return self._words.t(_SAYS.get(error["type"], _ELSE), **error.get("ctx", {}))


def _field(error: ErrorDetails) -> str:
    """Where the fault stands: of fields that do not fit together, the one that is named first."""
    if not error["loc"] and error["type"] == "value_error":
        name, colon, _ = _reason(error).partition(": ")
        return name if colon and name.isidentifier() else ""
    return ".".join(str(part) for part in error["loc"])


def _reason(error: ErrorDetails) -> str:
    return str(error["ctx"]["error"])


async def _sent(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_fields=_FIELDS_MAX) as form:
        yield form


Sent = Annotated[FormData, Depends(_sent)]

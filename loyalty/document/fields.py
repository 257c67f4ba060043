"""What every part of a program document is made of: its strictness, its names and its numbers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loyalty.errors import ProgramRefused
from loyalty.program import Validity
from loyalty.sentences import say

MOST = 10**9
"""More points or cents than any shop gives: a number beyond it is a slip of the finger."""

_Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_LongText = Annotated[str, Field(min_length=1, max_length=4000)]
Words = dict[_Language, _Text]
LongWords = dict[_Language, _LongText]
Name = Annotated[Words, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Codes = frozenset[Code]
Settings = dict[Code, str | int]


class Document(BaseModel):
    """A part of the document: an unknown field is an error, and nothing is guessed from a type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ValidityDocument(Document):
    """How long, to the end of the last local day: months first, then days."""

    months: int = Field(default=0, ge=0, le=240, description="Months, added first.")
    days: int = Field(default=0, ge=0, le=7300, description="Days, added after the months.")

    def built(self, field: str) -> Validity:
        """The validity. Raises ProgramRefused when it says no time at all."""
        if not self.months and not self.days:
            raise ProgramRefused(field, say("validity.empty"))
        return Validity(months=self.months, days=self.days)

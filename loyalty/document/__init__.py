"""Program ↔ JSON document: checked, with errors that name the field and the remedy.

The only part of the domain that uses pydantic: a program is written by people.
"""

from typing import Any

from pydantic import ValidationError

from loyalty.document.program import ProgramDocument
from loyalty.document.remedies import refusal
from loyalty.document.writing import FORMAT, write_program
from loyalty.program import Program

__all__ = ["FORMAT", "json_schema", "read_program", "write_program"]


def read_program(text: str | bytes) -> Program:
    """The program that a JSON document describes.

    Raises ProgramRefused with the field, such as ``rewards.2.cost``, and what to write there.
    """
    try:
        return ProgramDocument.model_validate_json(text).program()
    except ValidationError as error:
        raise refusal(error) from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a program document; assets/programs/program.schema.json holds it."""
    return ProgramDocument.model_json_schema()

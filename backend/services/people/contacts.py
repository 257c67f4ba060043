"""How people are reached and named, cleaned before it is kept or looked up."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from backend.errors import Refused
from backend_client.schemas.problems import ProblemName

COUNTRY = "FR"
"""In which a national number is read when nobody says where."""


def phone(typed: str, country: str = "") -> str:
    """The number as E.164: "06 12 34 56 78" is +33612345678. Raises Refused."""
    try:
        number = phonenumbers.parse(typed, country or COUNTRY)
    except NumberParseException as error:
        raise _refused() from error
    if number.extension or not phonenumbers.is_valid_number(number):
        raise _refused()
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refused() -> Refused:
    return Refused(
        ProblemName.PHONE_REFUSED, "write it with its country, such as +33 6 12 34 56 78"
    )

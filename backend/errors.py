"""What the backend says no to, and what keeps it from working.

Refused        a request is refused, with the problem's name: nothing was written
DatabaseBusy   the database was locked for too long: come back
CannotStart    a command cannot do its work: one line for the person who typed it
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from backend_client.schemas.problems import ProblemName
from loyalty.errors import LoyaltyError
from loyalty.sentences import Sentence

STATUS = {
    ProblemName.INVALID: (422, "The request is against the contract"),
    ProblemName.MALFORMED: (400, "The body is not JSON in UTF-8"),
    ProblemName.TOO_LARGE: (413, "The body is too large"),
    ProblemName.MEDIA_TYPE: (415, "The body is not of the kind that is taken here"),
    ProblemName.NOT_FOUND: (404, "There is no such thing"),
    ProblemName.METHOD: (405, "This method is not for this address"),
    ProblemName.NOT_AUTHORISED: (401, "The token is missing, unknown or revoked"),
    ProblemName.NOT_ALLOWED: (403, "The token is not for this"),
    ProblemName.CLAIM_CODE: (403, "The claim code is unknown, used or too old"),
    ProblemName.ID_REUSED: (409, "The id stands for other content"),
    ProblemName.CODE_TAKEN: (409, "The voucher code is taken"),
    ProblemName.ABANDONED: (409, "The redemption was abandoned"),
    ProblemName.CARD_BLOCKED: (409, "The card is blocked"),
    ProblemName.CARD_TAKEN: (409, "The card is in use"),
    ProblemName.CARD_EXPIRED: (409, "The card is not valid now"),
    ProblemName.CARD_RANDOM: (422, "The card has no number of its own"),
    ProblemName.CARD_NOT_OFFERED: (409, "There is no card for this phone"),
    ProblemName.VERSION: (409, "It was changed meanwhile"),
    ProblemName.NAME_REFUSED: (422, "This name cannot be written down"),
    ProblemName.PHONE_REFUSED: (422, "This is not a telephone number"),
    ProblemName.ADJUSTMENT_REFUSED: (422, "The program does not allow this adjustment"),
    ProblemName.VALUE_DATE: (403, "This value date cannot be chosen"),
    ProblemName.OWN_POINTS: (403, "Nobody gives points to themselves"),
    ProblemName.EARN_ONLY: (409, "The card earns and cannot spend"),
    ProblemName.HOUSEHOLD_CAP: (409, "The card has spent all it may today"),
    ProblemName.MERGED: (409, "The record is part of another merge"),
    ProblemName.HOUSEHOLD: (409, "The household does not allow it"),
    ProblemName.ASSURANCE: (409, "So much cannot be spent with this kind of card"),
    ProblemName.CODE_WRONG: (403, "The code is wrong or too old"),
    ProblemName.TOO_MANY_CODES: (429, "Too many codes were asked for today"),
    ProblemName.LINK_USED: (409, "Somebody has used the link"),
    ProblemName.CLOCK_OFF: (422, "The time is too far from the server's"),
    ProblemName.CURRENCY: (422, "The currency is not the program's"),
    ProblemName.NOT_ENOUGH_POINTS: (409, "The account holds too few points"),
    ProblemName.REWARD_UNAVAILABLE: (409, "The program does not offer this reward"),
    ProblemName.CODE_MISTYPED: (422, "The voucher code is mistyped"),
    ProblemName.VOUCHER_UNKNOWN: (404, "There is no such voucher"),
    ProblemName.VOUCHER_REDEEMED: (409, "The voucher was already redeemed"),
    ProblemName.VOUCHER_VOIDED: (409, "The voucher was cancelled"),
    ProblemName.VOUCHER_EXPIRED: (409, "The voucher has expired"),
    ProblemName.TOO_LATE: (409, "It is too late for that"),
    ProblemName.TOO_MANY: (429, "Too many requests with this key"),
    ProblemName.EMAIL_REFUSED: (422, "This is not an e-mail address"),
    ProblemName.NO_EMAIL: (409, "No e-mail address of the member is known"),
    ProblemName.HOST: (421, "The server does not answer under this name"),
    ProblemName.SIGN_IN: (401, "The address or the password is wrong"),
    ProblemName.LOCKED: (429, "Too many wrong tries"),
    ProblemName.LINK: (403, "The link is unknown, used or too old"),
    ProblemName.LAST_OWNER: (409, "The company would have no owner"),
    ProblemName.DECIDED: (409, "Somebody has decided already"),
    ProblemName.TWO_PERSONS: (403, "A second person must decide"),
    ProblemName.TERMINAL_PAUSED: (403, "The terminal is paused"),
    ProblemName.CHANGED_SINCE: (412, "It was changed meanwhile"),
    ProblemName.IN_USE: (409, "Something else still needs it"),
    ProblemName.SOLD_OUT: (409, "None is left in this store"),
    ProblemName.MEMBER_LIMIT: (409, "The member has had it as often as allowed"),
    ProblemName.EXTENSION: (409, "A rule of the program is not installed on the server"),
    ProblemName.PROGRAM_REFUSED: (422, "The program's document cannot be used"),
    ProblemName.BUSY: (503, "The server is busy"),
    ProblemName.INTERNAL: (500, "The server made a mistake"),
}
"""Status and title of every problem there is."""


class Refused(Exception):
    """A request is refused; nothing was written."""

    def __init__(self, name: ProblemName, detail: str = "", **members: object) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.detail = detail
        self.members = members

    @property
    def errors(self) -> Sequence[Mapping[str, Any]]:
        """The fields that are wrong, each as `told` says it; none where it is about no field."""
        found = self.members.get("errors", ())
        return found if isinstance(found, list) else ()

    @classmethod
    def at(cls, field: str, message: str, name: ProblemName = ProblemName.INVALID) -> Self:
        """What one field says cannot be: `message` is what to write there instead."""
        return cls(name, f"{field}: {message}", errors=[told(field, message)])


def phrase(text: str, /, **arguments: int | str) -> Sentence:
    """A sentence of the backend's own: its id is its English, as in every catalogue of words."""
    return Sentence.of(text, text, arguments)


def told(field: str, message: str) -> dict[str, Any]:
    """A field and what is wrong there, as an answer says it: see `FieldError`."""
    return {"field": field, "message": str(message), **translated_by(message)}


def translated_by(message: str) -> dict[str, Any]:
    """The id and the arguments by which other languages say it: see `Why`."""
    if isinstance(message, Sentence):
        return {"message_id": message.message, "arguments": dict(message.arguments)}
    return {"message_id": message, "arguments": {}}


def why(error: Refused | LoyaltyError) -> str:
    """Why a row or a line is refused."""
    return error.said if isinstance(error, LoyaltyError) else error.detail or str(error)


class DatabaseBusy(Exception):
    """Others held the database for longer than a caller may wait; nothing was written."""


class CannotStart(Exception):
    """A command cannot do its work: one line that says why and what to do."""

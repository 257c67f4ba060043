"""Every error, in one format."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Problem(BaseModel):
    """RFC 9457. `type` ends in the machine-readable name; other members depend on it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str = Field(description="urn:loyalty:problem:NAME")
    title: str
    status: int
    detail: str = ""
    instance: str = Field(default="", description="urn:loyalty:request:ID, for support to find.")


PROBLEM = "urn:loyalty:problem:"


class ProblemName(StrEnum):
    """What a problem's `type` ends in; other members of the problem are named beside it."""

    INVALID = "invalid"
    """Against the contract: `errors` lists `field` and `message`."""
    MALFORMED = "malformed"
    """Not JSON in UTF-8."""
    TOO_LARGE = "too-large"
    MEDIA_TYPE = "media-type"
    NOT_FOUND = "not-found"
    METHOD = "method-not-allowed"
    NOT_AUTHORISED = "not-authorised"
    NOT_ALLOWED = "not-allowed"
    """The token is good, but not for this."""
    CLAIM_CODE = "claim-code"
    """Unknown, used or too old."""
    ID_REUSED = "id-reused"
    """The id stands for other content."""
    CODE_TAKEN = "code-taken"
    ABANDONED = "redemption-abandoned"
    CARD_BLOCKED = "card-blocked"
    CLOCK_OFF = "clock-off"
    CURRENCY = "currency-mismatch"
    NOT_ENOUGH_POINTS = "not-enough-points"
    """`missing`: points."""
    REWARD_UNAVAILABLE = "reward-unavailable"
    CODE_MISTYPED = "code-mistyped"
    VOUCHER_UNKNOWN = "voucher-unknown"
    VOUCHER_REDEEMED = "voucher-redeemed"
    """`at`, `place`: of the first redemption."""
    VOUCHER_VOIDED = "voucher-voided"
    VOUCHER_EXPIRED = "voucher-expired"
    """`expired_at`."""
    TOO_LATE = "too-late"
    """What is asked is not possible any more: see `detail`."""
    TOO_MANY = "too-many-requests"
    """Come back after Retry-After seconds."""
    EMAIL_REFUSED = "email-refused"
    """`flaw`: empty, too_long, unreadable or shape."""
    HOST = "host"
    """The server does not answer under this name."""
    SIGN_IN = "sign-in-refused"
    """Address or password: which of them is not said."""
    LOCKED = "locked"
    """Too many wrong tries: come back after Retry-After seconds."""
    LINK = "link"
    """Unknown, used or too old."""
    LAST_OWNER = "last-owner"
    """Somebody must remain who can let others in."""
    DECIDED = "already-decided"
    TWO_PERSONS = "two-persons"
    """Nobody approves what they asked for themselves."""
    TERMINAL_PAUSED = "terminal-paused"
    CHANGED_SINCE = "changed-since"
    """Somebody else has changed it: read it again."""
    IN_USE = "in-use"
    """Something else needs it: `detail` names it."""
    SOLD_OUT = "sold-out"
    """No piece of the gift is left in this store."""
    MEMBER_LIMIT = "member-limit"
    """`times`: how often each member may have it."""
    PROGRAM_REFUSED = "program-refused"
    """The document says something impossible: `errors` lists `field` and `message`."""
    BUSY = "busy"
    """Come back after Retry-After seconds."""
    INTERNAL = "internal"

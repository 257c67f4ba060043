"""Staff: people at work, their sessions, tokens and PINs."""

from typing import Annotated, Literal

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Wire

RoleName = Annotated[
    Literal["cashier", "manager", "owner"],
    Field(description="cashier: the counter; manager: day by day; owner: everything."),
]
PersonName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
EmailText = Annotated[str, Field(min_length=3, max_length=254)]
Password = Annotated[
    str,
    Field(
        min_length=10,
        max_length=200,
        description="At least 10 characters; nothing else is asked of it.",
    ),
]
Secret = Annotated[str, Field(min_length=1, max_length=200)]
Pin = Annotated[str, Field(pattern=r"^[0-9]{6,8}$", description="6 to 8 digits.")]
CompanyId = Annotated[
    str, Field(default="", max_length=64, description="Needed where a server has several.")
]


class StaffAnswer(Wire):
    """Somebody of the staff."""

    id: Id
    name: str
    email: str
    role: RoleName
    store: Id | None = Field(description="Where they work; null for every store.")
    member: Id | None = Field(description="Who they are as a customer.")
    active: bool
    invited: bool = Field(description="True until they have chosen a password.")
    has_pin: bool
    locked_until: Instant | None = Field(description="After too many wrong passwords.")
    created_at: Instant


class StaffList(Wire):
    """Everybody, by name."""

    staff: tuple[StaffAnswer, ...]


class NewStaff(Wire):
    """Somebody to let in; they choose their password by the link of the invitation."""

    id: Id
    name: PersonName
    email: EmailText
    role: RoleName
    store: Id | None = None
    member: Id | None = None


class StaffChange(Wire):
    """What is to be changed; what is left out stays."""

    name: PersonName | None = None
    role: RoleName | None = None
    store: Id | None = Field(default=None, description="null: every store.")
    member: Id | None = None
    active: bool | None = Field(default=None, description="false shuts them out at once.")


class InvitationAnswer(Wire):
    """A link to choose a password with, once."""

    staff: Id
    link: str = Field(description="The token to send to POST /v1/password; shown once.")
    mailed: bool = Field(description="Whether it was also sent by mail.")


class SignIn(Wire):
    """Address and password."""

    company: CompanyId
    email: EmailText
    password: Secret


class SessionAnswer(Wire):
    """Who is signed in; the session itself is in a cookie."""

    staff: StaffAnswer
    company: Id
    rights: tuple[str, ...]
    csrf: str = Field(description="Send it as X-CSRF-Token with everything but GET.")
    ends_at: Instant


class OpenSession(Wire):
    """A browser's session, or a token for a program."""

    id: Id
    kind: Literal["session", "token"]
    name: str
    created_at: Instant
    seen_at: Instant
    ends_at: Instant


class OpenSessions(Wire):
    """Every way in that somebody has opened."""

    sessions: tuple[OpenSession, ...]


class NewToken(Wire):
    """A token for a program that works in one's own name."""

    name: PersonName
    days: int = Field(default=90, ge=1, le=366, strict=True, description="Days it is good for.")


class TokenAnswer(Wire):
    """The token, which cannot be read again."""

    session: OpenSession
    token: str


class PasswordReset(Wire):
    """Somebody forgot their password."""

    company: CompanyId
    email: EmailText


class PasswordChoice(Wire):
    """Whoever has a link chooses a password."""

    link: Secret
    password: Password


class PasswordForgotten(Wire):
    """Somebody at work who cannot sign in any more."""

    email: EmailText
    company: CompanyId


class PasswordChange(Wire):
    """Another password for oneself."""

    old: Secret
    new: Password


class PinChange(Wire):
    """The PIN to type on a kiosk; null for none."""

    pin: Pin | None


class StaffUnlock(Wire):
    """Somebody of the staff typed their PIN at a kiosk."""

    staff: Id
    pin: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="HMAC-SHA-256 (key: the card secret) of `pin:` and the PIN, in hex.",
    )


class StaffUnlocked(Wire):
    """Who works at the kiosk now, and with what the kiosk asks in their name meanwhile."""

    staff: Id
    name: str
    rights: tuple[str, ...] = Field(description="Of theirs, what a kiosk is good for.")
    session: Id
    token: str
    ends_at: Instant


class Done(Wire):
    """It is done."""

    done: Literal[True] = True


class FirstRunAnswer(Wire):
    """Whether the server still waits for its owner."""

    waiting: bool
    company: bool = Field(description="Whether there is a company already.")
    programs: tuple[str, ...] = Field(description="The ready programs to begin with.")


class NewCompany(Wire):
    """A company with its first store."""

    name: PersonName
    address: str = Field(default="", max_length=400, pattern=r"^[^\x00]*$")
    time_zone: str = Field(max_length=64, description="IANA name, such as Europe/Paris.")
    program: str = Field(default="one-euro-one-point", max_length=80)


class NewOwner(Wire):
    """Who the shop belongs to."""

    name: PersonName
    email: EmailText
    password: Password


class FirstRun(Wire):
    """What the first-run link sends: the token that `serve` printed, and who the owner is."""

    token: Secret
    company: NewCompany | None = Field(
        default=None, description="Needed where there is no company yet."
    )
    owner: NewOwner

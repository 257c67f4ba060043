"""Running the shop: terminals and tills, alerts, approvals, the audit log."""

from typing import Annotated, Literal

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Wire

ThingName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Scope = Annotated[
    Literal[
        "members",
        "sales",
        "simulate",
        "vouchers",
        "gifts",
        "adjust",
        "catalogue",
        "import",
        "export",
        "reports",
        "privacy",
    ],
    Field(description="What a key may be used for."),
]


class Heartbeat(Wire):
    """How a kiosk is. It says so every minute, and when something changes."""

    software: str = Field(max_length=80, description="Name and version.")
    reader: bool = Field(description="Whether the card reader is there.")
    printer: Literal["ready", "away", "none"] = Field(description="none: it has none.")
    paper: Literal["enough", "low", "out", "unknown"]
    queue: int = Field(ge=0, le=2**53, strict=True, description="Facts that wait to be sent.")
    clock: Instant = Field(description="What time it is there.")


class HeartbeatAnswer(Wire):
    """What the backend thinks of the kiosk."""

    paused: bool = Field(description="It should serve nobody for now.")
    clock_off_s: int = Field(description="By how many seconds its clock is ahead of the server's.")


class TerminalAnswer(Wire):
    """A kiosk, and how it said it was."""

    id: Id
    name: str
    store: Id
    state: Literal["waiting", "claimed", "paused", "revoked"]
    facts: int = Field(description="How many it has told.")
    software: str
    seen_at: Instant | None = Field(description="When it last said how it is.")
    health: Heartbeat | None


class TerminalsAnswer(Wire):
    """Every kiosk, by name."""

    terminals: tuple[TerminalAnswer, ...]


class NewTerminal(Wire):
    """A kiosk to set up."""

    id: Id
    name: ThingName
    store: Id


class TerminalAdded(Wire):
    """The code to type on the kiosk, once."""

    terminal: Id
    code: str
    expires_at: Instant


class TerminalChange(Wire):
    """What is left out stays."""

    name: ThingName | None = None
    paused: bool | None = None


class TillAnswer(Wire):
    """A till, an e-shop, or whatever else holds a key."""

    id: Id
    name: str
    store: Id
    scopes: tuple[Scope, ...]
    created_at: Instant
    rotated_at: Instant | None
    revoked_at: Instant | None


class TillsAnswer(Wire):
    """Every till, by name."""

    tills: tuple[TillAnswer, ...]


class NewTill(Wire):
    """A till or an e-shop to let in."""

    id: Id
    name: ThingName
    store: Id
    scopes: tuple[Scope, ...] = Field(
        default=("members", "sales", "vouchers", "gifts"), min_length=1, max_length=20
    )


class TillKey(Wire):
    """The key, which cannot be shown again; an earlier one opens nothing any more."""

    till: Id
    key: str


class AlertAnswer(Wire):
    """Something that a person should look at."""

    id: Id
    flag: str = Field(description="What kind of thing.")
    about: str = Field(description="The id of what it is about: a member, a voucher, a fact.")
    event: str = Field(description="The id of the fact or sale that raised it; may be empty.")
    terminal: Id | None
    till: Id | None
    raised_at: Instant
    closed_at: Instant | None
    closed_by: str | None


class AlertsPage(Wire):
    """Oldest first."""

    alerts: tuple[AlertAnswer, ...]
    next: str | None = Field(description="The cursor of the next page.")


class ApprovalAnswer(Wire):
    """Something that waits for a second person, or did."""

    id: Id
    kind: str = Field(description="What is asked for, such as `adjustment`.")
    about: str = Field(description="The id of whom or what it is for.")
    state: Literal["waiting", "approved", "refused"]
    asked_by: str
    asked_at: Instant
    decided_by: str | None
    decided_at: Instant | None


class ApprovalsPage(Wire):
    """Oldest first."""

    approvals: tuple[ApprovalAnswer, ...]
    next: str | None = Field(description="The cursor of the next page.")


class DecisionBody(Wire):
    """Yes or no."""

    approve: bool


class AuditLine(Wire):
    """Somebody did something."""

    number: int = Field(description="Its place in the log, from 1.")
    at: Instant
    actor: str = Field(description="`staff:ID`, `till:ID`, `terminal:ID` or `system`.")
    action: str
    about: str
    detail: dict[str, str | int | bool | tuple[str, ...] | None]
    chain: str = Field(description="Hex: the SHA-256 that ties it to all lines before.")


class AuditPage(Wire):
    """Latest first."""

    lines: tuple[AuditLine, ...]
    next: str | None = Field(description="The cursor of the next page.")

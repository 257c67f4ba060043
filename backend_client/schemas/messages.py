"""Mail: what the merchant sets and writes, what is shown of the outbox."""

from typing import Annotated

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Language, Wire
from backend_client.schemas.members import MemberSearch


class MessageSettings(Wire):
    """How the company writes to its members; welcome mail and reminders are the program's."""

    sender_name: str = Field(default="", max_length=100, description="Empty: the company's name.")
    reply_to: str = Field(default="", max_length=254, description="Where answers go.")
    deadline_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(
        default=(), max_length=5, description="Days before points are lost to say so."
    )
    retention_months: int = Field(
        default=36, ge=1, le=120, description="Months of silence before a member is erased."
    )
    retention_notice_days: int = Field(
        default=30, ge=7, le=90, description="Days between the notice and the erasure."
    )
    unclaimed_back: bool = Field(
        default=False, description="Whether points come back when a gift is not fetched in time."
    )


class MailText(Wire):
    """The words of a kind of mail."""

    subject: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=20_000)


class MailKindBody(Wire):
    """The words of one kind of mail in one language, and what they may name."""

    kind: str
    language: Language
    own: bool = Field(description="Whether these are the merchant's own words.")
    subject: str
    body: str
    values: tuple[str, ...] = Field(description="The names that may be written in double braces.")


class MailKinds(Wire):
    """Every kind of mail in every language that we have words for."""

    kinds: tuple[MailKindBody, ...]


class MailPreview(Wire):
    """A mail as its reader would see it, with made-up values."""

    subject: str
    text: str
    html: str


class TestMail(Wire):
    """Send one mail, now, to see whether mail works."""

    __test__ = False  # not for pytest

    address: str = Field(max_length=254, description="Where to.")
    kind: str = Field(default="test", max_length=20)
    language: Language = "fr"


class QueuedMail(Wire):
    """A mail that will leave."""

    id: Id


class NewsLetter(Wire):
    """One letter to all the members who are looked for, under an id that makes a retry harmless."""

    id: Id
    to: MemberSearch
    subject: str = Field(min_length=1, max_length=200, pattern=r"^[^\r\n]*$")
    text: str = Field(min_length=1, max_length=4_000, description="As it is; nothing is filled in.")
    dry_run: bool = Field(default=False, description="Only count.")


class NewsSent(Wire):
    """How many get the letter."""

    id: Id
    members: int = Field(description="Who was found.")
    queued: int = Field(description="Who will be written to.")
    unreachable: int = Field(description="Who has no address, or did not agree to news.")


class NewsStopped(Wire):
    """A letter of which no mail leaves any more."""

    id: Id
    stopped: int = Field(description="Mails that had not left; 0 when it is stopped again.")


class LetterWaiting(Wire):
    """A letter to many of which some has not left."""

    id: Id
    subject: str
    waiting: int = Field(description="Mails that have not left.")
    queued_at: Instant


class OutboxMail(Wire):
    """A mail, without its address and what it says of a person."""

    id: Id
    kind: str
    member: Id | None
    language: Language
    state: str = Field(description="waiting, sending, sent, failed, unknown or dropped.")
    attempts: int = Field(description="How often it was tried.")
    next_try_at: Instant | None = Field(description="null when it will not be tried again.")
    queued_at: Instant
    sent_at: Instant | None
    answer: str = Field(description="Why it has not left.")


class OutboxPage(Wire):
    """Mails, the latest first."""

    mails: tuple[OutboxMail, ...]
    next: str | None = Field(description="The cursor of the next page; null on the last.")
    counts: dict[str, int] = Field(description="How many mails are in each state.")
    server: str | None = Field(description="The mail server; null when none is set up.")
    letters: tuple[LetterWaiting, ...] = Field(
        default=(), description="Letters to many that can still be stopped, the latest first."
    )

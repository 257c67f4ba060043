"""Alerts, reminders and the welcome e-mail, as a document."""

from datetime import time
from string import Formatter

from pydantic import Field

from loyalty.document.fields import MOST, Document, Id, LongWords, Name, Words
from loyalty.errors import ProgramRefused
from loyalty.program import Alert, MessageChannel, QuietHours, ReminderRules, WelcomeMail
from loyalty.sentences import say

PLACEHOLDERS = ("first_name", "points", "shop")
"""What a merchant may write between braces in the welcome e-mail."""


class AlertDocument(Document):
    """What staff is told when an account is far enough."""

    id: Id = Field(description="Its name; no other alert has the same.")
    message: Name = Field(description="What is said, by language.")
    points: int | None = Field(
        default=None, gt=0, le=MOST, description="From so much of the program's unit."
    )
    visits: int | None = Field(default=None, gt=0, le=MOST, description="From so many tickets.")
    both: bool = Field(
        default=False, description="Whether points and visits must both be there (SW-07)."
    )
    each: bool = Field(
        default=False, description="Whether it is said again at each multiple: 10, 20, 30 visits."
    )
    on_receipt: bool = Field(default=False, description="Whether the receipt says it too.")

    def built(self, field: str) -> Alert:
        """The alert. Raises ProgramRefused when nothing could set it off."""
        needed = 2 if self.both else 1
        if (self.points is not None) + (self.visits is not None) < needed:
            raise ProgramRefused(field, say("alert.both" if self.both else "alert.either"))
        return Alert(**dict(self))


class QuietHoursDocument(Document):
    """When no mail goes out; it may go over midnight."""

    start: time = Field(description="The first quiet moment, such as 20:00.")
    end: time = Field(description="The first moment at which mail goes out again.")

    def built(self, field: str) -> QuietHours:
        """The hours. Raises ProgramRefused where they are no time, or all day."""
        if self.start == self.end:
            raise ProgramRefused(f"{field}.end", say("hours.same"))
        return QuietHours(start=self.start, end=self.end)


class RemindersDocument(Document):
    """When members are reminded of points that will be lost (OCT-15)."""

    active: bool = Field(default=False, description="It must be switched on.")
    from_points: int = Field(
        default=0, ge=0, le=MOST, description="Below this balance, nobody is reminded."
    )
    within_months: int = Field(
        default=1, ge=1, le=240, description="How near the first deadline must be."
    )
    every_months: int = Field(
        default=1, ge=1, le=240, description="Months between two mails to the same member."
    )
    channels: frozenset[MessageChannel] = Field(
        default=frozenset({MessageChannel.MAIL}),
        min_length=1,
        description="Where it is read: by mail, on the kiosk, on the receipt.",
    )
    most: int | None = Field(
        default=None, gt=0, le=MOST, description="Mails of any kind that a member gets in `days`."
    )
    days: int = Field(default=30, ge=1, le=366, description="The days of `most`.")
    quiet: QuietHoursDocument | None = Field(
        default=None, description="When no mail goes out, on the member's clock."
    )

    def built(self, field: str) -> ReminderRules:
        """The rules. Raises ProgramRefused."""
        quiet = self.quiet.built(f"{field}.quiet") if self.quiet else None
        return ReminderRules(**{**dict(self), "quiet": quiet})


class WelcomeMailDocument(Document):
    """The message that details the welcome points, to who gave an e-mail (CLI-12)."""

    active: bool = Field(default=False, description="Whether it is sent.")
    subject: Words = Field(
        default_factory=dict, description="Your own subject, by language; left out, ours."
    )
    body: LongWords = Field(
        default_factory=dict,
        description="Your own text, by language, with {first_name}, {points} and {shop} in it.",
    )

    def built(self, field: str) -> WelcomeMail:
        """The message. Raises ProgramRefused for a placeholder that nobody fills in."""
        for part in ("subject", "body"):
            for language, text in getattr(self, part).items():
                _refuse_unknown_placeholders(text, f"{field}.{part}.{language}")
        return WelcomeMail(active=self.active, subject=self.subject, body=self.body)


def _refuse_unknown_placeholders(text: str, field: str) -> None:
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    try:
        found = [(name, form) for _, name, form, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        raise ProgramRefused(field, say("braces.alone", known=known)) from None
    for name, form in found:
        if name not in PLACEHOLDERS or form:
            raise ProgramRefused(field, say("braces.unknown", name=name, known=known))

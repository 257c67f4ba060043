"""Mail: what there is to say, in which words, and how it leaves for the server that sends it."""

from backend.mail.kinds import KINDS, Kind, Mail, MailKind, Value

__all__ = ["KINDS", "Kind", "Mail", "MailKind", "Value"]

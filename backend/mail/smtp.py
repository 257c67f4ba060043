"""The line to the mail server, in two steps.

What was offered can be offered again; what was handed over cannot be taken back.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from backend.config import Encryption, MailServer

_GO_ON = 354
_TAKEN = 250
_PERMANENT = 500


class NotSent(Exception):
    """Certainly not sent. `answer` says why, without anything of the person."""

    def __init__(self, answer: str, *, permanent: bool = False) -> None:
        super().__init__(answer)
        self.answer = answer
        self.permanent = permanent


class Unreachable(NotSent):
    """The server cannot be used at all now: there is no point in trying the next mail."""


class PerhapsSent(Exception):
    """The line broke after the text was handed over: nobody knows."""


class Line:
    """One connection, for one mail after the other."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp

    def offer(self, message: EmailMessage) -> None:
        """Name the sender and the reader. Raises NotSent; nothing has left then."""
        try:
            self._said(self._smtp.mail(str(_only(message, "From"))), "MAIL")
            self._said(self._smtp.rcpt(str(_only(message, "To"))), "RCPT")
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(_short(error)) from error

    def hand_over(self, message: EmailMessage) -> None:
        """Send the text. Raises NotSent where the server says no, and PerhapsSent."""
        try:
            code, _ = self._smtp.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(_short(error)) from error
        if code != _GO_ON:
            self._said((code, b""), "DATA")
        try:
            # A line that is a full stop would end the message (RFC 5321, 4.5.2).
            body = re.sub(rb"(?m)^\.", b"..", message.as_bytes())
            self._smtp.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, _ = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise PerhapsSent from error
        if code != _TAKEN:
            raise NotSent(f"{code} after DATA", permanent=code >= _PERMANENT)

    def _said(self, reply: tuple[int, bytes], step: str) -> None:
        code, _ = reply
        if 200 <= code < 300:  # noqa: PLR2004 - yes, in SMTP
            return
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.rset()
        if code == 421:  # noqa: PLR2004 - "closing", RFC 5321
            raise Unreachable(f"{code} at {step}")
        raise NotSent(f"{code} at {step}", permanent=code >= _PERMANENT)


@contextmanager
def line(server: MailServer) -> Iterator[Line]:
    """A connection, encrypted and logged in. Raises Unreachable."""
    smtp = _connected(server)
    try:
        yield Line(smtp)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _connected(server: MailServer) -> smtplib.SMTP:
    password = _password(server)
    smtp: smtplib.SMTP | None = None
    try:
        context = _context(server)
        if server.encryption is Encryption.TLS:
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_s, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        smtp.ehlo_or_helo_if_needed()
        if server.encryption is Encryption.STARTTLS:
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, password)
    except (OSError, smtplib.SMTPException) as error:
        if smtp is not None:
            smtp.close()
        raise Unreachable(_short(error)) from error
    return smtp


def _context(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.authorities is not None:
        context.load_verify_locations(server.authorities)
    return context


def _password(server: MailServer) -> str:
    if server.password_file is None:
        return ""
    try:
        return server.password_file.read_text(encoding="utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise Unreachable("the password file cannot be read") from error


def _only(message: EmailMessage, header: str) -> object:
    return message[header].addresses[0].addr_spec


def _short(error: Exception) -> str:
    """What happened, in a few words: never the server's own, which may name the reader."""
    if isinstance(error, smtplib.SMTPResponseException):
        at = "login" if isinstance(error, smtplib.SMTPAuthenticationError) else "connection"
        return f"{error.smtp_code} at {at}"
    return next((said for kind, said in _TROUBLES if isinstance(error, kind)), "no connection")


_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "the server's certificate is not trusted"),
    (ssl.SSLError, "no encryption as it is set up"),
    (smtplib.SMTPNotSupportedError, "the server does not offer what is set up"),
    (TimeoutError, "no answer in time"),
    (socket.gaierror, "no such host"),
    (ConnectionRefusedError, "connection refused"),
)

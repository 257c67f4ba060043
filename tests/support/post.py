"""A mail server on loopback that takes mail, or says no in every way that real ones do."""

import asyncio
import ssl
import subprocess
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from backend.config import Encryption, MailServer


@dataclass
class Postman:
    """What the server does with the next mails; `""` takes one, `hangup` cuts the line."""

    at_rcpt: deque[str] = field(default_factory=deque)
    at_data: deque[str] = field(default_factory=deque)
    taken: list[EmailMessage] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    on_data: list[Event] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        said = self.at_rcpt.popleft() if self.at_rcpt else ""
        if said == "hangup":
            hang_up(server)
            return "421 gone"
        if said:
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self.at_data.popleft() if self.at_data else ""
        if said.startswith(("4", "5")):
            return said
        content = envelope.content
        assert isinstance(content, bytes)
        read = message_from_bytes(content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.taken.append(read)
        self.readers += envelope.rcpt_tos
        for event in self.on_data:
            event.set()
        if said == "hangup":
            hang_up(server)
        if said == "silence":
            await asyncio.sleep(60)
        return "250 OK"


def hang_up(server: SMTP) -> None:
    """Cut the line, without a word."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """A mail server that runs, and how to reach it."""

    postman: Postman
    server: MailServer


class _Loopback(Controller):
    """aiosmtpd's own, told which port it got."""

    port: int

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd's


@contextmanager
def post_office(
    *,
    tls: ssl.SSLContext | None = None,
    authorities: Path | None = None,
    login: tuple[str, Path] | None = None,
    timeout_s: int = 5,
) -> Iterator[PostOffice]:
    """A server on a free port: with STARTTLS where a certificate is given, with a login too."""
    postman = Postman()

    def authenticate(_: object, __: object, ___: object, ____: str, data: object) -> AuthResult:
        assert login is not None
        assert isinstance(data, LoginPassword)
        fits = data.password.decode() == login[1].read_text().strip()
        return AuthResult(success=fits and data.login.decode() == login[0], handled=False)

    controller = _Loopback(
        postman,
        hostname="127.0.0.1",
        port=0,
        tls_context=tls,
        require_starttls=tls is not None,
        authenticator=authenticate if login else None,
        auth_required=login is not None,
        auth_require_tls=tls is not None,
    )
    controller.start()
    try:
        yield PostOffice(
            postman=postman,
            server=MailServer(
                host="localhost" if tls else "127.0.0.1",
                port=controller.port,
                encryption=Encryption.STARTTLS if tls else Encryption.NONE,
                user=login[0] if login else "",
                password_file=login[1] if login else None,
                authorities=authorities,
                sender="fidelite@shop.example",
                timeout_s=timeout_s,
            ),
        )
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for localhost that nobody but its own file vouches for."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(  # noqa: S603 - our own command
        [
            *("/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"),
            *("ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
        timeout=30,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context, cert

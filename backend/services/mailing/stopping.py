"""Stopping reminders with one click, from the mail itself (RFC 8058)."""

import hmac

from backend.config import Config
from backend.db import Database, Transaction, members
from backend.errors import Refused
from backend_client.schemas.events import ConsentBody
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId, TenantId

_PURPOSE = "stop-news"
_PROOF_LENGTH = 32
TEXT_VERSION = "unsubscribe"
"""What the consent log says the person answered to."""


def link(tx: Transaction, member: MemberId, config: Config) -> str:
    """The member's own page with one button; empty while nobody said how customers reach us."""
    return f"{config.public_url}/unsubscribe/{_token(tx, member)}" if config.public_url else ""


def one_click(tx: Transaction, member: MemberId, config: Config) -> str:
    """The same for mail programs, which stop without a page (RFC 8058)."""
    return f"{config.public_url}/v1/unsubscribe/{_token(tx, member)}" if config.public_url else ""


def _token(tx: Transaction, member: MemberId) -> str:
    return f"{tx.tenant}.{member}.{tx.keys.proof(_PURPOSE, member)[:_PROOF_LENGTH]}"


def check(database: Database, token: str) -> tuple[TenantId, MemberId]:
    """Whom the link is for. Raises Refused for a token that we did not make."""
    tenant, _, rest = token.partition(".")
    member, _, proof = rest.partition(".")
    genuine = database.keyring.tenant(TenantId(tenant)).proof(_PURPOSE, member)[:_PROOF_LENGTH]
    if not member or not _same(genuine, proof):
        raise Refused(ProblemName.NOT_FOUND, "no such link")
    return TenantId(tenant), MemberId(member)


def stop(database: Database, token: str) -> None:
    """The member gets no reminders any more. Raises Refused for a token that we did not make."""
    tenant, member = check(database, token)
    database.run(tenant, _stopped, member)


def _stopped(tx: Transaction, member: MemberId) -> None:
    if members.member(tx, member) is None:
        return
    no = ConsentBody(purpose="news", given=False, text_version=TEXT_VERSION)
    members.save_consents(tx, f"stop-{tx.now:%Y%m%dT%H%M%S%f}-{member}"[:64], member, [no], tx.now)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())

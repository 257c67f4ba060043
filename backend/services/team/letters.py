"""Letters to the staff: an invitation to come in, a link for who forgot their password."""

from datetime import timedelta

from backend.config import Config
from backend.db import Database, Transaction, shops
from backend.db.staff import Person
from backend.mail import Mail, MailKind
from backend.services.mailing.outbox import queue
from backend.services.team import staff as people
from backend.throttle import Throttle
from loyalty import members
from loyalty.ids import TenantId

RESETS_MAX = 3
RESETS_EVERY = timedelta(hours=1)
"""For one address: nobody's mailbox is filled by who types it again and again."""


def forgotten(
    database: Database,
    tenant: TenantId,
    address: str,
    language: str,
    config: Config,
    resets: Throttle,
) -> None:
    """A link is on its way to whoever forgot their password, if somebody at work has this address.

    Nobody is told whether somebody has, nor whether too many were asked for. Raises EmailRefused.
    """
    key = database.keyring.tenant(tenant).contact(members.email(address))
    if can_write(config) and not resets.wait(f"{tenant}:{key}", database.clock()):
        database.run(tenant, send_reset, address, language, config)


def invite(
    tx: Transaction, wanted: str, language: str, config: Config, *, actor: str
) -> tuple[str, bool]:
    """The invitation's link, and whether a mail with it is on its way. Raises Refused."""
    link = people.invite(tx, wanted, actor=actor)
    if not can_write(config):
        return link, False
    return link, send_invitation(tx, people.get(tx, wanted), link, language, config)


def send_reset(tx: Transaction, address: str, language: str, config: Config) -> bool:
    """Whether somebody has the address and gets a link for an hour. Raises EmailRefused."""
    known = members.email(address)
    link = people.reset(tx, tx.keys.contact(known))
    if link is None:
        return False
    return queue(
        tx,
        Mail(
            kind=MailKind.RESET,
            key=f"reset:{link[-12:]}",
            address=known,
            language=language,
            values={"link": _address(link, config), "minutes": people.RESET_MINUTES},
            useless_after=tx.now + timedelta(minutes=people.RESET_MINUTES),
        ),
    )


def send_invitation(
    tx: Transaction, person: Person, link: str, language: str, config: Config
) -> bool:
    """Whether the invitation leaves by mail."""
    stores = shops.stores(tx)
    zone = stores[0].zone if stores else None
    ends = tx.now + timedelta(days=people.LINK_DAYS)
    return queue(
        tx,
        Mail(
            kind=MailKind.STAFF_INVITATION,
            key=f"staff-invitation:{link[-12:]}",
            address=person.email,
            language=language,
            values={"link": _address(link, config), "until": ends.astimezone(zone).date()},
            useless_after=ends,
        ),
    )


def can_write(config: Config) -> bool:
    """Whether links leave by mail here: there is a mail server, and an address to come back to.

    The address is never that of the request: whoever asks would say where the secret goes.
    """
    return config.mail is not None and bool(config.public_url)


def _address(link: str, config: Config) -> str:
    return f"{config.public_url}/password#{link}"

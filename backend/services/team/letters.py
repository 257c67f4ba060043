"""Letters to the staff: an invitation to come in, a link for who forgot their password."""

from datetime import timedelta

from backend.config import Config
from backend.db import Transaction, shops
from backend.db.staff import Person
from backend.mail import Mail, MailKind
from backend.services.mailing.outbox import queue
from backend.services.team import staff as people
from loyalty import members


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

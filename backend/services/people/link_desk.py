"""Links that were handed out, looked at and withdrawn by staff: a lost ticket, a mistake."""

from backend.db import Transaction, links, shops
from backend.db.links import LinkRow
from backend.errors import Refused
from backend.services.people import records
from backend.services.selling.receipts import link_id
from backend.services.team import audit
from backend_client.schemas.kiosks import LinkFound, LinksFound
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId


def on_receipt(tx: Transaction, receipt: str) -> LinksFound:
    """The link to join by that is printed on a ticket of that number, in whichever store."""
    ids = [link_id(store, receipt) for store in shops.stores(tx)]
    return LinksFound(links=tuple(_told(tx, row) for row in links.some(tx, ids)))


def of_member(tx: Transaction, member: str) -> LinksFound:
    """What was handed out for a member and may still be opened, the latest first. Refused."""
    person = records.existing(tx, MemberId(member))
    return LinksFound(links=tuple(_told(tx, row) for row in links.of_member(tx, person.id)))


def withdraw(tx: Transaction, actor: str, wanted: str) -> LinkFound:
    """A link that nobody opens any more; once withdrawn it stays so. Raises Refused."""
    row = links.link(tx, wanted)
    if row is None:
        raise Refused(ProblemName.NOT_FOUND, "no such link")
    if row.expires_at > tx.now:
        links.end(tx, wanted)
        audit.note(tx, actor, "link.withdraw", wanted, purpose=row.purpose)
    found = links.link(tx, wanted)
    assert found is not None
    return _told(tx, found)


def _told(tx: Transaction, row: LinkRow) -> LinkFound:
    return LinkFound.model_validate(
        {
            "id": row.id,
            "purpose": row.purpose,
            "store": row.store,
            "member": row.member,
            "handed_out_at": row.handed_out_at,
            "expires_at": row.expires_at,
            "open": row.expires_at > tx.now,
            "used_at": row.used_at,
        }
    )

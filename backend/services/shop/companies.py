"""Which company somebody means before they have shown who they are; and a server's first owner."""

import hmac
import json
import threading
from dataclasses import dataclass, field

from backend.db import Database, Transaction, shops, staff
from backend.db.staff import Person
from backend.errors import CannotStart, Refused, phrase
from backend.rights import Role
from backend.services.programs.presets import preset_document, preset_names
from backend.services.shop.shops import add_shop
from backend.services.team import audit
from backend.services.team.sessions import Opened, open_session
from backend.services.team.staff import NewPerson, add_person, hashed
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.staff import FirstRun, NewCompany
from backend_client.schemas.stores import CompanyBody
from loyalty.errors import ProgramRefused
from loyalty.ids import TenantId


def the_company(database: Database, wanted: str) -> TenantId:
    """The company of that id; the only one there is when none is named. Raises Refused."""
    with database.across() as connection:
        found = list(shops.tenants(connection))
    if wanted:
        found = [tenant for tenant in found if tenant == wanted]
    if len(found) > 1:
        raise Refused(
            ProblemName.INVALID,
            "company: this server has several: say which",
            errors=[{"field": "company", "message": "needed here"}],
        )
    if not found:
        raise Refused(ProblemName.NOT_FOUND, "there is no such company")
    return found[0]


def rename(tx: Transaction, body: CompanyBody, *, actor: str) -> CompanyBody:
    """The company's name from now on: on pages, mails and vouchers that come."""
    if shops.company_name(tx) != body.name:
        shops.rename_company(tx, body.name)
        audit.note(tx, actor, "company.rename", tx.tenant)
    return body


def ownerless(database: Database) -> TenantId | None:
    """A company that nobody owns yet; None where each has its owner, or there is none."""
    with database.across() as connection:
        found = list(shops.tenants(connection))
    for tenant in found:
        with database.read(tenant) as tx:
            if staff.owners(tx) == 0:
                return tenant
    return None


def waits_for_owner(database: Database) -> bool:
    """Whether the first run is still to come: no company, or one without an owner."""
    with database.across() as connection:
        is_new = not shops.tenants(connection)
    return is_new or ownerless(database) is not None


@dataclass(slots=True)
class FirstRunLink:
    """The secret of the link that `serve` prints: whoever reads it may become the owner, once.

    It lives in the memory of one process, so that it dies with it and is in no backup.
    """

    secret: str
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, database: Database, request: FirstRun) -> Opened:
        """The first owner's session. Raises Refused, EmailRefused or ProgramRefused."""
        if not self.secret or not hmac.compare_digest(request.token.encode(), self.secret.encode()):
            raise Refused(ProblemName.LINK, "the server prints the link when it starts")
        with self._lock:
            tenant = ownerless(database)
            if tenant is None:
                tenant = _new_company(database, request.company)
            kept = hashed(request.owner.password)
            return database.run(tenant, _first_owner, request, kept)


def _new_company(database: Database, wanted: NewCompany | None) -> TenantId:
    if not waits_for_owner(database):
        raise Refused(ProblemName.LINK, "the server has its owner already")
    if wanted is None:
        raise Refused.at("company", phrase("a new server needs one"))
    if wanted.program not in preset_names():
        raise Refused.at("company.program", phrase("no ready program has this name"))
    document = _named(preset_document(wanted.program), wanted.name)
    try:
        shop = add_shop(
            database,
            name=wanted.name,
            address=wanted.address,
            time_zone=wanted.time_zone,
            document=document,
        )
    except CannotStart as no:
        raise Refused.at("company.time_zone", str(no)) from no
    except ProgramRefused as no:
        raise Refused.at("company.program", no.remedy) from no
    return shop.tenant


def _named(document: str, company: str) -> str:
    """The ready program under the shop's own name: that is what customers read."""
    names = {"fr": f"Carte {company}", "en": f"{company} card"}
    return json.dumps(json.loads(document) | {"name": names}, ensure_ascii=False)


def _first_owner(tx: Transaction, request: FirstRun, kept: str) -> Opened:
    if staff.owners(tx):
        raise Refused(ProblemName.LINK, "the server has its owner already")
    person = owner(tx, request.owner.name, request.owner.email)
    staff.change(tx, person.id, password=kept)
    return open_session(tx, person)


def owner(tx: Transaction, name: str, email: str) -> Person:
    """Whom the company belongs to, written down by whoever runs the server."""
    return add_person(tx, NewPerson(name=name, email=email, role=Role.OWNER), actor="system")

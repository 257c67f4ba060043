"""The pages of the demo shop: its books filled, somebody to sign in as, and where they all are."""

import secrets
import uuid
from dataclasses import dataclass

from backend import keys
from backend.db import Database, shops
from backend.rights import Role
from backend.services.keeping import demo
from backend.services.people import links
from backend.services.team import audit
from backend.services.team.staff import NewPerson, add_person
from backend_client.schemas.kiosks import NewLink
from backend_client.schemas.members import MemberSearch, MemberSort
from demo import family
from demo.shop import Shop
from loyalty.ids import TenantId

EMAIL = "lise@maison-lise.example"


@dataclass(frozen=True, slots=True)
class Doors:
    """How to get in."""

    url: str
    password: str
    account: str
    """A link that signs one of the members in, once."""

    def __str__(self) -> str:
        return f"""The pages, in a browser:
  {self.url}/office      the back office; e-mail {EMAIL}, password {self.password}
  {self.url}/till        the loyalty till, for whoever is signed in
  {self.url}/shop/demo   an e-shop's cart that shows points
  {self.account}
                         a customer's own pages (opens once; joining at the kiosk leads there too)
"""


def open_office(shop: Shop, regular: str | None = None) -> Doors:
    """Half a year of customers, purchases and gifts, and an owner with a password of today.

    `regular` is a member who gets a rank and a household beside their points.
    """
    database = Database(shop.database, keys.read_keyring(shop.key_file))
    try:
        with database.across() as connection:
            (tenant,) = shops.tenants(connection)
        demo.fill(database, tenant)
        if regular is not None:
            family.settle(database, tenant, shop.program, regular)
        return _doors(database, tenant, shop)
    finally:
        database.close()


def _doors(database: Database, tenant: TenantId, shop: Shop) -> Doors:
    password = secrets.token_urlsafe(9)
    owner = NewPerson(name="Lise", email=EMAIL, role=Role.OWNER)
    wanted = MemberSearch(sort=MemberSort.POINTS, descending=True)
    richest = shop.till.search(wanted).members[0]
    link = NewLink(id=str(uuid.uuid4()), member=richest.id)
    with database.write(tenant) as tx:
        add_person(tx, owner, actor=audit.SYSTEM, password=password)
        account = links.hand_out(tx, link, "account", shops.stores(tx)[0], shop.backend_url)
    return Doors(url=shop.backend_url, password=password, account=account.url)

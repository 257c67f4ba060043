"""Demo data: people, purchases and gifts of a believable shop, through the same services as others.

Everything is drawn with a fixed seed, so that two demo shops are alike. Nobody in it exists; their
addresses end with `.example`, which no mail reaches (RFC 2606).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from backend.db import Database, Transaction, access, shops
from backend.db.access import Till
from backend.db.shops import Store
from backend.errors import Refused
from backend.services.people import records
from backend.services.selling.counter import take_gift
from backend.services.selling.many_sales import record_sales
from backend.services.shop.catalogue import put_product
from backend.services.shop.gifts import put_gift
from backend.services.shop.stock import move
from backend.services.team import access as entrance
from backend_client.schemas.catalogue import (
    GiftBody,
    GiftTaking,
    MovementBody,
    MovementKind,
    ProductBody,
)
from backend_client.schemas.events import ConsentBody
from backend_client.schemas.members import NewMember
from backend_client.schemas.sales import LineBody, SaleBody
from loyalty.errors import LoyaltyError
from loyalty.ids import MemberId, TenantId
from loyalty.program import Program

MEMBERS = 60
_DAYS = 150
"""How far back the purchases go."""
_JOINING = timedelta(minutes=10)
"""Before the first purchase, at the same till."""
_TAKERS = 14
"""Members who have taken a gift already, where they could."""
_FIRST = (
    "Camille",
    "Louis",
    "Emma",
    "Gabriel",
    "Jade",
    "Jules",
    "Louise",
    "Hugo",
    "Alice",
    "Arthur",
    "Chloé",
    "Paul",
    "Inès",
    "Adam",
    "Léa",
    "Noé",
    "Manon",
    "Tom",
    "Zoé",
    "Malo",
    "Anna",
    "Sacha",
    "Rose",
    "Nathan",
    "Lina",
    "Ethan",
    "Mila",
    "Léo",
    "Julia",
    "Marius",
)
_LAST = (
    "Martin",
    "Bernard",
    "Thomas",
    "Petit",
    "Robert",
    "Richard",
    "Durand",
    "Dubois",
    "Moreau",
    "Laurent",
    "Simon",
    "Michel",
    "Lefebvre",
    "Leroy",
    "Roux",
    "David",
    "Bertrand",
    "Morel",
    "Fournier",
    "Girard",
    "Bonnet",
    "Dupont",
    "Lambert",
    "Fontaine",
    "Rousseau",
    "Vincent",
    "Muller",
    "Faure",
    "Andre",
    "Mercier",
)
_TOWNS = ("Angers", "Nantes", "Cholet", "Saumur", "Rennes", "Tours")
_PRODUCTS = (
    ("PAIN", "Pain de campagne", 420, "Boulangerie"),
    ("CAFE", "Café", 250, "Boissons"),
    ("THE", "Coffret de thés", 1890, "Épicerie"),
    ("SAVON", "Savon artisanal", 790, "Maison"),
    ("SAC", "Sac en toile", 1450, "Maison"),
    ("MIEL", "Miel de fleurs", 890, "Épicerie"),
    ("CONFITURE", "Confiture de fraises", 560, "Épicerie"),
    ("BOUGIE", "Bougie parfumée", 2200, "Maison"),
    ("CHOCOLAT", "Tablette de chocolat", 480, "Épicerie"),
    ("BOUQUET", "Bouquet du jour", 2490, "Fleurs"),
)


def fill(database: Database, tenant: TenantId) -> None:
    """Fill the company's first store; filled twice, it is as after the first time."""
    chance = Random(20260101)  # noqa: S311 - demo data, nothing secret is drawn
    till, program = database.run(tenant, _till)
    if till is None:
        return
    database.run(tenant, _shelves, till.store, program)
    members = [_person(chance, place) for place in range(MEMBERS)]
    sales = sorted(_sales(chance, members, program, database.clock()), key=_when)
    database.run(tenant, _join, members, till.store, _firsts(sales))
    record_sales(database, till, sales, "fr")
    for member in members[:_TAKERS]:
        _take(database, tenant, till.store, program, member, chance)


def _till(tx: Transaction) -> tuple[Till | None, Program]:
    """A till to sell with; None where the demo was here before."""
    store = shops.stores(tx)[0]
    program = shops.program(tx, store.program)
    assert program is not None, "a store has a program"
    if any(till.name == _NAME for till in access.tills(tx)):
        return None, program
    entrance.add_till(tx, name=_NAME, store=store.id)
    return next(till for till in access.tills(tx) if till.name == _NAME), program


_NAME = "Demo"


def _shelves(tx: Transaction, store: Store, program: Program) -> None:
    for code, name, price, family in _PRODUCTS:
        put_product(
            tx, code, ProductBody(name=name, price=price, family=family, tax_rate=Decimal(20))
        )
    for place, reward in enumerate(program.rewards):
        if reward.gives is not None:
            continue
        body = GiftBody(name=dict(reward.name), program=program.id, stocked=True)
        put_gift(tx, reward.id, body)
        pieces = (40, 12, 3, 25)[place % 4]
        came = MovementBody(id=f"demo-{reward.id}", kind=MovementKind.DELIVERY, pieces=pieces)
        move(tx, reward.id, store.id, came, actor="system")


def _person(chance: Random, place: int) -> NewMember:
    first, last = _FIRST[place % len(_FIRST)], _LAST[(place * 7) % len(_LAST)]
    mail = chance.random() < 0.7  # noqa: PLR2004 - seven of ten give an address
    return NewMember(
        id=_id(chance),
        first_name=first,
        last_name=last,
        email=f"member{place + 1}@demo.example" if mail else None,
        birthday=f"{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        language="fr",
        town=chance.choice(_TOWNS),
        consents=(ConsentBody(purpose="program", given=True, text_version="demo"),),
    )


def _firsts(sales: list[SaleBody]) -> dict[str, datetime]:
    """When each who buys comes for the first time; of `sales`, oldest first."""
    return {str(sale.member): sale.closed_at for sale in reversed(sales)}


def _join(
    tx: Transaction, members: list[NewMember], store: Store, firsts: dict[str, datetime]
) -> None:
    """Each joins a little before they buy for the first time; who never does, today."""
    today = tx.now
    for each in sorted(members, key=lambda one: firsts.get(one.id, today)):
        tx.now = firsts.get(each.id, today) - _JOINING
        records.add(tx, each, store)
    tx.now = today


def _sales(
    chance: Random, members: list[NewMember], program: Program, now: datetime
) -> Iterator[SaleBody]:
    for member in members:
        # A few come often, most now and then, some hardly ever.
        for _ in range(min(int(chance.expovariate(1 / 6)), 30)):
            at = now - timedelta(days=chance.uniform(0, _DAYS), hours=chance.uniform(0, 8))
            lines = tuple(_line(chance) for _ in range(chance.randint(1, 4)))
            yield SaleBody(
                id=_id(chance),
                member=member.id,
                total=sum(line.quantity * (line.unit_price or 0) for line in lines),
                currency=program.currency,
                closed_at=at,
                lines=lines,
            )


def _line(chance: Random) -> LineBody:
    code, _, price, family = chance.choice(_PRODUCTS)
    return LineBody(article=code, quantity=chance.randint(1, 3), unit_price=price, family=family)


def _when(sale: SaleBody) -> datetime:
    return sale.closed_at


def _take(
    database: Database,
    tenant: TenantId,
    store: Store,
    program: Program,
    member: NewMember,
    chance: Random,
) -> None:
    """The dearest gift that the member can have, if there is one; limits are the program's."""
    for reward in sorted(program.rewards, key=lambda one: -one.cost):
        if reward.gives is not None:
            continue
        body = GiftTaking(id=_id(chance), member=MemberId(member.id), program=program.id)
        try:
            database.run(tenant, take_gift, store, reward.id, body, actor="system")
        except (Refused, LoyaltyError):
            continue
        return


def _id(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))

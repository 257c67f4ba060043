"""A shop that looks lived in: people, sales and gifts for tests and pictures of the pages.

Half a year passes, day by day on the server's clock, and everything is done by the services that a
till, a kiosk and the back office call. The same shop each time: its chance is seeded, but for ids.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random

from backend.db import Transaction, access, alerts, shops
from backend.db.access import Terminal, Till
from backend.db.shops import Store
from backend.errors import Refused
from backend.rights import Role
from backend.services.kiosks import fleet
from backend.services.kiosks.redemptions import hold_redemption
from backend.services.people import records
from backend.services.people.directory import save_segment
from backend.services.points import adjustments
from backend.services.points.adjustments import Hand
from backend.services.programs import programs
from backend.services.selling.counter import take_gift
from backend.services.selling.sales import record_sale
from backend.services.shop import catalogue, gifts, stock, stores
from backend.services.team import access as entrance
from backend.services.team.staff import NewPerson, add_person
from backend_client.schemas.catalogue import GiftBody, GiftTaking, MovementBody, ProductBody
from backend_client.schemas.desk import NewAdjustment
from backend_client.schemas.events import ConsentBody
from backend_client.schemas.members import NewMember, SegmentTerms
from backend_client.schemas.operations import Heartbeat, NewTerminal
from backend_client.schemas.programs import Publication
from backend_client.schemas.redemptions import RedemptionRequest
from backend_client.schemas.sales import LineBody, SaleBody
from backend_client.schemas.stores import StoreSettings
from backend_client.schemas.terminals import ClaimRequest
from loyalty.errors import LoyaltyError
from loyalty.ids import StoreId, TerminalId
from loyalty.vouchers import mint
from tests.pages.goods import GIFTS, PEOPLE, PRODUCTS, PROGRAM, TOWNS
from tests.support.server import Company, new_id

DAYS = 180
SALES_A_DAY = (0, 4)
GIFT_EVERY_DAYS = 3
_OWNER = "system"


def furnished(shop: Company) -> dict[str, str]:
    """Fill the shop; the ids that paths of pages may name."""
    with _passing_time(shop) as clock:
        life = _Life(shop=shop, clock=clock)
        life.open()
        for day in range(DAYS):
            clock.day(day)
            life.live(day)
        clock.today()
        return life.close()


@dataclass(slots=True)
class _Clock:
    """The server's time while half a year passes."""

    real: Callable[[], datetime]
    shown: datetime

    def day(self, number: int) -> None:
        """Ten in the morning, so many days after the beginning."""
        today = self.real() - timedelta(days=DAYS - number)
        self.shown = datetime.combine(today.date(), time(10), tzinfo=UTC)

    def today(self) -> None:
        """Now."""
        self.shown = self.real()


@contextmanager
def _passing_time(shop: Company) -> Iterator[_Clock]:
    real = shop.database.clock
    clock = _Clock(real=real, shown=real())
    clock.day(0)
    shop.database.clock = lambda: clock.shown
    try:
        yield clock
    finally:
        shop.database.clock = real


@dataclass(slots=True)
class _Life:
    """What happens in the shop."""

    shop: Company
    clock: _Clock
    chance: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - the same shop each time
    members: list[str] = field(default_factory=list)
    sales: list[str] = field(default_factory=list)
    tills: list[Till] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)
    kiosk: Terminal | None = None

    def open(self) -> None:
        """Stores, staff, goods, the program, tills and kiosks."""
        with self.shop.database.write(self.shop.shop.tenant) as tx:
            self._rule(tx)
            self._stores(tx)
            self._goods(tx)
            self._staff(tx)
        self._machines()

    def _rule(self, tx: Transaction) -> None:
        program = self.shop.shop.program
        document = json.loads(programs.version_of(tx, program, 1).model_dump_json())["document"]
        programs.put_draft(tx, program, {**document, **PROGRAM}, actor=_OWNER)
        programs.publish(tx, program, Publication(version=2), actor=_OWNER)

    def _stores(self, tx: Transaction) -> None:
        first = StoreSettings(
            name="Angers Lices",
            address="12 rue des Lices\n49000 Angers",
            time_zone="Europe/Paris",
            program=self.shop.shop.program,
        )
        stores.put_store(tx, self.shop.shop.store, first)
        for wanted, name, address in (
            ("nantes", "Nantes Crébillon", "4 rue Crébillon\n44000 Nantes"),
            ("rennes", "Rennes Halles", "8 place des Lices\n35000 Rennes"),
        ):
            told = first.model_copy(update={"name": name, "address": address})
            stores.put_store(tx, wanted, told)

    def _goods(self, tx: Transaction) -> None:
        for wanted, name, price, family in PRODUCTS:
            body = ProductBody.model_validate({"name": name, "price": price, "family": family})
            catalogue.put_product(tx, wanted, body)
        for wanted, (names, points, stocked) in GIFTS.items():
            gift = GiftBody.model_validate({"name": names, "points": points, "stocked": stocked})
            gifts.put_gift(tx, wanted, gift)
            if stocked:
                came = MovementBody.model_validate(
                    {"id": new_id(), "kind": "delivery", "pieces": 9}
                )
                stock.move(tx, wanted, self.shop.shop.store, came, actor=_OWNER)

    def _staff(self, tx: Transaction) -> None:
        for name, role in (("Lise Moreau", Role.OWNER), ("Karim Haddad", Role.MANAGER),
                           ("Inès Le Goff", Role.CASHIER)):  # fmt: skip
            email = f"{new_id()}@shop.example"
            person = add_person(tx, NewPerson(name=name, email=email, role=role), actor=_OWNER)
            self.staff.append(person.id)

    def _machines(self) -> None:
        tenant, database = self.shop.shop.tenant, self.shop.database
        with database.write(tenant) as tx:
            for store in shops.stores(tx):
                entrance.add_till(tx, name=f"Caisse {store.name}", store=store.id)
            self.tills = list(access.tills(tx))
            codes = [
                fleet.add_terminal(
                    tx, NewTerminal(id=wanted, name=name, store=store), actor=_OWNER
                ).code
                for wanted, name, store in (
                    ("kiosk-lices", "Borne de l’entrée", self.shop.shop.store),
                    ("kiosk-nantes", "Borne Crébillon", "nantes"),
                )
            ]
            new = NewTerminal(id="kiosk-new", name="Borne neuve", store="rennes")
            fleet.add_terminal(tx, new, actor=_OWNER)
        for code in codes:
            entrance.claim_terminal(database, ClaimRequest(code=code, software="kiosk 1.0"))
        with database.read(tenant) as tx:
            self.kiosk = access.terminal(tx, TerminalId("kiosk-lices"))

    def live(self, day: int) -> None:
        """One day: somebody joins, people buy, and some take a gift."""
        with self.shop.database.write(self.shop.shop.tenant) as tx:
            if day * len(PEOPLE) // DAYS < (day + 1) * len(PEOPLE) // DAYS:
                self._join(tx)
            for _ in range(self.chance.randint(*SALES_A_DAY)):
                self._sell(tx)
            if day % GIFT_EVERY_DAYS == 0:
                self._give(tx, day)

    def _join(self, tx: Transaction) -> None:
        number = len(self.members)
        first, last = PEOPLE[number]
        town, department = TOWNS[number % len(TOWNS)]
        body = NewMember(
            id=f"member-{number:03}",
            first_name=first,
            last_name=last,
            email=f"{_plain(first)}.{_plain(last)}@mail.example" if number % 5 else None,
            phone=f"+3361234{number:04}" if number % 3 else None,
            birthday=f"{1950 + number % 50}-{number % 12 + 1:02}-{number % 28 + 1:02}",
            town=town,
            department=department,
            country="FR",
            record_type="Entreprise" if number % 11 == 0 else "Particulier",
            price_code="PRO" if number % 11 == 0 else "",
            note="Préfère être appelée le soir." if number == 1 else "",
            note_alert=number == 1,
            card_uid=f"04{number:012X}",
            consents=(
                ConsentBody(purpose="program", given=True, text_version="1"),
                ConsentBody(purpose="news", given=number % 2 == 1, text_version="1"),
            ),
        )
        records.add(tx, body, self._store(tx))
        self.members.append(body.id)

    def _store(self, tx: Transaction) -> Store:
        return self.chance.choice(shops.stores(tx))

    def _sell(self, tx: Transaction) -> None:
        if not self.members:
            return
        # Some come often, most now and then.
        place = int(len(self.members) * self.chance.random() ** 2)
        lines = tuple(
            LineBody(article=wanted, quantity=self.chance.choice((1, 1, 2)), unit_price=price)
            for wanted, _, price, _ in self.chance.sample(PRODUCTS, self.chance.randint(1, 4))
        )
        body = SaleBody(
            id=new_id(),
            member=self.members[place],
            total=sum(line.quantity * (line.unit_price or 0) for line in lines),
            currency="EUR",
            closed_at=tx.now,
            lines=lines,
        )
        record_sale(tx, self.chance.choice(self.tills), body, "fr")
        self.sales.append(body.id)

    def _give(self, tx: Transaction, day: int) -> None:
        wanted = self.chance.choice(list(GIFTS))
        for member in self.chance.sample(self.members, min(6, len(self.members))):
            try:
                if day % 2:
                    self._voucher(tx, member, wanted)
                else:
                    taken = GiftTaking(id=new_id(), member=member)
                    take_gift(tx, self._store(tx), wanted, taken, actor=_OWNER)
            except (LoyaltyError, Refused):
                continue
            return

    def _voucher(self, tx: Transaction, member: str, reward: str) -> None:
        assert self.kiosk is not None
        asked = RedemptionRequest(
            id=new_id(),
            member=member,
            program=self.shop.shop.program,
            reward=reward,
            code=mint(self.chance.getrandbits(64)),
            at=tx.now,
        )
        hold_redemption(tx, self.kiosk, asked)

    def close(self) -> dict[str, str]:
        """What stands today: how the kiosks are, what waits for somebody, a segment."""
        with self.shop.database.write(self.shop.shop.tenant) as tx:
            self._beat(tx)
            self._adjust(tx, "adjustment-booked", 40, "Geste commercial")
            self._adjust(tx, "adjustment-waiting", 800, "Réclamation")
            alerts.raise_once(tx, "refund-cycle", self.members[2])
            terms = SegmentTerms.model_validate(
                {"name": "Angers, plus de 200 points", "only": {"town": ["Angers"],
                                                                "points_from": 200}}
            )  # fmt: skip
            save_segment(tx, "segment-angers", terms)
        return {
            "member": self.members[1],
            "other": self.members[4],
            "program": self.shop.shop.program,
            "store": self.shop.shop.store,
            "terminal": "kiosk-lices",
            "till": self.tills[0].id,
            "product": PRODUCTS[0][0],
            "gift": next(iter(GIFTS)),
            "sale": self.sales[0],
            "segment": "segment-angers",
        }

    def _beat(self, tx: Transaction) -> None:
        for wanted, paper, queue in (("kiosk-lices", "enough", 0), ("kiosk-nantes", "out", 12)):
            kiosk = access.terminal(tx, TerminalId(wanted))
            assert kiosk is not None
            beat = Heartbeat.model_validate(
                {
                    "software": "kiosk 1.0",
                    "reader": True,
                    "printer": "ready",
                    "paper": paper,
                    "queue": queue,
                    "clock": tx.now,
                }
            )
            fleet.hear(tx, kiosk, beat)

    def _adjust(self, tx: Transaction, wanted: str, points: int, nature: str) -> None:
        store = shops.store(tx, StoreId(self.shop.shop.store))
        assert store is not None
        body = NewAdjustment(
            id=wanted, member=self.members[1], points=points, nature=nature, comment="Colis abîmé"
        )
        hand = Hand(actor=f"staff:{self.staff[1]}", member=None, may_choose_date=False)
        adjustments.ask(tx, body, hand, store)


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("éèêëçîïôàâ ’-", "eeeeciioaa---"))

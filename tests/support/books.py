"""Entries straight into the books, for what is counted over many of them."""

from datetime import UTC, datetime, timedelta

from backend.db import Transaction, members, shops
from backend.db.shops import Store
from backend.services.points.ledger import locked_account, post
from backend.services.points.verify import faults
from loyalty.entries import Entry, EntryKind
from loyalty.ids import EntryId, MemberId, ProgramId, StoreId
from tests.support.server import Company, new_id


def assert_sound(shop: Company) -> None:
    """Everything in the company's books agrees with everything else."""
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == []


class Books:
    """A company whose entries are written by hand, each at a time that is chosen."""

    def __init__(self, shop: Company) -> None:
        self.shop = shop
        self.program = ProgramId(shop.shop.program)
        self.start = datetime.now(UTC) - timedelta(days=30)
        self._minutes = 0

    def store(self, name: str) -> StoreId:
        """Another store of the company."""
        wanted = StoreId(name.lower())
        with self.shop.database.write(self.shop.shop.tenant) as tx:
            shops.add_store(
                tx,
                Store(
                    id=wanted,
                    name=name,
                    address="",
                    time_zone="Europe/Paris",
                    program=self.program,
                ),
            )
        return wanted

    def member(self) -> MemberId:
        """Somebody with an account."""
        wanted = MemberId(new_id())
        with self.shop.database.write(self.shop.shop.tenant) as tx:
            members.expect_member(tx, wanted)
            locked_account(tx, wanted, self.program)
        return wanted

    def book(
        self,
        member: MemberId,
        kind: EntryKind,
        points: int,
        store: StoreId,
        about: EntryId | None = None,
        deadline: datetime | None = None,
    ) -> EntryId:
        """One entry, a minute after the one before."""
        self._minutes += 1
        entry = Entry(
            # Of lots that die together, the one whose entry's id comes first is spent first.
            id=EntryId(f"{self._minutes:06}-{new_id()}"),
            member=member,
            program=self.program,
            kind=kind,
            points=points,
            occurred_at=self.start + timedelta(minutes=self._minutes),
            fact=new_id(),
            store=store,
            about=about,
            deadline=deadline,
        )
        with self.shop.database.write(self.shop.shop.tenant) as tx:
            _post(tx, entry)
        return entry.id


def _post(tx: Transaction, entry: Entry) -> None:
    post(tx, entry)

"""The same things told to two companies in two ways, and what each has of them afterwards."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from backend_client.schemas.events import JournalEvent
from backend_client.schemas.sales import SaleBody
from backend_client.schemas.tills import AccountAnswer
from loyalty.document import read_program
from tests.support.books import assert_sound
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.server import PROGRAM, Connected, connected, new_id

MEMBERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoShops:
    """Two companies on one server, each of which is to be told the same."""

    one: Connected
    other: Connected
    kiosk: Kiosk

    def joined(self) -> list[str]:
        """Members of both."""
        members = [new_id() for _ in range(MEMBERS)]
        written = Journal().write(*(self.kiosk.enrolled(each) for each in members))  # type: ignore[arg-type]  # ids
        self.one.terminal.push(written)
        self.other.terminal.push(self.moved(written))
        return members

    def moved(self, written: Sequence[JournalEvent]) -> list[JournalEvent]:
        """The same facts, of the other's store; and so its terminal's own journal."""
        return at_home_of(self.other, self.one, written)

    def assert_same(self, members: Sequence[str]) -> None:
        """Both have the same accounts, and sound books."""
        for member in members:
            assert account(self.other, self.one, member) == account(self.one, self.one, member)
        for line in (self.one, self.other):
            assert_sound(line.company)


@contextmanager
def two_shops(backend: Connected) -> Iterator[TwoShops]:
    """Two new companies of that server."""
    with (
        connected(backend.company.add_shop(), session=backend.session) as one,
        connected(backend.company.add_shop(), session=backend.session) as other,
    ):
        kiosk = Kiosk(claimed=one.claimed, program=read_program(PROGRAM))
        yield TwoShops(one=one, other=other, kiosk=kiosk)


def at_home_of(
    line: Connected, told: Connected, written: Sequence[JournalEvent]
) -> list[JournalEvent]:
    """The same facts, of the store of another company; and so its terminal's own journal."""
    journal, found = Journal(), dict[str, JournalEvent]()
    moved = []
    for item in written:
        text = item.model_dump_json()
        if text not in found:
            said = text.replace(told.claimed.store.id, line.claimed.store.id)
            fact = JournalEvent.model_validate_json(said).event
            found[text] = journal.write(fact)[0]
        moved.append(found[text])
    return moved


def account(line: Connected, told: Connected, member: str) -> AccountAnswer | int:
    """The account as its till sees it, as if at the other store; or the status of the refusal."""
    answer = line.raw("GET", f"/v1/accounts/{member}", till=True)
    if answer.status_code != 200:
        return answer.status_code
    said = answer.text.replace(line.claimed.store.id, told.claimed.store.id)
    return AccountAnswer.model_validate_json(said)


def sold(data: st.DataObject, members: list[str]) -> list[SaleBody]:
    """Sales of a day: good ones, told twice, of nobody, in another currency, under a known id."""
    sales: list[SaleBody] = []
    for _ in range(data.draw(st.integers(1, 10))):
        sale = sale_of(data.draw(st.sampled_from(members)), data.draw(st.integers(0, 9000)))
        late = timedelta(days=data.draw(st.sampled_from([0, 0, 1, 30, 4000])))
        change: dict[str, object] = {"closed_at": sale.closed_at - late}
        match data.draw(st.sampled_from("......NCTK")):
            case "N":
                change["member"] = new_id()
            case "C":
                change["currency"] = "USD"
            case "T" if sales:
                change = dict(sales[-1])
            case "K" if sales:
                change["id"] = sales[0].id
            case _:
                pass
        sales.append(sale.model_copy(update=change))
    return sales


def alone(line: Connected, sale: SaleBody) -> tuple[object, str]:
    """What the sale is answered by itself: the refusal, or None; and what is said."""
    answer = line.raw("POST", "/v1/sales", sale.model_dump(mode="json"), till=True)
    said = answer.json()
    return (said["type"], said["detail"]) if "type" in said else (None, without_store(line, said))


def without_store(line: Connected, answer: object) -> str:
    """The answer as any store would be given it."""
    return json.dumps(answer, sort_keys=True).replace(line.claimed.store.id, "here")

"""A terminal's journal is chained over what it wrote, however old or new the other side is."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from backend_client.schemas.events import EventsRequest, JournalEvent, MemberEnrolled
from backend_client.schemas.ledger import EntryBody
from backend_client.signing import journal_body
from loyalty.ids import EntryId, MemberId, ProgramId, StoreId
from loyalty.ledger import Adjustment, Entry, EntryKind

AT = datetime(2026, 3, 1, 9, 10, 11, 123456, tzinfo=UTC)


def enrolled(name: str, email: str | None) -> MemberEnrolled:
    return MemberEnrolled(
        id="e1",
        at=AT,
        member="m1",
        program="p",
        card="a" * 64,
        first_name=name,
        email=email,
        language="fr",
        consents=(),
        salt="0f" * 16,
    )


@given(name=st.text(min_size=1, max_size=40), email=st.none() | st.text(max_size=40))
def test_what_was_written_is_what_arrives_whatever_the_letters(
    name: str, email: str | None
) -> None:
    event = enrolled(name, email)
    written = JournalEvent(sequence=1, chain="0" * 64, event=event)
    sent = EventsRequest(events=(written,)).model_dump_json()
    for read in (
        EventsRequest.model_validate_json(sent),
        EventsRequest.model_validate(json.loads(sent)),
    ):
        (got,) = read.events
        assert got.written == written.written == journal_body(event)
        assert EventsRequest(events=(got,)).model_dump_json() == sent


def test_a_fact_of_an_older_terminal_keeps_its_own_words() -> None:
    body = json.loads(enrolled("Zoé", None).model_dump_json())
    for later in ("salt", "email"):
        del body[later]
    body["at"] = "2026-03-01T10:10:11+01:00"
    said = {"sequence": 7, "chain": "1" * 64, "event": body}
    read = JournalEvent.model_validate(said)
    assert read.event == enrolled("Zoé", None).model_copy(
        update={"salt": None, "at": datetime(2026, 3, 1, 9, 10, 11, tzinfo=UTC)}
    )
    assert json.loads(read.written) == body
    assert read.model_dump_json() == json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def test_what_is_rarely_said_is_only_sent_where_it_is_said() -> None:
    plain = Entry(
        id=EntryId("e"),
        member=MemberId("m"),
        program=ProgramId("p"),
        kind=EntryKind.EARN,
        points=5,
        occurred_at=AT,
        fact="f",
        store=StoreId("s"),
    )
    sent = json.loads(EntryBody.of(plain).model_dump_json())
    assert not {"by", "available_from", "owes", "adjustment"} & set(sent)
    full = Entry(
        id=EntryId("e"),
        member=MemberId("m"),
        program=ProgramId("p"),
        kind=EntryKind.ADJUSTMENT,
        points=5,
        occurred_at=AT,
        fact="f",
        store=StoreId("s"),
        by=MemberId("n"),
        available_from=AT,
        owes=False,
        adjustment=Adjustment(actor="a", nature="gesture", booked_at=AT, comment="c" * 64),
    )
    for entry in (plain, full):
        read = EntryBody.model_validate_json(EntryBody.of(entry).model_dump_json())
        assert read.entry() == entry

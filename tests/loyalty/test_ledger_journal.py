"""The journal: whatever is touched is found, and named."""

from dataclasses import replace

import pytest

from loyalty.journal import (
    EMPTY,
    Damage,
    Fault,
    Head,
    Written,
    append,
    chained,
    head_of,
    salted_hash,
    says,
    verify,
)
from loyalty.ledger import Adjustment, Entry, EntryKind
from tests.loyalty.cases import day, earn, entry, take

STORY = [earn("a", 30, 1, until=50), take("gift", 10, 2), earn("b", 5, 3), earn("c", 5, 4)]
JOURNAL = chained(STORY)
HEAD = head_of(JOURNAL[-1])


def numbered(journal: list[Written]) -> list[Written]:
    """The same rows, with positions that hide that one is gone."""
    return [replace(row, position=place) for place, row in enumerate(journal, start=1)]


def test_a_journal_that_nobody_touched_is_whole() -> None:
    assert verify(JOURNAL) is None
    assert verify(JOURNAL, HEAD) is None
    assert verify([]) is None
    assert verify([], EMPTY) is None


def test_writing_on_goes_on_from_the_head() -> None:
    assert append(head_of(JOURNAL[2]), STORY[3]) == JOURNAL[3]


@pytest.mark.parametrize("place", range(4))
def test_a_changed_entry_is_named(place: int) -> None:
    touched = list(JOURNAL)
    touched[place] = replace(touched[place], entry=replace(STORY[place], points=999))
    fault = verify(touched, HEAD)
    assert fault == Fault(damage=Damage.CHANGED, position=place + 1, entry=STORY[place].id)
    assert str(fault) == f"entry {place + 1} ({STORY[place].id}) was changed"


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("hidden", [False, True])
def test_a_missing_entry_is_named_by_its_place(place: int, hidden: bool) -> None:
    touched = [*JOURNAL[:place], *JOURNAL[place + 1 :]]
    fault = verify(numbered(touched) if hidden else touched, HEAD)
    assert fault is not None
    assert (fault.damage, fault.position) == (Damage.MISSING, place + 1)
    assert str(fault) == f"entry {place + 1} is missing"


@pytest.mark.parametrize("one", range(4))
@pytest.mark.parametrize("other", range(4))
def test_a_reordered_entry_is_named(one: int, other: int) -> None:
    if one >= other:
        return
    touched = list(JOURNAL)
    touched[one], touched[other] = touched[other], touched[one]
    for rows in (touched, numbered(touched)):
        fault = verify(rows, HEAD)
        assert fault == Fault(damage=Damage.REORDERED, position=one + 1, entry=STORY[other].id)


def test_entries_swapped_under_links_that_stay_are_named_too() -> None:
    touched = list(JOURNAL)
    touched[0] = replace(JOURNAL[0], entry=STORY[1])
    touched[1] = replace(JOURNAL[1], entry=STORY[0])
    fault = verify(touched)
    assert fault == Fault(damage=Damage.REORDERED, position=1, entry=STORY[1].id)


def test_a_link_that_was_changed_is_found() -> None:
    touched = [*JOURNAL[:3], replace(JOURNAL[3], chain=bytes(32))]
    assert verify(touched) == Fault(damage=Damage.CHANGED, position=4, entry=STORY[3].id)


def test_an_entry_that_was_never_written_is_named() -> None:
    forged = append(HEAD, earn("forged", 1_000, 5))
    fault = verify([*JOURNAL, forged], HEAD)
    assert fault == Fault(damage=Damage.CHANGED, position=5, entry=forged.entry.id)


def test_a_journal_forged_from_end_to_end_is_not_the_one_that_was_kept() -> None:
    forged = chained([replace(STORY[0], points=999), *STORY[1:]])
    assert verify(forged) is None
    assert verify(forged, HEAD) == Fault(damage=Damage.CHANGED, position=4, entry=STORY[3].id)
    assert verify([], Head(position=0, chain=bytes(31))) is not None


def test_erasing_a_persons_words_breaks_no_chain() -> None:
    salt, words = b"0123456789abcdef", "Mme Durand, réclamation du 3 mars"
    hashed = salted_hash(salt, words)
    gesture: Entry = replace(
        entry("gesture", EntryKind.ADJUSTMENT, 50, 5),
        adjustment=Adjustment(
            actor="staff-7", nature="commercial-gesture", booked_at=day(5), comment=hashed
        ),
    )
    journal = chained([*STORY, gesture])
    assert says(hashed, salt, words)
    assert not says(hashed, salt, "somebody else")
    del salt, words  # what erasing does
    assert verify(journal) is None
    assert "Durand" not in repr(journal)


def test_a_salt_cannot_pass_for_the_beginning_of_the_text() -> None:
    assert salted_hash(b"ab", "c") != salted_hash(b"a", "bc")

"""Journals: entries chained by hashes, so that whatever was touched is found and named.

Each link is the hash of the link before and of the entry as bytes. Free text and names stay outside
the entries, which hold only a salted hash of them: erasing a person breaks no chain.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from hmac import compare_digest

from loyalty.chain import GENESIS, canonical, link
from loyalty.entries import Entry
from loyalty.ids import EntryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry in its place in a journal."""

    position: int
    """1, 2, 3 … without a gap."""
    entry: Entry
    chain: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a journal ends, as kept apart from it: with the account, or at another machine."""

    position: int
    chain: bytes


EMPTY = Head(position=0, chain=GENESIS)
"""The head of a journal that nothing was written in."""


def append(head: Head, entry: Entry) -> Written:
    """The entry written after `head`."""
    return Written(
        position=head.position + 1, entry=entry, chain=link(head.chain, canonical(entry))
    )


def head_of(written: Written) -> Head:
    """The head of the journal that ends with it."""
    return Head(position=written.position, chain=written.chain)


def chained(entries: Iterable[Entry]) -> tuple[Written, ...]:
    """A journal of those entries, in that order."""
    journal = []
    head = EMPTY
    for entry in entries:
        journal.append(append(head, entry))
        head = head_of(journal[-1])
    return tuple(journal)


class Damage(Enum):
    """What was done to a journal."""

    CHANGED = "changed"
    """The entry is not what was written there, or was never written."""
    MISSING = "missing"
    """An entry is gone from that place."""
    REORDERED = "reordered"
    """The entry was written, but in another place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first thing that is wrong with a journal."""

    damage: Damage
    position: int
    """The place that is wrong."""
    entry: EntryId | None
    """The entry that stands there, or the first after the gap; None at the end of the journal."""

    def __str__(self) -> str:
        if self.damage is Damage.MISSING:
            return f"entry {self.position} is missing"
        return f"entry {self.position} ({self.entry}) was {self.damage.value}"


def verify(journal: Sequence[Written], head: Head | None = None) -> Fault | None:
    """The first fault of the journal, or None; with `head`, also what was cut off its end."""
    chain = GENESIS
    for place, written in enumerate(journal, start=1):
        following = link(chain, canonical(written.entry))
        if written.position != place or written.chain != following:
            return _fault(journal, place, chain, head)
        chain = following
    if head is None or (head.position, head.chain) == (len(journal), chain):
        return None
    if head.position > len(journal):
        return Fault(damage=Damage.MISSING, position=len(journal) + 1, entry=None)
    # Whole in itself, and not what was kept: written on behind the head, or forged up to its end.
    place = min(head.position + 1, len(journal))
    return Fault(
        damage=Damage.CHANGED,
        position=place,
        entry=journal[place - 1].entry.id if journal else None,
    )


def _fault(journal: Sequence[Written], place: int, chain: bytes, head: Head | None) -> Fault:
    """What happened at `place`, where the chain before it is whole."""
    here = journal[place - 1]
    if _follows_elsewhere(journal, place, chain):
        damage = Damage.REORDERED
    elif here.position > place or (head is not None and head.position > len(journal)):
        damage = Damage.MISSING
    else:
        damage = Damage.CHANGED
    return Fault(damage=damage, position=place, entry=here.entry.id)


def _follows_elsewhere(journal: Sequence[Written], place: int, chain: bytes) -> bool:
    """Whether the entry that belongs in `place` stands further on."""
    links = {written.chain for written in journal[place - 1 :]}
    return any(link(chain, canonical(later.entry)) in links for later in journal[place:])


def salted_hash(salt: bytes, text: str) -> str:
    """What an entry holds of a free text, in hex; without the salt nobody can guess it back.

    Salt and text are kept together outside the journal, and erased together.
    """
    return sha256(len(salt).to_bytes(2, "big") + salt + text.encode()).hexdigest()


def says(hashed: str, salt: bytes, text: str) -> bool:
    """Whether that is the text the entry was written with."""
    return compare_digest(hashed, salted_hash(salt, text))

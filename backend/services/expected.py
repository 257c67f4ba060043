"""Whether a thing is still what its writer saw: two people who edit it never undo each other."""

from dataclasses import dataclass
from hashlib import sha256

from backend.errors import Refused
from backend_client.schemas.base import Wire
from backend_client.schemas.problems import ProblemName

_LENGTH = 32


def tag(thing: Wire) -> str:
    """What a thing's content is told by (its ETag, without quotes)."""
    return sha256(thing.model_dump_json().encode()).hexdigest()[:_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the writer says to have seen; nothing of it set, anything goes."""

    tags: frozenset[str] | None = None
    """One of them (If-Match); None for any."""
    absent: bool = False
    """Nothing (If-None-Match: *)."""

    def check(self, known: Wire | None) -> None:
        """Raises Refused when the thing is another one by now."""
        if self.absent and known is not None:
            raise Refused(ProblemName.CHANGED_SINCE, "it is there already: put it with its ETag")
        if self.tags is None:
            return
        if known is None or (tag(known) not in self.tags and "*" not in self.tags):
            raise Refused(ProblemName.CHANGED_SINCE, "read it again, and put what you want then")


ANYTHING = Expected()

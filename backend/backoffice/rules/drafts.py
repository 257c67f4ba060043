"""A program as it is being written: its document, what is wrong with it, what there is to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.backoffice.rules.known import Known, in_words, known
from backend.db import Transaction
from backend.db import programs as kept
from backend.errors import Refused
from backend.services.programs.programs import draft_of, version_of
from backend.web.page import Page
from backend.web.refusals import of_answer
from backend_client.schemas.problems import ProblemName


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """The program's document: that of the draft, else of its latest version."""

    id: str
    document: dict[str, Any]
    is_draft: bool
    wrong: Mapping[str, str]
    """What must be put right before it can be published, by field, in the reader's words."""
    known: Known

    @property
    def name(self) -> str:
        """What people call it."""
        return in_words(self.document.get("name"), self.known.words) or self.id


def writing(page: Page, tx: Transaction, program: str) -> Writing:
    """The program as it is being written. Raises Refused where there is none."""
    wrong: dict[str, str] = {}
    draft = kept.draft(tx, program) is not None
    if draft:
        found = draft_of(tx, program)
        document = found.document
        wrong = {each.field: of_answer(each, each.message, page.words) for each in found.errors}
    else:
        document = _latest(tx, program)
    return Writing(
        id=program,
        document=document,
        is_draft=draft,
        wrong=wrong,
        known=known(tx, document, page.words, page.zone, wrong),
    )


def _latest(tx: Transaction, program: str) -> dict[str, Any]:
    found = kept.versions(tx, program, limit=1)
    if not found:
        raise Refused(ProblemName.NOT_FOUND, "no such program")
    return version_of(tx, program, found[0].version).document

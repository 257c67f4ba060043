"""Customers from before who come in by themselves, where the program says so (LSX-07, SW-12).

Publishing such rules begins the work, and a job does it in parts once they are in force and
switched on. It is begun when a program's rules first say so, and again when they do after they
did not: who joins in between has an account by joining.
"""

from hashlib import sha256

from backend.db import Transaction, batches, shops
from backend.db.batches import Batch
from backend.db.programs import Version
from backend.services.keeping.working import Work
from backend.services.programs.activation import enrol_some, one_part
from backend.services.team import audit
from loyalty.document import read_program
from loyalty.enrolment import Way, comes_in
from loyalty.ids import ProgramId
from loyalty.program import Program

_PREFIX = "automatic-"


def takes_all(rules: Program, before: Version | None) -> bool:
    """Whether those rules take everybody in, and the version before them did not."""
    if not _automatic(rules):
        return False
    return before is None or not _automatic(read_program(before.document))


def count(tx: Transaction, rules: Program) -> int:
    """How many would get an account."""
    return batches.count_without_account(tx, rules.id, consenting=False)


def begin(tx: Transaction, rules: Program, before: Version | None, *, actor: str) -> None:
    """The work that comes with a version that is published; none where it takes nobody in."""
    if not takes_all(rules, before):
        return
    content = tx.keys.content(b"automatic")
    wanted = work_id(rules.id, rules.version)
    begun = Batch(id=wanted, program=rules.id, kind="enrolment", content=content)
    batches.begin_batch(tx, begun, actor)
    audit.note(tx, actor, "program.enrolment", rules.id, version=rules.version)


def take_back(tx: Transaction, program: str, version: int) -> None:
    """The version is taken back before it came into force, and its work with it."""
    batches.delete_batch(tx, work_id(program, version))


def work_id(program: str, version: int) -> str:
    """The name of the work that comes with a version."""
    return _PREFIX + sha256(f"{program}:{version}".encode()).hexdigest()[:32]


def is_due(tx: Transaction) -> bool:
    """Whether there is such work, of rules that are in force and on."""
    return next(iter(_ready(tx)), None) is not None


def enrol_all(work: Work) -> int:
    """How many got an account; what was interrupted goes on where it stopped."""
    with work.database.read(work.tenant) as tx:
        ready = _ready(tx)
    total = 0
    for batch in ready:
        far = batch
        while not far.done:
            work.go_on()
            far = work.database.run(work.tenant, one_part, batch.id, _part)
        total += far.members - batch.members
    return total


def _part(tx: Transaction, batch: Batch) -> Batch:
    return enrol_some(tx, batch, unasked=True)


def _ready(tx: Transaction) -> list[Batch]:
    return [
        batch
        for batch in batches.unfinished(tx)
        if batch.id.startswith(_PREFIX) and _in_force(tx, ProgramId(batch.program))
    ]


def _in_force(tx: Transaction, program: ProgramId) -> bool:
    rules = shops.program(tx, program)
    return rules is not None and _automatic(rules) and shops.is_on(tx, program)


def _automatic(rules: Program) -> bool:
    return comes_in(rules.enrolment, Way.EXISTING, agreed=None)

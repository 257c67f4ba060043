"""A letter of the merchant's to many members: those who agreed to news, each once (LSX-33)."""

from backend.db import Database, Transaction, outbox
from backend.errors import Refused, phrase
from backend.mail import Mail, MailKind
from backend.services.mailing.outbox import queue
from backend.services.people import directory
from backend.services.team import audit
from backend_client.schemas.members import MemberRow
from backend_client.schemas.messages import NewsLetter, NewsSent
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId, ProgramId, TenantId

MEMBERS_MAX = 5_000
"""Of one letter: each is a row of the outbox. Whoever has more writes to them by segments."""


def write_to_many(
    database: Database, tenant: TenantId, body: NewsLetter, program: ProgramId, *, actor: str
) -> NewsSent:
    """Who is written to, once for each id; some at a time, so that tills wait for nobody. Refused.

    A trial counts who would be.
    """
    with database.read(tenant) as tx:
        groups = _found(tx, body, program)
        if body.dry_run:
            queued = sum(_would_get(tx, row) for rows in groups for row in rows)
    if not body.dry_run:
        queued = sum(database.run(tenant, _queue, body, rows) for rows in groups)
        with database.write(tenant) as tx:
            audit.note(tx, actor, "mail.news", body.id, queued=queued)
    members = sum(len(rows) for rows in groups)
    return NewsSent(id=body.id, members=members, queued=queued, unreachable=members - queued)


def key_of(letter: str) -> str:
    """What the keys of a letter's mails begin with; the member's id follows."""
    return f"news:{letter}:"


def letter_of(key: str) -> str:
    """The letter that a mail of that key belongs to: no id has a colon."""
    return key.split(":")[1]


def _found(
    tx: Transaction, body: NewsLetter, program: ProgramId
) -> tuple[tuple[MemberRow, ...], ...]:
    """Who is meant, in groups. Raises Refused for too many."""
    groups: list[tuple[MemberRow, ...]] = []
    for rows in directory.everybody(tx, body.to, program):
        groups.append(rows)
        if sum(map(len, groups)) > MEMBERS_MAX:
            raise Refused(
                ProblemName.INVALID,
                phrase("to: more than {most} members; choose fewer of them", most=MEMBERS_MAX),
            )
    return tuple(groups)


def _would_get(tx: Transaction, row: MemberRow) -> bool:
    return row.email is not None and outbox.agrees(tx, MemberId(row.id), "news")


def _queue(tx: Transaction, body: NewsLetter, rows: tuple[MemberRow, ...]) -> int:
    """How many of them the letter is for; of one that was queued before, it is so still."""
    meant = [row for row in rows if _would_get(tx, row)]
    for row in meant:
        queue(
            tx,
            Mail(
                kind=MailKind.NEWS,
                key=f"{key_of(body.id)}{row.id}",
                member=MemberId(row.id),
                language=row.language,
                values={"subject": body.subject, "text": body.text},
            ),
        )
    return len(meant)

"""Mail: its words and its settings, trials, the outbox, and how a member stops reminders."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import HTMLResponse

from backend.api.callers import Caller, Configured, Data, allowed
from backend.api.members import program_of
from backend.api.pages import Asked, page, place_in_time
from backend.api.problems import BODY, TOKEN, documented
from backend.db import outbox
from backend.db.outbox import MailState
from backend.rights import Right
from backend.services.mailing import messages, news, stopping
from backend.services.shop.settings import message_settings, save_message_settings
from backend.services.team import audit
from backend_client.schemas.base import API, Id
from backend_client.schemas.messages import (
    MailKindBody,
    MailKinds,
    MailPreview,
    MailText,
    MessageSettings,
    NewsLetter,
    NewsSent,
    NewsStopped,
    OutboxMail,
    OutboxPage,
    QueuedMail,
    TestMail,
)
from backend_client.schemas.problems import ProblemName

_Writer = Annotated[Caller, Depends(allowed(Right.ADJUST))]
_Owner = Annotated[Caller, Depends(allowed(Right.SETTINGS))]
_Kind = Annotated[str, Path(max_length=20, description="The kind of mail, such as welcome.")]
_InLanguage = Annotated[str, Path(max_length=2, description="fr or en.")]

routes = APIRouter(prefix=API, tags=["messages"])


@routes.get("/messages/settings", responses=documented(*TOKEN))
def settings(database: Data, caller: _Owner) -> MessageSettings:
    """How the company writes to its members."""
    with database.read(caller.tenant) as tx:
        return message_settings(tx)


@routes.put("/messages/settings", responses=documented(*BODY, *TOKEN))
def put_settings(database: Data, caller: _Owner, body: MessageSettings) -> MessageSettings:
    """Change all of it."""
    with database.write(caller.tenant) as tx:
        audit.note(tx, caller.actor, "messages.settings")
        return save_message_settings(tx, body)


@routes.get("/messages/kinds", responses=documented(*TOKEN))
def kinds(database: Data, caller: _Owner) -> MailKinds:
    """Every mail there is, with its words and the names that they may use."""
    with database.read(caller.tenant) as tx:
        return messages.kinds(tx)


@routes.put(
    "/messages/kinds/{kind}/{language}",
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND),
)
def put_words(
    database: Data, caller: _Owner, kind: _Kind, language: _InLanguage, body: MailText
) -> MailKindBody:
    """Write a mail's subject and body."""
    return database.run(caller.tenant, messages.set_words, caller.actor, kind, language, body)


@routes.delete(
    "/messages/kinds/{kind}/{language}",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def delete_words(
    database: Data, caller: _Owner, kind: _Kind, language: _InLanguage
) -> MailKindBody:
    """Go back to our words."""
    return database.run(caller.tenant, messages.set_words, caller.actor, kind, language, None)


@routes.post(
    "/messages/kinds/{kind}/{language}/preview",
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND),
)
def preview(
    database: Data,
    caller: _Owner,
    config: Configured,
    kind: _Kind,
    language: _InLanguage,
    body: MailText,
) -> MailPreview:
    """The mail in these words, with made-up values; nothing is kept."""
    with database.read(caller.tenant) as tx:
        return messages.preview(tx, kind, language, body, config)


@routes.get(
    "/messages/kinds/{kind}/{language}/preview",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def preview_in_force(
    database: Data, caller: _Owner, config: Configured, kind: _Kind, language: _InLanguage
) -> MailPreview:
    """The mail in the words in force, with made-up values."""
    with database.read(caller.tenant) as tx:
        return messages.preview(tx, kind, language, None, config)


@routes.post(
    "/messages/trials",
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.EMAIL_REFUSED),
)
def trial(database: Data, caller: _Owner, body: TestMail) -> QueuedMail:
    """Send one mail with made-up values, to see whether mail works; it shows in the outbox."""
    return database.run(caller.tenant, messages.send_trial, caller.actor, body)


@routes.post(
    "/messages/news",
    responses=documented(
        *BODY,
        *TOKEN,
        ProblemName.NOT_FOUND,
        ProblemName.EMAIL_REFUSED,
        ProblemName.PHONE_REFUSED,
        ProblemName.CARD_RANDOM,
    ),
)
def write_to_many(database: Data, caller: _Writer, body: NewsLetter) -> NewsSent:
    """Write to the members who are looked for: to those who agreed to news and have an address."""
    program = program_of(database, caller, body.to.program)
    return news.write_to_many(database, caller.tenant, body, program, actor=caller.actor)


@routes.get("/messages/outbox", responses=documented(*TOKEN, ProblemName.INVALID))
def outbox_page(
    database: Data,
    caller: _Owner,
    config: Configured,
    asked: Asked,
    state: Annotated[
        MailState | None, Query(description="Only mails in this state; left out for all.")
    ] = None,
) -> OutboxPage:
    """The mails that wait, and those that have left, without addresses."""
    before = place_in_time(asked)
    with database.read(caller.tenant) as tx:
        found = outbox.page_of_mail(tx, state=state, before=before, limit=asked.limit + 1)
        told, following = page(found, asked, lambda mail: (mail.queued_at.isoformat(), mail.id))
        return OutboxPage(
            mails=tuple(messages.shown(mail) for mail in told),
            next=following,
            counts=outbox.count_mail(tx),
            server=f"{config.mail.host}:{config.mail.port}" if config.mail else None,
            letters=messages.letters_waiting(tx),
        )


@routes.post(
    "/messages/outbox/{mail}/again",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def again(database: Data, caller: _Owner, mail: Annotated[Id, Path()]) -> OutboxMail:
    """Try a mail once more: one that failed, or of which nobody knows whether it left."""
    return database.run(caller.tenant, messages.send_again, caller.actor, mail)


@routes.post(
    "/messages/outbox/{mail}/stop",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.TOO_LATE, ProblemName.INVALID),
)
def stop(database: Data, caller: _Owner, mail: Annotated[Id, Path()]) -> OutboxMail:
    """A mail that has not left never does. What has left cannot be called back."""
    return database.run(caller.tenant, messages.stop, caller.actor, mail)


@routes.post(
    "/messages/news/{letter}/stop",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def stop_letter(database: Data, caller: _Writer, letter: Annotated[Id, Path()]) -> NewsStopped:
    """Of a letter to many, no more mails leave; those that have left cannot be called back."""
    return database.run(caller.tenant, messages.stop_letter, caller.actor, letter)


_Token = Annotated[str, Path(max_length=200, description="From the mail.")]


@routes.get(
    "/unsubscribe/{token}",
    tags=["members"],
    response_class=HTMLResponse,
    responses=documented(ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def stop_page(database: Data, token: _Token) -> HTMLResponse:
    """A page with one button. Opening it changes nothing: mail programs open links too."""
    stopping.check(database, token)
    return HTMLResponse(
        _PAGE.format(
            body="<form method=post><p lang=fr>Ne plus recevoir de rappels ?</p>"
            "<p>Stop the reminders?</p><button>OK</button></form>"
        ),
        headers=_FORM_ONLY,
    )


@routes.post(
    "/unsubscribe/{token}",
    tags=["members"],
    response_class=HTMLResponse,
    responses=documented(ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def unsubscribe(database: Data, token: _Token) -> HTMLResponse:
    """Stop reminders to the member whom the link in the mail was for (RFC 8058)."""
    stopping.stop(database, token)
    return HTMLResponse(
        _PAGE.format(
            body="<p lang=fr>C’est fait : plus de rappels.</p><p>Done: no more reminders.</p>"
        ),
        headers=_FORM_ONLY,
    )


_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8>"
    '<meta name=viewport content="width=device-width"><title>OK</title><body>{body}</body></html>'
)
_FORM_ONLY = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'"
}

"""Mail to members: its words in each language, its settings, trials, and the outbox."""

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from backend.api import messages as api
from backend.api.callers import Configured
from backend.backoffice.member import names_of
from backend.backoffice.office import show
from backend.backoffice.reading import paging
from backend.config import Config
from backend.db.outbox import MailState
from backend.errors import Refused
from backend.mail import KINDS as MAILS
from backend.mail import MailKind
from backend.mail.kinds import ALWAYS
from backend.mail.notation import Notation
from backend.mail.words import LANGUAGES, Words, WordsRefused, example
from backend.rights import Right
from backend.web.forms import Form
from backend.web.page import POLICY, Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend.web.words import NAMES, later, words_in
from backend_client.schemas.messages import MailPreview, MailText, MessageSettings, TestMail
from loyalty.members import name_key

PATH = "/office/messages"
KINDS = {
    MailKind.WELCOME: later("Welcome, with the points of joining"),
    MailKind.REMINDER: later("Reminder: points can be used, and some are lost soon"),
    MailKind.DEADLINE: later("Deadline: so many points are lost on a day that is near"),
    MailKind.CARD_REPLACED: later("Card replaced"),
    MailKind.VOUCHER: later("Voucher, for who did not want paper"),
    MailKind.VOUCHER_RETURNED: later("Voucher not fetched: the points are back"),
    MailKind.NEWS: later("News: the frame of the letters that you write"),
    MailKind.CODE: later("One-time code"),
    MailKind.RETENTION: later("Nothing heard for long: the account will be erased"),
    MailKind.TEST: later("Trial: whether mail works"),
}
"""Every other kind goes to the staff; what it says is the same everywhere."""
VALUES = {
    "first_name": later("The reader’s first name"),
    "shop": later("Name of your shop"),
    "program": later("Name of the card"),
    "points": later("How many points it is about"),
    "balance": later("Balance of the reader"),
    "link": later("Link that is the reader’s own"),
    "until": later("Last day it is good for"),
    "deadline": later("Day on which points are lost"),
    "gift": later("Name of the gift"),
    "code": later("Code to show or to type"),
    "minutes": later("Minutes the code is good for"),
    "contact": later("New address, half hidden"),
    "erased_on": later("Day on which the account is erased"),
    "subject": later("Subject of your letter"),
    "text": later("Text of your letter"),
}
"""What is filled in for each reader, by its name in the text."""
NAMED = {
    "first_name": later("first name"),
    "shop": later("shop"),
    "program": later("card"),
    "points": later("points"),
    "balance": later("balance"),
    "link": later("link"),
    "until": later("last day"),
    "deadline": later("deadline"),
    "gift": later("gift"),
    "code": later("code"),
    "minutes": later("minutes"),
    "contact": later("new address"),
    "erased_on": later("day of erasure"),
    "subject": later("subject"),
    "text": later("text"),
}
"""What stands in brackets for each of them, in the language of the mail."""
_COUNTED = {"minutes": (later("minute"), later("minutes"))}
_POINTS = (later("point"), later("points"))
STATES = {
    MailState.WAITING: later("Waits to leave"),
    MailState.SENDING: later("On its way"),
    MailState.SENT: later("Sent"),
    MailState.FAILED: later("Not sent"),
    MailState.UNKNOWN: later("Perhaps sent"),
    MailState.DROPPED: later("Not needed any more"),
}

_OwnerPage = Annotated[Page, Depends(page_with(Right.SETTINGS))]

routes = page_routes(PATH)


@routes.get("")
def messages(page: _OwnerPage) -> Response:
    """Every mail there is, and how the company writes."""
    return _listed(page, None)


def _listed(page: Page, form: Form | None, status: int = 200) -> Response:
    found = api.kinds(page.database, page.caller).kinds
    return show(
        page,
        "messages/list.html",
        status=status,
        form=form,
        kinds=[
            (kind, words, [each for each in found if each.kind == kind.value])
            for kind, words in KINDS.items()
        ],
        NAMES=NAMES,
        settings=api.settings(page.database, page.caller),
    )


@routes.post("/settings")
def save_settings(page: _OwnerPage, form: StaffForm) -> Response:
    """In whose name mails leave, and when notices of deadlines do."""
    with form.attempt():
        days = [
            part for each in form.text("page.deadline_days").split(",") if (part := each.strip())
        ]
        body = form.into(
            MessageSettings,
            deadline_days=days,
            unclaimed_back=form.flag("unclaimed_back"),
        )
        api.put_settings(page.database, page.caller, body)
        return page.go(PATH, page.words.t("Saved"))
    return _listed(page, form, status=422)


# --- the outbox ---------------------------------------------------------------------------------


@routes.get("/outbox")
def outbox(page: _OwnerPage, config: Configured) -> Response:
    """The mails that wait, and those that have left, without addresses."""
    asked = page.request.query_params.get("state", "")
    state = MailState(asked) if asked in set(MailState) else None
    found = api.outbox_page(page.database, page.caller, config, paging(page), state)
    with page.database.read(page.caller.tenant) as tx:
        names = names_of(tx, [mail.member for mail in found.mails if mail.member])
    return show(
        page,
        "messages/outbox.html",
        found=found,
        state=asked,
        STATES=STATES,
        kind_names={kind.value: words for kind, words in KINDS.items()},
        names=names,
    )


@routes.post("/outbox/{mail}/again")
def again(page: _OwnerPage, form: StaffForm, mail: str) -> Response:
    """Try a mail once more."""
    del form
    api.again(page.database, page.caller, mail)
    return page.go(f"{PATH}/outbox", page.words.t("It is tried again"))


@routes.post("/outbox/{mail}/stop")
def stop(page: _OwnerPage, form: StaffForm, mail: str) -> Response:
    """A mail that has not left never does."""
    with form.attempt():
        api.stop(page.database, page.caller, mail)
        return page.go(f"{PATH}/outbox", page.words.t("It is stopped."))
    return page.go(f"{PATH}/outbox", form.wrong.in_one_line)


@routes.post("/outbox/letters/{letter}/stop")
def stop_letter(page: _OwnerPage, form: StaffForm, letter: str) -> Response:
    """Of a letter to many, no more leaves."""
    del form
    done = api.stop_letter(page.database, page.caller, letter)
    said = page.words.tn(
        "{count} mail is stopped; what has left cannot be called back.",
        "{count} mails are stopped; what has left cannot be called back.",
        done.stopped,
    )
    return page.go(f"{PATH}/outbox", said)


# --- the words of one mail ----------------------------------------------------------------------


@routes.get("/{kind}/{language}")
def words(page: _OwnerPage, config: Configured, kind: str, language: str) -> Response:
    """The words in force, and the mail as its reader sees it."""
    shown = api.preview_in_force(page.database, page.caller, config, kind, language)
    return _words(page, kind, language, None, shown)


def _words(
    page: Page,
    kind: str,
    language: str,
    form: Form | None,
    shown: MailPreview | None,
    status: int = 200,
) -> Response:
    found = api.kinds(page.database, page.caller).kinds
    each = next(each for each in found if (each.kind, each.language) == (kind, language))
    notation = notation_of(MailKind(kind), language)
    plain = notation.shown(Words(subject=each.subject, body=each.body))
    if form is not None and form.text("page.marks"):
        plain = None
    said = words_in(language)
    sheet = sheet_of(shown) if shown else ""
    page.policy = allowing(sheet)
    return show(
        page,
        "messages/words.html",
        status=status,
        form=form,
        mail=each,
        sheet=sheet,
        title=KINDS.get(MailKind(kind), kind),
        shown=shown,
        plain=plain,
        values=[
            (
                VALUES[name],
                notation.example(name, *map(said.t, _COUNTED.get(name, _POINTS)))
                if plain
                else f"{{{{ {name} }}}}",
                example(MailKind(kind), name, language),
            )
            for name in sorted(each.values, key=[*VALUES].index)
        ],
        others=[(other, NAMES.get(other, other)) for other in LANGUAGES],
    )


@routes.post("/{kind}/{language}")
def save_words(
    page: _OwnerPage, config: Configured, form: StaffForm, kind: str, language: str
) -> Response:
    """Look at the mail in these words, keep them, or go back to ours."""
    where = f"{PATH}/{kind}/{language}"
    shown = None
    with form.attempt():
        if form.text("page.what") == "ours":
            api.delete_words(page.database, page.caller, kind, language)
            return page.go(where, page.words.t("These are our words again"))
        text = _typed(form, MailKind(kind), language)
        if form.text("page.what") == "save":
            api.put_words(page.database, page.caller, kind, language, text)
            return page.go(where, page.words.t("Saved"))
        shown = api.preview(page.database, page.caller, config, kind, language, text)
    return _words(page, kind, language, form, shown, status=422 if form.wrong else 200)


def _typed(form: Form, kind: MailKind, language: str) -> MailText:
    """What was written, as a template: names in brackets mean its values. Raises Refused."""
    words = Words(subject=form.text("subject"), body=form.text("body").replace("\r\n", "\n"))
    if not form.text("page.marks"):
        try:
            words = notation_of(kind, language).template(words)
        except WordsRefused as no:
            raise Refused.at(no.field, no.why) from no
    return MailText(subject=words.subject, body=words.body)


def notation_of(kind: MailKind, language: str) -> Notation:
    """How the words of that mail are shown: the names are those of its language."""
    values = {*ALWAYS, *MAILS[kind].values}
    return Notation(
        kind=kind,
        colon=" : " if language == "fr" else ": ",
        names={name: words_in(language).t(said) for name, said in NAMED.items() if name in values},
        understood={
            name_key(words_in(each).t(NAMED[name])): name for each in LANGUAGES for name in values
        },
    )


def sheet_of(shown: MailPreview) -> str:
    """The mail as a page for a frame, in which no link leads away from the editor."""
    return shown.html.replace("<head>", '<head><base target="_blank">', 1)


def allowing(sheet: str) -> str:
    """The pages' policy, with the styles that are written into that mail, and no others.

    A mail carries its looks in attributes, for mailboxes drop sheets of styles; a frame inside a
    page is under the page's policy, which names each of them by its hash (CSP 3, 6.7.3.3).
    """
    styles = {unescape(style) for style in _STYLE.findall(sheet)}
    hashes = (b64encode(sha256(style.encode()).digest()).decode() for style in sorted(styles))
    named = " ".join(f"'sha256-{each}'" for each in hashes)
    if not named:
        return POLICY
    return POLICY.replace("style-src 'self'", f"style-src 'self' 'unsafe-hashes' {named}")


_STYLE = re.compile(r'style="([^"]*)"')


@routes.post("/{kind}/{language}/trial")
def try_out(
    page: _OwnerPage, config: Configured, form: StaffForm, kind: str, language: str
) -> Response:
    """Send one mail with made-up values, in the words in force."""
    with form.attempt():
        body = TestMail.model_validate(
            {"address": form.text("address"), "kind": kind, "language": language}
        )
        api.trial(page.database, page.caller, body)
        return page.go(f"{PATH}/outbox", page.words.t("The trial is on its way"))
    shown = _in_force(page, config, kind, language)
    return _words(page, kind, language, form, shown, status=422)


def _in_force(page: Page, config: Config, kind: str, language: str) -> MailPreview:
    return api.preview_in_force(page.database, page.caller, config, kind, language)

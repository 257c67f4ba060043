"""What the merchant does with mail: words, previews, trials, and a look at the outbox."""

from backend.config import Config
from backend.db import Transaction, outbox
from backend.db.outbox import MailRow, MailState, Wording
from backend.errors import Refused, phrase
from backend.mail import KINDS, Mail, MailKind
from backend.mail.kinds import ALWAYS, samples
from backend.mail.words import LANGUAGES, Words, WordsRefused, check
from backend.services.mailing import letters, news
from backend.services.mailing.outbox import queue, read
from backend.services.team import audit
from backend_client.schemas.messages import (
    LetterWaiting,
    MailKindBody,
    MailKinds,
    MailPreview,
    MailText,
    NewsStopped,
    OutboxMail,
    QueuedMail,
    TestMail,
)
from backend_client.schemas.problems import ProblemName
from loyalty import members as people


def kinds(tx: Transaction) -> MailKinds:
    """Every kind of mail with the words in force."""
    found = (_body(tx, kind, language) for kind in MailKind for language in LANGUAGES)
    return MailKinds(kinds=tuple(found))


def set_words(
    tx: Transaction, actor: str, kind: str, language: str, text: MailText | None
) -> MailKindBody:
    """The merchant's own words from now on; None to go back to ours. Raises Refused."""
    which = kind_of(kind, language)
    if text is not None:
        words = Words(subject=text.subject, body=text.body)
        _checked(which, words)
        outbox.save_wording(
            tx, which.value, language, Wording(subject=words.subject, body=words.body)
        )
    else:
        outbox.save_wording(tx, which.value, language, None)
    audit.note(tx, actor, "mail.words", f"{which}.{language}", own=text is not None)
    return _body(tx, which, language)


def preview(
    tx: Transaction, kind: str, language: str, text: MailText | None, config: Config
) -> MailPreview:
    """The mail as its reader would see it (LSX-36). Raises Refused."""
    which = kind_of(kind, language)
    words = None
    if text is not None:
        words = Words(subject=text.subject, body=text.body)
        _checked(which, words)
    page = letters.preview(tx, which, language, words, config)
    return MailPreview(subject=page.subject, text=page.text, html=page.html)


def send_trial(tx: Transaction, actor: str, body: TestMail) -> QueuedMail:
    """One mail with made-up values, to an address of the merchant's. Raises Refused."""
    which = kind_of(body.kind, body.language)
    trial = outbox.new_mail_id()
    queue(
        tx,
        Mail(
            kind=which,
            key=f"trial:{trial}",
            address=people.email(body.address),
            language=body.language,
            values=samples(which, body.language),
        ),
        id_=trial,
    )
    audit.note(tx, actor, "mail.trial", trial, kind=which.value)
    return QueuedMail(id=trial)


def send_again(tx: Transaction, actor: str, wanted: str) -> OutboxMail:
    """Try a mail once more that failed, or of which nobody knows. Raises Refused."""
    mail = outbox.mail(tx, wanted, lock=True)
    if mail is None:
        raise Refused(ProblemName.NOT_FOUND, "no such mail")
    if mail.state not in (MailState.FAILED, MailState.UNKNOWN, MailState.WAITING):
        raise Refused(ProblemName.INVALID, phrase("state: the mail is {state}", state=mail.state))
    if KINDS[MailKind(mail.kind)].secret and mail.state is not MailState.WAITING:
        raise Refused(ProblemName.INVALID, "state: its code is forgotten; ask for another one")
    outbox.save_mail(
        tx, wanted, state=MailState.WAITING.value, attempts=0, next_try_at=tx.now, queued_at=tx.now
    )
    tx.posted = True
    audit.note(tx, actor, "mail.again", wanted)
    found = outbox.mail(tx, wanted)
    assert found is not None
    return shown(found)


def stop(tx: Transaction, actor: str, wanted: str) -> OutboxMail:
    """A mail that has not left never does; one that was stopped stays so. Raises Refused.

    Whoever hands mails over looks once more before the first byte: one is stopped, or has left.
    """
    mail = outbox.mail(tx, wanted, lock=True)
    if mail is None:
        raise Refused(ProblemName.NOT_FOUND, "no such mail")
    if mail.state not in (MailState.WAITING, MailState.DROPPED):
        raise Refused(ProblemName.TOO_LATE, "it has left, or is leaving")
    if mail.state is MailState.WAITING:
        outbox.stop_mail(tx, wanted)
        audit.note(tx, actor, "mail.stop", wanted)
    found = outbox.mail(tx, wanted)
    assert found is not None
    return shown(found)


def stop_letter(tx: Transaction, actor: str, letter: str) -> NewsStopped:
    """Of a letter to many, none leaves any more that has not left. Raises Refused."""
    key = news.key_of(letter)
    if not outbox.has_of(tx, key):
        raise Refused(ProblemName.NOT_FOUND, "no such letter")
    stopped = outbox.stop_of(tx, key)
    if stopped:
        audit.note(tx, actor, "mail.stop", letter, stopped=stopped)
    return NewsStopped(id=letter, stopped=stopped)


def letters_waiting(tx: Transaction) -> tuple[LetterWaiting, ...]:
    """Letters to many of which some have not left, the latest first."""
    return tuple(
        LetterWaiting(
            id=news.letter_of(each.key),
            subject=str(read(each.content)["subject"]),
            waiting=each.waiting,
            queued_at=each.queued_at,
        )
        for each in outbox.letters_waiting(tx, MailKind.NEWS.value)
    )


def shown(mail: MailRow) -> OutboxMail:
    """A mail without its address and without what it says."""
    return OutboxMail(
        id=mail.id,
        kind=mail.kind,
        member=mail.member,
        language=mail.language,
        state=mail.state.value,
        attempts=mail.attempts,
        next_try_at=mail.next_try_at if mail.state is MailState.WAITING else None,
        queued_at=mail.queued_at,
        sent_at=mail.sent_at,
        answer=mail.answer,
    )


def kind_of(kind: str, language: str) -> MailKind:
    """The kind of that name. Raises Refused, also for a language that we have no words in."""
    if kind not in set(MailKind):
        raise Refused(
            ProblemName.NOT_FOUND, phrase("kind: one of {names}", names=", ".join(MailKind))
        )
    if language not in LANGUAGES:
        raise Refused(
            ProblemName.NOT_FOUND, phrase("language: one of {names}", names=", ".join(LANGUAGES))
        )
    return MailKind(kind)


def _body(tx: Transaction, kind: MailKind, language: str) -> MailKindBody:
    words = letters.words_of(tx, kind, language)
    return MailKindBody(
        kind=kind.value,
        language=language,
        own=outbox.wording(tx, kind.value, language) is not None,
        subject=words.subject,
        body=words.body,
        values=tuple(sorted({*ALWAYS, *KINDS[kind].values})),
    )


def _checked(kind: MailKind, words: Words) -> None:
    try:
        check(kind, words)
    except WordsRefused as no:
        raise Refused(ProblemName.INVALID, no.why) from no

"""Writing a letter: the words of its kind, the values of its mail, the name of its reader."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backend.config import Config
from backend.db import Transaction, members, outbox, shops, vouchers
from backend.db.outbox import MailRow
from backend.mail import KINDS, MailKind, Value
from backend.mail.kinds import ALWAYS, BALANCES, Amount, samples
from backend.mail.message import Letter, Page, Sender, laid_out
from backend.mail.words import Words, from_braces, language_of, ours, written
from backend.services.mailing import stopping
from backend.services.mailing.outbox import read
from backend.services.selling.vouchers import scanned
from backend.services.shop.settings import message_settings
from loyalty.errors import CodeMistyped
from loyalty.ids import MemberId
from loyalty.program import Program, Unit, in_language
from loyalty.vouchers import VoucherCode, parse, payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody(Exception):
    """There is nobody to write to any more, for a reason without a name in it."""

    why: str


def letter_of(tx: Transaction, mail: MailRow, config: Config) -> Letter:
    """The letter as it would leave now. Raises Nobody, WordsRefused."""
    kind = MailKind(mail.kind)
    to, first_name = _reader(tx, mail, kind)
    values = _counted(tx, read(mail.content)) | _always(tx, mail.language, first_name)
    letter = _letter(tx, mail, kind, to=to, values=values, config=config)
    if not KINDS[kind].nudges or mail.member is None:
        return letter
    return replace(
        letter,
        stop_link=stopping.link(tx, mail.member, config),
        one_click=stopping.one_click(tx, mail.member, config),
    )


def preview(
    tx: Transaction, kind: MailKind, language: str, words: Words | None, config: Config
) -> Page:
    """The mail with made-up values, in the words given or in those in force. WordsRefused."""
    written_in = language_of(language)
    always = _always(tx, language, str(ALWAYS["first_name"]))
    values = {**ALWAYS, **_counted(tx, samples(kind, written_in)), **always}
    chosen = written(words or words_of(tx, kind, language), values, written_in)
    sender = sender_of(tx, config)
    stop = f"{config.public_url}/unsubscribe/…" if KINDS[kind].nudges else ""
    return laid_out(
        Letter(
            id="preview",
            sender=sender,
            to="",
            language=written_in,
            words=chosen,
            written_at=tx.now,
            stands_out=str(values.get("code", "")),
            scanned=_scanned(tx, kind, str(values.get("code", ""))),
            stop_link=stop,
        )
    )


def words_of(tx: Transaction, kind: MailKind, language: str) -> Words:
    """The merchant's words for that kind, else ours; a welcome's may be in the program."""
    own = outbox.wording(tx, kind.value, language_of(language))
    if own is not None:
        return Words(subject=own.subject, body=own.body)
    words = ours(kind, language)
    program = _program(tx)
    if kind is MailKind.WELCOME and program is not None:
        mail = program.welcome_mail
        subject, body = (in_language(text, language) for text in (mail.subject, mail.body))
        return Words(
            subject=from_braces(subject) or words.subject, body=from_braces(body) or words.body
        )
    return words


def sender_of(tx: Transaction, config: Config) -> Sender:
    """In whose name the company writes."""
    settings = message_settings(tx)
    return Sender(
        shop=settings.sender_name or shops.company_name(tx),
        address=config.mail.sender if config.mail else "shop@example.invalid",
        reply_to=settings.reply_to,
    )


def _letter(
    tx: Transaction,
    mail: MailRow,
    kind: MailKind,
    *,
    to: str,
    values: Mapping[str, Value],
    config: Config,
) -> Letter:
    return Letter(
        id=mail.id,
        sender=sender_of(tx, config),
        to=to,
        language=language_of(mail.language),
        words=written(words_of(tx, kind, mail.language), values, language_of(mail.language)),
        written_at=tx.now,
        stands_out=str(values.get("code", "")),
        scanned=_scanned(tx, kind, str(values.get("code", ""))),
    )


def _scanned(tx: Transaction, kind: MailKind, code: str) -> str:
    """What the QR code of a voucher holds; of a made-up voucher, what no till takes."""
    if kind is not MailKind.VOUCHER:
        return ""
    try:
        held = vouchers.by_code(tx, parse(code))
    except CodeMistyped:
        held = None
    return scanned(tx, held) if held else payload(VoucherCode(code))


def _reader(tx: Transaction, mail: MailRow, kind: MailKind) -> tuple[str, str]:
    """The address and the first name, as they stand now."""
    if mail.member is None:
        if mail.address is None:
            raise Nobody(why="no address")
        return mail.address, ""
    person = members.member(tx, mail.member)
    to = mail.address or (person.email if person else None)
    if person is None or person.enrolled_at is None or to is None:
        raise Nobody(why="no address")
    if KINDS[kind].nudges and not outbox.agrees(tx, MemberId(mail.member), "news"):
        raise Nobody(why="no consent")
    return to, person.first_name


def _counted(tx: Transaction, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values, with what is of a balance as the program counts it: money, visits, points."""
    program = _program(tx)
    if program is None or program.unit is Unit.POINTS:
        return dict(values)
    return {
        name: Amount(number=value, unit=program.unit, currency=program.currency)
        if name in BALANCES and isinstance(value, int)
        else value
        for name, value in values.items()
    }


def _always(tx: Transaction, language: str, first_name: str) -> dict[str, Value]:
    program = _program(tx)
    return {
        "first_name": first_name,
        "shop": shops.company_name(tx),
        "program": in_language(program.name, language) if program else "",
    }


def _program(tx: Transaction) -> Program | None:
    """The program of the company's first store: in its name mails are written."""
    stores = shops.stores(tx)
    return shops.program(tx, stores[0].program) if stores else None

"""From words to a message: plain text and the same as a page, with the headers a mailbox wants."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from importlib import resources
from itertools import groupby

from jinja2 import Environment, Template

from backend.codes import png
from backend.mail.words import Words


class AddressRefused(Exception):
    """No mail server could be asked to deliver there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes."""

    shop: str
    address: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that a message is made of."""

    id: str
    sender: Sender
    to: str
    language: str
    words: Words
    written_at: datetime
    stands_out: str = ""
    """A code, shown large where it is a line of its own."""
    scanned: str = ""
    """What a till scans instead of that code: a picture of it stands above the code."""
    stop_link: str = ""
    """The page where the reader stops such mails; empty where there is nothing to stop."""
    one_click: str = ""
    """Where a mail program stops them by itself (RFC 8058)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A mail as its reader sees it."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    lines: tuple[str, ...]
    link: str
    stands_out: bool


_STOP = {"fr": "Ne plus recevoir ces messages", "en": "Stop these messages"}
_COLON = {"fr": "\N{NO-BREAK SPACE}:", "en": ":"}
_OPEN = {"fr": "Ouvrir la page", "en": "Open the page"}
_ALT = {
    "fr": "Code à scanner en caisse\N{NO-BREAK SPACE}: {code}",
    "en": "Code to scan at the till: {code}",
}
_LINK = re.compile(r"https?://[^\s<>\"]+")


def message(letter: Letter) -> EmailMessage:
    """The message, whole. Raises AddressRefused."""
    inside = message_id(f"code-{letter.id}", letter.sender.address)
    page = laid_out(letter, f"cid:{inside[1:-1]}")
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(letter.sender.shop, addr_spec=letter.sender.address)
    made["To"] = Address(addr_spec=in_ascii(letter.to))
    if letter.sender.reply_to:
        made["Reply-To"] = Address(addr_spec=in_ascii(letter.sender.reply_to))
    made["Subject"] = page.subject
    made["Date"] = letter.written_at
    made["Message-ID"] = message_id(letter.id, letter.sender.address)
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = letter.language
    if letter.one_click:
        made["List-Unsubscribe"] = f"<{letter.one_click}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(page.text)
    made.add_alternative(page.html, subtype="html")
    if letter.scanned:
        # Inside the message: many mailboxes fetch no picture, and this one is all that it is about.
        sheet = made.get_body(("html",))
        assert isinstance(sheet, EmailMessage)
        sheet.add_related(png(letter.scanned), "image", "png", cid=inside, disposition="inline")
    return made


def laid_out(letter: Letter, picture: str = "") -> Page:
    """The same words as text and as a page.

    `picture` is the address of the code's picture; without it, the page holds the picture itself.
    """
    subject, body = letter.words.subject, re.sub(r"\n{3,}", "\n\n", letter.words.body)
    stop = _STOP.get(letter.language, _STOP["en"]) if letter.stop_link else ""
    blocks = [
        _block(lines, letter.stands_out)
        for part in body.split("\n\n")
        for lines in _parts(part.strip().splitlines())
    ]
    html = _layout().render(
        language=letter.language,
        subject=subject,
        shop=letter.sender.shop,
        blocks=blocks,
        picture=(picture or _drawn(letter.scanned)) if letter.scanned else "",
        alt=_ALT.get(letter.language, _ALT["en"]).format(code=letter.stands_out),
        open_it=_OPEN.get(letter.language, _OPEN["en"]),
        stop=stop,
        stop_link=letter.stop_link,
    )
    colon = _COLON.get(letter.language, _COLON["en"])
    text = f"{body}\n\n-- \n{stop}{colon}\n{letter.stop_link}\n" if stop else f"{body}\n"
    return Page(subject=subject, text=text, html=html)


def message_id(mail: str, sender: str) -> str:
    """The same for every try of one mail: a mailbox that gets two shows one."""
    return f"<{mail}@{sender.rpartition('@')[2]}>"


def in_ascii(address: str) -> str:
    """The address as every mail server reads it. Raises AddressRefused."""
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise AddressRefused("letters that few mail servers take")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise AddressRefused("no such domain") from error


def _parts(lines: list[str]) -> Iterator[tuple[str, ...]]:
    """The lines of a paragraph that belong together: a link alone on its line is a button."""
    for _, together in groupby(lines, key=lambda line: bool(_LINK.fullmatch(line.strip()))):
        yield tuple(together)


def _block(lines: tuple[str, ...], stands_out: str) -> _Block:
    alone = lines[0].strip() if len(lines) == 1 else ""
    return _Block(
        lines=lines,
        link=alone if _LINK.fullmatch(alone) else "",
        stands_out=bool(stands_out) and alone == stands_out,
    )


def _drawn(text: str) -> str:
    return f"data:image/png;base64,{b64encode(png(text)).decode()}"


@lru_cache(maxsize=1)
def _layout() -> Template:
    text = resources.files("backend").joinpath("templates/mail/layout.html").read_text("utf-8")
    return Environment(autoescape=True).from_string(text)

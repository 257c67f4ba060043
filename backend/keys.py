"""The company's secrets, kept beside the database and never in it.

Card identifiers and e-mail addresses are looked up by keyed hashes. Whoever steals the database
or a backup of it, without this file, cannot try them out.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from backend.errors import CannotStart
from loyalty.ids import TenantId

_LENGTH = 32


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """The secrets of one company."""

    cards: bytes
    """Given to its terminals, which hash the cards' identifiers with it."""
    _contacts: bytes

    def contact(self, email: str) -> str:
        """What a cleaned address is looked up by, in hex."""
        return hmac.new(self._contacts, b"email:" + email.encode(), sha256).hexdigest()

    def phone(self, number: str) -> str:
        """What a number, written as E.164, is looked up by, in hex."""
        return hmac.new(self._contacts, b"phone:" + number.encode(), sha256).hexdigest()

    def code(self, code_id: str, digits: str) -> str:
        """What is kept of a one-time code, in hex: six digits alone would soon be guessed."""
        return hmac.new(self._contacts, f"code:{code_id}:{digits}".encode(), sha256).hexdigest()

    def link(self, link_id: str) -> str:
        """The secret part of a link that is sent out: made again at need, and kept nowhere."""
        return hmac.new(self._contacts, f"link:{link_id}".encode(), sha256).hexdigest()

    def content(self, body: bytes) -> str:
        """What tells two contents under one id apart, in hex, without giving the content away."""
        return hmac.new(self._contacts, b"content:" + body, sha256).hexdigest()

    def proof(self, purpose: str, text: str) -> str:
        """What only we can have made for that text and purpose, in hex: for links and secrets."""
        body = f"proof:{purpose}:{text}".encode()
        return hmac.new(self._contacts, body, sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Keyring:
    """One master secret, from which each tenant's keys are derived."""

    _master: bytes

    def tenant(self, tenant: TenantId) -> TenantKeys:
        """The keys of a tenant; always the same for the same master secret."""
        return TenantKeys(
            cards=self._derived("cards", tenant), _contacts=self._derived("contacts", tenant)
        )

    def mark(self, tenant: TenantId) -> str:
        """What the database remembers of the keys, to notice that they are another company's."""
        return self._derived("mark", tenant).hex()

    def _derived(self, purpose: str, tenant: TenantId) -> bytes:
        return hmac.new(self._master, f"{purpose}:{tenant}".encode(), sha256).digest()


def new_keyring() -> Keyring:
    """A keyring that nobody has seen before and that dies with the process."""
    return Keyring(secrets.token_bytes(_LENGTH))


def create_keyring(path: Path) -> Keyring:
    """The keyring of `path`; made, readable by its owner only, if there is none.

    Raises CannotStart.
    """
    if not path.exists():
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CannotStart(f"cannot write the key file {path}: {error.strerror}") from error
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(_LENGTH) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return read_keyring(path)


def read_keyring(path: Path) -> Keyring:
    """The keyring of `path`. Raises CannotStart, with the remedy."""
    try:
        master = bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise CannotStart(
            f"cannot read the key file {path}: {error.strerror}; restore it from your backup"
        ) from error
    except ValueError as error:
        raise CannotStart(f"{path} is not a key file: 64 hexadecimal digits expected") from error
    if len(master) != _LENGTH:
        raise CannotStart(f"{path} is not a key file: 64 hexadecimal digits expected")
    return Keyring(master)

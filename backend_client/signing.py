"""Keyed hashes and signatures that terminals and backend must compute alike."""

import hmac
from hashlib import sha256

from pydantic import BaseModel


def card_key(secret: bytes, uid: bytes) -> str:
    """The card's identifier as it is stored and sent: HMAC-SHA-256 in hex.

    A chip's identifier is short enough to be tried out in full; without the company's secret, a
    stolen database tells nobody which cards it holds.
    """
    return hmac.new(secret, b"card:" + uid, sha256).hexdigest()


def pin_digest(secret: bytes, pin: str) -> str:
    """A PIN mixed with a secret of the company, which every terminal holds and no backup does.

    A few digits are soon tried out; without the secret there is nothing to try them against.
    """
    return hmac.new(secret, b"pin:" + pin.encode(), sha256).hexdigest()


def journal_body(event: BaseModel) -> bytes:
    """The bytes of an event that a terminal's hash chain covers: its JSON, as it is sent."""
    return event.model_dump_json().encode()

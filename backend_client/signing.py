"""Keyed hashes and signatures that terminals and backend must compute alike."""

import hmac
from hashlib import sha256


def card_key(secret: bytes, uid: bytes) -> str:
    """The card's identifier as it is stored and sent: HMAC-SHA-256 in hex.

    A chip's identifier is short enough to be tried out in full; without the company's secret, a
    stolen database tells nobody which cards it holds.
    """
    return hmac.new(secret, b"card:" + uid, sha256).hexdigest()

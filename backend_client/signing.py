"""Keyed hashes and signatures that terminals and backend must compute alike."""

import hmac
import json
from hashlib import sha256

from backend_client.schemas import EventBase
from loyalty.ledger import link


def card_key(secret: bytes, uid: bytes) -> str:
    """The card's identifier as it is stored and sent: HMAC-SHA-256 in hex.

    A chip's identifier is short enough to be tried out in full; without the company's secret, a
    stolen database tells nobody which cards it holds.
    """
    return hmac.new(secret, b"card:" + uid, sha256).hexdigest()


def event_bytes(event: EventBase) -> bytes:
    """A fact as the bytes that both sides hash: its JSON, keys sorted, without white space."""
    return json.dumps(
        event.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def event_link(previous: bytes, event: EventBase) -> bytes:
    """The next link of a terminal's journal; the first is chained to `loyalty.ledger.GENESIS`.

    `JournalEvent.chain` is this link in hex.
    """
    return link(previous, event_bytes(event))

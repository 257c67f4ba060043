"""What proves, without the network, that a shop of the company said it: vouchers and balances.

A voucher that a till can check (F4) is a short text under a keyed signature.

`LKV2:` and, in base64url, the voucher's code, what it gives, until when, in which stores, for whom
(a pseudonym) and, where its points were chosen, what it takes off a ticket, then the first 16 bytes
of HMAC-SHA-256 over them. The key is the company's: it says that a shop made the voucher, not that
nobody took it yet. That, the backend says at the next contact: who takes a voucher without the
network tells it then.

A balance that a kiosk may spend from while it is cut off (F2) bears a seal of its own, so that
nobody makes points by writing into the kiosk's database, and no torn page of it is spent. The key
is in the kiosk's credentials, not in that database.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from backend_client.schemas.ledger import AccountSnapshot
from loyalty.errors import CodeMistyped, RewardUnavailable, VoucherExpired
from loyalty.program import Reward
from loyalty.vouchers import Voucher, payload

PREFIX = "LKV2:"
_MAC = 16
"""Bytes: more than anybody can guess at a till, and few enough for a small QR code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What the text says of a voucher."""

    code: str
    reward: str
    article: str
    deadline: datetime
    """The first instant at which it is too late; whole seconds."""
    stores: tuple[str, ...] = ()
    """Where it is good; empty for everywhere."""
    holder: str = ""
    """Whose it is, as a pseudonym that only the company can follow."""
    money: int = 0
    """What it takes off a ticket, in minor units; 0 where its reward says what it gives."""


def voucher_key(card_secret: bytes) -> bytes:
    """The key of the seals, which kiosks derive from the card secret that they hold."""
    return hmac.new(card_secret, b"voucher-seal", sha256).digest()


def snapshot_key(card_secret: bytes) -> bytes:
    """The key of the seals of balances, which kiosks derive from the card secret that they hold."""
    return hmac.new(card_secret, b"snapshot-seal", sha256).digest()


def with_seal(key: bytes, snapshot: AccountSnapshot) -> AccountSnapshot:
    """The same snapshot, with what proves where it is from."""
    return snapshot.model_copy(update={"seal": _snapshot_seal(key, snapshot)})


def is_genuine(key: bytes, snapshot: AccountSnapshot) -> bool:
    """Whether the backend said just that of the account."""
    return hmac.compare_digest(_snapshot_seal(key, snapshot).encode(), snapshot.seal.encode())


def _snapshot_seal(key: bytes, snapshot: AccountSnapshot) -> str:
    # What can be spent, and nothing that a later version might write otherwise.
    told = [
        snapshot.member,
        snapshot.program,
        snapshot.position,
        snapshot.debt,
        [
            [lot.entry, lot.left, _seconds(lot.deadline), _seconds(lot.available_from)]
            for lot in snapshot.lots
        ],
    ]
    return hmac.new(key, json.dumps(told, separators=(",", ":")).encode(), sha256).hexdigest()


def _seconds(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat()


def pseudonym(key: bytes, member: str) -> str:
    """The member's name on vouchers: the same each time, and nobody's."""
    return hmac.new(key, b"holder:" + member.encode(), sha256).hexdigest()[:12]


def sealed(key: bytes, seal: Seal) -> str:
    """The text for the QR code."""
    told = [
        seal.code,
        seal.reward,
        seal.article,
        int(seal.deadline.timestamp()),
        list(seal.stores),
        seal.holder,
        *([seal.money] if seal.money else []),
    ]
    body = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
    return PREFIX + urlsafe_b64encode(_mac(key, body) + body).decode().rstrip("=")


def sealed_voucher(key: bytes, voucher: Voucher, reward: Reward | None) -> str:
    """The text that proves a voucher: what its reward gives, until when, where, and for whom."""
    seal = Seal(
        code=voucher.code,
        reward=voucher.reward,
        article=reward.article if reward else "",
        deadline=voucher.deadline,
        stores=tuple(sorted(reward.usable.stores)) if reward else (),
        holder=pseudonym(key, voucher.member),
        money=voucher.money,
    )
    return sealed(key, seal)


def qr_text(key: bytes, voucher: Voucher, reward: Reward | None) -> str:
    """What a voucher's QR code holds: its sealed text; its code alone where that would be long.

    A voucher that is good in dozens of stores would make a code too fine for paper and cameras.
    """
    text = sealed_voucher(key, voucher, reward)
    return text if len(text) <= _QR_MAX else payload(voucher.code)


_QR_MAX = 300
"""Characters: 69 modules a side, which a till's scanner reads from paper and glass."""


def code_of(key: bytes, text: str) -> str:
    """The code of what was scanned: of a sealed text, else the text as it is.

    Raises CodeMistyped for a seal that is not the company's. Its deadline and stores are not looked
    at: who has the books looks there.
    """
    return _read(key, text).code if text.strip().startswith(PREFIX) else text


def opened(key: bytes, text: str, *, now: datetime, store: str) -> Seal:
    """What the text says, once it is sure that a shop of the company wrote it.

    Raises CodeMistyped where a bit is wrong, VoucherExpired, and RewardUnavailable in a store where
    it is not good.
    """
    seal = _read(key, text)
    if now >= seal.deadline:
        raise VoucherExpired(seal.deadline)
    if seal.stores and store not in seal.stores:
        raise RewardUnavailable("not in this store")
    return seal


def _read(key: bytes, text: str) -> Seal:
    written = text.strip().removeprefix(PREFIX)
    try:
        raw = urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except ValueError as error:
        raise CodeMistyped("not a voucher of this kind") from error
    mac, body = raw[:_MAC], raw[_MAC:]
    # The text itself, too: base64 has bits that it does not look at.
    same = urlsafe_b64encode(raw).decode().rstrip("=") == written
    if not same or not hmac.compare_digest(mac, _mac(key, body)):
        raise CodeMistyped("the voucher was changed, or is another company's")
    code, reward, article, deadline, stores, holder, *money = json.loads(body)
    return Seal(
        code=code,
        reward=reward,
        article=article,
        deadline=datetime.fromtimestamp(deadline, UTC),
        stores=tuple(stores),
        holder=holder,
        money=money[0] if money else 0,
    )


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, PREFIX.encode() + body, sha256).digest()[:_MAC]

"""Passwords and PINs, kept as argon2id hashes only.

The parameters are the second of those that OWASP's Password Storage Cheat Sheet recommends:
argon2id, 19 MiB of memory, 2 passes, 1 lane. They take some 30 ms of one core of a small server.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
PASSWORD_MIN = 10
"""Characters. Length is what helps; no rules about digits and signs (NIST SP 800-63B, 5.1.1.2)."""
PASSWORD_MAX = 200

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
# The hash of nothing that anybody can type: for an unknown address the same time passes.
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5cyBzYWx0IGhlcmU"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def hashed(secret: str) -> str:
    """What is kept of a password or a peppered PIN."""
    return _HASHER.hash(secret)


def fits(kept: str | None, secret: str) -> bool:
    """Whether that is the password; as slow for somebody who has none."""
    try:
        return _HASHER.verify(kept or _NOBODYS, secret) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_dated(kept: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)

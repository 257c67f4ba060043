"""Kind hints on an e-mail address: "gmial.com → gmail.com ?"."""

KNOWN_DOMAINS = (
    # In the order of how likely they are meant: the first of two equally near ones wins.
    "gmail.com", "orange.fr", "hotmail.fr", "free.fr", "hotmail.com", "yahoo.fr", "outlook.fr",
    "outlook.com", "wanadoo.fr", "laposte.net", "icloud.com", "sfr.fr", "live.fr", "yahoo.com",
    "bbox.fr", "neuf.fr", "gmx.de", "web.de", "t-online.de", "gmx.net", "hotmail.de", "outlook.de",
    "yahoo.de", "gmx.fr", "gmx.com", "live.com", "msn.com", "aol.com", "me.com", "mac.com",
    "proton.me", "protonmail.com", "club-internet.fr", "numericable.fr", "aliceadsl.fr", "noos.fr",
    "hotmail.co.uk", "yahoo.co.uk", "hotmail.it", "hotmail.es", "yahoo.it", "yahoo.es",
    "libero.it", "skynet.be", "bluewin.ch", "mail.com", "ymail.com", "mail.ru", "orange.com",
)  # fmt: skip
"""Also what must never be "corrected": mail.com is a provider of its own, not a wrong gmail.com."""

_TWO_SLIPS_FROM = 9
_ONE_SLIP_FROM = 7
"""A shorter name is too near to others to guess at: sfa.fr may well be a company."""


def better_address(address: str, *, finished: bool = False) -> str | None:
    """The address probably meant, when its domain looks mistyped; None when nothing is wrong.

    While the customer still types, the beginning of a known domain is not a mistake; once
    `finished`, it is ("gmail.co", "orange").
    """
    local, at, domain = address.partition("@")
    if not (local and at and domain) or domain in KNOWN_DOMAINS:
        return None
    meant = _completed(domain) if finished else None
    if meant is None and "." in domain and (finished or not _begins_one(domain)):
        meant = _nearest(domain)
    return f"{local}@{meant}" if meant else None


def _begins_one(domain: str) -> bool:
    return any(known.startswith(domain) for known in KNOWN_DOMAINS)


def _completed(domain: str) -> str | None:
    """For "gmail" or "gmail.", the only or likeliest domain of that name."""
    name = domain.rstrip(".") + "."
    return next((known for known in KNOWN_DOMAINS if known.startswith(name)), None)


def _nearest(domain: str) -> str | None:
    if len(domain) < _ONE_SLIP_FROM:
        return None
    slips_max = 2 if len(domain) >= _TWO_SLIPS_FROM else 1
    slips, _, known = min(
        (distance(domain, known), rank, known) for rank, known in enumerate(KNOWN_DOMAINS)
    )
    return known if slips <= slips_max else None


def distance(one: str, other: str) -> int:
    """How many slips turn `one` into `other`: a letter too many, missing, wrong, or two swapped.

    (Optimal string alignment.)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, above, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            slips = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                slips = min(slips, above[j - 2] + 1)
            row.append(slips)
    return row[-1]

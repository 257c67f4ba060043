"""Sending a request to an address that somebody typed, without becoming their way into our network.

The name is looked up once, every address it has is judged, and the connection goes to the address
that was judged: a name that changes its answer in between gains nothing. No redirect is followed.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from backend.config import Webhooks

_ANSWER_MAX = 4096
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv6 addresses with an IPv4 address inside, which a gateway may hand on to the inside: NAT64,
# 6to4, Teredo (RFC 6052, 3056, 4380).
_HIDDEN = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "2002::/16", "2001::/32"))


class AddressRefused(Exception):
    """We do not send there; the message says why, for whoever typed the address."""


class NotDelivered(Exception):
    """Nobody took it; `answer` says why in a few words."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the receiver said."""

    status: int


def check_address(url: str, rules: Webhooks) -> None:
    """Raises AddressRefused for what can never be sent to; a name is judged when it is used."""
    parts = _split(url, rules)
    try:
        literal = ipaddress.ip_address(str(parts.hostname))
    except ValueError:
        return
    if not _may_reach(literal, rules):
        raise AddressRefused("the address is a private one")


def post(url: str, body: bytes, headers: Mapping[str, str], rules: Webhooks) -> Answer:
    """The receiver's answer. Raises AddressRefused and NotDelivered."""
    parts = _split(url, rules)
    address = _judged(parts, rules)
    connection = _Pinned(parts, address, rules.timeout_s)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, {**headers, "Connection": "close"})
        answer = connection.getresponse()
        answer.read(_ANSWER_MAX)
        return Answer(status=answer.status)
    except TimeoutError:
        raise NotDelivered("no answer in time") from None
    except ssl.SSLError:
        raise NotDelivered("its certificate is not trusted") from None
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(type(error).__name__) from None
    finally:
        connection.close()


def _split(url: str, rules: Webhooks) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("write it like https://shop.example/news") from None
    if not parts.hostname or parts.username or parts.password or port == 0:
        raise AddressRefused("write it like https://shop.example/news")
    if any(not "!" <= c <= "~" for c in url):
        raise AddressRefused("write it in ASCII, without spaces")
    if parts.scheme != "https" and not (parts.scheme == "http" and rules.allow_http):
        raise AddressRefused("https only: news are signed, not hidden")
    return parts


def _judged(parts: SplitResult, rules: Webhooks) -> str:
    """The address to connect to. Raises AddressRefused, NotDelivered."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotDelivered("no such host") from None
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    # All of them: a name with a public and a private address would be a coin to toss.
    if not all(_may_reach(ipaddress.ip_address(each), rules) for each in addresses):
        raise AddressRefused("the address is a private one")
    return addresses[0]


def _may_reach(address: _Address, rules: Webhooks) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return _may_reach(mapped, rules)
    for allowed in (ipaddress.ip_network(net) for net in rules.allow):
        if address.version == allowed.version and address in allowed:
            return True
    if any(address.version == net.version and address in net for net in _HIDDEN):
        return False
    return address.is_global and not address.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was judged, under the name that was asked for."""

    def __init__(self, parts: SplitResult, address: str, timeout_s: int) -> None:
        is_tls = parts.scheme == "https"
        super().__init__(
            str(parts.hostname), parts.port or (443 if is_tls else 80), timeout=timeout_s
        )
        self._address = address
        self._tls = ssl.create_default_context() if is_tls else None

    def connect(self) -> None:
        """Open the line."""
        line = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls is not None:
            try:
                line = self._tls.wrap_socket(line, server_hostname=self.host)
            except OSError:
                line.close()
                raise
        self.sock = line

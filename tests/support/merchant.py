"""A merchant for tests: an owner who sets what the shop sells and gives."""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import requests

from tests.support.server import NOWHERE, new_id
from tests.support.staff import AtWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """Somebody of the staff who works through the API."""

    person: AtWork
    session: requests.Session | None = None
    url: str = NOWHERE

    def asks(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """An answer as it is on the wire."""
        given = {**self.person.headers, **(headers or {})}
        sent = data if body is None else json.dumps(body).encode()
        client = self.session or requests
        return client.request(method, self.url + path, data=sent, headers=given, timeout=30)

    def gets(self, path: str) -> dict[str, Any]:
        """What is there."""
        return _good(self.asks("GET", path))

    def puts(self, path: str, **body: object) -> dict[str, Any]:
        """What is there now."""
        return _good(self.asks("PUT", path, body))

    def posts(self, path: str, **body: object) -> dict[str, Any]:
        """What was answered."""
        return _good(self.asks("POST", path, body))

    def delivers(self, gift: str, store: str, pieces: int) -> dict[str, Any]:
        """So many pieces of a gift come to a store."""
        path = f"/v1/gifts/{gift}/stock/{store}"
        return self.posts(path, id=new_id(), kind="delivery", pieces=pieces)

    def refused(self, method: str, path: str, body: object = None, **more: Any) -> tuple[int, str]:
        """Status and name of a problem."""
        answer = self.asks(method, path, body, **more)
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        return answer.status_code, str(answer.json()["type"]).rpartition(":")[2]


def _good(answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def png(width: int = 32, height: int = 32) -> bytes:
    """A black picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * height)
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


def name_of(body: bytes) -> str:
    """What a file is called by."""
    return sha256(body).hexdigest()

"""Pictures of gifts: only real ones, of a size that a kiosk can show, named by their content."""

from collections.abc import Iterator
from hashlib import sha256

from backend.db import Transaction, gifts
from backend.db.gifts import MediaType, Picture
from backend.errors import Refused, phrase
from backend_client.schemas.catalogue import PictureFound
from backend_client.schemas.problems import ProblemName

BYTES_MAX = 1024 * 1024
SIDE_MIN, SIDE_MAX = 16, 4096
"""Pixels: a kiosk's memory holds four bytes for each."""

_PNG, _JPEG_START = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


def put_picture(tx: Transaction, wanted: str, media_type: str, body: bytes) -> PictureFound:
    """The picture kept under the hash of its content. Raises Refused."""
    known = gifts.picture(tx, wanted)
    if sha256(body).hexdigest() != wanted:
        raise Refused(ProblemName.INVALID, "hash: the SHA-256 of the file is another one")
    if known is not None:
        return known.found
    if not media_type.startswith("image/"):
        raise Refused(ProblemName.MEDIA_TYPE, "send it as image/png, image/jpeg or image/webp")
    kind, width, height = _looked_at(body)
    if kind != media_type:
        raise Refused(ProblemName.INVALID, phrase("Content-Type: the file is {kind}", kind=kind))
    if not SIDE_MIN <= min(width, height) <= max(width, height) <= SIDE_MAX:
        raise Refused(
            ProblemName.INVALID,
            phrase(
                "the picture is {width} × {height} pixels: each side has {least} to {most}",
                width=width,
                height=height,
                least=SIDE_MIN,
                most=SIDE_MAX,
            ),
        )
    picture = Picture(hash=wanted, media_type=kind, width=width, height=height, body=body)
    gifts.add_picture(tx, picture)
    return picture.found


def picture_of(tx: Transaction, wanted: str) -> Picture:
    """The picture. Raises Refused."""
    found = gifts.picture(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such picture")
    return found


def _looked_at(body: bytes) -> tuple[MediaType, int, int]:
    if body.startswith(_PNG) and body[12:16] == b"IHDR" and len(body) > 33:  # noqa: PLR2004 - its first chunk
        return "image/png", int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
    if body.startswith(_JPEG_START):
        for marker, part in _jpeg_parts(body):
            # The frames' headers: C0 to CF, but for the tables C4 and CC, and C8, which is free.
            if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and len(part) > 4:  # noqa: PLR2004 - those of ISO/IEC 10918-1
                return "image/jpeg", int.from_bytes(part[3:5]), int.from_bytes(part[1:3])
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        size = _webp_size(body[12:16], body[20:30])
        if size is not None:
            return "image/webp", *size
    raise Refused(ProblemName.INVALID, "the file is no PNG, JPEG or WebP picture")


def _jpeg_parts(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments up to the picture itself (ITU T.81, B.1.1)."""
    at = 2
    while at + 4 <= len(body) and body[at] == 0xFF:  # noqa: PLR2004 - what marks a segment
        marker, length = body[at + 1], int.from_bytes(body[at + 2 : at + 4])
        yield marker, body[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)


def _webp_size(kind: bytes, head: bytes) -> tuple[int, int] | None:
    """Width and height of each of the three kinds (RFC 9649, 2.5 to 2.7)."""
    if len(head) < 10:  # noqa: PLR2004 - what the longest of them needs
        return None
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        return (
            int.from_bytes(head[6:8], "little") & 0x3FFF,
            int.from_bytes(head[8:10], "little") & 0x3FFF,
        )
    if kind == b"VP8L" and head[0] == 0x2F:  # noqa: PLR2004 - its signature
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    return None

"""A printer's bytes, decoded: Epson's tables, and nothing believed that was not said."""

import pytest

from devices.printers import Paper, PrinterStatus
from devices.printers.answers import (
    CLEARED,
    UNREACHABLE,
    Answer,
    AnswerReader,
    Automatic,
    Block,
    RealTime,
    Transmitted,
    decode_status,
    in_trouble,
    printed,
)


def decoded(
    *,
    online: bool = True,
    paper: Paper = Paper.PLENTY,
    cover_open: bool = False,
    error: bool = False,
) -> PrinterStatus:
    return PrinterStatus(
        reachable=True, online=online, paper=paper, cover_open=cover_open, error=error
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((0x12, 0x12, 0x12, 0x12), decoded()),
        ((0x16, 0x12, 0x12, 0x12), decoded()),  # drawer open: nobody's business
        ((0x12, 0x12, 0x12, 0x1E), decoded(paper=Paper.LOW)),
        ((0x1A, 0x32, 0x12, 0x7E), decoded(online=False, paper=Paper.OUT)),
        ((0x1A, 0x32, 0x12, 0x12), decoded(online=False, paper=Paper.OUT)),
        ((0x12, 0x12, 0x12, 0x72), decoded(paper=Paper.OUT)),
        ((0x1A, 0x16, 0x12, 0x12), decoded(online=False, cover_open=True)),
        ((0x1A, 0x52, 0x1A, 0x12), decoded(online=False, error=True)),
        ((0x1A, 0x52, 0x32, 0x12), decoded(online=False, error=True)),
        ((0x1A, 0x52, 0x52, 0x12), decoded(online=False)),  # hot head: passes by itself
    ],
)
def test_the_four_status_bytes_say(
    answers: tuple[int, int, int, int], expected: PrinterStatus
) -> None:
    assert decode_status(*answers) == expected


def test_silence_is_not_plenty_of_paper() -> None:
    assert UNREACHABLE.paper is Paper.UNKNOWN
    assert not UNREACHABLE.ready


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x12", [RealTime(0x12)]),
        (b"\x7e\x16", [RealTime(0x7E), RealTime(0x16)]),
        (b"\x00", [Transmitted(0)]),
        (b"\x0f", [Transmitted(0x0F)]),
        (b"\x10\x00\x00\x00", [Automatic(b"\x10\x00\x00\x00")]),
        (b"\x3c\x00\x0f\x0f\x12", [Automatic(b"\x3c\x00\x0f\x0f"), RealTime(0x12)]),
        (b"\x37\x220001\x00", [printed(b"0001")]),
        (b"\x37\x25\x00\x12", [CLEARED, RealTime(0x12)]),
        (b"\x5fEPSON\x00", [Block(0x5F, b"EPSON")]),
        (b"\x11\x13\x12", [RealTime(0x12)]),  # flow control in between
        (b"\x37" + b"x" * 79 + b"\x12", [RealTime(0x12)]),
        (b"", []),
    ],
)
def test_the_stream_is_told_apart(data: bytes, expected: list[Answer]) -> None:
    assert list(AnswerReader().feed(data)) == expected


def test_an_answer_may_come_in_pieces() -> None:
    reader = AnswerReader()
    assert list(reader.feed(b"\x37\x2200")) == []
    assert list(reader.feed(b"01")) == []
    assert list(reader.feed(b"\x00\x10\x00")) == [printed(b"0001")]
    assert list(reader.feed(b"\x00\x00")) == [Automatic(b"\x10\x00\x00\x00")]


@pytest.mark.parametrize(
    ("report", "trouble"),
    [
        ("10 00 00 00", False),
        ("18 00 00 00", False),
        ("10 00 03 00", False),
        ("38 00 00 00", True),
        ("18 08 00 00", True),
        ("18 00 0F 00", True),
    ],
)
def test_automatic_reports_tell_what_stops_a_job(report: str, trouble: bool) -> None:
    assert in_trouble(Automatic(bytes.fromhex(report))) is trouble

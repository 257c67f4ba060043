"""Tickets as pictures: readable, within the paper, whatever the text."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from devices.printers import Pair, Qr, Rule, Space, Text, Ticket
from devices.printers.typeset import (
    HEIGHT_MAX,
    TEXT_LENGTH_MAX,
    WIDTH_58MM,
    WIDTH_80MM,
    _font,
    printable,
    typeset,
)
from tests.support.paper import ink, qr_codes
from wording import script

INTER = _font("Inter-Medium.otf", 26)


def drawn(text: str, width: int = WIDTH_80MM) -> Image.Image:
    return typeset(Ticket(blocks=(Text(text=text, size=40, bold=True),)), width)


@pytest.mark.parametrize("width", [WIDTH_80MM, WIDTH_58MM])
def test_the_picture_is_pure_black_and_white_and_as_wide_as_the_head(width: int) -> None:
    picture = typeset(Ticket(blocks=(Text(text="À bientôt"), Rule(), Qr(payload="X"))), width)
    assert picture.mode == "1"
    assert picture.width == width


@pytest.mark.parametrize("width", [WIDTH_80MM, WIDTH_58MM])
@pytest.mark.parametrize("payload", ["7Q2XK9F4M3HB", "https://fid.example/v/7Q2XK9F4M3HB?s=1f0c9d"])
def test_a_qr_code_is_read_back(width: int, payload: str) -> None:
    assert qr_codes(typeset(Ticket(blocks=(Qr(payload=payload),)), width)) == [payload]


def test_qr_modules_are_whole_dots() -> None:
    """Each row of modules is drawn alike: runs of black are multiples of one module."""
    picture = typeset(Ticket(blocks=(Qr(payload="7Q2XK9F4M3HB", dots=280),)))
    rows = [picture.crop((0, y, picture.width, y + 1)).tobytes() for y in range(picture.height)]
    runs = [1]
    for before, after in pairwise(rows):
        if before == after:
            runs[-1] += 1
        else:
            runs.append(1)
    module = 280 // (21 + 8)
    assert all(run % module == 0 for run in runs[1:-1])


def test_a_qr_code_that_cannot_fit_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        typeset(Ticket(blocks=(Qr(payload="X" * 500, dots=40),)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Maison Lise", "Maison Lise"),
        ("Crème brûlée, œuf, naïve, çà, Ÿ — 12,50 €", "Crème brûlée, œuf, naïve, çà, Ÿ — 12,50 €"),
        ("e\u0301te\u0301", "été"),  # accents apart
        ("1\u202f234\u00a0€", "1\u202f234\u00a0€"),
        ("Zoë 🎉🎁", "Zoë"),
        ("\x1b@Zoë\x10\x04\x00", "@Zoë"),
        ("\u202eevil\u202c \u200fname\u2066", "evil name"),
        ("line\r\nbreak\u2028again\ttab", "line break again tab"),
        ("z̸̢̛a̷l̶g̵o", "zalgo"),
        ("田中さん", "·"),
        ("محمد علي", "· ·"),
        ("Ｆｕｌｌ ﬁ", "Full fi"),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_what_is_drawn_of_a_text(text: str, expected: str) -> None:
    assert printable(text, INTER) == expected


def test_a_name_without_end_is_cut() -> None:
    cut = printable("Ada " * 1_000_000, INTER)
    assert len(cut) <= TEXT_LENGTH_MAX
    assert cut.endswith("…")


def test_a_word_wider_than_the_paper_is_broken_inside_the_margins() -> None:
    picture = drawn("W" * 200)
    assert picture.height > 200
    edge = picture.crop((0, 0, 16, picture.height))
    assert ink(edge) == 0


def test_a_word_slightly_too_wide_is_set_smaller_in_one_line() -> None:
    one_line = drawn("court").height
    assert drawn("Rindfleischetikettierung" + "!").height <= one_line + 2


def test_a_pair_that_does_not_fit_in_one_line_takes_more() -> None:
    short = typeset(Ticket(blocks=(Pair(label="Solde", value="7"),)))
    long = typeset(Ticket(blocks=(Pair(label="Solde " * 12, value="7 " * 40),)))
    assert long.height > short.height


def test_a_ticket_is_never_longer_than_the_limit() -> None:
    picture = typeset(Ticket(blocks=(Space(dots=9_000), Text(text="x"))))
    assert picture.height == HEIGHT_MAX


def test_a_ticket_of_nothing_is_blank_paper() -> None:
    assert ink(typeset(Ticket(blocks=()))) == 0


@settings(max_examples=80, deadline=None)
@given(text=st.text(max_size=80), size=st.integers(-5, 400), width=st.sampled_from([384, 512, 576]))
def test_any_text_at_any_size_stays_on_the_paper(text: str, size: int, width: int) -> None:
    picture = typeset(Ticket(blocks=(Text(text=text, size=size, align="left"),)), width)
    assert picture.width == width
    assert picture.height <= HEIGHT_MAX


def test_arabic_is_printed_joined_and_from_the_right() -> None:
    word = "مرحبا"
    assert script.drawn(word, rtl=True) == "\ufe8e\ufe92\ufea3\ufeae\ufee3"
    font = _font("NotoSansArabic-Bold.ttf", 40)
    joined = font.getlength(script.drawn(word, rtl=True))
    assert joined < sum(font.getlength(letter) for letter in word) * 0.9
    box = ImageOps.invert(drawn(word).convert("L")).getbbox()
    assert box is not None
    assert box[2] - box[0] == pytest.approx(joined, abs=6)


def test_an_arabic_label_stands_right_and_its_value_left() -> None:
    pair = typeset(Ticket(blocks=(Pair(label="الرصيد الجديد", value="50"),)))
    middle = pair.width // 2
    left, right = (
        pair.crop(box)
        for box in ((0, 0, middle, pair.height), (middle, 0, pair.width, pair.height))
    )
    assert 0 < ink(left) < ink(right)

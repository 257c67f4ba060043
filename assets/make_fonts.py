#!/usr/bin/env python3
"""Makes the fonts with Arabic letters in `assets/fonts/`, out of Debian's package fonts-noto-core.

    apt-get download fonts-noto-core && dpkg-deb -x fonts-noto-core_*.deb noto
    pip install fonttools
    python assets/make_fonts.py noto/usr/share/fonts/truetype/noto

Kivy draws a text in one font, and Noto keeps Latin and Arabic letters in two files: they are joined
here, because a shop's name or a brand stands in the middle of an Arabic sentence. Kept are the
letters of Western Europe and the joined forms of Arabic that `wording.script` writes with. The
fonts are committed; run this only for a newer package.
"""

import sys
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent / "fonts"
ASCENT, DESCENT = 0.98, 0.36
"""Of the letters' size: a hamza above alef, and the bowl of jeem."""
WEIGHTS = ("Regular", "Bold")
LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2070), 0x20AC, 0x2212)
ARABIC = (
    *range(0x600, 0x700),
    *range(0xFB50, 0xFBFF),  # presentation forms A: Persian and Urdu
    *range(0xFE70, 0xFEFF),  # presentation forms B: every joined form of Arabic
)


def main(folder: Path) -> None:
    """Write one joined font for each weight."""
    for weight in WEIGHTS:
        with tempfile.TemporaryDirectory() as temporary:
            parts = [
                _kept(folder / f"{family}-{weight}.ttf", letters, Path(temporary))
                for family, letters in (("NotoSans", LATIN), ("NotoSansArabic", ARABIC))
            ]
            Merger().merge([str(part) for part in parts]).save(
                FONTS / f"NotoSansArabic-{weight}.ttf"
            )


def _kept(font: Path, letters: tuple[int, ...], folder: Path) -> Path:
    """The font with those letters alone, and without rules for joining: we write joined forms."""
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    opened = subset.load_font(str(font), options)
    worker = subset.Subsetter(options)
    worker.populate(unicodes=letters)
    worker.subset(opened)
    _set_tight(opened)
    for table in ("GSUB", "GPOS", "GDEF"):
        if table in opened:
            del opened[table]
    kept = folder / font.name
    subset.save_font(opened, str(kept), options)
    return kept


def _set_tight(font: TTFont) -> None:
    """Lines as close as the drawn letters allow: Noto leaves room for marks nobody writes here."""
    head, lines, os2 = font["head"], font["hhea"], font["OS/2"]
    ascent, descent = (round(share * head.unitsPerEm) for share in (ASCENT, DESCENT))
    lines.ascent, lines.descent, lines.lineGap = ascent, -descent, 0
    os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = ascent, -descent, 0
    os2.usWinAscent, os2.usWinDescent = ascent, descent


if __name__ == "__main__":
    main(Path(sys.argv[1]))

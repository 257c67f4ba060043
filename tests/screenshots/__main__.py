"""Pictures of every screen in every language at every size, with a page to browse them.

    python -m tests.screenshots                                   all of it, into build/gallery
    python -m tests.screenshots --sizes 800x480 --languages fr    part of it
    python -m tests.screenshots --screens home,email --modes contrast,large
    python -m tests.screenshots --full                            each mode in every language
    python -m tests.screenshots --update-golden                   what the tests compare with

The language "long" is a pseudo-language in which every text is 40 % longer. The modes that make
the kiosk easier to use are drawn in French and Arabic, unless all of it is wished for.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from kiosk.screens import Mode
from kiosk.ui import theme
from kiosk.ui.app import NoWindow
from kiosk.words import Words, available
from tests.kiosk.ui.samples import worded
from tests.screenshots import goldens
from tests.screenshots.expansion import Expanded
from tests.screenshots.page import Shot, write_page
from tests.screenshots.studio import PANELS, Panel, Studio, faces

LONG = "long"
PLAIN = "plain"
MODES = {
    PLAIN: frozenset[Mode](),
    **{mode.value: frozenset({mode}) for mode in (Mode.CONTRAST, Mode.LARGE, Mode.LOW)},
}
"""Calm and voice look like none."""
LANGUAGES_OF_MODES = ("fr", "ar")
THUMBNAIL = 480
"""Pixels of the longer side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be drawn."""

    out: Path
    panels: Sequence[Panel]
    languages: Sequence[str]
    screens: Sequence[str]
    modes: Sequence[str]
    full: bool
    """Each mode in every language."""


def main(arguments: Sequence[str]) -> int:
    """0 when all pictures are there; 1 when there is no window to draw with."""
    options = _parser().parse_args(arguments)
    try:
        studio = Studio(Path("build/kivy"))
    except NoWindow as error:
        print(error, file=sys.stderr)
        return 1
    if options.update_golden:
        goldens.update(studio)
        return 0
    wish = Wish(
        out=options.out,
        panels=[panel for panel in PANELS if panel.name in options.sizes],
        languages=options.languages,
        screens=options.screens,
        modes=options.modes,
        full=options.full,
    )
    shots = list(draw(studio, wish))
    print(f"{len(shots)} pictures: {write_page(wish.out, shots)}")
    return 0


def draw(studio: Studio, wish: Wish) -> Iterator[Shot]:
    """Draw everything wished for, size by size."""
    for panel in wish.panels:
        offered = theme.offered(panel.height, panel.mm_per_px, voice=False)
        for mode in wish.modes:
            if not MODES[mode] <= {*offered}:
                continue
            for language in wish.languages:
                if mode == PLAIN or wish.full or language in LANGUAGES_OF_MODES:
                    studio.dress(panel, MODES[mode], language)
                    yield from _sheet(studio, wish, panel, language, mode)


def _sheet(studio: Studio, wish: Wish, panel: Panel, language: str, mode: str) -> Iterator[Shot]:
    """Every screen wished for, on that glass, in that language and mode."""
    words = words_of(language)
    for name, screen in faces(sample_language(language)).items():
        if wish.screens and name not in wish.screens:
            continue
        shot = Shot(screen=name, size=panel.name, language=language, mode=mode)
        _save(studio.picture(screen, worded(name, words)), wish.out, shot)
        yield shot


def words_of(language: str) -> Words:
    """The words of a language of the gallery."""
    return Expanded() if language == LONG else Words(language)


def sample_language(language: str) -> str:
    """In which language the shop's own data is; it has no pseudo-language."""
    return language if language in {"fr", "en"} else "fr"


def _save(picture: Image.Image, out: Path, shot: Shot) -> None:
    full, small = out / shot.picture, out / shot.thumbnail
    for path in (full, small):
        path.parent.mkdir(parents=True, exist_ok=True)
    flat = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    flat.save(full)
    picture.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    picture.save(small, quality=82)


def _parser() -> argparse.ArgumentParser:
    sizes = [panel.name for panel in PANELS]
    languages = [*available(), LONG]
    screens = list(faces("en"))
    parser = argparse.ArgumentParser(
        prog="python -m tests.screenshots",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--out", type=Path, default=Path("build/gallery"), help="folder for the pictures")
    add("--sizes", type=_several(sizes), default=sizes, help=",".join(sizes))
    add("--languages", type=_several(languages), default=languages, help=",".join(languages))
    add("--screens", type=_several(screens), default=[], help="names of samples; all of them")
    add("--modes", type=_several(list(MODES)), default=list(MODES), help=",".join(MODES))
    add("--full", action="store_true", help="each mode in every language")
    add("--update-golden", action="store_true", help="draw the golden pictures again, and end")
    return parser


def _several(known: Sequence[str]) -> Callable[[str], list[str]]:
    """An option's type: names separated by commas, each one of `known`."""

    def names(text: str) -> list[str]:
        wanted = text.split(",")
        if unknown := [name for name in wanted if name not in known]:
            raise argparse.ArgumentTypeError(f"no {unknown[0]!r}; there is {', '.join(known)}")
        return wanted

    return names


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

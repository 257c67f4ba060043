"""Two people before the whole kiosk, step by step: somebody new, and somebody who does not see.

    python -m tests.kiosk.ui.journeys        their pictures in order, into docs/journeys/

The tests walk the same steps without pictures. What is done is done as a person does it: the one
touches what is on the glass, the other has four keys and knows nothing but what is said aloud.
"""

import asyncio
import math
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from PIL import Image, ImageDraw

from backend_client.schemas.sales import SaleBody
from backend_client.schemas.tills import MemberQuery
from kiosk import screens
from kiosk.config import Session
from kiosk.ui.reading import Said, read
from kiosk.ui.widgets import layouts
from tests.kiosk.ui.bench import SIZES, Bench
from tests.kiosk.ui.shop import Place, shop_window

DOCS = Path("docs/journeys")
CARD = bytes.fromhex("04a1b2c3d4e5f6")
CALM = Session.model_construct(idle_timeout_s=300, warning_s=20)
TAB, ENTER = 9, 13
KEYS_MOST = 80
"""On no screen is anything further away."""

# How long people take, by measurement: Card, Moran and Newell (1983) for hands and decisions,
# Brysbaert (2019) for reading. The slowest typist they met, because nobody knows this keyboard.
KEY_S, POINT_S, DECIDE_S, WORDS_A_SECOND = 1.2, 1.1, 1.35, 238 / 60


@dataclass(slots=True)
class Notes:
    """What somebody did, and how long a person takes for it."""

    touches: int = 0
    """Besides typing."""
    typed: int = 0
    words_read: int = 0
    heard: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long all of it takes a person who has never done it."""
        reading = self.words_read / WORDS_A_SECOND
        return reading + self.touches * (POINT_S + DECIDE_S) + self.typed * KEY_S


class Album:
    """Keeps no pictures; see `Pictures`."""

    def photo(self, bench: Bench, words: str, at: str = "") -> None:
        """The glass as it is, with a ring around what is touched next."""


class Pictures(Album):
    """Numbered pictures in a folder, and the page that shows them in order."""

    WIDTH, COLOURS = 560, 48

    def __init__(self, folder: Path, name: str, title: str) -> None:
        self._folder, self._name = folder, name
        self._page = [f"# {title}", ""]
        self._number = 0
        folder.mkdir(parents=True, exist_ok=True)

    def photo(self, bench: Bench, words: str, at: str = "") -> None:
        self._number += 1
        picture = _glass(bench)
        if at:
            x, y, wide, tall = bench.targets()[at]
            draw, edge = ImageDraw.Draw(picture), 10
            box = (
                x - edge,
                picture.height - y - tall - edge,
                x + wide + edge,
                picture.height - y + edge,
            )
            draw.rounded_rectangle(box, radius=30, outline=(20, 110, 200), width=9)
        picture.thumbnail((self.WIDTH, self.WIDTH), Image.Resampling.LANCZOS)
        file = f"{self._name}-{self._number:02}.png"
        small = picture.quantize(self.COLOURS, dither=Image.Dither.NONE)
        small.save(self._folder / file, optimize=True)
        self._page += [
            f"{self._number}. {words}",
            "",
            f"   ![Picture {self._number:02}]({file})",
            "",
        ]

    def close(self, *closing: str) -> None:
        """Write the page."""
        page = "\n".join([*self._page, *closing]) + "\n"
        (self._folder / f"{self._name}.md").write_text(page, encoding="utf-8")


def _glass(bench: Bench) -> Image.Image:
    from kivy.graphics import ClearBuffers, ClearColor, Fbo

    from kiosk.ui.widgets import worn

    look = worn()
    size = (look.width, look.height)
    buffer = Fbo(size=size, with_stencilbuffer=True)
    canvas = bench.display.stage.canvas
    with buffer:
        ClearColor(*look.colours.paper)
        ClearBuffers()
    buffer.add(canvas)
    buffer.draw()
    picture = Image.frombytes("RGBA", size, buffer.pixels)
    buffer.remove(canvas)
    return picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")


# --- somebody new -----------------------------------------------------------------------------


async def newcomer(place: Place, album: Album) -> Notes:
    """Joins by e-mail, from the card in the hand to the points on it."""
    notes = Notes()
    view = place.bench.display.stage

    async def reads(kind: type[Any]) -> Any:
        screen = await place.see(kind)
        # What has to be read to know what to do: the screen's own texts, not the buttons' beside.
        texts = [item.text for item in read(view.uppermost) if isinstance(item, Said)]
        notes.words_read += sum(len(text.split()) for text in texts)
        return screen

    async def touches(name: str, words: str) -> None:
        album.photo(place.bench, words, name)
        notes.touches += 1
        await place.touch(name)

    async def types(layout: layouts.Layout, text: str) -> None:
        for name in layouts.touches(layout, text):
            notes.typed += 1
            await place.touch(name)

    await reads(screens.Attract)
    album.photo(place.bench, "The invitation. She holds a card from the box against the reader.")
    place.reader.present(CARD)
    await reads(screens.Join)
    await touches("way:email", "A new card: how may we reach you? She touches “By e-mail”.")
    await reads(screens.TypeEmail)
    await types(layouts.email_layout("fr"), "ines.moreau@gmail.com")
    await touches("continue", "Her address; its end is one key. She goes on.")
    await reads(screens.TypeFirstName)
    await types(layouts.name_layout("fr"), "inès")
    await touches("continue", "Her first name, with its accent. She goes on.")
    await reads(screens.AskConsent)
    await touches("consent:program", "What she allows, one line for each purpose. She ticks one.")
    await touches("continue", "The account needs no more than that. She goes on.")
    await reads(screens.ClaimWelcome)
    await touches("claim", "Her welcome points are ready. She takes them.")
    welcomed = await reads(screens.Welcomed)
    album.photo(place.bench, "They are hers: she is a member.")
    assert (welcomed.first_name, welcomed.balance) == ("Inès", 50)
    return notes


# --- somebody who does not see ------------------------------------------------------------------


class Ears:
    """A voice that is listened to."""

    def __init__(self) -> None:
        self.last = ""

    def say(self, text: str, language: str, earcon: str = "") -> None:
        del language, earcon
        self.last = text

    def stop(self) -> None:
        """Nothing to cut off."""

    def earcon(self, name: str) -> None:
        """A sound says nothing that words do not."""

    def louder(self, steps: int) -> None:
        """Loud enough."""

    def reset(self) -> None:
        """As before."""


@dataclass(slots=True)
class Listener:
    """Somebody with headphones and four keys, who knows only what is said."""

    place: Place
    ears: Ears
    album: Album
    notes: Notes = field(default_factory=Notes)

    async def hears(self, words: str) -> None:
        """Wait until a screen is said that has these words."""
        await self.place.until(lambda _: words in self.ears.last)
        await self.place.frames(4)
        self.notes.heard.append(self.ears.last)

    async def chooses(self, words: str, told: str = "") -> None:
        """Press next until these words are heard, then ok."""
        for _ in range(KEYS_MOST):
            self.ears.last = ""
            await self._press(TAB)
            if words.casefold() in self.ears.last.casefold():
                break
        else:
            raise AssertionError(f"{words!r} is never heard")
        if told:
            self.album.photo(self.place.bench, f"{told} — *“{self.ears.last}”*")
        await self._press(ENTER)

    async def spells(self, letters: Sequence[str]) -> None:
        """Choose one key after the other; each is said when it is reached."""
        for letter in letters:
            for _ in range(KEYS_MOST):
                self.ears.last = ""
                await self._press(TAB)
                if self.ears.last.rstrip(".").casefold() == letter.casefold():
                    break
            else:
                raise AssertionError(f"the key {letter!r} is never heard")
            await self._press(ENTER)

    async def _press(self, key: int) -> None:
        self.place.bench._window.dispatch("on_key_down", key, 0, None, [])
        await self.place.frames(1)


async def by_ear(place: Place, ears: Ears, album: Album) -> Notes:
    """Joins by phone and takes a gift, by four keys and what is said."""
    one = Listener(place, ears, album)
    place.bench.display.headphones = True
    await one.hears("Posez votre carte")
    album.photo(place.bench, f"He plugs his headphones in and hears: *“{ears.last}”*")
    place.reader.present(CARD)
    await one.hears("Cette carte est toute neuve")
    await one.chooses("Par téléphone", "A new card. Next, next, until he hears the way he wants")
    await one.hears("Votre téléphone")
    await one.spells("0612345678")
    await one.chooses("Continuer", "His number, digit by digit, each said as it is reached")
    await one.hears("Votre prénom")
    await one.spells(("L", "é", "o"))
    await one.chooses("Continuer", "His name, letter by letter")
    await one.hears("Pas coché")
    await one.chooses(
        "Garder mon prénom", "The purposes are read with their reasons and whether they are ticked"
    )
    await one.chooses("Continuer")
    await one.hears("points de bienvenue")
    await one.chooses("Les prendre", "His welcome points")
    await one.hears("Ils sont à vous")
    await one.chooses(
        "cadeaux", "They are his, and how many he has is said into his headphones alone"
    )
    await one.hears("Bonjour Léo")
    await _buys(place, 200_00)
    await place.until(lambda screen: getattr(screen, "balance", 0) == 250)
    await place.frames(10)
    await one.hears("250 points")
    await one.chooses(
        "café", "After a purchase at the till he has enough for a coffee, and finds it"
    )
    await one.hears("Il vous restera")
    await one.chooses(
        "Imprimer mon bon", "What it costs, what stays, where and until when; he prints it"
    )
    await one.hears("Prenez votre bon")
    album.photo(place.bench, f"The paper is out, and all that is on it is said: *“{ears.last}”*")
    await one.chooses("Merci")
    return one.notes


async def _buys(place: Place, cents: int) -> None:
    """A purchase at the till, with the same card."""
    await place.until(lambda _: place.kiosk.health.online)
    async with asyncio.timeout(120):
        while await place.kiosk.db.run(lambda tx: tx.queue_length()):
            await place.frames(2)
    till = place.wired.till
    member = await asyncio.to_thread(till.find_member, MemberQuery(card_uid=CARD.hex()))
    sale = SaleBody(
        id=str(uuid4()), member=member.id, total=cents, currency="EUR", closed_at=datetime.now(UTC)
    )
    await asyncio.to_thread(till.record_sale, sale)


# --- both ---------------------------------------------------------------------------------------

Journey = Callable[[Place], Awaitable[Notes]]


def walk(bench: Bench, folder: Path, journey: Journey) -> Notes:
    """Make one journey on the display that `bench` has."""

    async def run() -> Notes:
        async with shop_window(bench, folder, timing=CALM) as place:
            return await journey(place)

    return asyncio.run(run())


def main() -> int:
    """Draw the journeys, or those that are named, into docs/journeys."""
    wanted = sys.argv[1:] or ["newcomer", "by-ear"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bench = Bench(folder / "kivy")
        if "newcomer" in wanted:
            _draw_newcomer(bench, folder / "newcomer")
        if "by-ear" in wanted:
            _draw_by_ear(bench, folder / "by-ear")
        bench.close()
    return 0


def _draw_newcomer(bench: Bench, folder: Path) -> None:
    bench.glass(SIZES[2])
    album = Pictures(DOCS, "newcomer", "A customer who has never seen it joins")
    notes = walk(bench, folder, lambda place: newcomer(place, album))
    album.close(
        f"{notes.touches} touches besides {notes.typed} keys, {notes.words_read} words to read:",
        f"{math.ceil(notes.seconds)} s for somebody who types as slowly as the slowest of those",
        "whom Card, Moran and Newell measured, and reads all of it.",
    )


def _draw_by_ear(bench: Bench, folder: Path) -> None:
    ears = Ears()
    bench.glass(SIZES[2], voice=ears)
    album = Pictures(DOCS, "by-ear", "Somebody who does not see joins and takes a gift")
    walk(bench, folder, lambda place: by_ear(place, ears, album))
    album.close(
        "Every word in quotation marks is what the voice said; the frame is where his four keys",
        "were. He needed nothing else.",
    )


if __name__ == "__main__":
    sys.exit(main())

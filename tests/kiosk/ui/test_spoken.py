"""What is heard: all of it in headphones, nothing private from a loudspeaker, silence on touch."""

import asyncio
import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk import screens
from kiosk.screens import Mode
from tests.kiosk.ui.bench import Bench
from tests.kiosk.ui.test_display import asked, live, withdraw
from tests.screenshots.studio import faces

pytestmark = pytest.mark.ui

VOICE = frozenset({Mode.VOICE})
TAB, ENTER, ESCAPE, PLUS, MINUS = 9, 13, 27, 270, 269

PRIVATE = ("Inès", "ines.moreau", "187", "237", "Marie-Antoinette", "7Q2X")
"""What the samples tell of their person: name, address, balances, a voucher's code."""


class Recorder:
    """A voice that keeps what it was told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.earcons: list[str] = []
        self.stops = 0
        self.steps = 0

    @property
    def last(self) -> str:
        return self.said[-1][0]

    def say(self, text: str, language: str, earcon: str = "") -> None:
        self.said.append((text, language))
        self.earcons.append(earcon)

    def stop(self) -> None:
        self.stops += 1

    def earcon(self, name: str) -> None:
        self.earcons.append(name)

    def louder(self, steps: int) -> None:
        self.steps += steps

    def reset(self) -> None:
        self.steps = 0


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("kivy"))
    yield one
    one.close()


@pytest.fixture
def voice() -> Recorder:
    return Recorder()


def listen(bench: Bench) -> None:
    """Let the frames pass after which the voice begins."""
    bench.settle()


def key(bench: Bench, number: int) -> None:
    bench._window.dispatch("on_key_down", number, 0, None, [])
    bench.settle()


def words_in(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def test_every_screen_is_said_whole_into_headphones(bench: Bench, voice: Recorder) -> None:
    display = bench.glass(modes=VOICE, voice=voice)
    display.headphones = True
    from kiosk.ui.reading import Said, read

    async def story() -> None:
        for name, screen in faces("fr").items():
            question = await asked(bench, screen)
            listen(bench)
            told = words_in(voice.last)
            view = display.uppermost
            for item in read(view):
                if isinstance(item, Said):
                    assert words_in(item.text) <= told, f"{item.text!r} of {name} is not said"
            assert voice.said[-1][1] == "fr"
            await withdraw(question)

    live(story())


def test_a_loudspeaker_says_nothing_of_the_person(bench: Bench, voice: Recorder) -> None:
    display = bench.glass(modes=VOICE, voice=voice)

    async def story() -> None:
        for name, screen in faces("fr").items():
            question = await asked(bench, screen)
            listen(bench)
            for choice in range(30):
                del choice
                display._key(None, TAB)
            await withdraw(question)
            for text, _ in voice.said:
                for secret in PRIVATE:
                    assert secret not in text, f"{name} says {text!r}"
            voice.said.clear()

    live(story())


def test_all_that_is_on_the_paper_is_said(bench: Bench, voice: Recorder) -> None:
    display = bench.glass(modes=VOICE, voice=voice)
    display.headphones = True
    ticket = ("Maison Lise", "BON CADEAU", "7Q2X-K9F4-M3HB", "Points utilisés : 200")
    taken = faces("fr")["take-voucher"]
    assert isinstance(taken, screens.TakeVoucher)

    async def story() -> None:
        question = await asked(bench, dataclasses.replace(taken, ticket=ticket))
        for line in ticket:
            assert line in voice.last
        display.headphones = False
        display.modes = VOICE
        bench.settle()
        assert ticket[2] not in voice.last
        await withdraw(question)

    live(story())


def test_home_says_how_to_hear_the_rest(bench: Bench, voice: Recorder) -> None:
    bench.glass(modes=VOICE, voice=voice)

    async def story() -> None:
        question = await asked(bench, faces("fr")["home"])
        listen(bench)
        assert "branchez un casque" in voice.last
        assert "Historique" in voice.last
        await withdraw(question)

    live(story())


def test_nothing_is_said_unless_it_is_asked_for(bench: Bench, voice: Recorder) -> None:
    bench.glass(voice=voice)

    async def story() -> None:
        question = await asked(bench, screens.Join(welcome_points=50))
        listen(bench)
        assert voice.said == []
        assert voice.earcons == ["tap"]
        await withdraw(question)

    live(story())


def test_a_touch_silences_at_once(bench: Bench, voice: Recorder) -> None:
    bench.glass(modes=VOICE, voice=voice)

    async def story() -> None:
        question = await asked(bench, screens.Join(welcome_points=50))
        listen(bench)
        before = voice.stops
        finger = bench.press("finish")
        assert voice.stops > before
        bench.lift(finger)
        await question

    live(story())


def test_ok_repeats_and_plus_is_louder_until_the_person_leaves(
    bench: Bench, voice: Recorder
) -> None:
    display = bench.glass(modes=VOICE, voice=voice)

    async def story() -> None:
        question = await asked(bench, screens.Join(welcome_points=50))
        listen(bench)
        said = voice.last
        key(bench, ENTER)
        listen(bench)
        assert [text for text, _ in voice.said] == [said, said]
        key(bench, PLUS)
        key(bench, PLUS)
        key(bench, MINUS)
        assert voice.steps == 1
        await withdraw(question)
        display.forget()
        assert voice.steps == 0

    live(story())


def test_headphones_switch_the_voice_on_and_taking_them_away_off(
    bench: Bench, voice: Recorder
) -> None:
    display = bench.glass(voice=voice)

    async def story() -> None:
        question = await asked(bench, screens.Attract(welcome_points=50))
        display.headphones = True
        listen(bench)
        assert Mode.VOICE in display.modes
        assert "Posez votre carte" in voice.last
        display.forget()
        assert Mode.VOICE in display.modes, "they are still plugged in"
        display.headphones = False
        assert Mode.VOICE not in display.modes
        await withdraw(question)

    live(story())


def test_ok_on_the_invitation_begins_to_speak(bench: Bench, voice: Recorder) -> None:
    display = bench.glass(voice=voice)

    async def story() -> None:
        question = await asked(bench, screens.Attract(welcome_points=50))
        key(bench, ENTER)
        listen(bench)
        assert Mode.VOICE in display.modes
        assert "Posez votre carte" in voice.last
        await withdraw(question)

    live(story())


def test_a_kiosk_without_a_voice_does_not_offer_one(bench: Bench, voice: Recorder) -> None:
    assert Mode.VOICE not in bench.glass().offered
    assert Mode.VOICE in bench.glass(voice=voice).offered


class Blind:
    """Somebody who knows only what is said, and has four buttons."""

    def __init__(self, bench: Bench, voice: Recorder) -> None:
        self._bench = bench
        self._voice = voice

    def hears(self, words: str) -> None:
        listen(self._bench)
        assert words in self._voice.last, self._voice.last

    async def chooses(self, words: str) -> None:
        """Press next until `words` are heard, then ok."""
        for _ in range(60):
            self._bench.display._key(None, TAB)
            if self._voice.last.rstrip(".") == words:
                break
        else:
            pytest.fail(f"{words!r} is never heard")
        key(self._bench, ENTER)
        await asyncio.sleep(0)

    async def ticks(self, words: str) -> None:
        for _ in range(20):
            self._bench.display._key(None, TAB)
            if words in self._voice.last:
                break
        key(self._bench, ENTER)
        await asyncio.sleep(0)


def test_a_blind_person_joins_and_takes_a_gift(bench: Bench, voice: Recorder) -> None:
    display = bench.glass(voice=voice)
    display.headphones = True
    person = Blind(bench, voice)

    async def story() -> None:
        question: Any = await asked(bench, screens.Join(welcome_points=50))
        person.hears("Cette carte est toute neuve")
        await person.chooses("Par e-mail")
        assert await question is screens.Way.EMAIL
        question = await asked(bench, screens.TypeFirstName())
        person.hears("Votre prénom")
        for letter in ("Z", "o", "é"):
            await person.chooses(letter)
        await person.chooses("Continuer")
        assert await question == "Zoé"
        question = await asked(bench, screens.AskConsent())
        person.hears("Pas coché")
        await person.ticks("Garder mon prénom")
        listen(bench)
        await person.chooses("Continuer")
        assert await question == screens.Consents(program=True)
        question = await asked(bench, faces("fr")["home"])
        person.hears("187 points")
        question.cancel()
        question = await asked(bench, faces("fr")["confirm"])
        person.hears("Il vous restera")
        await person.chooses("Imprimer mon bon")
        assert await question is screens.Delivery.PAPER
        question = await asked(bench, faces("fr")["take-voucher"])
        person.hears("Prenez votre bon")
        await person.chooses("Merci")
        assert await question is None

    live(story())


def test_typed_letters_are_echoed_to_who_listens_and_a_pin_never_is(
    bench: Bench, voice: Recorder
) -> None:
    display = bench.glass(modes=VOICE, voice=voice)
    display.headphones = True

    async def story() -> None:
        question = await asked(bench, screens.TypeEmail())
        listen(bench)
        bench.touch("key:i")
        bench.touch("key:n")
        assert [text for text, _ in voice.said[-2:]] == ["i.", "in."]
        await withdraw(question)
        question = await asked(bench, screens.TypePoints(name="", balance=0))
        listen(bench)
        bench.touch("key:7")
        assert "7" in voice.last
        await withdraw(question)
        question = await asked(bench, screens.StaffPin())
        listen(bench)
        said = len(voice.said)
        for digit in "482915":
            bench.touch(f"key:{digit}")
        assert len(voice.said) == said
        await withdraw(question)

    live(story())


def test_from_a_loudspeaker_only_that_something_was_typed(bench: Bench, voice: Recorder) -> None:
    bench.glass(modes=VOICE, voice=voice)

    async def story() -> None:
        question = await asked(bench, screens.TypeEmail())
        listen(bench)
        bench.touch("key:i")
        assert "i" not in words_in(voice.last)
        assert voice.last
        await withdraw(question)

    live(story())

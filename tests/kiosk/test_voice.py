"""The voice is a process of its own: it speaks, it stops at once, and nobody waits for it."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.headset import plugged_in, watch
from kiosk.speech import Mute, VoiceProcess
from kiosk.voice import EARCONS, Espeak, Quiet, Speaker, open_sink, tones

TEXT = "Bonjour, vous avez cent quatre-vingt-sept points. " * 12
HZ = 22_050


class Ear:
    """A sink that hears at the pace of an ear's card, or as fast as it is told."""

    def __init__(self, pace: float = 0.0) -> None:
        self.samples = b""
        self.stops = 0
        self._pace = pace

    @property
    def heard(self) -> int:
        return len(self.samples)

    def begin(self, rate: int) -> None:
        del rate

    def write(self, samples: bytes) -> None:
        self.samples += samples
        time.sleep(self._pace)

    def end(self) -> None:
        """Never behind."""

    def stop(self) -> None:
        self.stops += 1


@pytest.fixture(scope="module")
def engine() -> Espeak:
    return Espeak()


@pytest.mark.parametrize("language", ["fr", "en", "de", "ar", "es", "it", "nl"])
def test_every_language_of_the_kiosk_has_a_voice(engine: Espeak, language: str) -> None:
    ear = Ear()
    speaker = Speaker(engine, ear)
    speaker.obey({"say": "1 2 3", "language": language})
    speaker.finish()
    assert ear.heard > HZ // 2, "half a second at least"


def test_it_stops_within_a_tenth_of_a_second(engine: Espeak) -> None:
    ear = Ear(pace=0.02)
    speaker = Speaker(engine, ear)
    speaker.obey({"say": TEXT, "language": "fr"})
    while not ear.heard:
        time.sleep(0.001)
    begun = time.monotonic()
    speaker.obey({"stop": True})
    speaker.finish()
    assert time.monotonic() - begun < 0.1, "EN 301 549, 5.1.3.4"
    assert ear.stops >= 1


def test_the_newest_is_said_and_the_older_cut_off(engine: Espeak) -> None:
    alone, ear = Ear(), Ear()
    short = {"say": "Oui.", "language": "fr"}
    only = Speaker(engine, alone)
    only.obey(short)
    only.finish()
    speaker = Speaker(engine, ear)
    for _ in range(5):
        speaker.obey({"say": TEXT, "language": "fr"})
    speaker.obey(short)
    speaker.finish()
    whole = Ear()
    full = Speaker(engine, whole)
    full.obey({"say": TEXT, "language": "fr"})
    full.finish()
    assert alone.heard <= ear.heard < whole.heard


def test_half_volume_is_half_as_loud() -> None:
    ear = Ear()
    quiet = Quiet(ear)
    quiet.percent = 50
    quiet.write((1000).to_bytes(2, "little", signed=True) * 3)
    assert ear.samples == (500).to_bytes(2, "little", signed=True) * 3


@pytest.mark.parametrize("name", sorted(EARCONS))
def test_an_earcon_is_short_and_does_not_click(name: str) -> None:
    samples = b"".join(tones(name, HZ))
    assert len(samples) / 2 / HZ < 0.5
    first, last = (
        int.from_bytes(part, "little", signed=True) for part in (samples[:2], samples[-2:])
    )
    assert abs(first) < 500
    assert abs(last) < 500


def test_an_unknown_output_is_refused_with_the_kinds_there_are() -> None:
    with pytest.raises(ValueError, match="alsa:DEVICE, file:PATH or none:"):
        open_sink("jack")


def test_the_process_speaks_what_it_is_told_and_survives_nonsense(tmp_path: Path) -> None:
    sound = tmp_path / "said.raw"
    orders = [
        {"volume": 50},
        {"say": "Bonjour", "language": "fr", "earcon": "tap"},
        {"x": 1},
        [],
        7,
    ]
    told = "\n".join(["no order at all", *map(json.dumps, orders)])
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "kiosk.voice", "--output", f"file:{sound}"],
        input=told + "\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert sound.stat().st_size > HZ // 2
    assert "Bonjour" not in done.stderr


@pytest.fixture
def voice(tmp_path: Path) -> Iterator[VoiceProcess]:
    one = VoiceProcess(f"file:{tmp_path / 'said.raw'}")
    yield one
    one.close()


def wait_for(sound: Path, size: int) -> None:
    limit = time.monotonic() + 20
    while not sound.exists() or sound.stat().st_size < size:
        assert time.monotonic() < limit, "nothing was said"
        time.sleep(0.01)


def test_the_kiosk_never_waits_for_the_voice(voice: VoiceProcess, tmp_path: Path) -> None:
    voice.say("Bonjour", "fr")
    begun = time.monotonic()
    voice.stop()
    voice.say(TEXT, "fr")
    voice.louder(1)
    assert time.monotonic() - begun < 0.1
    wait_for(tmp_path / "said.raw", HZ)


def test_a_voice_that_dies_is_left_alone_for_a_while_and_the_kiosk_goes_on(
    voice: VoiceProcess, tmp_path: Path
) -> None:
    voice.say("Bonjour", "fr")
    wait_for(tmp_path / "said.raw", HZ // 4)
    process = voice._process
    assert process is not None
    process.kill()
    process.wait()
    voice.say("Encore", "fr")
    voice.stop()
    wait_until(lambda: not running(voice))
    voice._tried_at -= 60
    voice.earcon("tap")
    wait_until(lambda: running(voice))


def test_a_touch_starts_no_voice_and_a_warm_one_waits(voice: VoiceProcess) -> None:
    voice.stop()
    voice.louder(1)
    voice.reset()
    wait_until(voice._orders.empty)
    assert not running(voice)
    voice.warm()
    wait_until(lambda: running(voice))


def running(voice: VoiceProcess) -> bool:
    return voice._process is not None


def wait_until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_a_mute_kiosk_says_nothing_and_minds_nothing() -> None:
    mute = Mute()
    mute.say("Bonjour", "fr")
    mute.earcon("tap")
    mute.louder(-1)
    mute.stop()
    mute.reset()


PI = """\
 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0
                      vc4-hdmi-0
 1 [Headset        ]: USB-Audio - Plantronics Headset
                      Plantronics at usb-0000:01:00.0-1.2, full speed
"""


def test_headphones_are_a_usb_sound_card(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    assert plugged_in("USB-Audio", cards) == ""
    cards.write_text(PI, "utf-8")
    assert plugged_in("USB-Audio", cards) == "alsa:plughw:CARD=Headset"
    assert plugged_in("vc4-hdmi", cards) == "alsa:plughw:CARD=vc4hdmi0"
    assert plugged_in("bluetooth", cards) == ""


def test_their_coming_and_going_is_told(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    told: list[str] = []
    gone = asyncio.Event()

    def changed(output: str) -> None:
        told.append(output)
        cards.write_text("", "utf-8")
        if not output:
            gone.set()

    async def run() -> None:
        watching = asyncio.create_task(watch("USB-Audio", changed, cards))
        await asyncio.wait_for(gone.wait(), 20)
        watching.cancel()

    cards.write_text(PI, "utf-8")
    asyncio.run(run())
    assert told == ["alsa:plughw:CARD=Headset", ""]

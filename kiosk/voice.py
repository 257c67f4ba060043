"""The voice: a process of its own that says what it is told, and stops at once.

    python -m kiosk.voice --output alsa:default

It reads one JSON object a line: {"say": TEXT, "language": "fr"}, {"stop": true},
{"volume": 0 to 100}, {"earcon": NAME}, which may stand beside "say" and then goes before it.
What is said next ends what is being said.

It is a process because eSpeak NG is under the GPL, and because a sound card that hangs must not
take the glass with it. Where sound goes is `--output`: `alsa:DEVICE` through aplay, `file:PATH`
for tests (raw, 16 bits, one channel), `none:`.
"""

import argparse
import ctypes
import json
import math
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

RETRIEVAL = 1
"""eSpeak's AUDIO_OUTPUT_RETRIEVAL: samples come to us, and it says when it is done."""
UTF8, BY_CHARACTER = 1, 1
RATE, VOLUME = 1, 2
"""Its numbers of two parameters (speak_lib.h)."""

WORDS_PER_MINUTE = 160
BUFFER_MS = 60
"""Short pieces: after one of them the voice looks whether it should stop."""

VOICES = {"en": "en-gb"}
"""Where eSpeak's name of a voice is not the language's code."""

EARCONS: dict[str, tuple[tuple[int, int], ...]] = {
    "tap": ((880, 60),),
    "success": ((660, 80), (990, 130)),
    "refusal": ((330, 120), (247, 170)),
}
"""Each as (Hz, ms): short, and told apart by rising and falling, not by pitch alone."""


APLAY = "/usr/bin/aplay"
"""Of Debian's alsa-utils."""
PCM = ("-q", "-t", "raw", "-f", "S16_LE", "-c", "1")


class Sink(Protocol):
    """Where samples go."""

    def begin(self, rate: int) -> None:
        """Samples of that rate follow."""
        ...

    def write(self, samples: bytes) -> None:
        """Play these after those before; may wait until there is room."""
        ...

    def end(self) -> None:
        """All is written: wait until it is heard."""
        ...

    def stop(self) -> None:
        """Be silent now; called from another thread."""


class Alsa:
    """A sound card, through aplay."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._player: subprocess.Popen[bytes] | None = None

    def begin(self, rate: int) -> None:
        self._player = subprocess.Popen(  # noqa: S603 - our own command line
            [APLAY, *PCM, "-r", str(rate), "-D", self._device],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def write(self, samples: bytes) -> None:
        player = self._player
        if player is not None and player.stdin is not None:
            with suppress(BrokenPipeError):  # it was stopped, or the card is gone
                player.stdin.write(samples)

    def end(self) -> None:
        player, self._player = self._player, None
        if player is not None and player.stdin is not None:
            with suppress(BrokenPipeError):
                player.stdin.close()
            player.wait()

    def stop(self) -> None:
        player = self._player
        if player is not None:
            player.kill()


class File:
    """A file of raw samples, for tests."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def begin(self, rate: int) -> None:
        del rate

    def write(self, samples: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(samples)

    def end(self) -> None:
        """A file is never behind."""

    def stop(self) -> None:
        """What is written stays."""


class Nowhere:
    """Silence."""

    def begin(self, rate: int) -> None:
        del rate

    def write(self, samples: bytes) -> None:
        del samples

    def end(self) -> None:
        """Nothing to wait for."""

    def stop(self) -> None:
        """Silent already."""


def open_sink(target: str) -> Sink:
    """The sink of a target; ValueError names the three kinds."""
    driver, _, location = target.partition(":")
    if driver == "alsa":
        return Alsa(location or "default")
    if driver == "file" and location:
        return File(location)
    if driver == "none":
        return Nowhere()
    raise ValueError(f"no sound output {target!r}; alsa:DEVICE, file:PATH or none:")


class Espeak:
    """The library: words to samples."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self.rate = int(self._library.espeak_Initialize(RETRIEVAL, BUFFER_MS, data, 0))
        if self.rate <= 0:
            raise OSError("eSpeak NG cannot read its voices")
        self._library.espeak_SetParameter(RATE, WORDS_PER_MINUTE, 0)
        self._heard = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )(self._samples)
        self._library.espeak_SetSynthCallback(self._heard)
        self._sink: Sink = Nowhere()
        self._stopped = threading.Event()

    def say(self, text: str, language: str, sink: Sink, stopped: threading.Event) -> None:
        """Say `text` into `sink`; returns when all is written, or soon after `stopped` is set."""
        self._sink, self._stopped = sink, stopped
        self._library.espeak_SetVoiceByName(VOICES.get(language, language).encode())
        sound = text.encode() + b"\0"
        self._library.espeak_Synth(sound, len(sound), 0, BY_CHARACTER, 0, UTF8, None, None)
        self._library.espeak_Synchronize()  # it works on a thread of its own

    def _samples(self, wave: Any, count: int, _events: object) -> int:  # noqa: ANN401 - a C pointer
        if self._stopped.is_set():
            return 1
        if count > 0 and wave:
            self._sink.write(ctypes.string_at(wave, 2 * count))
        return 1 if self._stopped.is_set() else 0


class Quiet:
    """A sink as loud as the person wants it."""

    def __init__(self, inner: Sink) -> None:
        self._inner = inner
        self.percent = 100

    def begin(self, rate: int) -> None:
        self._inner.begin(rate)

    def write(self, samples: bytes) -> None:
        if self.percent == 100:  # noqa: PLR2004 - as it came
            self._inner.write(samples)
            return
        count = len(samples) // 2
        values = struct.unpack(f"<{count}h", samples)
        softer = (value * self.percent // 100 for value in values)
        self._inner.write(struct.pack(f"<{count}h", *softer))

    def end(self) -> None:
        self._inner.end()

    def stop(self) -> None:
        self._inner.stop()


def tones(name: str, rate: int) -> Iterator[bytes]:
    """An earcon's samples, each tone fading in and out so that it does not click."""
    for hertz, ms in EARCONS.get(name, ()):
        count, ramp = rate * ms // 1000, rate // 200
        yield struct.pack(
            f"<{count}h",
            *(
                int(
                    9000
                    * min(1.0, n / ramp, (count - n) / ramp)
                    * math.sin(2 * math.pi * hertz * n / rate)
                )
                for n in range(count)
            ),
        )


class Speaker:
    """Says one thing after the other on a thread of its own; the newest wins."""

    def __init__(self, engine: Espeak, sink: Sink) -> None:
        self._engine = engine
        self._sink = Quiet(sink)
        self._wanted: queue.Queue[tuple[dict[str, Any], threading.Event]] = queue.Queue()
        self._stopped = threading.Event()
        threading.Thread(target=self._work, name="voice", daemon=True).start()

    def obey(self, order: dict[str, Any]) -> None:
        """Carry out one line of the input."""
        if "volume" in order:
            self._sink.percent = min(100, max(0, int(order["volume"])))
            return
        wanted = "say" in order or order.get("earcon") in EARCONS
        if not wanted and "stop" not in order:
            raise ValueError("an order is say, earcon, stop or volume")
        self._stopped.set()
        self._sink.stop()
        if wanted:
            self._stopped = threading.Event()
            self._wanted.put((order, self._stopped))

    def finish(self) -> None:
        """Wait until all that was wanted is said."""
        self._wanted.join()

    def _work(self) -> None:
        while True:
            order, stopped = self._wanted.get()
            try:
                if not stopped.is_set():
                    self._sound(order, stopped)
            except OSError as error:
                print(f"voice: {error}", file=sys.stderr)
            finally:
                self._wanted.task_done()

    def _sound(self, order: dict[str, Any], stopped: threading.Event) -> None:
        self._sink.begin(self._engine.rate)
        try:
            for tone in tones(order.get("earcon", ""), self._engine.rate):
                self._sink.write(tone)
            if "say" in order:
                self._engine.say(order["say"], order.get("language", "en"), self._sink, stopped)
        finally:
            if stopped.is_set():
                self._sink.stop()
            self._sink.end()


def main() -> int:
    """Serve lines until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.voice", description=__doc__)
    parser.add_argument("--output", default="alsa:default")
    asked = parser.parse_args()
    try:
        speaker = Speaker(Espeak(), open_sink(asked.output))
    except (OSError, ValueError) as error:
        print(f"voice: {error}", file=sys.stderr)
        return 1
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            speaker.obey(dict(json.loads(line)))
        except (ValueError, TypeError):
            # What was said may be private: the line itself is not told.
            print("voice: a line that is no order", file=sys.stderr)
    speaker.finish()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

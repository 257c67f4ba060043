"""The promises of the two journeys that the docs show; see `journeys`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kiosk.ui.bench import SIZES, Bench
from tests.kiosk.ui.journeys import Album, Ears, by_ear, newcomer, walk

pytestmark = pytest.mark.ui


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    one = Bench(tmp_path_factory.mktemp("kivy"))
    yield one
    one.close()


def test_somebody_new_joins_within_a_minute_and_six_touches(bench: Bench, tmp_path: Path) -> None:
    bench.glass(SIZES[2])
    notes = walk(bench, tmp_path, lambda place: newcomer(place, Album()))
    assert notes.touches <= 6
    assert notes.seconds < 60


def test_by_four_keys_and_ears_alone_somebody_joins_and_takes_a_gift(
    bench: Bench, tmp_path: Path
) -> None:
    ears = Ears()
    bench.glass(SIZES[0], voice=ears)
    notes = walk(bench, tmp_path, lambda place: by_ear(place, ears, Album()))
    assert any("Un café offert" in text for text in notes.heard)
    assert (tmp_path / "paper").exists()

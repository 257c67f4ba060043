"""The ready programs in a merchant's words: what each is good for, before anything is set up."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.services.programs.presets import preset_names
from backend.web.words import PageWords, later

FIRST = "one-euro-one-point"
"""What most shops begin with: it is offered first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A ready program as it is told."""

    name: str
    """Of its file."""
    title: str
    told: str


_SAID: Mapping[str, tuple[str, str]] = {
    "one-euro-one-point": (
        later("Points for gifts"),
        later("€1 spent is 1 point. Points buy gifts; 50 points welcome each new member."),
    ),
    "cafe-stamp-card": (
        later("Stamp card"),
        later("One stamp for each article; after ten, the next one is free."),
    ),
    "cashback": (
        later("Cashback"),
        later("5% of what people spend comes back as money for their next purchase."),
    ),
    "octave": (
        later("Points that are money"),
        later("€1 is 1 point; from 200 points on, each pays €0.10. As in Octave."),
    ),
    "clictill": (
        later("Card with points and gifts"),
        later("€1 is 1 point; from 500 points, money off or a gift. As in Clictill."),
    ),
    "globalpos": (
        later("A gift for every €500"),
        later("Spending adds up; every €500 gives €25, a voucher or a gift. As in GlobalPos."),
    ),
    "invoicing": (
        later("Points on invoices"),
        later("€2 is 1 point; €5 off from 300 points. As in invoicing programs."),
    ),
    "lightspeed": (
        later("Loyalty money"),
        later("Every €10 gives €1 to spend; €5 to start with. As in Lightspeed."),
    ),
}


def ready_programs(words: PageWords) -> tuple[Ready, ...]:
    """Every ready program, the most usual first."""
    found = [_ready(name, words) for name in preset_names()]
    order = list(_SAID)
    return tuple(
        sorted(found, key=lambda one: order.index(one.name) if one.name in order else len(order))
    )


def _ready(name: str, words: PageWords) -> Ready:
    title, told = _SAID.get(name, (name, ""))
    return Ready(name=name, title=words.t(title), told=words.t(told) if told else "")

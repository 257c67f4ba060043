"""What the simulator tells about itself, as JSON: where its parts are, and how they stand."""

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from devices.printers import Paper


class Cable(StrEnum):
    """How a cable of the bench stands."""

    PLUGGED = "plugged"
    PULLED = "pulled"
    ABSENT = "absent"
    """This bench has no such part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """All that a kiosk needs to be joined to the simulator."""

    control_url: str
    printer_target: str
    reader_target: str
    """Empty when there is no reader; `no_reader_because` says why."""
    no_reader_because: str
    pcsc_socket: str
    """For PCSCLITE_CSOCK_NAME; empty when there is no reader."""
    network_address: str
    """HOST:PORT of the cable to the backend; empty when there is none."""
    folder: str
    pid: int
    cards: dict[str, str]
    """The demo cards' identifiers in hexadecimal; a phone draws a new one at each tap."""

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises ValueError when `text` is not what `to_json` writes."""
        return cls(**_exact_fields(cls, json.loads(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorState:
    """How everything stands now."""

    card: str
    """The card that lies on the reader, empty when none does."""
    reader: Cable
    printer: Cable
    network: Cable
    network_delay_ms: int
    paper: Paper
    cover_open: bool
    cutter_jammed: bool
    mute: bool
    """The printer accepts everything and says nothing."""
    pieces: int
    """How many pieces of paper were cut since the start; they are numbered from 1."""
    complaints: tuple[str, ...]
    """What the printer could not understand, oldest first."""

    def to_json(self) -> str:
        return json.dumps(asdict(self) | {"paper": self.paper.value})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises ValueError when `text` is not what `to_json` writes."""
        values = _exact_fields(cls, json.loads(text))
        return cls(
            **values
            | {
                "reader": Cable(values["reader"]),
                "printer": Cable(values["printer"]),
                "network": Cable(values["network"]),
                "paper": Paper(values["paper"]),
                "complaints": tuple(values["complaints"]),
            }
        )


def _exact_fields(kind: type, values: object) -> dict[str, Any]:
    expected = {field.name for field in fields(kind)}
    if not isinstance(values, dict) or set(values) != expected:
        raise ValueError(f"a {kind.__name__} has the fields {', '.join(sorted(expected))}")
    return values

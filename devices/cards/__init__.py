"""What a chip says over an APDU channel. Knows no reader library: a channel is one method."""

from typing import Protocol


class Channel(Protocol):
    """A chip in the field that answers commands."""

    def transmit(self, apdu: bytes) -> bytes:
        """The chip's answer: data, then the two status bytes.

        Raises CardError when the chip left. May block for ever: the caller holds the deadline.
        """


OK = b"\x90\x00"
"""The status bytes of success (ISO/IEC 7816-4)."""

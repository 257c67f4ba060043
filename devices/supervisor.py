"""How long to wait before trying a device again: short at first, never long.

Shared by readers and printers, so that every device of the shop comes back at the same pace.
"""


class Backoff:
    """Growing, bounded delays: `first_s`, twice that, … up to `longest_s`, until `reset`."""

    def __init__(self, *, first_s: float = 0.2, longest_s: float = 5.0) -> None:
        assert 0 < first_s <= longest_s, "a backoff needs 0 < first_s <= longest_s"
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def next_delay_s(self) -> float:
        """Seconds to wait before the next attempt; the one after waits twice as long."""
        delay_s = self._next_s
        self._next_s = min(2 * delay_s, self._longest_s)
        return delay_s

    def reset(self) -> None:
        """It works again: the next outage starts with the short delay."""
        self._next_s = self._first_s

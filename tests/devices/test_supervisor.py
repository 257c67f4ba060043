"""The pauses between attempts to open a device."""

from hypothesis import given
from hypothesis import strategies as st

from devices.supervisor import Backoff


def test_delays_double_up_to_the_longest() -> None:
    backoff = Backoff(first_s=0.2, longest_s=1.0)

    assert [backoff.next_delay_s() for _ in range(5)] == [0.2, 0.4, 0.8, 1.0, 1.0]


def test_the_next_outage_starts_with_a_short_delay() -> None:
    backoff = Backoff(first_s=0.2, longest_s=5.0)
    for _ in range(10):
        backoff.next_delay_s()

    backoff.reset()

    assert backoff.next_delay_s() == 0.2


@given(st.integers(1, 200))
def test_no_delay_is_longer_than_five_seconds(attempts: int) -> None:
    backoff = Backoff()

    assert all(0 < backoff.next_delay_s() <= 5.0 for _ in range(attempts))

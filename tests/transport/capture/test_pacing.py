"""The pauses between two reads: short while traffic is dense, so that the receive buffer never fills."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.transport.capture.pacing import (
    DATAGRAM_BYTES,
    LONGEST_SECONDS,
    SHARE,
    SHORTEST_SECONDS,
    SILENCE_SECONDS,
    Pacing,
)

USUAL_BUFFER = 212_992
DATAGRAMS = USUAL_BUFFER // DATAGRAM_BYTES


def fill(pacing: Pacing, rate: float, now: float, reads: int) -> tuple[list[float], float]:
    """How many datagrams wait at each read of steady traffic, and the time after them."""
    waiting, pause = [], pacing.pause(1, now)
    for _ in range(reads):
        now += pause
        waiting.append(rate * pause)
        pause = pacing.pause(int(rate * pause), now)
    return waiting, now


@given(st.integers(1, 64 * 2**20), st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 100)), max_size=30))
def test_pauses_are_bounded_for_any_traffic(buffer_bytes, reads):
    pacing, now = Pacing(buffer_bytes), 0.0
    for datagrams, gap in reads:
        now += gap
        assert SHORTEST_SECONDS <= pacing.pause(datagrams, now) <= LONGEST_SECONDS


@given(st.floats(30_000, 400_000))
def test_at_dense_traffic_a_quarter_of_the_buffer_fills_during_a_pause(rate):
    waiting, _ = fill(Pacing(USUAL_BUFFER), rate, 5.0, 50)
    assert max(waiting[1:]) <= DATAGRAMS / SHARE * 1.1


@given(st.floats(1, 20_000), st.floats(60_000, 120_000))
def test_traffic_that_becomes_dense_does_not_fill_the_buffer(rare, dense):
    pacing = Pacing(USUAL_BUFFER)
    _, now = fill(pacing, rare, 5.0, 50)
    waiting, _ = fill(pacing, dense, now, 50)
    assert max(waiting) < DATAGRAMS


def test_traffic_of_a_usual_bus_has_the_longest_pauses():
    waiting, _ = fill(Pacing(USUAL_BUFFER), 10_000, 5.0, 50)
    assert waiting[-1] == pytest.approx(10_000 * DATAGRAMS / 120_000)


def test_the_first_pause_after_silence_is_short():
    pacing = Pacing(USUAL_BUFFER)
    _, now = fill(pacing, 1000, 5.0, 50)
    usual = pacing.pause(1, now + 0.001)
    assert pacing.pause(1, now + 0.001 + 2 * SILENCE_SECONDS) < usual / 2


def test_a_larger_buffer_allows_longer_pauses():
    small, large = (fill(Pacing(size), 100_000, 5.0, 50)[0][-1] for size in (USUAL_BUFFER, 4 * USUAL_BUFFER))
    assert large > 2 * small

"""The rate limit: never more frames than the rate, at any behavior of the clock, and all of the rate."""

from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.transmit.sender import BURST_SECONDS, RateLimit


def test_without_a_rate_everything_may_be_sent():
    limit = RateLimit()
    assert limit.allowed(10**6, 0) == 10**6
    assert limit.next_ns(5) == 5


@given(
    st.integers(1, 100_000),
    st.lists(st.tuples(st.integers(0, 50_000_000), st.integers(0, 500)), min_size=1, max_size=100),
)
def test_the_rate_is_never_exceeded(rate, steps):
    limit = RateLimit(rate)
    now = sent = 0
    for gap, wanted in steps:
        now += gap
        allowed = limit.allowed(wanted, now)
        assert 0 <= allowed <= wanted
        sent += allowed
    assert sent <= now * rate / 1e9 + max(1.0, rate * BURST_SECONDS) + 1


@given(st.integers(1, 100_000), st.integers(1, 300))
def test_waiting_until_the_next_time_gives_the_whole_rate(rate, frames):
    limit = RateLimit(rate)
    now = 0
    for _ in range(frames):
        now = limit.next_ns(now)
        assert limit.allowed(1, now + 1) == 1
    assert now <= frames * 1e9 / rate + frames

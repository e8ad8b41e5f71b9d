"""The rate limit, by a clock that only sleeping moves."""

from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.transport.pacing import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@given(
    st.floats(1, 100_000), st.lists(st.tuples(st.integers(1, 50), st.floats(0, 0.1)), min_size=1, max_size=40)
)
def test_no_stretch_of_time_has_more_frames_than_allowed(rate: float, sends: list[tuple[int, float]]):
    clock = Clock()
    pace = Pace(rate, clock, clock.sleep)
    start, total = clock.now, 0
    for frames, pause in sends:
        frames = min(frames, pace.at_once)
        assert pace.wait(frames)
        total += frames
        assert total <= (clock.now - start) * rate * (1 + 1e-9) + pace.at_once + 1e-6
        clock.now += pause


def test_a_steady_sender_gets_just_the_rate():
    clock = Clock()
    pace = Pace(1000, clock, clock.sleep)
    for _ in range(1000):
        pace.wait()
    assert 0.98 <= clock.now - 100 <= 1.0


def test_too_long_a_wait_is_refused_at_once_and_costs_nothing():
    clock = Clock()
    pace = Pace(10, clock, clock.sleep)
    assert pace.wait(timeout=0)
    for _ in range(3):
        assert not pace.wait(timeout=0.05)
    assert clock.now == 100
    assert pace.wait(timeout=0.2)
    assert abs(clock.now - 100.1) < 1e-9

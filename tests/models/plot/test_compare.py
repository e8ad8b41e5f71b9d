"""Signals compared with those of another recording, at the same time since its start."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.workspace.view_setups import PlotStyle
from canmcast_gui.models.plot.compare import Comparison, pairs
from canmcast_gui.models.plot.data import PlotData
from canmcast_gui.models.plot.samples import SampleStore
from canmcast_gui.recording import Recording
from tests.support.frames import traffic

SPEED, GEAR = "Engine.Speed", "Engine.Gear"


class LoadedReference:
    """The interface of Reference that comparisons use, with a recording that is loaded."""

    def __init__(self, recording, databases) -> None:
        self.recording, self.databases, self.offset_ns = recording, databases, 0


@pytest.fixture
def session(engine_session):
    """A session with one database."""
    return engine_session


@pytest.fixture
def both(session, tmp_path):
    """The plot's data, and a recording whose values are those of 100 frames later."""
    session.document.recording.append(traffic(400))
    other = Recording.create(tmp_path / "other")
    later = traffic(400, first=100)
    later.records["timestamp_ns"] += 5_000_000_000
    other.append(later)
    reference = LoadedReference(other, session.databases.loaded)
    data = PlotData(lambda: session.document.recording, session.databases.loaded)
    data.add(SPEED)
    data.update(1.0)
    comparison = Comparison(data, reference)
    comparison.restart()
    comparison.update(1.0)
    yield data, comparison, reference
    other.discard()


def test_both_begin_together_and_the_offset_moves_one(both, session):
    data, comparison, reference = both
    start_ns = session.document.recording.start_ns
    assert comparison.extent() == pytest.approx((0.0, 0.396))
    assert comparison.difference(data.signals[0], 0.2, start_ns) == pytest.approx(-100 * 0.25)
    reference.offset_ns = 100_000_000
    assert comparison.extent() == pytest.approx((0.1, 0.496))
    assert comparison.difference(data.signals[0], 0.2, start_ns) == pytest.approx(0)
    assert comparison.difference(data.signals[0], 0.05, start_ns) is None


def test_it_has_the_signals_and_styles_of_the_plot(both):
    data, comparison, reference = both
    data.add(GEAR, PlotStyle(raw=True))
    data.set_style(SPEED, PlotStyle(raw=True))
    comparison.follow_signals()
    comparison.update(1.0)
    assert {name: signal.style for name, signal in comparison.others().items()} == {
        SPEED: PlotStyle(raw=True),
        GEAR: PlotStyle(raw=True),
    }
    samples = comparison.others()[SPEED].samples
    assert samples.value_at(samples.last_ns) == 100 + 396
    data.remove(SPEED)
    comparison.follow_signals()
    assert list(comparison.others()) == [GEAR]
    reference.recording = None
    comparison.restart()
    assert comparison.others() == {}
    assert comparison.extent() is None
    assert comparison.difference(data.signals[0], 0.2, 0) is None


SAMPLES = st.lists(st.tuples(st.integers(0, 100), st.integers(-9, 9)), max_size=40).map(sorted)


def store(samples: list[tuple[int, int]]) -> SampleStore:
    result = SampleStore()
    times, values = (
        np.array([t for t, _ in samples], dtype=np.int64),
        np.array([v for _, v in samples], float),
    )
    result.append(times, values)
    return result


@given(SAMPLES, SAMPLES, st.integers(-5, 105), st.integers(0, 110))
def test_each_sample_has_the_newest_value_of_the_other(x: list, y: list, first: int, length: int):
    xs, ys = pairs(store(x), store(y), first, first + length)
    expected = []
    for time, value in y:
        before = [other for when, other in x if when <= time]
        if first <= time <= first + length and before:
            expected.append((before[-1], value))
    assert list(zip(xs.tolist(), ys.tolist(), strict=True)) == expected

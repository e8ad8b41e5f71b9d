"""Signals beside those of another recording: found at the same place of a common time line."""

import pytest

from canmcast_gui.app.plot_setup import PlotStyle
from canmcast_gui.models.plot.compare import Comparison
from canmcast_gui.models.plot.data import PlotData
from canmcast_gui.recording import Recording
from tests.models.frames import traffic

SPEED, GEAR = "Engine.Speed", "Engine.Gear"


class StillReference:
    """What Reference offers, with a recording that is there already."""

    def __init__(self, recording, databases) -> None:
        self.recording, self.databases, self.offset_ns = recording, databases, 0


@pytest.fixture
def session(engine_session):
    """A session with one database."""
    return engine_session


@pytest.fixture
def both(session, tmp_path):
    """The plot's data, and a recording whose values are those of 100 frames later."""
    session.recording.append(traffic(400))
    other = Recording.create(tmp_path / "other")
    later = traffic(400, first=100)
    later.records["timestamp_ns"] += 5_000_000_000
    other.append(later)
    reference = StillReference(other, session.databases)
    data = PlotData(session)
    data.add(SPEED)
    data.update(1.0)
    comparison = Comparison(data, reference)
    comparison.restart()
    comparison.update(1.0)
    yield data, comparison, reference
    other.discard()


def test_both_begin_together_and_the_offset_moves_one(both, session):
    data, comparison, reference = both
    start_ns = session.recording.start_ns
    assert comparison.extent() == pytest.approx((0.0, 0.396))
    assert comparison.difference(data.signals[0], 0.2, start_ns) == pytest.approx(-100 * 0.25)
    reference.offset_ns = 100_000_000
    assert comparison.extent() == pytest.approx((0.1, 0.496))
    assert comparison.difference(data.signals[0], 0.2, start_ns) == pytest.approx(0)
    assert comparison.difference(data.signals[0], 0.05, start_ns) is None


def test_it_follows_what_is_plotted_and_how(both):
    data, comparison, reference = both
    data.add(GEAR, PlotStyle(raw=True))
    data.set_style(SPEED, PlotStyle(raw=True))
    comparison.follow_signals()
    comparison.update(1.0)
    assert {name: one.style for name, one in comparison.others().items()} == {
        SPEED: PlotStyle(raw=True),
        GEAR: PlotStyle(raw=True),
    }
    assert comparison.others()[SPEED].samples.last_value == 100 + 396
    data.remove(SPEED)
    comparison.follow_signals()
    assert list(comparison.others()) == [GEAR]
    reference.recording = None
    comparison.restart()
    assert comparison.others() == {}
    assert comparison.extent() is None
    assert comparison.difference(data.signals[0], 0.2, 0) is None

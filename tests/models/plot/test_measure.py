"""Measurements between two times agree with the samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.models.plot.measure import MeasureModel, measure, span_text
from canmcast_gui.models.plot.samples import SampleBudget


def signal_of(times: list[int], values: list[float]) -> PlotSignal:
    signal = PlotSignal("Engine.Speed", SampleBudget())
    signal.samples.append(np.array(times, dtype=np.int64), np.array(values))
    return signal


@given(
    st.lists(st.tuples(st.integers(0, 100), st.floats(-1e3, 1e3)), min_size=1, max_size=50).map(sorted),
    st.integers(-5, 105),
    st.integers(-5, 105),
)
def test_measurements_agree_with_all_samples(samples: list[tuple[int, float]], first: int, second: int):
    measured = measure(signal_of(*map(list, zip(*samples, strict=True))), first, second)
    between = [value for time, value in samples if min(first, second) <= time <= max(first, second)]
    assert measured.lowest == (min(between) if between else None)
    assert measured.highest == (max(between) if between else None)
    assert measured.mean == (pytest.approx(np.mean(between)) if between else None)
    for instant, found in ((first, measured.first), (second, measured.second)):
        before = [value for time, value in samples if time <= instant]
        assert found == (before[-1] if before else None)


def test_the_text_of_a_span_has_distance_and_rate():
    assert span_text(1.0, 1.25) == "A 1.000000 s   B 1.250000 s   Δt 0.250000 s   1/Δt 4 Hz"
    assert span_text(2.0, 1.5).endswith("Δt -0.500000 s   1/Δt 2 Hz")
    assert "Hz" not in span_text(1.0, 1.0)


def test_the_model_shows_its_signals(qtmodeltester):
    model = MeasureModel()
    qtmodeltester.check(model)
    one, other = signal_of([1, 2], [1.0, 3.0]), signal_of([1, 2], [5.0, 5.0])
    model.show_signals([one], 1, 2)
    assert model.index(0, 3).data() == "2"
    model.show_signals([one, other], 1, 2)
    assert model.rowCount() == 2
    model.show_signals([], 1, 2)
    assert model.rowCount() == 0
    assert model.as_text().startswith("Signal\tAt A")

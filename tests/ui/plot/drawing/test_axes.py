"""Axes of a plot: ticks, and zooming and moving with the mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt

from canmcast_gui.models.plot.span import SpanMode
from canmcast_gui.ui.plot.drawing.ticks import round_ticks
from tests.support.frames import traffic
from tests.ui.plot.plotting import SPEED, drag, middle, wheel


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [(0, 10, 5, [0, 2, 4, 6, 8, 10]), (-1, 1, 2, [-1, 0, 1]), (0.1, 0.13, 3, [0.1, 0.11, 0.12, 0.13])],
)
def test_ticks_are_round_numbers(low, high, most, expected):
    assert round_ticks(low, high, most)[1] == pytest.approx(expected)


@pytest.mark.parametrize("high", [0.0, float("nan"), float("inf")])
def test_an_invalid_range_has_no_ticks(high):
    assert round_ticks(0, high, 5)[1] == []


def test_the_wheel_zooms_along_the_time(panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    wheel(panel, middle(panel), 1)
    assert panel.span.window == pytest.approx(10 * 1.0015**-120)
    assert panel.span.mode is SpanMode.FOLLOW
    wheel(panel, middle(panel), -1)
    assert panel.span.window == pytest.approx(10)


def test_the_wheel_on_a_value_axis_scales_it_until_everything_is_fitted(panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    axis = panel.view.lanes[0].axes[0]
    before = axis.low, axis.high
    wheel(panel, QPoint(5, middle(panel).y()), 1)
    assert axis.is_manual
    after = axis.low, axis.high
    assert after[1] - after[0] < before[1] - before[0]
    assert panel.span.window == 10
    panel.fit()
    assert [axis.low, axis.high] == pytest.approx([-0.12 * 249, 1.12 * 249], abs=1)


def test_a_rectangle_is_zoomed_to(qtbot, panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    panel.fit()
    lane, times = panel.view.lanes[0], panel.view.times
    (axis,) = lane.axes
    start, viewport, control = middle(panel), panel.view.viewport(), Qt.KeyboardModifier.ControlModifier
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, control, start)
    for step in range(1, 6):
        drag(viewport, start + QPoint(20 * step, -8 * step), control)
    end = start + QPoint(100, -40)
    seconds = [times.second_at(position.x()) for position in (start, end)]
    values = [axis.value_at(lane.area, position.y()) for position in (start, end)]
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, control, end)
    assert panel.span.span == pytest.approx(tuple(seconds), abs=0.01)
    assert [axis.low, axis.high] == pytest.approx(values, abs=3)
    assert axis.is_manual
    assert panel.view.rectangle.isEmpty()


def test_dragging_moves_along_the_time(qtbot, panel, session):
    session.document.recording.append(traffic(30_000))
    panel.signals.add(SPEED)
    before = panel.span.span
    start = middle(panel)
    viewport, left = panel.view.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(viewport, left, pos=start)
    for step in range(1, 11):
        drag(viewport, start + QPoint(5 * step, 0))
    qtbot.mouseRelease(viewport, left, pos=start + QPoint(50, 0))
    width = panel.view.lanes[0].area.width()
    assert panel.span.mode is SpanMode.FREE
    assert before[0] - panel.span.span[0] == pytest.approx(50 / width * 10, rel=0.25)

"""Axes of a plot: ticks, and zooming and moving with the mouse."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from canmcast_gui.models.plot.span import SpanMode
from canmcast_gui.ui.plot.drawing.axis import PlotAxis
from tests.support.frames import traffic
from tests.ui.plot.plotting import SPEED, drag, middle, wheel


@pytest.mark.parametrize(
    ("low", "high", "pixels", "expected"),
    [
        (0, 10, 200, ["0", "2", "4", "6", "8", "10"]),
        (-1, 1, 45, ["-1", "0", "1"]),
        (0.1, 0.13, 80, ["0.10", "0.11", "0.12", "0.13"]),
        (86_400.005, 86_400.045, 80, ["86400.02", "86400.04"]),
        (1e9, 4e9, 80, ["1e+09", "2e+09", "3e+09", "4e+09"]),
    ],
)
def test_ticks_are_round_numbers_with_exact_texts(qapp, low, high, pixels, expected):
    axis = PlotAxis("left", lines=1)
    ((spacing, values),) = axis.tickValues(low, high, pixels)
    assert axis.tickStrings(values, 1.0, spacing) == expected


@pytest.mark.parametrize("pixels", [18, 26, 100, 400, 2000])
def test_each_axis_has_ticks_whose_texts_do_not_overlap(qapp, pixels):
    axis = PlotAxis("left", lines=1)
    for low, high in ((0, 1), (0.1, 3.4), (-7, 2), (35, 965), (1233, 1234)):
        ((spacing, values),) = axis.tickValues(low, high, pixels)
        assert any(low < value < high for value in values)
        assert len(values) == 1 or spacing / (high - low) * pixels >= 15


def test_states_without_room_are_left_out(qapp):
    axis = PlotAxis("left", lines=1)
    axis.states = {float(number): f"State {number}" for number in range(10)}
    ((spacing, values),) = axis.tickValues(-0.5, 9.5, 56)
    assert axis.tickStrings(values, 1.0, spacing) == ["State 0", "State 3", "State 6", "State 9"]


def test_the_wheel_zooms_along_the_time(panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    wheel(panel, middle(panel), 1)
    assert panel.span.window == pytest.approx(10 * 1.0015**-120)
    assert panel.span.mode is SpanMode.FOLLOW
    wheel(panel, middle(panel), -1)
    assert panel.span.window == pytest.approx(10)


def test_the_wheel_on_a_value_axis_scales_it_until_everything_is_fitted(qtbot, panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    axis = panel.picture.lanes.lanes[0].axes[0]
    before = axis.low, axis.high
    wheel(panel, QPoint(5, middle(panel).y()), 1)
    assert axis.is_manual
    after = axis.low, axis.high
    assert after[1] - after[0] < before[1] - before[0]
    assert panel.span.window == 10
    panel.fit()
    assert [axis.low, axis.high] == pytest.approx([-0.12 * 249, 1.12 * 249], abs=1)
    wheel(panel, QPoint(5, middle(panel).y()), 1)
    qtbot.mouseDClick(
        panel.picture.lanes.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, middle(panel).y())
    )
    assert not axis.is_manual
    assert [axis.low, axis.high] == pytest.approx([-0.12 * 249, 1.12 * 249], abs=1)


def test_a_rectangle_is_zoomed_to(qtbot, panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    panel.fit()
    times = panel.picture.lanes.times
    (axis,) = panel.picture.lanes.lanes[0].axes
    start, viewport, control = (
        middle(panel),
        panel.picture.lanes.viewport(),
        Qt.KeyboardModifier.ControlModifier,
    )
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, control, start)
    for step in range(1, 6):
        drag(viewport, start + QPoint(20 * step, -8 * step), control)
    end = start + QPoint(100, -40)
    seconds = [times.second_at(position.x()) for position in (start, end)]
    values = [axis.value_at(QPointF(position)) for position in (start, end)]
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, control, end)
    assert panel.span.span == pytest.approx(tuple(seconds), abs=0.01)
    assert [axis.low, axis.high] == pytest.approx(values, abs=3)
    assert axis.is_manual
    assert not times.rbScaleBox.isVisible()


def test_dragging_moves_along_the_time(qtbot, panel, session):
    session.document.recording.append(traffic(30_000))
    panel.signals.add(SPEED)
    before = panel.span.span
    start = middle(panel)
    viewport, left = panel.picture.lanes.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(viewport, left, pos=start)
    for step in range(1, 11):
        drag(viewport, start + QPoint(5 * step, 0))
    qtbot.mouseRelease(viewport, left, pos=start + QPoint(50, 0))
    width = panel.picture.lanes.lanes[0].area.width()
    assert panel.span.mode is SpanMode.FREE
    assert before[0] - panel.span.span[0] == pytest.approx(50 / width * 10, rel=0.25)

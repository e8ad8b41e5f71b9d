"""Curves of a plot: kinds of lines, gaps and colors."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from canmcast_gui.app.workspace.view_setups import LineKind, PlotStyle
from canmcast_gui.models.plot.samples import Curve
from canmcast_gui.ui.plot.actions import SignalMenu
from canmcast_gui.ui.plot.drawing.curves import POINT_PIXELS, connected, steps, with_points
from canmcast_gui.ui.theme import make_palette
from tests.support.frames import traffic
from tests.ui.plot.plotting import GEAR, SPEED, curves, drawn


def test_a_gap_breaks_lines_and_steps():
    times = np.array([0, 1, 2, 20, 21]) * 1_000_000_000
    joined = connected(Curve(times, np.zeros(5)), gap_ns=2_000_000_000)
    assert joined.tolist() == [True, True, False, True, True]
    x, y, step_joined = steps(times / 1e9, np.arange(5.0), joined)
    assert x.tolist() == [0, 1, 1, 2, 2, 2, 20, 21, 21]
    assert y.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    assert step_joined.tolist() == [True, True, True, True, True, False, True, True, True]


def test_a_line_is_broken_where_frames_were_lost():
    times = np.array([0, 10, 20, 30]) * 1_000_000
    joined = connected(Curve(times, np.zeros(4)), gap_ns=10**9, losses=np.array([15_000_000]))
    assert joined.tolist() == [True, False, True, True]
    assert connected(Curve(times, np.zeros(4)), 10**9).all()


def test_points_that_are_connected_to_no_other_become_short_lines():
    x, y, connect = np.arange(5.0), np.arange(5.0), np.array([False, True, False, False, True])
    line_x, line_y, line_connect = with_points(x, y, connect, 0.125)
    assert line_x.tolist() == [0, 0.125, 1, 2, 3, 3.125, 4, 4.125]
    assert line_y.tolist() == [0, 0, 1, 2, 3, 3, 4, 4]
    assert line_connect.tolist() == [True, False, True, False, True, False, True, False]


def test_states_are_drawn_as_steps_and_named(panel, session):
    session.document.recording.append(traffic(20))
    panel.signals.add(GEAR)
    x, y = drawn(panel)
    assert len(x) == 2 * 5 - 1
    assert set(y) == {0}
    assert panel.picture.lanes.lanes[0].axes[0].item.states == {0: "Neutral", 1: "First"}
    assert panel.legend.entries[0].value == "Neutral"


def test_a_signal_is_drawn_in_the_chosen_style(panel, session):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.fit()
    menu = SignalMenu(
        panel,
        panel.signals.data.signals[0],
        QColor("red"),
        lambda style: panel.signals.set_style(SPEED, style),
        lambda: None,
    )
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Lines"].isChecked()
    actions["Points"].trigger()
    x, _ = drawn(panel)
    assert x == pytest.approx(np.arange(0, 100, 4) / 1000)
    assert curves(panel)[0].pen.width() == POINT_PIXELS
    panel.signals.set_style(SPEED, PlotStyle(kind=LineKind.STEPS))
    assert len(drawn(panel)[0]) == 2 * 25 - 1


def test_a_signal_has_the_chosen_color(panel, session):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.signals.set_style(SPEED, PlotStyle(color="#123456"))
    assert panel.legend.entries[0].color == QColor("#123456")
    assert curves(panel)[0].pen.color() == QColor("#123456")


@pytest.mark.parametrize("dark", [True, False])
def test_curves_differ_from_the_background(qapp, panel, session, dark):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    before = qapp.palette()
    qapp.setPalette(make_palette(dark))
    try:
        base = panel.palette().base().color().lightness()
        for item in curves(panel):
            assert abs(item.pen.color().lightness() - base) > 60
    finally:
        qapp.setPalette(before)

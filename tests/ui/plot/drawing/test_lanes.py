"""Lanes of a plot: scrolled by keys and the wheel, hidden ones, and the curve below the mouse."""

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from canmcast_gui.app.workspace.view_setups import PlotStyle
from tests.support.frames import traffic
from tests.ui.plot.plotting import GEAR, SPEED


@pytest.fixture
def view(panel, session):
    """Two lanes of a plot that has room for one."""
    session.document.recording.append(traffic(100))
    for name in (SPEED, GEAR):
        panel.signals.add(name)
    panel.fit()
    panel.resize(500, 100)
    QCoreApplication.processEvents()
    return panel.picture.lanes


def test_keys_and_the_wheel_with_shift_scroll_the_lanes(qtbot, view, panel):
    assert view.verticalScrollBar().maximum() > 0
    span = panel.span.span
    qtbot.keyClick(view, Qt.Key.Key_Down)
    scrolled = view.offset
    assert scrolled > 0
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.offset == 0
    center = view.viewport().rect().center()
    event = QWheelEvent(
        QPointF(center), QPointF(view.viewport().mapToGlobal(center)), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.ShiftModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QCoreApplication.sendEvent(view.viewport(), event)
    assert view.offset > 0
    assert panel.span.span == span


def test_a_lane_that_is_scrolled_out_is_not_updated(view, panel, session):
    first, second = view.lanes
    panel.picture.setFixedHeight(48)
    QCoreApplication.processEvents()
    assert view.visible_lanes() == [first]
    assert not second.axes[0].box.isVisible()
    session.document.recording.append(traffic(100, first=100))
    panel.refresh()
    assert first.axes[0].curves[0].x[-1] > 0.1 > second.axes[0].curves[0].x[-1]
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert second.axes[0].box.isVisible()
    assert second.axes[0].item.geometry().right() == second.area.left() > 20
    assert second.axes[0].curves[0].x[-1] > 0.1


def test_the_menu_of_overlaid_curves_is_that_of_the_curve_below_the_mouse(view, panel):
    panel.resize(700, 400)
    panel.signals.set_style(GEAR, PlotStyle(own_axis=True))
    panel.actions_.overlay.trigger()
    QCoreApplication.processEvents()
    (lane,) = view.lanes
    for axis in lane.axes:
        curve = axis.curves[0]
        early = len(curve.x) // 5
        point = axis.box.mapViewToScene(QPointF(curve.x[early], curve.y[early])).toPoint()
        assert view.name_at(point) == curve.signal.name
    assert view.name_at(lane.area.topLeft().toPoint() + QPoint(3, 3)) == ""

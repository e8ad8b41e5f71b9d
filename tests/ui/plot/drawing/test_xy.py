"""XY plots: zooming and moving both axes or one, and fitting them again."""

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from tests.support.frames import traffic
from tests.ui.plot.plotting import GEAR, SPEED, drag


@pytest.fixture
def xy(panel, session):
    session.document.recording.append(traffic(100))
    for name in (SPEED, GEAR):
        panel.signals.add(name)
    panel.fit()
    panel.actions_.xy.trigger()
    return panel.picture.xy


def ranges(xy):
    return [(axis.low, axis.high) for axis in (xy.across, *xy.axes)]


def wheel(view, position: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        position, QPointF(view.viewport().mapToGlobal(position.toPoint())), QPoint(), QPoint(0, 120), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QCoreApplication.sendEvent(view.viewport(), event)


def test_the_wheel_zooms_both_axes_or_the_one_below_it(qtbot, xy):
    area, before = xy.area(), ranges(xy)
    wheel(xy, area.center())
    both = ranges(xy)
    assert all(high - low < old[1] - old[0] for (low, high), old in zip(both, before, strict=True))
    wheel(xy, QPointF(area.center().x(), area.bottom() + 5))
    assert ranges(xy)[0] != both[0] and ranges(xy)[1] == both[1]
    qtbot.mouseDClick(xy.viewport(), Qt.MouseButton.LeftButton, pos=area.center().toPoint())
    assert ranges(xy) == [pytest.approx(old) for old in before]


def test_dragging_moves_the_picture(qtbot, xy):
    area, before, left = xy.area(), ranges(xy), Qt.MouseButton.LeftButton
    start = area.center().toPoint()
    qtbot.mousePress(xy.viewport(), left, pos=start)
    end = start + QPoint(round(area.width() / 10), 0)
    drag(xy.viewport(), end)
    qtbot.mouseRelease(xy.viewport(), left, pos=end)
    (low, high), *_ = before
    assert ranges(xy)[0][0] == pytest.approx(low - (high - low) / 10, rel=0.05)

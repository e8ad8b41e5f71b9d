"""What tests of plots look at, and what they do with the mouse."""

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from canmcast_gui.ui.plot.drawing.curves import LaneCurve

SPEED, GEAR = "Engine.Speed", "Engine.Gear"


def curves(panel) -> list[LaneCurve]:
    """All curves in their order."""
    return [curve for lane in panel.picture.lanes.lanes for axis in lane.axes for curve in axis.curves]


def drawn(panel, number=0):
    """Times and values of a curve's points."""
    curve = curves(panel)[number]
    return curve.x, curve.y


def wheel(panel, position: QPoint, steps: int) -> None:
    """Turn the wheel over the view."""
    viewport, none = panel.picture.lanes.viewport(), Qt.MouseButton.NoButton
    event = QWheelEvent(
        QPointF(position), QPointF(viewport.mapToGlobal(position)), QPoint(), QPoint(0, 120 * steps), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QCoreApplication.sendEvent(viewport, event)


def middle(panel) -> QPoint:
    """The middle of the first lane, on the viewport."""
    return panel.picture.lanes.lanes[0].area.center().toPoint()


def drag(viewport, position: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
    """Move the mouse with its left button down."""
    pg.setConfigOption("mouseRateLimit", 0)  # a test moves it more often than 100 times a second
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(position), QPointF(viewport.mapToGlobal(position)),
        Qt.MouseButton.NoButton, left, keys,
    )  # fmt: skip
    QCoreApplication.sendEvent(viewport, event)

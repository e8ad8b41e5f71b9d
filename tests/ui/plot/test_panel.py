"""The plot panel: curves of received frames, setups, pausing and hiding."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent

from canmcast_gui.app.workspace.view_setups import PlotSetup, PlotStyle
from canmcast_gui.logfile import save
from canmcast_gui.models.drag import SIGNALS_MIME
from canmcast_gui.models.plot.span import SpanMode
from tests.support.frames import traffic
from tests.ui.live import WAIT_MS
from tests.ui.plot.plotting import GEAR, SPEED, curves, drawn


def test_a_curve_has_the_received_values_and_grows(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    qtbot.waitUntil(lambda: len(drawn(panel)[0]) == 25, timeout=WAIT_MS)
    x, y = drawn(panel)
    assert x == pytest.approx(np.arange(0, 100, 4) / 1000)
    assert y == pytest.approx(np.arange(0, 100, 4) * 0.25)
    assert panel.signals.values(SPEED) == pytest.approx(y)
    session.document.recording.append(traffic(100, first=100))
    qtbot.waitUntil(lambda: len(drawn(panel)[0]) == 50, timeout=WAIT_MS)
    assert panel.legend.entries[0].title == "Speed"


def test_lanes_are_stacked_or_overlaid(panel, session):
    session.document.recording.append(traffic(50))
    panel.signals.add(SPEED)
    panel.signals.add(GEAR)
    assert [len(lane.axes) for lane in panel.picture.lanes.lanes] == [1, 1]
    panel.actions_.overlay.trigger()
    assert [len(lane.axes) for lane in panel.picture.lanes.lanes] == [2]
    assert all(len(curve.x) for curve in curves(panel))
    panel.actions_.overlay.trigger()
    assert len(panel.picture.lanes.lanes) == 2


def test_signals_are_added_by_name_or_by_dropping_and_removed(qtbot, panel):
    changes = []
    panel.signals.names_changed.connect(changes.append)
    assert panel.picture.hint.isVisible()
    panel.bar.name_edit.setText("gear")
    panel.bar.name_edit.returnPressed.emit()
    mime = QMimeData()
    mime.setData(SIGNALS_MIME, f"{SPEED}\n{GEAR}".encode())
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    panel.dropEvent(QDropEvent(QPointF(9, 9), copy, mime, left, Qt.KeyboardModifier.NoModifier))
    assert panel.signals.names == [GEAR, SPEED]
    cross = panel.legend.entries[0].cross.center()
    qtbot.mouseClick(panel.picture.lanes.viewport(), left, pos=cross)
    assert panel.signals.names == [SPEED]
    panel.actions_.clear.trigger()
    assert changes == [[GEAR], [GEAR, SPEED], [SPEED], []]
    assert panel.picture.hint.isVisible()


def test_it_follows_until_the_user_moves_the_span_and_fits_on_request(qtbot, panel, session):
    session.document.recording.append(traffic(30_000))
    panel.signals.add(SPEED)
    assert panel.span.span == pytest.approx((19.999, 29.999))
    panel.picture.lanes.dragged.emit(-5)
    assert panel.span.mode is SpanMode.FREE
    session.document.recording.append(traffic(1000, first=30_000))
    qtbot.waitUntil(lambda: panel.signals.data.unread_rows == 0, timeout=WAIT_MS)
    assert panel.span.span == pytest.approx((14.999, 24.999))
    assert not panel.actions_.follow.isChecked()
    assert panel.actions_.fit.shortcut().toString() == "F"
    panel.actions_.fit.trigger()
    assert panel.span.span == pytest.approx((0, 30.996))
    x, y = drawn(panel)
    assert (x[0], x[-1]) == pytest.approx((0, 30.996))
    assert len(x) <= 2 * panel.picture.lanes.width() + 4
    assert y.max() == pytest.approx(30_996 * 0.25)
    panel.actions_.follow.trigger()
    assert panel.span.span == pytest.approx((20.999, 30.999))


def test_a_paused_plot_does_not_change_but_can_be_moved(qtbot, panel, session, stage):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    before = panel.span.span
    session.clock.set_paused(True)
    session.document.recording.append(traffic(1000, first=1000))
    stage.wait_ticks(3)
    assert panel.span.span == before
    assert len(panel.signals.values(SPEED)) == 250
    panel.picture.lanes.zoomed.emit(0.5, 0.5)
    assert panel.span.span != before
    session.clock.set_paused(False)
    qtbot.waitUntil(lambda: len(panel.signals.values(SPEED)) == 500, timeout=WAIT_MS)


def test_a_hidden_panel_is_updated_when_it_is_shown(qtbot, panel, session, stage):
    panel.signals.add(SPEED)
    panel.hide()
    session.document.recording.append(traffic(100))
    stage.wait_ticks(3)
    assert len(panel.signals.values(SPEED)) == 0
    panel.show()
    qtbot.waitUntil(lambda: len(panel.signals.values(SPEED)) == 25, timeout=WAIT_MS)


def test_an_opened_file_is_shown_whole(qtbot, panel, session, tmp_path):
    path = tmp_path / "trace.log"
    save(path, [traffic(30_000)])
    panel.signals.add(SPEED)
    session.open_file(path)
    qtbot.waitUntil(lambda: len(panel.signals.values(SPEED)) == 7500, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.span.span == pytest.approx((0, 29.996)), timeout=WAIT_MS)
    assert panel.signals.values(SPEED) == pytest.approx(np.arange(0, 30_000, 4) * 0.25)


def test_another_recording_discards_the_samples(qtbot, panel, session):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    assert len(panel.signals.values(SPEED)) == 25
    session.clear()
    assert panel.signals.names == [SPEED]
    assert len(panel.signals.values(SPEED)) == 0
    session.document.recording.append(traffic(8))
    qtbot.waitUntil(lambda: len(panel.signals.values(SPEED)) == 2, timeout=WAIT_MS)


def test_a_removed_database_is_a_problem_in_the_legend(panel, session):
    panel.signals.add(SPEED)
    (database,) = session.databases.loaded
    session.databases.remove(database.path)
    assert "no database has the signal" in panel.legend.entries[0].problem


def test_signals_over_another_one(panel, session):
    session.document.recording.append(traffic(100))
    for name in (SPEED, GEAR):
        panel.signals.add(name)
    panel.fit()
    panel.actions_.xy.trigger()
    assert panel.picture.xy.isVisible()
    assert not panel.picture.lanes.isVisible()
    (axis,) = panel.picture.xy.axes
    x, y = axis.curves[0].x, axis.curves[0].y
    speed = panel.signals.values(SPEED)
    assert set(x) <= set(speed)
    assert len(x) == len(y) > 0
    assert panel.picture.xy.across.title == "Speed [rpm]"
    assert panel.setup().xy
    panel.apply_setup(PlotSetup(((SPEED, PlotStyle()),)))
    assert not panel.picture.xy.isVisible()
    assert panel.picture.lanes.isVisible()


def test_signals_are_compared_with_a_log_file(qtbot, panel, session, tmp_path):
    path = tmp_path / "before.log"
    save(path, [traffic(100, first=40)])
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.cursors.move(0, 0.040)
    ended = []
    session.tasks.started.connect(lambda task: task.ended.connect(lambda: ended.append(task)))
    session.reference.open(path)
    qtbot.waitUntil(lambda: panel.legend.entries[0].value == "10.00 rpm  Δ -10", timeout=WAIT_MS)
    (axis,) = panel.picture.lanes.lanes[0].axes
    (other,) = axis.others
    assert other.y == pytest.approx(np.arange(40, 140, 4) * 0.25)
    assert other.pen.style() is Qt.PenStyle.DashLine
    assert panel.options.offset_box.isVisible()
    panel.fit()
    panel.options.offset_box.setValue(0.04)
    assert other.x == pytest.approx(np.arange(40, 140, 4) / 1000)
    qtbot.waitUntil(lambda: panel.legend.entries[0].value == "10.00 rpm  Δ +0", timeout=WAIT_MS)
    assert panel.span.span == pytest.approx((0.0, 0.136))
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT_MS)
    session.reference.close()
    assert panel.picture.lanes.lanes[0].axes[0].others == []
    qtbot.waitUntil(lambda: not panel.options.offset_box.isVisible(), timeout=WAIT_MS)

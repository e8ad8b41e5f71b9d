"""The plot panel: what it draws is what was received, and a hidden one does nothing."""

import numpy as np
import pyqtgraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage, QMouseEvent, QWheelEvent

from canmcast_gui.app.workspace.view_setups import LineKind, PlotSetup, PlotStyle
from canmcast_gui.logfile import save
from canmcast_gui.models.drag import SIGNALS_MIME
from canmcast_gui.models.plot.samples import Curve
from canmcast_gui.models.plot.span import SpanMode
from canmcast_gui.ui.plot.actions import SignalMenu
from canmcast_gui.ui.plot.axes import round_ticks
from canmcast_gui.ui.plot.bar import MAX_CHARACTERS, span_text
from canmcast_gui.ui.plot.curves import connected, steps
from canmcast_gui.ui.plot.export import ExportChoice, ExportDialog
from canmcast_gui.ui.plot.legend import titles_of
from canmcast_gui.ui.plot.panel import PlotPanel
from canmcast_gui.ui.theme import make_palette
from tests.support.frames import traffic
from tests.ui.live import WAIT_MS

SPEED, GEAR = "Engine.Speed", "Engine.Gear"


@pytest.fixture
def session(stage):
    """The session of the stage."""
    return stage.session


@pytest.fixture
def panel(qtbot, session, stage):
    stage.add_database()
    panel = PlotPanel(session)
    qtbot.addWidget(panel)
    panel.resize(700, 320)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def curves(panel) -> list[pyqtgraph.PlotCurveItem]:
    """All curves in their order."""
    return [item for lane in panel.view.lanes for axis in lane.axes for _, item in axis.curves]


def drawn(panel, number=0):
    """Times and values of a curve's points."""
    return curves(panel)[number].getData()


def test_a_curve_is_what_was_received_and_grows(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    qtbot.waitUntil(
        lambda: len(drawn(panel)[0] if drawn(panel)[0] is not None else ()) == 25, timeout=WAIT_MS
    )
    x, y = drawn(panel)
    assert x == pytest.approx(np.arange(0, 100, 4) / 1000)
    assert y == pytest.approx(np.arange(0, 100, 4) * 0.25)
    assert panel.signals.values(SPEED) == pytest.approx(y)
    session.document.recording.append(traffic(100, first=100))
    qtbot.waitUntil(lambda: len(drawn(panel)[0]) == 50, timeout=WAIT_MS)
    assert panel.legend.entries[0].title == "Speed"


def test_states_are_drawn_as_steps_and_named(panel, session):
    session.document.recording.append(traffic(20))
    panel.signals.add(GEAR)
    x, y = drawn(panel)
    assert len(x) == 2 * 5 - 1
    assert set(y) == {0}
    assert panel.view.lanes[0].axes[0].axis.states == [(0, "Neutral"), (1, "First")]
    assert panel.legend.entries[0].value == "Neutral"


def test_lanes_are_stacked_or_overlaid(panel, session):
    session.document.recording.append(traffic(50))
    panel.signals.add(SPEED)
    panel.signals.add(GEAR)
    assert [len(lane.axes) for lane in panel.view.lanes] == [1, 1]
    panel.actions_.overlay.trigger()
    assert [len(lane.axes) for lane in panel.view.lanes] == [2]
    assert all(len(item.getData()[0]) for item in curves(panel))
    panel.actions_.overlay.trigger()
    assert len(panel.view.lanes) == 2


def test_signals_of_one_name_are_told_apart():
    assert titles_of(["A.Speed", "B.Gear", "C.Speed"]) == ["A.Speed", "Gear", "C.Speed"]


def test_signals_come_by_name_and_by_dropping_and_go(qtbot, panel):
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
    cross = panel.legend.cross_of(panel.legend.entries[0]).center()
    qtbot.mouseClick(panel.legend, left, pos=cross)
    assert panel.signals.names == [SPEED]
    panel.actions_.clear.trigger()
    assert changes == [[GEAR], [GEAR, SPEED], [SPEED], []]
    assert panel.picture.hint.isVisible()


def test_a_name_that_fits_nothing_or_many_is_said(panel):
    for typed, said in (("x", "No loaded database"), ("engine", "2 signals have names with")):
        panel.bar.name_edit.setText(typed)
        panel.bar.name_edit.returnPressed.emit()
        assert said in panel.message.text()
    assert panel.signals.names == []


def test_what_was_said_of_a_name_goes_when_one_is_chosen_or_typed(qtbot, panel):
    said = panel.message
    for answer in (lambda: panel.signals.add(SPEED), lambda: qtbot.keyClicks(panel.bar.name_edit, "x")):
        panel.bar.name_edit.setText("engine")
        panel.bar.name_edit.returnPressed.emit()
        assert "2 signals have names with" in said.text()
        assert said.isVisible()
        answer()
        assert not said.isVisible()


def test_it_follows_until_the_user_looks_elsewhere_and_fits_on_request(qtbot, panel, session):
    session.document.recording.append(traffic(30_000))
    panel.signals.add(SPEED)
    assert panel.span.span == pytest.approx((19.999, 29.999))
    panel.view.dragged.emit(-5)
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
    assert len(x) <= 2 * panel.view.width() + 4
    assert y.max() == pytest.approx(30_996 * 0.25)
    panel.actions_.follow.trigger()
    assert panel.span.span == pytest.approx((20.999, 30.999))


def test_while_paused_the_picture_stands_and_can_be_moved(qtbot, panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    before = panel.span.span
    session.clock.set_paused(True)
    session.document.recording.append(traffic(1000, first=1000))
    qtbot.wait(150)
    assert panel.span.span == before
    assert len(panel.signals.values(SPEED)) == 250
    panel.view.zoomed.emit(0.5, 0.5)
    assert panel.span.span != before
    session.clock.set_paused(False)
    qtbot.waitUntil(lambda: len(panel.signals.values(SPEED)) == 500, timeout=WAIT_MS)


def test_a_hidden_panel_does_nothing_and_catches_up(qtbot, panel, session):
    panel.signals.add(SPEED)
    panel.hide()
    session.document.recording.append(traffic(100))
    qtbot.wait(150)
    assert len(panel.signals.values(SPEED)) == 0
    panel.show()
    qtbot.waitUntil(lambda: len(panel.signals.values(SPEED)) == 25, timeout=WAIT_MS)


def test_the_cursor_steps_from_sample_to_sample_and_reads_them(qtbot, panel, session):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.fit()
    panel.actions_.cursor.trigger()
    panel.view.clicked.emit(0.041)
    assert panel.legend.entries[0].value == "10.00 rpm"
    qtbot.keyClick(panel, Qt.Key.Key_Right)
    assert panel.legend.entries[0].value == "11.00 rpm"
    qtbot.keyClick(panel, Qt.Key.Key_Left)
    qtbot.keyClick(panel, Qt.Key.Key_Left)
    assert panel.legend.entries[0].value == "9.00 rpm"
    panel.actions_.cursor.trigger()
    assert panel.legend.entries[0].value == "24.00 rpm"


def test_an_opened_file_is_shown_whole(qtbot, panel, session, tmp_path):
    path = tmp_path / "trace.log"
    save(path, [traffic(30_000)])
    panel.signals.add(SPEED)
    session.open_file(path)
    qtbot.waitUntil(lambda: len(panel.signals.values(SPEED)) == 7500, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.span.span == pytest.approx((0, 29.996)), timeout=WAIT_MS)
    assert panel.signals.values(SPEED) == pytest.approx(np.arange(0, 30_000, 4) * 0.25)


def test_another_recording_begins_anew(qtbot, panel, session):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    assert len(panel.signals.values(SPEED)) == 25
    session.clear()
    assert panel.signals.names == [SPEED]
    assert len(panel.signals.values(SPEED)) == 0
    session.document.recording.append(traffic(8))
    qtbot.waitUntil(lambda: len(panel.signals.values(SPEED)) == 2, timeout=WAIT_MS)


def test_a_removed_database_is_said_in_the_legend(panel, session):
    panel.signals.add(SPEED)
    (database,) = session.databases.loaded
    session.databases.remove(database.path)
    assert "no database has the signal" in panel.legend.entries[0].problem


def test_what_is_seen_is_saved_as_a_picture(panel, session, tmp_path):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.exporter.export(tmp_path / "plot.png", ExportChoice())
    assert not QImage(str(tmp_path / "plot.png")).isNull()
    panel.exporter.export(tmp_path / "plot.svg", ExportChoice())
    svg = (tmp_path / "plot.svg").read_text()
    assert "<title>Engine.Speed</title>" in svg
    assert "polyline" in svg or "path" in svg


@pytest.mark.parametrize("name", ["plot.png", "plot.svg"])
def test_a_picture_that_cannot_be_written_is_said(panel, tmp_path, name):
    panel.exporter.export(tmp_path / "missing" / name, ExportChoice())
    assert "could not be saved" in panel.message.text()


@pytest.mark.parametrize(
    ("choice", "times"),
    [
        (ExportChoice(picture=False, visible_only=False), np.arange(0, 100, 4) / 1000),
        (ExportChoice(picture=False), np.arange(12, 41, 4) / 1000),
        (ExportChoice(picture=False, visible_only=False, every_s=0.01), np.arange(0, 97, 10) / 1000),
    ],
)
def test_signals_are_exported_as_a_table(qtbot, panel, session, tmp_path, choice, times):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.fit()
    panel.span.mode, panel.span.span = SpanMode.FREE, (0.010, 0.042)
    with qtbot.waitSignal(session.messages.posted, timeout=WAIT_MS) as said:
        panel.exporter.export(tmp_path / "plot.csv", choice)
    assert said.args[:2] == ["info", f"{len(times)} rows exported to {tmp_path / 'plot.csv'}."]
    head, *lines = (tmp_path / "plot.csv").read_text().splitlines()
    assert head == "time_s,Engine.Speed [rpm]"
    assert [float(line.split(",")[0]) for line in lines] == pytest.approx(times)


def test_the_dialog_asks_what_and_then_where(qtbot, panel, tmp_path):
    dialog = ExportDialog(panel)
    dialog.open()
    assert dialog.choice() == ExportChoice()
    assert not dialog.visible_only.isEnabled()
    dialog.table.setChecked(True)
    dialog.visible_only.setChecked(False)
    dialog.evenly.setChecked(True)
    dialog.every_ms.setValue(2.5)
    assert dialog.choice() == ExportChoice(picture=False, visible_only=False, every_s=0.0025)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.finish(tmp_path / "out.csv", dialog.choice())
    assert chosen.args[0] == tmp_path / "out.csv"


@pytest.mark.parametrize("dark", [True, False])
def test_curves_can_be_told_from_the_background(qapp, panel, session, dark):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    before = qapp.palette()
    qapp.setPalette(make_palette(dark))
    try:
        base = panel.palette().base().color().lightness()
        for item in curves(panel):
            assert abs(item.opts["pen"].color().lightness() - base) > 60
    finally:
        qapp.setPalette(before)


def wheel(panel, place: QPoint, steps: int) -> None:
    """Turn the wheel over the view."""
    viewport, none = panel.view.viewport(), Qt.MouseButton.NoButton
    event = QWheelEvent(
        QPointF(place), QPointF(viewport.mapToGlobal(place)), QPoint(), QPoint(0, 120 * steps), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QCoreApplication.sendEvent(viewport, event)


def middle(panel) -> QPoint:
    """The middle of the first lane, on the viewport."""
    box = panel.view.lanes[0].boxes[0]
    return panel.view.mapFromScene(box.sceneBoundingRect().center())


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
    before = axis.box.viewRange()[1]
    wheel(panel, panel.view.mapFromScene(axis.axis.sceneBoundingRect().center()), 1)
    assert axis.is_manual
    after = axis.box.viewRange()[1]
    assert after[1] - after[0] < before[1] - before[0]
    assert panel.span.window == 10
    panel.fit()
    assert axis.box.viewRange()[1] == pytest.approx([-0.12 * 249, 1.12 * 249], abs=1)


def test_a_rectangle_is_what_is_shown_then(qtbot, panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    panel.fit()
    box = panel.view.lanes[0].boxes[0]
    start, viewport, control = middle(panel), panel.view.viewport(), Qt.KeyboardModifier.ControlModifier
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, control, start)
    for step in range(1, 6):
        drag(viewport, start + QPoint(20 * step, -8 * step), control)
    end = start + QPoint(100, -40)
    corners = [box.mapSceneToView(panel.view.mapToScene(place)) for place in (start, end)]
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, control, end)
    assert panel.span.span == pytest.approx((corners[0].x(), corners[1].x()), abs=0.01)
    assert box.viewRange()[1] == pytest.approx([corners[0].y(), corners[1].y()], abs=3)
    assert panel.view.lanes[0].axes[0].is_manual
    assert not box.rbScaleBox.isVisible()


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
    width = panel.view.lanes[0].boxes[0].width()
    assert panel.span.mode is SpanMode.FREE
    assert before[0] - panel.span.span[0] == pytest.approx(50 / width * 10, rel=0.25)


def drag(viewport, place: QPoint, keys=Qt.KeyboardModifier.NoModifier) -> None:
    """Move the mouse with its left button down."""
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(viewport.mapToGlobal(place)),
        Qt.MouseButton.NoButton, left, keys,
    )  # fmt: skip
    QCoreApplication.sendEvent(viewport, event)


def test_a_click_puts_the_cursor_where_it_is(qtbot, panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    panel.actions_.cursor.trigger()
    place = middle(panel)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    box = panel.view.lanes[0].boxes[0]
    there = box.mapSceneToView(panel.view.mapToScene(place)).x()
    assert panel.view.lanes[0].cursors[0].value() == pytest.approx(there, abs=0.05)


def test_silence_breaks_a_line_and_states_end_before_it():
    times = np.array([0, 1, 2, 20, 21]) * 1_000_000_000
    joined = connected(Curve(times, np.zeros(5)), gap_ns=2_000_000_000)
    assert joined.tolist() == [True, True, False, True, True]
    x, y, step_joined = steps(times / 1e9, np.arange(5.0), joined)
    assert x.tolist() == [0, 1, 1, 2, 2, 2, 20, 21, 21]
    assert y.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    assert step_joined.tolist() == [True, True, True, True, True, False, True, True, True]


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [(0, 10, 5, [0, 2, 4, 6, 8, 10]), (-1, 1, 2, [-1, 0, 1]), (0.1, 0.13, 3, [0.1, 0.11, 0.12, 0.13])],
)
def test_ticks_are_round_numbers(low, high, most, expected):
    assert round_ticks(low, high, most)[1] == pytest.approx(expected)


@pytest.mark.parametrize("high", [0.0, float("nan"), float("inf")])
def test_no_range_has_no_ticks(high):
    assert round_ticks(0, high, 5)[1] == []


def test_two_cursors_measure_what_is_between_them(panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    panel.fit()
    assert not panel.cursors.panel.isVisible()
    panel.cursors.move(0, 0.010)
    assert not panel.cursors.panel.isVisible()
    panel.cursors.move(1, 0.030)
    assert panel.cursors.panel.isVisible()
    assert panel.actions_.measure.isChecked()
    measured = panel.cursors.table.measures
    row = [measured.index(0, column).data() for column in range(measured.columnCount())]
    assert row == [SPEED, "2.00 rpm", "7.00 rpm", "5 rpm", "3.00 rpm", "7.00 rpm", "5 rpm"]
    assert "Δt 0.020000 s" in panel.cursors.times_label.text()
    assert "1/Δt 50 Hz" in panel.cursors.times_label.text()
    panel.actions_.measure.trigger()
    assert not panel.cursors.panel.isVisible()


def test_a_cursor_that_is_dragged_goes_along_in_all_lanes(panel, session):
    panel.signals.add(SPEED)
    panel.signals.add(GEAR)
    session.document.recording.append(traffic(100))
    panel.fit()
    panel.cursors.move(1, 0.03)
    dragged = panel.view.lanes[0].cursors[1]
    dragged.setValue(0.05)
    dragged.sigDragged.emit(dragged)
    assert panel.cursors.seconds[1] == pytest.approx(0.05)
    assert [lane.cursors[1].value() for lane in panel.view.lanes] == pytest.approx([0.05, 0.05])
    assert [lane.cursors[0].isVisible() for lane in panel.view.lanes] == [False, False]


def test_the_measures_are_copied_as_a_table(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    panel.fit()
    panel.cursors.move(0, 0.010)
    panel.cursors.move(1, 0.030)
    qtbot.keyClick(panel.cursors.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, row = QGuiApplication.clipboard().text().splitlines()
    assert head.split("\t")[:3] == ["Signal", "At A", "At B"]
    assert row.split("\t")[:3] == [SPEED, "2.00 rpm", "7.00 rpm"]


def test_a_signal_is_drawn_in_the_way_that_is_chosen(panel, session):
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
    assert x == pytest.approx(np.repeat(np.arange(0, 100, 4) / 1000, 2), abs=1e-4)
    assert curves(panel)[0].opts["connect"] == "pairs"
    panel.signals.set_style(SPEED, PlotStyle(kind=LineKind.STEPS))
    assert len(drawn(panel)[0]) == 2 * 25 - 1


def test_a_signal_has_the_colour_that_is_chosen(panel, session):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.signals.set_style(SPEED, PlotStyle(color="#123456"))
    assert panel.legend.entries[0].color == QColor("#123456")
    assert curves(panel)[0].opts["pen"].color() == QColor("#123456")


def test_a_line_is_broken_where_frames_were_lost():
    times = np.array([0, 10, 20, 30]) * 1_000_000
    joined = connected(Curve(times, np.zeros(4)), gap_ns=10**9, losses=np.array([15_000_000]))
    assert joined.tolist() == [True, False, True, True]
    assert connected(Curve(times, np.zeros(4)), 10**9).all()


def test_signals_over_another_one(panel, session):
    session.document.recording.append(traffic(100))
    for name in (SPEED, GEAR):
        panel.signals.add(name)
    panel.fit()
    panel.actions_.xy.trigger()
    assert panel.picture.xy.isVisible()
    assert not panel.view.isVisible()
    x, y = panel.picture.xy.curves[0].getData()
    speed = panel.signals.values(SPEED)
    assert set(x) <= set(speed)
    assert len(x) == len(y) > 0
    assert panel.picture.xy.plot.getAxis("bottom").labelText == "Speed [rpm]"
    assert panel.setup().xy
    panel.apply_setup(PlotSetup(((SPEED, PlotStyle()),)))
    assert not panel.picture.xy.isVisible()
    assert panel.view.isVisible()


def test_a_log_file_is_compared_with(qtbot, panel, session, tmp_path):
    path = tmp_path / "before.log"
    save(path, [traffic(100, first=40)])
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.cursors.move(0, 0.040)
    ended = []
    session.tasks.started.connect(lambda task: task.ended.connect(lambda: ended.append(task)))
    session.reference.open(path)
    qtbot.waitUntil(lambda: panel.legend.entries[0].value == "10.00 rpm  Δ -10", timeout=WAIT_MS)
    (axis,) = panel.view.lanes[0].axes
    ((_, other),) = axis.others
    assert other.getData()[1] == pytest.approx(np.arange(40, 140, 4) * 0.25)
    assert other.opts["pen"].style() is Qt.PenStyle.DashLine
    assert panel.bar.offset_box.isVisible()
    panel.fit()
    panel.bar.offset_box.setValue(0.04)
    assert other.getData()[0] == pytest.approx(np.arange(40, 140, 4) / 1000)
    qtbot.waitUntil(lambda: panel.legend.entries[0].value == "10.00 rpm  Δ +0", timeout=WAIT_MS)
    assert panel.span.span == pytest.approx((0.0, 0.136))
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT_MS)
    session.reference.close()
    assert panel.view.lanes[0].axes[0].others == []
    qtbot.waitUntil(lambda: not panel.bar.offset_box.isVisible(), timeout=WAIT_MS)


def test_measuring_shows_both_cursors_and_the_table_at_once(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    panel.fit()
    with qtbot.waitActive(panel):
        panel.activateWindow()
    panel.setFocus()
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    first, second = panel.cursors.seconds
    assert first is not None and second is not None and first < second
    assert panel.cursors.panel.isVisible()
    assert panel.actions_.cursor.isChecked() and panel.actions_.measure.isChecked()
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert panel.cursors.seconds == [None, None]
    qtbot.keyClick(panel, Qt.Key.Key_C)
    alone = panel.cursors.seconds[0]
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert panel.cursors.seconds == [alone, None]  # A was there before


def test_a_click_with_shift_measures_too(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    panel.fit()
    viewport = panel.view.viewport()
    left, shift = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyPress(panel, Qt.Key.Key_Shift)
    qtbot.mouseClick(viewport, left, shift, viewport.rect().center())
    qtbot.keyRelease(panel, Qt.Key.Key_Shift)
    assert None not in panel.cursors.seconds
    assert panel.cursors.panel.isVisible()


def test_the_time_box_always_says_how_much_is_shown(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    panel.refresh()
    assert panel.bar.window_box.currentText() == "10 s"
    panel.view.zoomed.emit(0.63, 0.05)
    assert panel.bar.window_box.currentText() == "6.3 s"
    panel.time.set_window(300.0)
    assert panel.bar.window_box.currentText() == "5 min"
    assert panel.bar.window_box.findText("6.3 s") < 0
    panel.view.span_drawn.emit(0.010, 0.0345)
    assert panel.bar.window_box.currentText() == "24.5 ms"
    panel.fit()
    assert panel.bar.window_box.currentText() == "96 ms"


@pytest.mark.parametrize("seconds", [6.2999999999, 60.0, 0.25])
def test_the_time_box_says_what_was_zoomed_after_a_restart(panel, seconds):
    panel.apply_setup(PlotSetup(seconds=seconds))
    shown = {6.2999999999: "6.3 s", 60.0: "1 min", 0.25: "250 ms"}
    assert panel.bar.window_box.currentText() == shown[seconds]
    assert panel.bar.window_box.currentData() == pytest.approx(seconds)


@given(st.floats(1e-4, 30 * 86400))
def test_a_span_is_told_to_three_digits(seconds):
    number, unit = span_text(seconds).split()
    factor = {"µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}[unit]
    assert float(number) * factor == pytest.approx(seconds, rel=0.006)
    assert len(span_text(seconds)) <= MAX_CHARACTERS + 1


def test_letters_of_cursors_stand_inside_of_low_lanes(qtbot, panel, session):
    for name in (SPEED, GEAR):
        panel.signals.add(name)
    session.document.recording.append(traffic(100))
    panel.fit()
    panel.actions_.measure.trigger()
    for height in (180, 320, 900):
        panel.resize(700, height)
        qtbot.wait(20)
        for lane in panel.view.lanes:
            box = lane.plot.getViewBox().sceneBoundingRect()
            for cursor in lane.cursors:
                letter = cursor.label.mapRectToScene(cursor.label.boundingRect())
                assert letter.top() >= box.top() - 0.5
                assert letter.bottom() <= box.bottom() + 0.5 or box.height() < letter.height()


@pytest.mark.parametrize("width", [600, 1200])
def test_measured_values_are_never_cut_short(qtbot, panel, session, width):
    panel.resize(width, 400)
    panel.signals.add(SPEED)
    panel.signals.add(GEAR)
    session.document.recording.append(traffic(10_000))
    panel.fit()
    panel.actions_.measure.trigger()
    table = panel.cursors.table
    for column in range(1, table.measures.columnCount()):
        needed = max(table.sizeHintForColumn(column), table.horizontalHeader().sectionSizeHint(column))
        assert table.columnWidth(column) >= needed
    assert table.columnWidth(0) >= table.fontMetrics().horizontalAdvance("0") * 8
    assert table.measures.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == SPEED


def test_suggestions_are_as_wide_as_their_longest_entry_and_name_message_and_unit(qtbot, panel):
    with qtbot.waitActive(panel):
        panel.activateWindow()
    panel.bar.name_edit.setFocus()
    qtbot.keyClicks(panel.bar.name_edit, "e")
    popup = panel.bar.name_edit.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    texts = [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())]
    assert texts == ["Engine.Speed  [rpm]", "Engine.Gear"]
    assert popup.viewport().width() >= popup.sizeHintForColumn(0)
    screen = popup.screen().availableGeometry()
    assert screen.contains(popup.geometry())
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    assert panel.bar.name_edit.text() == SPEED
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.signals.names == [SPEED])

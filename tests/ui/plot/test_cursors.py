"""Cursors of a plot: moved by keys and mouse, values at them and between them."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from tests.support.frames import traffic
from tests.ui.plot.plotting import GEAR, SPEED, drag, middle


def test_the_cursor_steps_from_sample_to_sample_and_reads_them(qtbot, panel, session):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.fit()
    panel.actions_.cursor.trigger()
    panel.picture.lanes.clicked.emit(0.041)
    assert panel.legend.entries[0].value == "10.00 rpm"
    qtbot.keyClick(panel, Qt.Key.Key_Right)
    assert panel.legend.entries[0].value == "11.00 rpm"
    qtbot.keyClick(panel, Qt.Key.Key_Left)
    qtbot.keyClick(panel, Qt.Key.Key_Left)
    assert panel.legend.entries[0].value == "9.00 rpm"
    panel.actions_.cursor.trigger()
    assert panel.legend.entries[0].value == "24.00 rpm"


def test_a_click_moves_the_cursor(qtbot, panel, session):
    session.document.recording.append(traffic(1000))
    panel.signals.add(SPEED)
    panel.actions_.cursor.trigger()
    position = middle(panel)
    qtbot.mouseClick(panel.picture.lanes.viewport(), Qt.MouseButton.LeftButton, pos=position)
    second = panel.picture.lanes.times.second_at(position.x())
    assert panel.cursors.seconds[0] == pytest.approx(second, abs=0.05)


def test_two_cursors_measure_the_values_between_them(panel, session):
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
    assert row == ["Speed [rpm]", "2.00", "7.00", "5", "3.00", "7.00", "5"]
    assert "Δt 0.020000 s" in panel.cursors.times_label.text()
    assert "1/Δt 50 Hz" in panel.cursors.times_label.text()
    panel.actions_.measure.trigger()
    assert not panel.cursors.panel.isVisible()


def test_a_cursor_is_dragged_by_its_line_or_its_flag_below_the_lanes(qtbot, panel, session):
    panel.signals.add(SPEED)
    panel.signals.add(GEAR)
    session.document.recording.append(traffic(100))
    panel.fit()
    panel.cursors.move(1, 0.03)
    times, left = panel.picture.lanes.times, Qt.MouseButton.LeftButton
    line = QPoint(round(times.x_of(0.03)), middle(panel).y())
    viewport = panel.picture.lanes.viewport()
    for start in (line, times.flag(1).center().toPoint() + QPoint(5, 0)):
        qtbot.mousePress(viewport, left, pos=start)
        end = QPoint(round(times.x_of(0.05)) + start.x() - line.x(), start.y())
        drag(viewport, end)
        qtbot.mouseRelease(viewport, left, pos=end)
        assert panel.cursors.seconds == [None, pytest.approx(0.05, abs=1e-3)]
        assert times.cursors == panel.cursors.seconds
        panel.cursors.move(1, 0.03)


def test_escape_removes_the_cursors(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    panel.actions_.measure.trigger()
    assert None not in panel.cursors.seconds
    qtbot.keyClick(panel.picture.lanes, Qt.Key.Key_Escape)
    assert panel.cursors.seconds == [None, None]
    assert not panel.actions_.measure.isChecked() and not panel.actions_.cursor.isChecked()
    before = panel.span.span
    qtbot.keyClick(panel.picture.lanes, Qt.Key.Key_Left)
    assert panel.span.span[0] == pytest.approx(before[0] - 0.1 * (before[1] - before[0]))


def test_the_measures_are_copied_as_a_table(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    panel.fit()
    panel.cursors.move(0, 0.010)
    panel.cursors.move(1, 0.030)
    qtbot.keyClick(panel.cursors.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, row = QGuiApplication.clipboard().text().splitlines()
    assert head.split("\t")[:3] == ["Signal", "At A", "At B"]
    assert row.split("\t")[:3] == [f"{SPEED} [rpm]", "2.00", "7.00"]


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
    viewport = panel.picture.lanes.viewport()
    left, shift = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyPress(panel, Qt.Key.Key_Shift)
    qtbot.mouseClick(viewport, left, shift, viewport.rect().center())
    qtbot.keyRelease(panel, Qt.Key.Key_Shift)
    assert None not in panel.cursors.seconds
    assert panel.cursors.panel.isVisible()


def test_flags_of_cursors_and_the_time_axis_are_visible_while_lanes_scroll(qtbot, panel, session):
    for name in (SPEED, GEAR):
        panel.signals.add(name)
    session.document.recording.append(traffic(100))
    panel.fit()
    panel.actions_.measure.trigger()
    view = panel.picture.lanes
    for width, height in ((300, 250), (700, 320), (700, 900)):
        panel.resize(width, height)
        qtbot.waitUntil(lambda: view.times.axis.isVisible())
        for position in (0, view.verticalScrollBar().maximum()):
            view.verticalScrollBar().setValue(position)
            for second in (None, *view.span):
                if second is not None:
                    panel.cursors.move(0, second)
                seen = view.mapToScene(view.viewport().rect()).boundingRect()
                assert seen.contains(view.times.axis.geometry())
                assert all(seen.contains(view.times.flag(cursor)) for cursor in (0, 1))


@pytest.mark.parametrize("width", [600, 1200])
def test_measured_values_are_not_truncated(qtbot, panel, session, width):
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
    assert table.columnWidth(0) >= table.fontMetrics().horizontalAdvance("0") * 10
    assert table.measures.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == SPEED

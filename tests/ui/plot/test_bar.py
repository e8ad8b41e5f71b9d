"""The tool bar of a plot: signals by name, and the time box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from canmcast_gui.app.workspace.view_setups import PlotSetup
from canmcast_gui.logfile import save
from canmcast_gui.ui.plot.bar import MAX_CHARACTERS, span_text
from tests.support.frames import traffic
from tests.ui.plot.plotting import SPEED


def test_a_name_without_or_with_many_matches_has_a_message(panel):
    for typed, message in (("x", "No loaded database"), ("engine", "2 signals have names with")):
        panel.bar.name_edit.setText(typed)
        panel.bar.name_edit.returnPressed.emit()
        assert message in panel.message.text()
    assert panel.signals.names == []


def test_the_message_about_a_name_is_removed_with_the_next_one(qtbot, panel):
    message = panel.message
    for answer in (lambda: panel.signals.add(SPEED), lambda: qtbot.keyClicks(panel.bar.name_edit, "x")):
        panel.bar.name_edit.setText("engine")
        panel.bar.name_edit.returnPressed.emit()
        assert "2 signals have names with" in message.text()
        assert message.isVisible()
        answer()
        assert not message.isVisible()


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
    assert popup.uniformItemSizes()  # a list of 10,000 names opens with each key
    screen = popup.screen().availableGeometry()
    assert screen.contains(popup.geometry())
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    assert panel.bar.name_edit.text() == SPEED
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.signals.names == [SPEED])


def test_the_time_box_shows_the_length_of_the_span(qtbot, panel, session):
    panel.signals.add(SPEED)
    session.document.recording.append(traffic(100))
    panel.refresh()
    assert panel.bar.window_box.currentText() == "10 s"
    panel.picture.lanes.zoomed.emit(0.63, 0.05)
    assert panel.bar.window_box.currentText() == "6.3 s"
    panel.time.set_window(300.0)
    assert panel.bar.window_box.currentText() == "5 min"
    assert panel.bar.window_box.findText("6.3 s") < 0
    panel.picture.lanes.span_drawn.emit(0.010, 0.0345)
    assert panel.bar.window_box.currentText() == "24.5 ms"
    panel.fit()
    assert panel.bar.window_box.currentText() == "96 ms"


@pytest.mark.parametrize("seconds", [6.2999999999, 60.0, 0.25])
def test_the_time_box_shows_the_window_of_a_setup(panel, seconds):
    panel.apply_setup(PlotSetup(seconds=seconds))
    shown = {6.2999999999: "6.3 s", 60.0: "1 min", 0.25: "250 ms"}
    assert panel.bar.window_box.currentText() == shown[seconds]
    assert panel.bar.window_box.currentData() == pytest.approx(seconds)


@given(st.floats(1e-4, 30 * 86400))
def test_the_text_of_a_span_has_three_digits(seconds):
    number, unit = span_text(seconds).split()
    factor = {"µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400}[unit]
    assert float(number) * factor == pytest.approx(seconds, rel=0.006)
    assert len(span_text(seconds)) <= MAX_CHARACTERS + 1


def test_suggestions_say_what_is_plotted_and_down_lists_all(qtbot, panel):
    with qtbot.waitActive(panel):
        panel.activateWindow()
    panel.bar.name_edit.setFocus()
    qtbot.keyClick(panel.bar.name_edit, Qt.Key.Key_Down)
    popup = panel.bar.name_edit.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    model = popup.model()
    assert [model.index(row, 0).data() for row in range(2)] == ["Engine.Speed  [rpm]", "Engine.Gear"]
    popup.hide()
    panel.signals.add(SPEED)
    qtbot.keyClick(panel.bar.name_edit, Qt.Key.Key_Down)
    assert popup.model().index(0, 0).data() == "Engine.Speed  [rpm]  ✓ plotted"


@pytest.mark.parametrize("width", [430, 600])
def test_all_tools_are_visible_in_a_narrow_plot(qtbot, panel, width):
    panel.resize(width, 300)
    qtbot.waitUntil(lambda: panel.bar.width() == width)
    buttons = [panel.bar.widgetForAction(action) for action in panel.actions_.before_window]
    buttons += [panel.bar.widgetForAction(action) for action in panel.actions_.after_window]
    qtbot.waitUntil(lambda: all(button.isVisible() for button in buttons))
    assert all(button.geometry().right() <= width for button in buttons)
    assert panel.bar.name_edit.isVisible() and panel.bar.window_box.isVisible()


def test_the_file_of_a_comparison_and_its_offset_have_a_row_of_their_own(qtbot, panel, session, tmp_path):
    path = tmp_path / "before.log"
    save(path, [traffic(100, first=40)])
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    assert not panel.options.isVisible()
    ended = []
    session.tasks.started.connect(lambda task: task.ended.connect(lambda: ended.append(task)))
    session.reference.open(path)
    panel.resize(430, 300)
    assert panel.options.isVisible()
    assert panel.options.file_label.shown_text() == "Dashed: before.log"
    assert panel.options.offset_box.geometry().right() < 430
    qtbot.waitUntil(lambda: bool(ended))
    qtbot.mouseClick(panel.options.end_button, Qt.MouseButton.LeftButton)
    assert session.reference.path is None
    assert not panel.options.isVisible()

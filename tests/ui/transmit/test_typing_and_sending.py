"""What is typed in a cell or a field is stored before its row is sent or started."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.models.transmit.row_columns import COLUMNS
from canmcast_gui.ui.transmit.details.panel import FRAME
from canmcast_gui.ui.transmit.rows.panel import TransmitPanel
from tests.ui.live import go_live

pytestmark = [pytest.mark.network, pytest.mark.qt_log_ignore("This plugin does not support")]

KEYS = [column.key for column in COLUMNS]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(qtbot, stage, network):
    stage.session.transmit.use_settings(stage.settings)
    panel = TransmitPanel(stage.session, stage.settings)
    qtbot.addWidget(panel)
    panel.resize(1200, 500)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    go_live(qtbot, stage.session, network.free_port())
    panel.model.insert(0, [TransmitRow(arbitration_id=0x100, data=b"\x01")])
    panel.table.show_column(KEYS.index("trigger"), True)
    panel.table.select([0])
    return panel


def type_in_cell(panel, key, text) -> QLineEdit:
    """Type a text into a cell, without Enter."""
    panel.table.edit_cell(0, key)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, text)
    return editor


def click(panel, action) -> None:
    """Click the button of an action in the bar."""
    button = next(one for one in panel.findChildren(QToolButton) if one.defaultAction() is action)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_key_that_starts_a_row_stores_the_typed_trigger_before(panel):
    editor = type_in_cell(panel, "trigger", "id == 0x300")
    QTest.keyClick(editor, Qt.Key.Key_E, CTRL)
    assert panel.model.rows[0].trigger == "id == 0x300"
    assert panel.model.rows.is_armed(0)


def test_the_button_that_starts_a_row_stores_the_typed_period_before(panel):
    type_in_cell(panel, "period", "5000")
    click(panel, panel.actions_.arm)
    assert panel.model.rows[0].period_ns == 5_000_000_000
    assert panel.model.rows.is_armed(0)


def test_a_row_is_sent_with_the_typed_data(qtbot, stage, panel):
    editor = type_in_cell(panel, "data", "0A 0B")
    QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 1)
    assert stage.session.document.recording.rows().payload(0) == b"\x0a\x0b"


def test_a_row_does_not_start_while_what_is_typed_is_wrong(panel):
    editor = type_in_cell(panel, "trigger", "id ==")
    QTest.keyClick(editor, Qt.Key.Key_E, CTRL)
    assert not panel.model.rows.is_armed(0)
    assert "Invalid trigger" in panel.status_line.text()
    assert editor.isVisible()


def test_a_field_of_the_details_is_stored_before_or_keeps_the_row_from_starting(panel):
    panel.details.setCurrentIndex(FRAME)
    line = panel.details.frame.lines["count"]
    line.setFocus()
    QTest.keyClicks(line, "some")
    QTest.keyClick(line, Qt.Key.Key_E, CTRL)
    assert not panel.model.rows.is_armed(0)
    assert "number of frames" in panel.details.frame.problems["count"].problem.text()
    line.selectAll()
    QTest.keyClicks(line, "7")
    click(panel, panel.actions_.arm)
    assert panel.model.rows[0].count == 7
    assert panel.model.rows.is_armed(0)
    assert line.hasFocus()


def test_a_mistyped_condition_keeps_the_row_from_starting(panel):
    panel.details.setCurrentIndex(FRAME)
    form = panel.details.frame
    form.trigger.setCurrentIndex(1)
    form.trigger.activated.emit(1)
    line = form.lines["condition"]
    assert line.hasFocus()
    QTest.keyClicks(line, "lenght > 2")
    QTest.keyClick(line, Qt.Key.Key_E, CTRL)
    assert not panel.model.rows.is_armed(0)
    assert form.condition.take.text() == "Use length"
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClick(line, Qt.Key.Key_E, CTRL)
    assert panel.model.rows[0].trigger == "length > 2"
    assert panel.model.rows.is_armed(0)

"""The dialog for the layout of a table without titles."""

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from canmcast_gui.app.session import SessionState
from canmcast_gui.logfile import save
from canmcast_gui.logfile.reading import reader, recognition
from canmcast_gui.logfile.table.suggest import suggest_layout
from canmcast_gui.ui.dialogs.table_layout import TableLayoutDialog
from tests.logfile.frames import small_batch
from tests.ui.dialogs.conftest import dialog_of

TABLE = "".join(f"{row}.5;{0x100 + row:X};2;AA {row:02X}\n" for row in range(10))


@pytest.fixture
def table(tmp_path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return path


def asked_layout(qtbot, window) -> TableLayoutDialog:
    """The dialog that asks for a layout, once the file has been recognized in the background."""
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(TableLayoutDialog)))
    return dialog_of(window, TableLayoutDialog)


def test_a_table_without_names_is_opened_by_its_columns(qtbot, window, stage, table):
    window.files.open(str(table))
    dialog = asked_layout(qtbot, window)
    assert dialog.table.rowCount() == 10
    assert dialog.table.horizontalHeaderItem(1).text() == "ID"
    layout = dialog.chosen_layout()
    assert (layout.delimiter, layout.time, layout.identifier, layout.dlc, layout.data) == (";", 0, 1, 2, 3)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Open).click()
    qtbot.waitUntil(lambda: stage.session.state is SessionState.FILE, timeout=10_000)
    assert stage.session.document.recording.rows(0, 10).arbitration_id.tolist() == list(range(0x100, 0x10A))


def test_the_answer_is_remembered(qtbot, window, stage, table):
    window.files.open(str(table))
    dialog = asked_layout(qtbot, window)
    dialog.kind.setCurrentIndex(dialog.kind.findData("ms"))
    dialog.accept_button = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: stage.session.state is SessionState.FILE, timeout=10_000)
    assert stage.session.document.recording.rows(0, 1).timestamp_ns.tolist() == [500_000]
    window.files.open(str(table))
    assert asked_layout(qtbot, window).chosen_layout().time_kind == "ms"


def test_a_file_is_recognized_once_and_not_in_the_gui_thread(
    qtbot, window, stage, table, tmp_path, monkeypatch
):
    threads: list[int] = []
    recognize = recognition.recognize

    def counted(path, layout=None):
        threads.append(threading.get_ident())
        return recognize(path, layout)

    monkeypatch.setattr(reader, "recognize", counted)
    log = tmp_path / "log.asc"
    save(log, [small_batch(10)])
    window.files.open(str(log))
    qtbot.waitUntil(
        lambda: stage.session.state is SessionState.FILE and len(stage.session.document.recording) == 10
    )
    assert len(threads) == 1
    window.files.open(str(table))
    asked_layout(qtbot, window)
    assert len(threads) == 2
    assert (
        len(stage.session.document.recording) == 10
    )  # what was shown before is shown until the layout is known
    assert threading.get_ident() not in threads


def test_a_table_needs_an_id(qtbot, table):
    head = table.read_bytes()
    dialog = TableLayoutDialog(table, head, suggest_layout(head))
    qtbot.addWidget(dialog)
    dialog.show()
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
    assert button.isEnabled()
    dialog.columns["identifier"].setCurrentIndex(0)
    assert not button.isEnabled()
    assert "ID" in dialog.problem.text()
    dialog.columns["identifier"].setCurrentIndex(1)
    assert "same column" in dialog.problem.text()
    dialog.delimiter.setCurrentIndex(dialog.delimiter.findData(","))
    assert dialog.columns["data"].count() == 2  # one column, or none


def test_the_preview_has_all_lines_of_a_short_table(qtbot, tmp_path):
    head = b"Zeit;Kennung;Wert\n0,001;0x123;01 02\n0,002;0x124;03 04\n0,003;0x125;05 06"
    dialog = TableLayoutDialog(tmp_path / "table.csv", head, suggest_layout(head))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.table.rowCount() == 3
    assert dialog.columns["time"].currentData() == 0
    assert dialog.columns["identifier"].currentData() == 1
    assert dialog.columns["data"].currentData() == 2
    assert dialog.buttons.button(QDialogButtonBox.StandardButton.Open).isEnabled()

"""The dialogs around files: tables without names, several files, recording with options, what is missing."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog

from canmcast_gui.app.document.files import Opened
from canmcast_gui.logfile import RecordOptions, read_batches, save
from canmcast_gui.logfile.reading import reader, recognition
from canmcast_gui.logfile.table.suggest import suggest_layout
from canmcast_gui.ui.dialogs.problems import ProblemsDialog
from canmcast_gui.ui.dialogs.record import RecordDialog
from canmcast_gui.ui.dialogs.several import SeveralDialog
from canmcast_gui.ui.dialogs.table import TableDialog
from tests.logfile.frames import small_batch

TABLE = "".join(f"{row}.5;{0x100 + row:X};2;AA {row:02X}\n" for row in range(10))


@pytest.fixture
def table(tmp_path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return path


def asked_layout(qtbot, window) -> TableDialog:
    """The dialog that asks for a layout, once the file has been recognized in the background."""
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(TableDialog)))
    return dialog_of(window, TableDialog)


def dialog_of(window, kind):
    found = [one for one in window.findChildren(kind) if one.isVisible()]
    assert len(found) == 1
    return found[0]


def test_a_table_without_names_is_opened_by_its_columns(qtbot, window, stage, table):
    window.files.open(str(table))
    dialog = asked_layout(qtbot, window)
    assert dialog.table.rowCount() == 10
    assert dialog.table.horizontalHeaderItem(1).text() == "Id"
    layout = dialog.layout_chosen()
    assert (layout.delimiter, layout.time, layout.identifier, layout.dlc, layout.data) == (";", 0, 1, 2, 3)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Open).click()
    qtbot.waitUntil(lambda: stage.session.state == "file", timeout=10_000)
    assert stage.session.recording.rows(0, 10).arbitration_id.tolist() == list(range(0x100, 0x10A))


def test_the_answer_is_remembered(qtbot, window, stage, table):
    window.files.open(str(table))
    dialog = asked_layout(qtbot, window)
    dialog.kind.setCurrentIndex(dialog.kind.findData("ms"))
    dialog.accept_button = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: stage.session.state == "file", timeout=10_000)
    assert stage.session.recording.rows(0, 1).timestamp_ns.tolist() == [500_000]
    window.files.open(str(table))
    assert asked_layout(qtbot, window).layout_chosen().time_kind == "ms"


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
    qtbot.waitUntil(lambda: stage.session.state == "file" and len(stage.session.recording) == 10)
    assert len(threads) == 1
    window.files.open(str(table))
    asked_layout(qtbot, window)
    assert len(threads) == 2
    assert len(stage.session.recording) == 10  # what was shown before is shown until the layout is known
    assert threading.get_ident() not in threads


def test_a_table_needs_an_id(qtbot, table):
    head = table.read_bytes()
    dialog = TableDialog(table, head, suggest_layout(head))
    qtbot.addWidget(dialog)
    dialog.show()
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
    assert button.isEnabled()
    dialog.columns["identifier"].setCurrentIndex(0)
    assert not button.isEnabled()
    assert "id" in dialog.problem.text()
    dialog.columns["identifier"].setCurrentIndex(1)
    assert "same column" in dialog.problem.text()
    dialog.delimiter.setCurrentIndex(dialog.delimiter.findData(","))
    assert dialog.columns["data"].count() == 2  # one column, or none


def test_several_files_open_on_one_time_line(qtbot, window, stage, tmp_path):
    paths = [tmp_path / "b.asc", tmp_path / "a.asc"]
    for path, start in zip(paths, (100, 500), strict=True):
        save(path, [small_batch(10, start_ns=start * 1_000_000_000)])
    window.files.open_all([str(path) for path in paths])
    dialog = dialog_of(window, SeveralDialog)
    dialog.together.setChecked(True)
    dialog.offsets[1].setValue(0.0005)
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open).click()
    qtbot.waitUntil(lambda: stage.session.state == "file", timeout=10_000)
    batch = stage.session.recording.rows(0, 20)
    assert batch.channel.tolist() == [1, 2] * 10
    assert stage.session.file_path.name == "a.asc and 1 more"
    assert any("channel 1 of b.asc is channel 2" in text.lower() for text in window.panel.messages.texts)


def test_one_chosen_file_is_opened_without_a_question(qtbot, window, stage, tmp_path):
    save(tmp_path / "a.asc", [small_batch(10)])
    window.files.ask_open()
    dialog = dialog_of(window, QFileDialog)
    dialog.filesSelected.emit([str(tmp_path / "a.asc")])
    dialog.close()
    qtbot.waitUntil(lambda: stage.session.state == "file", timeout=10_000)
    assert len(stage.session.recording) == 10


def test_what_could_not_be_read_is_shown_from_the_message(qtbot, window, stage, tmp_path):
    path = tmp_path / "log.log"
    path.write_text("(1.0) can0 1#00\ngarbage\n")
    window.files.open(str(path))
    qtbot.waitUntil(lambda: bool(window.panel.messages.texts), timeout=10_000)
    (message,) = window.panel.messages._messages
    message.button.click()
    assert dialog_of(window, ProblemsDialog).sentences == [
        "line 2: neither a frame nor a comment in 'garbage'"
    ]


def test_more_than_the_list_holds_is_said(qtbot):
    dialog = ProblemsDialog("log", Opened(60, tuple(f"line {row}" for row in range(50))))
    qtbot.addWidget(dialog)
    assert len(dialog.sentences) == 50
    assert dialog.layout().itemAt(2).widget().text() == "… and 10 more. The first 50 are listed."


def test_odd_frames_are_listed_and_shown_in_the_trace(qtbot, window, stage, tmp_path):
    path = tmp_path / "log.log"
    ids = ["100", "101", "900", "102", "900"]
    path.write_text("".join(f"({row}.0) can0 {number}#00\n" for row, number in enumerate(ids)) + "garbage\n")
    window.files.open(str(path))
    qtbot.waitUntil(lambda: bool(window.panel.messages.texts), timeout=10_000)
    odd = "standard ids above 7FF, read as extended: 2 frames"
    assert window.panel.messages.texts[-1].endswith(f"could not be read; 5 frames were loaded; {odd}.")
    (message,) = window.panel.messages._messages
    message.button.click()
    dialog = dialog_of(window, ProblemsDialog)
    assert dialog.sentences == [odd, "line 6: neither a frame nor a comment in 'garbage'"]
    view = window.views.chronological()
    for show in (dialog.go.click, lambda: qtbot.keyClick(dialog.list, Qt.Key.Key_Return)):
        qtbot.waitUntil(lambda: view.show_row(0), timeout=10_000)  # once the view has its rows
        show()
        assert view.current_row() == 2
    dialog.list.setCurrentRow(1)
    assert not dialog.go.isEnabled()


def record_dialog(qtbot, remembered=None, path="/tmp/trace.blf") -> RecordDialog:
    check = lambda text: "" if "==" in text or not text else "no filter"  # noqa: E731
    dialog = RecordDialog(Path(path), remembered or {}, check, lambda chosen: chosen("/tmp/other.asc"))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_record_options_are_what_the_fields_say_and_come_back(qtbot):
    dialog = record_dialog(qtbot)
    assert dialog.options() == RecordOptions()
    assert dialog.problem.text() == ""
    dialog.limits["split_bytes"].check.setChecked(True)
    dialog.limits["split_bytes"].number.setValue(5)
    dialog.pre.check.setChecked(True)
    dialog.trigger.setText("id == 1")
    dialog.post.check.setChecked(True)
    wanted = RecordOptions(split_bytes=5_000_000, trigger="id == 1", pre_seconds=60.0, post_seconds=10)
    assert dialog.options() == wanted
    assert "trace-001.blf" in dialog.problem.text()
    assert record_dialog(qtbot, dialog.values()).options() == wanted
    assert record_dialog(qtbot, {"ticked": 5, "numbers": {"pre": "x"}}).options() == RecordOptions()


def test_recording_needs_a_format_and_a_filter(qtbot):
    dialog = record_dialog(qtbot, path="/tmp/trace.xyz")
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not button.isEnabled()
    assert "must end in one of" in dialog.problem.text()
    dialog._browse.click()
    assert button.isEnabled()
    dialog.trigger.setText("nonsense")
    assert (button.isEnabled(), dialog.problem.text()) == (False, "no filter")


def test_recording_with_options_from_the_menu(qtbot, window, stage, tmp_path):
    window.actions_.record_options.trigger()
    dialog = dialog_of(window, RecordDialog)
    dialog.path.setText(str(tmp_path / "live.log"))
    dialog.limits["split_frames"].check.setChecked(True)
    dialog.limits["split_frames"].number.setValue(6)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert not window.actions_.record_options.isEnabled()
    stage.receive(small_batch(10))
    stage.session.stop_record()
    assert [sum(map(len, read_batches(tmp_path / f"live-00{n}.log"))) for n in (1, 2)] == [6, 4]
    assert stage.settings.record.value["numbers"]["split_frames"] == 6


def test_the_preview_has_all_lines_of_a_short_table(qtbot, tmp_path):
    head = b"Zeit;Kennung;Wert\n0,001;0x123;01 02\n0,002;0x124;03 04\n0,003;0x125;05 06"
    dialog = TableDialog(tmp_path / "table.csv", head, suggest_layout(head))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.table.rowCount() == 3
    assert dialog.columns["time"].currentData() == 0
    assert dialog.columns["identifier"].currentData() == 1
    assert dialog.columns["data"].currentData() == 2
    assert dialog.buttons.button(QDialogButtonBox.StandardButton.Open).isEnabled()

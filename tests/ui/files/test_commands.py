"""File commands: proposed names, remembered folders, recordings that crashes left, and recorded files."""

import gzip

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QMessageBox, QToolButton

from canmcast_gui.app.session import SessionState
from canmcast_gui.logfile import save
from canmcast_gui.recording import Recording, leftovers
from canmcast_gui.ui.dialogs.export import ExportSignalsDialog
from canmcast_gui.ui.dialogs.files import LOG_FOLDER
from canmcast_gui.ui.dialogs.record import RecordDialog
from canmcast_gui.ui.dialogs.recovery import RecoveryDialog
from canmcast_gui.ui.files.commands import proposed_name
from tests.support.frames import traffic
from tests.support.stage import process_deletions
from tests.ui.dialogs.conftest import dialog_of

pytestmark = pytest.mark.window


def open_files(qtbot, stage, *paths):
    from canmcast_gui.logfile import LogPart

    with qtbot.waitSignal(stage.session.open_files([LogPart(path) for path in paths]).ended):
        pass
    assert stage.session.state is SessionState.FILE


def test_an_opened_file_is_saved_under_its_name_in_its_folder_and_format(qtbot, stage, window, tmp_path):
    paths = [tmp_path / "one" / "drive.asc", tmp_path / "one" / "second.ASC"]
    paths[0].parent.mkdir()
    for path in paths:
        save(path, [traffic(5)])
    open_files(qtbot, stage, paths[0])
    assert proposed_name(stage.session.document) == ("drive.asc", paths[0].parent)
    assert proposed_name(stage.session.document, "-filtered")[0] == "drive-filtered.asc"
    window.actions_.save.trigger()
    dialog = dialog_of(window, QFileDialog)
    assert dialog.selectedFiles() == [str(paths[0])]
    assert "*.asc" in dialog.selectedNameFilter()
    dialog.reject()
    open_files(qtbot, stage, paths[1])
    assert proposed_name(stage.session.document)[0] == "second.ASC"
    open_files(qtbot, stage, *paths)
    assert proposed_name(stage.session.document)[0] == "drive-and-1-more.asc"
    packed = tmp_path / "packed.log.gz"
    save(tmp_path / "plain.log", [traffic(5)])
    packed.write_bytes(gzip.compress((tmp_path / "plain.log").read_bytes()))
    open_files(qtbot, stage, packed)
    assert proposed_name(stage.session.document)[0] == "packed.log"
    foreign = tmp_path / "drive.crtd"
    foreign.write_text("1.000000 1R11 100 01 02\n")
    open_files(qtbot, stage, foreign)
    assert proposed_name(stage.session.document)[0] == "drive.blf"


def test_frames_from_a_bus_are_saved_under_their_time_and_the_folder_is_remembered(
    qtbot, stage, window, tmp_path
):
    stage.receive(traffic(10))
    name, folder = proposed_name(stage.session.document)
    assert name.startswith("trace-2023111")
    assert folder is None
    window.actions_.save.trigger()
    dialog = dialog_of(window, QFileDialog)
    dialog.selectFile(str(tmp_path / "mine.blf"))
    dialog.accept()
    qtbot.waitUntil(lambda: (tmp_path / "mine.blf").exists())
    assert stage.settings.field(LOG_FOLDER).value == str(tmp_path)
    process_deletions()
    window.actions_.save_minute.trigger()
    dialog = dialog_of(window, QFileDialog)
    assert dialog.directory().absolutePath() == str(tmp_path)
    dialog.reject()


def crashed(*counts):
    for count in counts:
        recording = Recording.create()
        recording.append(traffic(count))
        recording.close()


def test_several_recordings_of_crashes_are_opened_saved_and_discarded_from_one_list(
    qtbot, stage, window, tmp_path
):
    window.actions_.recover.trigger()
    assert "No recordings of crashed sessions" in window.panel.messages.texts[-1]
    crashed(50, 60, 70)
    window.recovery.offer()
    text = window.panel.messages.texts[-1]
    assert text == "180 frames in 3 recordings were not saved because the program crashed."
    window.panel.messages.messages[-1].buttons["Show…"].click()
    dialog = dialog_of(window, RecoveryDialog)

    def button(name):
        return next(one for one in dialog.list.findChildren(QToolButton) if one.text() == name)

    assert len(dialog.list.findChildren(QToolButton)) == 9
    button("Discard…").click()
    box = dialog.findChild(QMessageBox)
    box.button(QMessageBox.StandardButton.Discard).click()
    assert len(leftovers()) == 2
    process_deletions()
    button("Save…").click()
    files = dialog_of(window, QFileDialog)
    files.selectFile(str(tmp_path / "saved.blf"))
    files.accept()
    qtbot.waitUntil(lambda: len(leftovers()) == 1 and len(dialog.list.findChildren(QToolButton)) == 3)
    last = leftovers()[0]
    # by keyboard
    button("Open").setFocus()
    qtbot.keyClick(button("Open"), Qt.Key.Key_Space)
    assert len(stage.session.document.recording) == last.frames
    assert text not in window.panel.messages.texts


def test_one_recording_of_a_crash_is_discarded_from_its_message(stage, window):
    crashed(50)
    window.recovery.offer()
    (message,) = window.panel.messages.messages
    assert list(message.buttons) == ["Open", "Save…", "Discard…"]
    message.buttons["Discard…"].click()
    window.findChild(QMessageBox).button(QMessageBox.StandardButton.Discard).click()
    assert leftovers() == []
    assert window.panel.messages.texts == []


def test_a_wrong_folder_keeps_the_record_dialog_and_a_right_one_records(qtbot, stage, window, tmp_path):
    stage.receive(traffic(100))
    window.actions_.record_options.trigger()
    dialog = dialog_of(window, RecordDialog)
    dialog.path.setText(str(tmp_path / "none" / "live.blf"))
    dialog.pre.check.setChecked(True)
    record = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    record.click()
    assert dialog.isVisible()
    assert "cannot be written" in dialog.problem.text()
    assert dialog.path.hasSelectedText()
    assert window.panel.messages.texts == []
    dialog.path.setText(str(tmp_path / "live.blf"))
    assert dialog.problem.text() == ""
    record.click()
    assert stage.session.record.recorder is not None
    stage.receive(traffic(100, first=100))
    window.actions_.record.trigger()
    message = window.panel.messages.messages[-1]
    assert message.text.startswith("Recorded 200 frames to live.blf (")
    assert set(message.buttons) == {"Open", "Show in folder"}
    message.buttons["Open"].click()
    assert window.findChild(QMessageBox) is None  # the file has all frames
    qtbot.waitUntil(lambda: stage.session.state is SessionState.FILE)
    assert len(stage.session.document.recording) == 200
    QApplication.processEvents()


def test_problems_of_a_database_are_shown_from_the_message(qtbot, stage, window, tmp_path):
    path = tmp_path / "odd.dbc"
    path.write_text('VERSION ""\nBO_ 256 Engine: 8 ECU\n SG_ Speed : 0|16@1+ (1,0) [0|0] "" X\nNONSENSE 1;\n')
    with qtbot.waitSignal(stage.session.databases.doubted):
        stage.session.databases.load(path)
    window.panel.messages.messages[-1].buttons["Show…"].click()
    browser = window.docks.browser
    qtbot.waitUntil(browser.isVisible)
    assert browser.tabs.currentWidget() is browser.problems


def test_all_signals_or_selected_ones_are_exported(qtbot, stage, window, tmp_path):
    window.actions_.export_signals.trigger()
    assert window.panel.messages.texts[-1].startswith("No database describes signals")
    stage.add_database()
    window.actions_.export_signals.trigger()
    assert window.panel.messages.texts[-1] == "There are no frames to export signals of."
    stage.receive(traffic(400))

    def export(name, prepare):
        window.actions_.export_signals.trigger()
        dialog = dialog_of(window, ExportSignalsDialog)
        prepare(dialog)
        dialog.ok.click()
        files = dialog_of(window, QFileDialog)
        assert files.selectedFiles()[0].endswith("-signals.csv")
        files.selectFile(str(tmp_path / name))
        files.accept()
        qtbot.waitUntil((tmp_path / name).exists)
        process_deletions()
        return (tmp_path / name).read_text().splitlines()

    def choose(dialog):
        dialog.some.click()
        assert not dialog.ok.isEnabled()
        dialog.all.click()
        qtbot.keyClicks(dialog.search, "speed")
        shown = [item for item in items(dialog) if not item.isHidden()]
        assert [item.text() for item in shown] == ["Engine.Speed"]
        shown[0].setCheckState(Qt.CheckState.Checked)
        assert dialog.some.isChecked()
        dialog.resample.evenly.click()
        dialog.resample.every_ms.setValue(50)

    def items(dialog):
        return [dialog.list.item(line) for line in range(dialog.list.count())]

    everything = export("all.csv", lambda _dialog: None)
    assert len(everything) == 101  # a quarter of the frames are Engine
    assert {title.partition(" ")[0] for title in everything[0].split(",")[1:]} == {
        "Engine.Speed",
        "Engine.Gear",
    }
    some = export("some.csv", choose)
    assert some[0].startswith("time_s,Engine.Speed")
    assert len(some) == 1 + 396 // 50 + 1

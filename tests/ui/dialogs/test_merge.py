"""Opening several files on one time line."""

from PySide6.QtWidgets import QDialogButtonBox, QFileDialog

from canmcast_gui.app.session import SessionState
from canmcast_gui.logfile import save
from canmcast_gui.ui.dialogs.merge import MergeDialog
from tests.logfile.frames import small_batch
from tests.ui.dialogs.conftest import dialog_of


def test_several_files_open_on_one_time_line(qtbot, window, stage, tmp_path):
    paths = [tmp_path / "b.asc", tmp_path / "a.asc"]
    for path, start in zip(paths, (100, 500), strict=True):
        save(path, [small_batch(10, start_ns=start * 1_000_000_000)])
    window.files.open_all([str(path) for path in paths])
    dialog = dialog_of(window, MergeDialog)
    dialog.together.setChecked(True)
    dialog.offsets[1].setValue(0.0005)
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open).click()
    qtbot.waitUntil(lambda: stage.session.state is SessionState.FILE, timeout=10_000)
    batch = stage.session.document.recording.rows(0, 20)
    assert batch.channel.tolist() == [1, 2] * 10
    assert stage.session.document.file_path.name == "a.asc and 1 more"
    assert any("channel 1 of b.asc is channel 2" in text.lower() for text in window.panel.messages.texts)


def test_one_chosen_file_is_opened_without_a_question(qtbot, window, stage, tmp_path):
    save(tmp_path / "a.asc", [small_batch(10)])
    window.files.ask_open()
    dialog = dialog_of(window, QFileDialog)
    dialog.filesSelected.emit([str(tmp_path / "a.asc")])
    dialog.close()
    qtbot.waitUntil(lambda: stage.session.state is SessionState.FILE, timeout=10_000)
    assert len(stage.session.document.recording) == 10

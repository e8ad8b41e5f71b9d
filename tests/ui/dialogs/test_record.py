"""The dialog for recording with options."""

from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox

from canmcast_gui.logfile import RecordOptions, read_batches
from canmcast_gui.ui.dialogs.record import RecordDialog
from tests.logfile.frames import small_batch
from tests.ui.dialogs.conftest import dialog_of


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
    dialog.browse.click()
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
    stage.session.record.stop()
    assert [sum(map(len, read_batches(tmp_path / f"live-00{n}.log"))) for n in (1, 2)] == [6, 4]
    assert stage.settings.record.value["numbers"]["split_frames"] == 6

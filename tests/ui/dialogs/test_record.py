"""The dialog for recording with options."""

import shutil
from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.logfile import RecordOptions, TableLayout, read_batches
from canmcast_gui.ui.dialogs.record import RECORD_FIELDS, RecordDialog, RecordFields
from canmcast_gui.ui.dialogs.table_layout import LAYOUTS
from tests.app.program.test_settings import RELEASED
from tests.logfile.frames import small_batch
from tests.ui.dialogs.conftest import dialog_of

NOTHING = RecordFields()


def record_dialog(
    qtbot, fields=NOTHING, path="/tmp/trace.blf", start=lambda _path, _options: ""
) -> RecordDialog:
    dialog = RecordDialog(Path(path), fields, compile_filter, lambda chosen: chosen("/tmp/other.asc"), start)
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


def test_a_changed_number_ticks_its_box(qtbot):
    dialog = record_dialog(qtbot, RecordFields(numbers={"split_frames": 6}))
    assert dialog.options() == RecordOptions()  # a remembered number does not
    dialog.limits["split_seconds"].number.stepUp()
    assert dialog.options() == RecordOptions(split_seconds=601)


def test_recording_needs_a_format_and_a_filter(qtbot):
    dialog = record_dialog(qtbot, path="/tmp/trace.xyz")
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not button.isEnabled()
    assert "must end in one of" in dialog.problem.text()
    dialog.browse.click()
    assert button.isEnabled()
    dialog.trigger.setText("id == nonsense")
    assert not button.isEnabled()
    assert dialog.trigger_field.note.text().endswith("(character 7)")
    dialog.trigger.setText("id == 1")
    assert button.isEnabled()
    assert not dialog.trigger_field.note.isVisible()


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
    assert stage.settings.field(RECORD_FIELDS).value.numbers["split_frames"] == 6


def test_the_options_of_the_first_release_are_loaded(qtbot, tmp_path):
    settings = AppSettings(shutil.copy(RELEASED, tmp_path / "settings.ini"))
    dialog = record_dialog(qtbot, settings.field(RECORD_FIELDS).value)
    dialog.trigger.setText("id == 1")
    assert dialog.options() == RecordOptions(split_bytes=5_000_000, trigger="id == 1", pre_seconds=60.0)
    ((remembered,), layout) = settings.field(LAYOUTS).value, TableLayout(";", time=0, identifier=1, data=2)
    assert (remembered.key, remembered.layout) == ("0123456789abcdef", layout)
    assert settings.bad_values() == ""

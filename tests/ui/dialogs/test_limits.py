"""Limits of a recording: set in the dialog, kept in the settings, applied to received frames."""

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from canmcast_gui.app.program.settings import RecordingLimits
from canmcast_gui.recording import Limits
from canmcast_gui.ui.dialogs.limits import LimitsDialog
from tests.support.frames import traffic

pytestmark = pytest.mark.window


def agree(dialog: LimitsDialog) -> None:
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()


def test_what_is_set_holds_and_is_remembered(stage, window):
    assert stage.session.document.recording.limits == Limits()
    window.actions_.limits.trigger()
    dialog = window.findChild(LimitsDialog)
    box, number = dialog.rows["frames"]
    assert not number.isEnabled()
    box.click()
    number.setValue(2)
    agree(dialog)
    assert stage.settings.limits.value == RecordingLimits(gigabytes=64, frames=2000)
    assert stage.session.document.recording.limits == Limits(most_frames=2000)
    for first in range(0, 6000, 250):
        stage.receive(traffic(250, first=first))
    assert len(stage.session.document.recording) <= 2000
    assert stage.session.document.recording.evicted >= 4000
    window.statusBar().refresh()
    deleted = f"{stage.session.document.recording.evicted:,} oldest deleted"
    assert window.statusBar().labels["memory"].text().endswith(deleted)
    again = LimitsDialog(stage.settings, window)
    assert again.rows["frames"][0].isChecked()
    assert again.rows["frames"][1].value() == 2
    assert not again.rows["minutes"][0].isChecked()
    again.reject()


def test_a_new_trace_has_the_limits_too(stage, window):
    stage.settings.limits.set(RecordingLimits(minutes=5))
    stage.session.clear()
    assert stage.session.document.recording.limits == Limits(most_age_ns=300_000_000_000)


def test_a_file_is_kept_whole(qtbot, stage, window, tmp_path):
    stage.receive(traffic(1000))
    with qtbot.waitSignal(stage.session.document.save(tmp_path / "all.asc").finished):
        pass
    stage.settings.limits.set(RecordingLimits(frames=100))
    with qtbot.waitSignal(stage.session.open_file(tmp_path / "all.asc").ended, timeout=10_000):
        pass
    stage.settings.limits.set(RecordingLimits(frames=50))
    assert len(stage.session.document.recording) == 1000
    assert stage.session.document.recording.limits == Limits()

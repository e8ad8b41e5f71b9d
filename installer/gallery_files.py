"""States of the gallery: recording, and dialogs of files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QDialog, QWidget

from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import Recording
from canmcast_gui.ui.dialogs.problems import ProblemsDialog
from canmcast_gui.ui.dialogs.recovery import RecoveryDialog
from installer.gallery_window import file_damaged
from installer.screenshots import settle, wait

if TYPE_CHECKING:
    from installer.gallery import Stage

    State = Callable[[Stage], QWidget]

TABLE = """Zeit;Kanal;Kennung;Name;DLC;Daten
0,001;1;0x123;Motor;8;00 11 22 33 44 55 66 77
0,002;1;0x124;Getriebe;4;00 11 22 33
0,004;2;0x1F0;;2;AB CD
"""


def record_options(stage: Stage) -> QWidget:
    """Recording with every option."""
    stage.demo()
    stage.window.record.ask_with_options("EngineStatus.EngineSpeed > 3000")
    dialog = stage.dialog()
    for box in (*dialog.limits.values(), dialog.pre, dialog.post):
        box.check.setChecked(True)
    return dialog


def recorded(stage: Stage) -> QWidget:
    """The message after a recording."""
    stage.demo()
    stage.session.record.start(stage.folder / "drive.blf")
    settle(1.0)
    stage.session.record.stop()
    return stage.window


def unsaved(stage: Stage) -> QWidget:
    """The question about unsaved frames."""
    stage.demo()
    stage.session.clear()
    stage.session.bus.close()
    stage.session.document.append(frames(1000))
    stage.window.files.keep_unsaved(lambda: None)
    return stage.dialog()


def recovery(stage: Stage) -> QWidget:
    """Recordings that a crash left."""
    stage.close_dialogs()
    for count in (12_345, 1):
        left = Recording.create()
        left.append(frames(count))
        left.close()
    return shown(RecoveryDialog(stage.window))


def export_signals(stage: Stage) -> QWidget:
    """The signals to export."""
    stage.demo()
    stage.window.export.ask()
    return stage.dialog()


def merge(stage: Stage) -> QWidget:
    """Several files on one time line."""
    stage.close_dialogs()
    names = ("bench-gateway-2026-11-29.blf", "bench-engine.asc", "short.blf")
    stage.window.files.open_all([str(stage.folder / name) for name in names])
    return stage.dialog()


def table_layout(stage: Stage) -> QWidget:
    """A table whose columns are not known."""
    stage.close_dialogs()
    path = stage.folder / "measurement.csv"
    path.write_text(TABLE)
    stage.session.open_file(path)
    wait(lambda: any(one.isVisible() for one in stage.window.findChildren(QDialog)), "the question")
    return stage.dialog()


def problems(stage: Stage) -> QWidget:
    """What could not be read of a file."""
    file_damaged(stage)
    opened = stage.session.document.opened
    return shown(ProblemsDialog(opened.summary("damaged.asc"), opened, stage.window))


def file_dialog(stage: Stage) -> QWidget:
    """The dialog for log files."""
    stage.close_dialogs()
    stage.window.files.ask_open()
    return stage.dialog()


def save_dialog(stage: Stage) -> QWidget:
    """The dialog for a new log file."""
    stage.demo()
    stage.window.files.ask_save()
    return stage.dialog()


def shown(dialog: QDialog) -> QDialog:
    """A dialog after it was shown."""
    dialog.show()
    settle(0.3)
    return dialog


def frames(count: int) -> FrameBatch:
    """Frames of one id."""
    times = 1_000_000 * np.arange(count)
    return FrameBatch.from_columns(times, [0x123] * count, np.zeros((count, 8), np.uint8))


FILE_STATES: dict[str, State] = {
    "record-with-all": record_options,
    "recorded": recorded,
    "unsaved": unsaved,
    "recovery": recovery,
    "export-signals": export_signals,
    "merge": merge,
    "table-layout": table_layout,
    "problems": problems,
    "open-dialog": file_dialog,
    "save-dialog": save_dialog,
}

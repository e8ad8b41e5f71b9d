"""Opening a long recording in the window: time to the first rows, stalls while loading, and canceling."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer
from tests.benchmarks.figure import Figure

FRAMES = 5_000_000
_BATCH = 500_000
_SLICE_S = 0.005
_LIMIT_S = 120.0


def run() -> list[Figure]:
    """Time to the first rows, the longest stall while five million frames load, and time to cancel."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = folder
        if "DISPLAY" not in os.environ:
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        path = Path(folder) / "long.blf"
        _write(path)
        return _measure(path, Path(folder) / "settings.ini")


def _write(path: Path) -> None:
    """Frames of 82 ids, in whose payloads a few counters change, as in real traffic."""
    rows = np.arange(_BATCH, dtype=np.int64)
    with open_writer(path) as writer:
        for start in range(0, FRAMES, _BATCH):
            data = np.zeros((_BATCH, 8), dtype=np.uint8)
            data[:, 0], data[:, 3], data[:, 5] = rows & 255, rows >> 8 & 255, rows % 82
            writer.write(
                FrameBatch.from_columns(
                    timestamp_ns=1_700_000_000_000_000_000 + (start + rows) * 100_000,
                    arbitration_id=0x100 + rows % 82,
                    data=data,
                    channel=1,
                )
            )


def _measure(path: Path, settings: Path) -> list[Figure]:
    from PySide6.QtWidgets import QApplication

    from canmcast_gui.app.program.settings import AppSettings
    from canmcast_gui.app.session import Session, SessionState
    from canmcast_gui.ui.window.main_window import MainWindow

    application = QApplication.instance() or QApplication([])
    session, remembered = Session(), AppSettings(settings)
    remembered.trace_mode.set("chronological")
    window = MainWindow(session, remembered)
    window.resize(1280, 800)
    window.show()
    _turn(lambda: False, 2.0)
    start = time.perf_counter()
    session.open_file(path)
    first, _ = _turn(lambda: _rows_shown(window) > 10, _LIMIT_S)
    seconds, stall = _turn(lambda: session.state is SessionState.FILE, _LIMIT_S)
    loaded = time.perf_counter() - start
    assert len(session.document.recording) == FRAMES, (len(session.document.recording), seconds)
    task = session.open_file(path)
    _turn(lambda: len(session.document.recording) > FRAMES // 5, _LIMIT_S)
    ended: list[float] = []
    task.ended.connect(lambda: ended.append(time.perf_counter()))
    asked = time.perf_counter()
    task.cancel()
    _turn(lambda: bool(ended), _LIMIT_S)
    window.hide()
    session.shutdown()
    application.processEvents()
    words = f"{FRAMES / loaded / 1e6:.2f} M frames/s into the window"
    return [
        Figure("first rows on the screen", first, 1.0, f"{first:.2f} s", at_most=True, unit="s"),
        Figure("longest stall while the rest loads", stall * 1000, 100, words, at_most=True, unit="ms"),
        Figure("cancel", (ended[0] - asked) * 1000, 200, "", at_most=True, unit="ms"),
    ]


def _rows_shown(window: object) -> int:
    """The number of rows that the chronological view has drawn."""
    model = window.panel.chronological.model  # type: ignore[attr-defined]
    return int(model.rowCount())


def _turn(done: object, limit_s: float) -> tuple[float, float]:
    """Run the event loop until ``done()``; returns the seconds and the longest turn."""
    from PySide6.QtCore import QCoreApplication, QEventLoop

    start = last = time.perf_counter()
    longest = 0.0
    while not done() and last - start < limit_s:  # type: ignore[operator]
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        now = time.perf_counter()
        longest = max(longest, now - last)
        time.sleep(_SLICE_S)  # as an idle loop does; what others then take away shows in the next turn
        last = time.perf_counter()
        longest = max(longest, last - now - _SLICE_S)
    return time.perf_counter() - start, longest

"""The plot panel in a window: first picture, zooming, twenty live signals, and visible peaks."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from canmcast_gui.frames import FrameBatch
from tests.benchmarks.figure import Figure
from tests.support.long_runs import anonymous_memory

if TYPE_CHECKING:
    from canmcast_gui.app.session import Session
    from canmcast_gui.ui.plot.panel import PlotPanel

FRAMES = 10_000_000
BLOCK = 100_000
SPIKE_ROW = 7_654_321
STEP_NS = 50_000
LIVE_SIGNALS, LIVE_RATE = 20, 1000
LIVE_SECONDS = 60
ZOOMS = 100
LIMIT_S = 60.0


def run() -> list[Figure]:
    """Measure a panel of 900 x 600 pixels."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = folder
        if "DISPLAY" not in os.environ:
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        database = Path(folder) / "bench.dbc"
        database.write_text(_database())
        return [*_long_recording(database), *_live(database)]


def _database() -> str:
    lines = ['VERSION ""', "BU_: ECU"]
    for number in range(LIVE_SIGNALS):
        lines.append(f"BO_ {256 + number} M{number}: 8 ECU")
        lines.append(f' SG_ Speed : 0|16@1+ (0.25,0) [0|16383.75] "u{number}" X')
    return "\n".join(lines) + "\n"


@contextmanager
def _panel(database: Path) -> Iterator[tuple[Session, PlotPanel]]:
    from PySide6.QtWidgets import QApplication

    from canmcast_gui.app.session import Session
    from canmcast_gui.database import load_database
    from canmcast_gui.ui.plot.panel import PlotPanel

    application = QApplication.instance() or QApplication([])
    session = Session()
    session.databases.loaded.add(load_database(database))
    panel = PlotPanel(session)
    panel.resize(900, 600)
    panel.show()
    _turn(lambda: False, 0.5)
    try:
        yield session, panel
    finally:
        panel.hide()
        panel.deleteLater()
        session.shutdown()
        application.processEvents()


def _turn(done: Callable[[], bool], limit_s: float = LIMIT_S) -> float:
    """Run the event loop until a condition or time; returns the seconds."""
    from PySide6.QtCore import QCoreApplication, QEventLoop

    start = time.perf_counter()
    while not done() and time.perf_counter() - start < limit_s:
        # The display clock of the session wakes it 25 times a second.
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return time.perf_counter() - start


def _block(start: int, ids: np.ndarray) -> FrameBatch:
    """Frames 50 µs apart whose first two bytes are a slow triangle wave with one spike."""
    rows = start + np.arange(len(ids))
    values = (np.abs(rows % 400_000 - 200_000) // 40).astype("<u2")
    values[rows == SPIKE_ROW] = 0xFFFF
    data = np.zeros((len(ids), 8), dtype=np.uint8)
    data[:, :2] = values.view(np.uint8).reshape(-1, 2)
    return FrameBatch.from_columns(rows * STEP_NS, ids, data)


def _long_recording(database: Path) -> list[Figure]:
    with _panel(database) as (session, panel):
        for start in range(0, FRAMES, BLOCK):
            # Half of the frames are the signal's message, spike included.
            ids = np.where(np.arange(start, start + BLOCK) % 2, 0x100, 0x300)
            session.document.recording.append(_block(start, ids))
        panel.fit()
        panel.signals.add("M0.Speed")
        first = _turn(lambda: panel.signals.data.unread_rows == 0)
        panel.grab()
        steps = []
        seen = 0
        for number in range(ZOOMS):
            begin = time.perf_counter()
            if number % 2:
                panel.picture.lanes.dragged.emit((panel.span.span[1] - panel.span.span[0]) / 50)
                panel.picture.lanes.dragged.emit(-(panel.span.span[1] - panel.span.span[0]) / 50)
            else:
                panel.picture.lanes.zoomed.emit(0.8, SPIKE_ROW * STEP_NS / 1e9)
            panel.picture.lanes.viewport().repaint()
            steps.append(time.perf_counter() - begin)
            seen += _highest(panel) == 0xFFFF * 0.25
        slowest = float(np.quantile(steps, 0.9))
    return [
        Figure("first picture out of 10 M frames", first, 1, f"{first:.2f} s", at_most=True, unit="s"),
        Figure("zoom and pan over them", 1 / slowest, 25, f"{slowest * 1e3:.1f} ms each (90 of 100)",
               unit="repaints/s"),
        Figure("pictures without a spike of one sample", ZOOMS - seen, 0, f"{ZOOMS} zoomed and moved",
               at_most=True, unit=""),
    ]  # fmt: skip


def _highest(panel: PlotPanel) -> float:
    return float(np.max(panel.picture.lanes.lanes[0].axes[0].curves[0].y))


def _live(database: Path) -> list[Figure]:
    """Append frames at the rate of a bus, and measure the processor time of the panel."""
    from PySide6.QtCore import QEvent, QObject

    class Paints(QObject):
        count = 0

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            self.count += event.type() == QEvent.Type.Paint
            return False

    with _panel(database) as (session, panel):
        for number in range(LIVE_SIGNALS):
            panel.signals.add(f"M{number}.Speed")
        panel.bar.window_chosen.emit(60.0)
        sent = 0
        per_tick = LIVE_SIGNALS * LIVE_RATE // 25

        def arrive() -> None:
            nonlocal sent
            session.clock.wake()
            session.document.recording.append(
                _block(sent, 0x100 + np.arange(sent, sent + per_tick) % LIVE_SIGNALS)
            )
            sent += per_tick

        paints = Paints()
        session.clock.tick.connect(arrive)
        _turn(lambda: False, LIVE_SECONDS / 3)
        before = anonymous_memory()
        panel.picture.lanes.viewport().installEventFilter(paints)
        cpu, start = time.process_time(), time.perf_counter()
        _turn(lambda: False, LIVE_SECONDS * 2 / 3)
        seconds = time.perf_counter() - start
        share = (time.process_time() - cpu) / seconds
        grown = (anonymous_memory() - before) / 2**20
        unread = panel.signals.data.unread_rows
        repaints = paints.count / seconds
    name = f"{LIVE_SIGNALS} signals live at {LIVE_RATE:,} frames/s each, 60 s on the screen"
    return [
        Figure(name, repaints, 20, f"{sent:,} frames", unit="repaints/s"),
        Figure(f"{name}: processor", share, 0.4, f"{share:.0%} of a core", at_most=True, unit="cores"),
        Figure(f"{name}: unread", unread, per_tick, f"{unread} frames", at_most=True, unit="frames"),
        Figure(f"{name}: memory", grown, 64, "in 40 s", at_most=True, unit="MiB"),
    ]

"""A window with a recording of any length, controlled by a script; the benchmarks run it as a separate
process.

``python -m tests.benchmarks.window_stage WHAT [FRAMES]`` prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from canmcast_gui.app.program.event_loop import StallMeter
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.frames import FrameBatch
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.window.main_window import MainWindow

BATCH = 65_536
ROUNDS = 60
FEW, MANY = 10_000, 10_000_000
IDS = 2_000


def traffic(frames: int, first: int, ids: int = 100) -> FrameBatch:
    """Numbered frames, 50 µs apart, of many ids in turn."""
    numbers = np.arange(first, first + frames)
    data = (numbers * 2_654_435_761).astype("<u8").view(np.uint8).reshape(-1, 8)
    return FrameBatch.from_columns(
        timestamp_ns=1_700_000_000_000_000_000 + numbers * 50_000,
        arbitration_id=0x100 + numbers % ids,
        data=data,
        flags=(ids > 1000) * 1,
        channel=1,
    )


@contextmanager
def window(frames: int, folder: str, ids: int = 100) -> Iterator[MainWindow]:
    """A window that shows a number of frames chronologically."""
    session, settings = Session(), AppSettings(Path(folder) / f"{frames}.ini")
    one = MainWindow(session, settings)
    one.resize(1280, 800)
    one.show()
    for first in range(0, frames, BATCH):
        session.document.append(traffic(min(BATCH, frames - first), first, ids))
    session.state_changed.emit()
    one.panel.set_mode("chronological")
    settle(1.0)
    yield one
    one.end()
    session.shutdown()
    one.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def settle(seconds: float) -> None:
    """Run the event loop for some seconds."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QApplication.processEvents()
        time.sleep(0.002)


def turn(action: Callable[[], object]) -> float:
    """Milliseconds for an action and the drawing after it."""
    start = time.perf_counter()
    action()
    QApplication.processEvents()
    return (time.perf_counter() - start) * 1000


def worst(actions: list[Callable[[], object]]) -> float:
    """The longest of several turns, each the best of three, so that other load does not count."""
    rounds = [[turn(action) for action in actions] for _ in range(3)]
    return max(map(min, zip(*rounds, strict=True)))


def memory(folder: str, frames: int) -> dict[str, float]:
    """Anonymous memory of the whole process, in bytes."""
    with window(frames, folder) as one:
        bar = one.panel.chronological.table.verticalScrollBar()
        for part in range(20):
            bar.setValue(bar.maximum() * part // 20)
            settle(0.02)
        status = Path("/proc/self/status").read_text()
        return {"anonymous": int(status.partition("RssAnon:")[2].split()[0]) * 1024}


def repaint(folder: str) -> dict[str, float]:
    """Redraw a full screen at other rows, in a long and a short trace alternately; the medians in ms."""
    times: dict[int, list[float]] = {FEW: [], MANY: []}
    with window(FEW, folder) as few, window(MANY, folder) as many:
        for step in range(ROUNDS):
            for frames, one in ((FEW, few), (MANY, many)):
                table = one.panel.chronological.table
                table.verticalScrollBar().setValue((step * 97 + 11) * frames // 10_000)
                start = time.perf_counter()
                table.viewport().repaint()
                times[frames].append((time.perf_counter() - start) * 1000)
    return {"few": float(np.median(times[FEW])), "many": float(np.median(times[MANY]))}


def stalls(folder: str) -> dict[str, float]:
    """The longest turns of the event loop in ms for user actions in a trace of ten million frames."""
    with window(MANY, folder) as one:
        trace, box = one.panel.chronological, one.panel.filter_box
        bar = trace.table.verticalScrollBar()
        jumps = worst(
            [lambda place=place: bar.setValue(bar.maximum() * place // 7) for place in (7, 3, 0, 5, 2, 1)]
        )
        keys = worst([trace.table.selectAll, trace.table.clearSelection])
        meter = StallMeter()
        settle(0.3)
        searches = []
        for text in ("id == 0x142", "id == 0x143", "id == 0x144"):
            meter.reset()
            box.set_filter_text(text)
            settle(1.5)
            searches.append(meter.longest_ms)
        searching = min(searches)
    with window(20 * IDS, folder, IDS) as one:
        one.panel.set_mode("by_id")
        settle(2.0)
        view = one.panel.by_id
        header = view.table.header
        for section in range(header.count()):
            header.setSectionHidden(section, False)
        sorting = worst(
            [
                lambda section=section, order=order: header.setSortIndicator(section, order)
                for section in range(header.count())
                for order in Qt.SortOrder
            ]
        )
        shown = view.shown_ids()
    return {
        "jump": jumps,
        "select": keys,
        "filter": searching,
        "sort": sorting,
        "ids": shown,
    }


def live(folder: str, group: str, port: int, seconds: float) -> dict[str, float]:
    """Live with a filter, a by-ID view and scrolling, for some seconds from the first frame."""
    session, settings = Session(), AppSettings(Path(folder) / "live.ini")
    one = MainWindow(session, settings)
    one.resize(1280, 800)
    one.show()
    one.panel.set_mode("chronological")
    one.panel.filter_box.set_filter_text("id in 0x100..0x13F")
    one.actions_.new_by_id.trigger()
    session.bus.open(Measurement.of_bus(BusSettings(group=group, port=port, hop_limit=0)))
    print("ready", flush=True)
    bar, step = one.panel.chronological.table.verticalScrollBar(), 0

    def scroll() -> None:
        nonlocal step
        step += 1
        bar.setValue(bar.maximum() * (step * 37 % 100) // 100)

    timer = QTimer()
    timer.timeout.connect(scroll)
    timer.start(40)
    while not len(session.document.recording):
        settle(0.05)
    settle(1.0)
    meter = StallMeter()
    settle(seconds)
    totals = session.statistics()
    result = {
        "p99": meter.p99_ms,
        "longest": meter.longest_ms,
        "lost": totals.lost,
        "received": totals.received,
        "shown": one.panel.chronological.shown_frames(),
    }
    timer.stop()
    session.bus.close()
    one.end()
    session.shutdown()
    one.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return result


def main() -> None:
    """Run one of them in a temporary folder."""
    what, *numbers = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
        application = QApplication([])
        result = {
            "memory": lambda: memory(folder, int(numbers[0])),
            "repaint": lambda: repaint(folder),
            "stalls": lambda: stalls(folder),
            "live": lambda: live(folder, numbers[0], int(numbers[1]), float(numbers[2])),
        }[what]()
        print(json.dumps(result), flush=True)
        del application


if __name__ == "__main__":
    main()

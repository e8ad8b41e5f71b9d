"""Make the pictures of the README and the handbook again, from the demonstration, without a display.

    .venv/bin/python installer/screenshots.py [FOLDER]

Each state of the window is written to handbook/images/ in FOLDER (resources), the first one also to
screenshots/. Frames stay on this computer; settings and recordings go to a temporary folder.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt  # noqa: E402
from PySide6.QtGui import QImage, QPixmap, qRgb  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialog, QWidget  # noqa: E402

from canmcast_gui.app.bus.device_search import DeviceSearch  # noqa: E402
from canmcast_gui.app.bus.trial import ChannelTrial  # noqa: E402
from canmcast_gui.app.program.settings import AppSettings  # noqa: E402
from canmcast_gui.app.session import Session  # noqa: E402
from canmcast_gui.app.transmit.row import NS_PER_MS, TransmitRow  # noqa: E402
from canmcast_gui.channels.measurement import Measurement  # noqa: E402
from canmcast_gui.transport.settings import BusSettings  # noqa: E402
from canmcast_gui.ui import labels, theme  # noqa: E402
from canmcast_gui.ui.dialogs.channels import ChannelsDialog  # noqa: E402
from canmcast_gui.ui.dialogs.record import RecordDialog  # noqa: E402
from canmcast_gui.ui.window.main_window import MainWindow  # noqa: E402

IMAGES, MAIN = Path("handbook", "images"), Path("screenshots", "main.png")
SIZE = QSize(1280, 800)
PALETTE = 256
PATIENCE_S = 30.0

ROWS = (
    TransmitRow("Ignition on", 0x1A0, data=bytes.fromhex("01 00 00 00"), period_ns=100 * NS_PER_MS),
    TransmitRow(
        "Driver",
        0xC4,
        data=bytes.fromhex("F4 01 32"),
        period_ns=20 * NS_PER_MS,
        generators="triangle(AcceleratorPedal, 0..100, 4 s)",
    ),
    TransmitRow(
        "Answer", 0x7E8, data=bytes.fromhex("02 50 01 AA AA AA AA AA"), trigger="id == 0x7E0 after 5 ms"
    ),
)


def settle(seconds: float) -> None:
    """Let the window do what it does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.01)


def wait(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"screenshots: {what} did not come")
        settle(0.05)


def write(picture: QPixmap, path: Path) -> None:
    """A PNG with the most frequent colors of the picture: a third of the size of one with all."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()]
    colors, counts = np.unique(pixels & 0xFFFFFF, return_counts=True)
    common = _common(colors[np.argsort(-counts)])
    table = [qRgb(int(one) >> 16, int(one) >> 8 & 0xFF, int(one) & 0xFF) for one in common]
    path.parent.mkdir(parents=True, exist_ok=True)
    flat = image.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither)
    if not flat.save(str(path), "PNG", 0):
        raise SystemExit(f"screenshots: {path} could not be written")


def _common(colors: np.ndarray) -> np.ndarray:
    """The first of these colors, at least one of each kind: a small icon must not lose its color."""
    kinds = colors & 0xE0E0E0
    first = np.sort(np.unique(kinds, return_index=True)[1])
    others = np.setdiff1d(np.arange(len(colors)), first)
    return colors[np.concatenate((first, others))[:PALETTE]]


def pictures(window: MainWindow, session: Session) -> Iterator[tuple[str, QWidget]]:
    """The widgets to take pictures of, one after the other, each when it is ready."""
    docks = window.docks.docks
    wait(lambda: len(session.document.recording) > 6000, "the demonstration")
    yield "window", window
    window.panel.set_mode("chronological")
    window.panel.filter_box.set_filter_text("id in 0x0A0..0x0C4")
    settle(0.5)
    window.actions_.pause.trigger()
    table = window.panel.chronological.table
    line = table.visible_lines()[0] + 4
    table.select_line(line)
    table.toggle(line)
    settle(0.5)
    yield "watch", window.panel
    window.panel.filter_box.clear()
    window.actions_.pause.trigger()
    yield from _panels(window, docks)
    yield from _dialogs(window, session)


def _panels(window: MainWindow, docks: dict) -> Iterator[tuple[str, QWidget]]:
    docks["transmit"].bring_forward()
    window.docks.transmit.model.rows.reset(ROWS)
    window.resizeDocks([docks["transmit"]], [340], Qt.Orientation.Vertical)
    window.resizeDocks([docks["transmit"], docks["plot"]], [820, 200], Qt.Orientation.Horizontal)
    window.docks.transmit.table.select([1])
    settle(0.5)
    window.docks.transmit.table.horizontalScrollBar().setValue(0)
    settle(0.2)
    yield "send", docks["transmit"]
    docks["replay"].bring_forward()
    window.docks.replay.choose_trace()
    settle(0.5)
    yield "replay", docks["replay"]
    window.resizeDocks([docks["transmit"]], [520], Qt.Orientation.Vertical)
    window.resizeDocks([docks["transmit"], docks["plot"]], [150, 860], Qt.Orientation.Horizontal)
    window.docks.plots.current.actions_.measure.trigger()
    window.actions_.pause.trigger()
    settle(1.0)
    yield "plot", docks["plot"]


def _dialogs(window: MainWindow, session: Session) -> Iterator[tuple[str, QWidget]]:
    trial, search = ChannelTrial(session.tasks, window), DeviceSearch(session.tasks, window)
    dialog = ChannelsDialog(Measurement.of_bus(BusSettings()), trial, search, window)
    yield "connect", _shown(dialog)
    window.record.ask_with_options()
    record = window.findChildren(RecordDialog)[-1]
    record.path.setText("drive.blf")
    record.trigger.setText("EngineStatus.EngineSpeed > 3000")
    for box in (record.pre, record.post):
        box.check.setChecked(True)
    yield "record", _shown(record)
    window.docks.show_browser()
    window.docks.browser.show_signal("EngineStatus.EngineSpeed")
    window.docks.browser_dock.resize(900, 520)
    settle(0.5)
    yield "databases", window.docks.browser_dock


def _shown(dialog: QDialog) -> QDialog:
    dialog.show()
    settle(0.3)
    return dialog


def main(out: Path) -> None:
    """Start the demonstration and write all pictures."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("canmcast")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        settings = AppSettings(Path(folder) / "settings.ini")
        settings.theme.set("light")
        theme.apply(application, settings)
        labels.disable_rich_text(application)
        session = Session()
        window = MainWindow(session, settings)
        window.resize(SIZE)
        window.show()
        window.bus.start_demo()
        for name, widget in pictures(window, session):
            picture = widget.grab()
            write(picture, out / IMAGES / f"{name}.png")
            if name == "window":
                write(picture, out / MAIN)
        window.end()
        session.bus.close()
        session.shutdown()
        for thing in (window, session, settings):
            thing.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "resources")

"""Make a picture of every state of the window, in both themes and at several sizes, to look at.

    .venv/bin/python installer/gallery.py FOLDER [STATE…]

Writes FOLDER/STATE-THEME-WIDTHxHEIGHT.png, and with @1.5 those of a screen that is scaled. STATE selects by
the beginning of a name. Frames stay on this computer; settings and recordings go to a temporary folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.ui import labels, theme
from canmcast_gui.ui.panels.dock import PANELS
from canmcast_gui.ui.window.main_window import MainWindow
from installer.screenshots import ROWS, settle, wait

SIZES = (QSize(1024, 700), QSize(1280, 800), QSize(2560, 1440))
SCALE, SCALED_SIZE = "1.5", QSize(1280, 800)
THEMES = ("light", "dark")
ENOUGH_FRAMES = 4000

State = Callable[["Stage"], QWidget]


class Stage:
    """The window and what the states need of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = AppSettings(folder / "settings.ini")
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, self.settings)
        labels.disable_rich_text(application)
        self.session = Session()
        self.window = MainWindow(self.session, self.settings)
        self.window.show()

    def demo(self) -> QWidget:
        """The window on the demonstration, without a filter, pause and dialogs."""
        self.close_dialogs()
        if self.window.help.tour is not None:
            self.window.help.tour.end()
        window, session = self.window, self.session
        if session.state is not SessionState.LIVE:
            session.clear()
            window.bus.start_demo()
            wait(lambda: len(session.document.recording) > ENOUGH_FRAMES, "the demonstration")
        session.clock.set_paused(False)
        window.panel.filter_box.clear()
        window.geometry_.reset.trigger()
        window.panel.set_mode("by_id")
        return window

    def close_dialogs(self) -> None:
        """Close what is open over the window."""
        for dialog in self.window.findChildren(QDialog):
            dialog.close()
        self.window.docks.browser_dock.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def dialog(self) -> QWidget:
        """The dialog that was opened last."""
        settle(0.3)
        return next(one for one in reversed(self.window.findChildren(QDialog)) if one.isVisible())

    def end(self) -> None:
        """Close the window and delete its objects."""
        self.close_dialogs()
        self.window.end()
        self.session.bus.close()
        self.session.shutdown()
        for thing in (self.window, self.session, self.settings):
            thing.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def start(stage: Stage) -> QWidget:
    """The start page."""
    return stage.window


def chronological(stage: Stage) -> QWidget:
    """All frames, with an open row."""
    stage.demo()
    stage.window.panel.set_mode("chronological")
    settle(0.3)
    stage.session.clock.set_paused(True)
    table = stage.window.panel.chronological.table
    line = table.visible_lines()[0] + 4
    table.select_line(line)
    table.toggle(line)
    return stage.window


def paused(stage: Stage) -> QWidget:
    """Paused, with newer frames."""
    stage.demo()
    stage.window.panel.set_mode("chronological")
    settle(0.3)
    stage.window.actions_.pause.trigger()
    settle(1.0)
    return stage.window


def by_id_open(stage: Stage) -> QWidget:
    """One row for each id, with open rows."""
    stage.demo()
    table = stage.window.panel.by_id.table
    for line in (5, 2):
        table.toggle(line)
    return stage.window


def filtered(stage: Stage) -> QWidget:
    """A filter."""
    stage.demo()
    stage.window.panel.filter_box.set_filter_text("EngineStatus.EngineSpeed > 1000")
    stage.window.panel.set_mode("chronological")
    return stage.window


def filter_error(stage: Stage) -> QWidget:
    """A filter that is not valid."""
    stage.demo()
    stage.window.panel.filter_box.setFocus()
    stage.window.panel.filter_box.set_filter_text("id == and EngineSpeedd > 3")
    return stage.window


def filter_nothing(stage: Stage) -> QWidget:
    """A filter that no frame matches."""
    stage.demo()
    stage.window.panel.filter_box.set_filter_text("id == 0x7FF")
    return stage.window


def find(stage: Stage) -> QWidget:
    """The search."""
    stage.demo()
    stage.window.panel.set_mode("chronological")
    stage.window.actions_.find.trigger()
    return stage.window


def transmit_rows(stage: Stage) -> QWidget:
    """Rows that are sent, one selected."""
    stage.demo()
    docks = stage.window.docks
    docks.docks["transmit"].bring_forward()
    docks.transmit.model.rows.reset(ROWS)
    docks.transmit.table.select([1])
    return stage.window


def plot_cursors(stage: Stage) -> QWidget:
    """Two cursors with their values."""
    stage.demo()
    stage.window.geometry_.actions[3].trigger()
    stage.window.docks.plots.current.actions_.measure.trigger()
    stage.session.clock.set_paused(True)
    return stage.window


def gauges(stage: Stage) -> QWidget:
    """Gauges of some signals."""
    stage.demo()
    stage.window.docks.show_gauges(["EngineStatus.EngineSpeed", "VehicleMotion.VehicleSpeed"])
    return stage.window


def replay(stage: Stage) -> QWidget:
    """The recording to be replayed."""
    stage.demo()
    stage.window.docks.docks["replay"].bring_forward()
    stage.window.docks.replay.choose_trace()
    return stage.window


def tour(stage: Stage) -> QWidget:
    """A hint of the first steps."""
    stage.demo()
    stage.window.actions_.tour.trigger()
    return stage.window


def recording(stage: Stage) -> QWidget:
    """A log file is recorded."""
    stage.demo()
    if stage.session.record.recorder is None:
        stage.session.record.start(stage.folder / "drive.blf")
    settle(0.5)
    return stage.window


def file(stage: Stage) -> QWidget:
    """A log file."""
    stage.demo()
    stage.session.record.stop()
    stage.session.bus.close()
    stage.session.open_file(stage.folder / "drive.blf")
    wait(lambda: stage.session.state is SessionState.FILE, "the file")
    return stage.window


def file_damaged(stage: Stage) -> QWidget:
    """A log file with problems."""
    stage.close_dialogs()
    path = stage.folder / "damaged.asc"
    lines = ["date Mon Jan 1 10:00:00.000 am 2024", "base hex  timestamps absolute"]
    lines += [f"   {n / 100:.6f} 1  123             Rx   d 2 00 {n % 256:02X}" for n in range(500)]
    lines[100] = "   0.99 1  this is not a frame"
    lines[200] = "   0.50 1  124             Rx   d 99 00"
    path.write_text("\n".join(lines) + "\n")
    stage.session.open_file(path)
    wait(lambda: stage.session.state is SessionState.FILE, "the file")
    return stage.window


def _panel(name: str) -> State:
    def show(stage: Stage) -> QWidget:
        stage.demo()
        dock = stage.window.docks.dock(name)
        dock.bring_forward()
        settle(0.3)
        return dock if dock.isFloating() else stage.window

    return show


def _layout(number: int) -> State:
    def show(stage: Stage) -> QWidget:
        stage.demo()
        stage.window.geometry_.actions[number].trigger()
        return stage.window

    return show


def _dialog(action: str) -> State:
    def show(stage: Stage) -> QWidget:
        stage.demo()
        getattr(stage.window.actions_, action).trigger()
        return stage.dialog()

    return show


STATES: dict[str, State] = {
    "start": start,
    "demo": Stage.demo,
    "by-id-open": by_id_open,
    "chronological": chronological,
    "paused": paused,
    "filtered": filtered,
    "filter-error": filter_error,
    "filter-nothing": filter_nothing,
    "find": find,
    **{f"panel-{name}": _panel(name) for name, _title, _keys in PANELS},
    "transmit-rows": transmit_rows,
    "plot-cursors": plot_cursors,
    "gauges": gauges,
    "replay": replay,
    **{f"layout-{name}": _layout(n) for n, name in enumerate(("monitor", "transmit", "diagnose", "analyze"))},
    **{
        f"dialog-{action}": _dialog(action)
        for action in (
            "connect",
            "record",
            "record_options",
            "limits",
            "help",
            "about",
            "colors",
            "diagnose",
            "preferences",
            "shortcuts",
        )
    },
    "tour": tour,
    "recording": recording,
    "file": file,
    "file-damaged": file_damaged,
}


def combinations(is_scaled: bool) -> Iterator[tuple[str, QSize]]:
    """The themes and sizes of the pictures of a state."""
    for name in THEMES:
        for size in (SCALED_SIZE,) if is_scaled else SIZES:
            yield name, size


def take(stage: Stage, name: str, out: Path, is_scaled: bool) -> None:
    """Write all pictures of one state."""
    widget = STATES[name](stage)
    done = set()
    for theme_name, size in combinations(is_scaled):
        if widget is not stage.window and theme_name in done:
            continue  # dialogs have one size
        done.add(theme_name)
        stage.settings.theme.set(theme_name)
        stage.window.resize(size)
        settle(0.4)
        shown = widget.size() if widget is not stage.window else size
        scale = f"@{SCALE}" if is_scaled else ""
        path = out / f"{name}-{theme_name}-{shown.width()}x{shown.height()}{scale}.png"
        widget.grab().save(str(path), "PNG")
    print(name, flush=True)


def run(out: Path, wanted: list[str], is_scaled: bool) -> None:
    """Write the pictures of all wanted states, at one scale."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("canmcast")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        stage = Stage(Path(folder))
        for name in STATES:
            if not wanted or name.startswith(tuple(wanted)):
                try:
                    take(stage, name, out, is_scaled)
                except Exception:  # noqa: BLE001 – the other states are still worth a look
                    traceback.print_exc()
        stage.end()


def main(arguments: list[str]) -> None:
    """Both scales, each in a process of its own, because Qt reads the scale once."""
    out, wanted = Path(arguments[0]), arguments[1:]
    out.mkdir(parents=True, exist_ok=True)
    if "QT_SCALE_FACTOR" in os.environ:
        run(out, wanted, os.environ["QT_SCALE_FACTOR"] == SCALE)
        return
    for scale in ("1", SCALE):
        environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_LOGGING_RULES": "default.warning=false"}
        subprocess.run([sys.executable, __file__, *arguments], env=environment, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])

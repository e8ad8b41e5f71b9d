"""States of the gallery: the window, its views, and dialogs that need nothing but the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from canmcast_gui.app.session import SessionState
from canmcast_gui.ui.panels.dock import PANELS
from installer.screenshots import ROWS, settle, wait

if TYPE_CHECKING:
    from installer.gallery import Stage

    State = Callable[[Stage], QWidget]


def start(stage: Stage) -> QWidget:
    """The start page."""
    return stage.window


def demo(stage: Stage) -> QWidget:
    """The demonstration."""
    return stage.demo()


def chronological(stage: Stage) -> QWidget:
    """All frames, with an open row."""
    stage.demo()
    stage.window.panel.set_mode("chronological")
    settle(0.3)
    stage.session.clock.set_paused(True)
    table = stage.window.panel.chronological.table
    line = table.visible_lines()[1] - 6
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


WINDOW_STATES: dict[str, State] = {
    "start": start,
    "demo": demo,
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

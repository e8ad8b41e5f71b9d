"""The status bar: background tasks, counters, bus load, and what is recorded."""

from __future__ import annotations

import html
import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar, QWidget

from canmcast_gui.app.bus.channel_state import states_text
from canmcast_gui.app.bus.control import BusState
from canmcast_gui.app.program.report import SessionTotals
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.logfile import Recorder
from canmcast_gui.recording import Recording
from canmcast_gui.ui import theme
from canmcast_gui.ui.window.bus import state_color, state_text
from canmcast_gui.ui.window.bus_load import LoadWatch, load_text, load_tip
from canmcast_gui.ui.window.task_list import TaskList
from canmcast_gui.wording import counted, printable, were

# Numbers that change more often cannot be read.
PERIOD_MS = 250
BLINK_MS = 500
# Hidden first if there is not enough room; and the pixels between two texts and at the ends.
HIDDEN_FIRST = ("memory", "load", "rate", "position")
GAP, EDGES = 22, 16
# Characters of the name of the file that is recorded.
NAME_LENGTH = 28


class StatusBar(QStatusBar):
    """Shows the state of the session, and updates it four times a second."""

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        shown: Callable[[], int | None] = lambda: None,
        selection: Callable[[], str] = lambda: "",
        position: Callable[[], str] = lambda: "",
        parent: QWidget | None = None,
    ) -> None:
        """``shown`` returns the number of frames that match the filter, None without a filter.

        ``selection`` returns the text about the selected rows, ``position`` that about the current row of a
        file, or "".
        """
        super().__init__(parent)
        self._shown = shown
        self._selection = selection
        self._position = position
        self._session = session
        self._load = LoadWatch(session, settings, self)
        self._record_since = 0.0
        self.setSizeGripEnabled(False)
        # texts must not make the window wider
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._add_labels()
        self._tasks = TaskList(session, self)
        self._tasks.changed.connect(self._fold)
        self.addPermanentWidget(self._tasks)
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        session.state_changed.connect(self.refresh)
        session.clock.paused_changed.connect(self.refresh)
        session.record.changed.connect(self._on_record_state)
        self._on_record_state()

    def _add_labels(self) -> None:
        self.labels = {
            name: QLabel()
            for name in ("state", "rate", "load", "lost", "position", "frames", "memory", "record")
        }
        self._dots = {name: _dot() for name in self.labels if name != "state"}
        for name, label in self.labels.items():
            if name in self._dots:
                self.addWidget(self._dots[name])
            self.addWidget(label)
        self.labels["record"].setTextFormat(Qt.TextFormat.RichText)  # the dot has its own color
        self.labels["selection"] = QLabel()
        self.addPermanentWidget(self.labels["selection"])

    def refresh(self) -> None:
        """Update all labels. Unchanged texts cost nothing."""
        session, now = self._session, time.monotonic_ns()
        colors = theme.colors(self.palette())
        totals = session.statistics()
        settings = session.bus.settings if session.state is SessionState.LIVE else None
        self._write(
            "state", state_text(session) + _reach_text(settings), state_color(session, self.palette())
        )
        reach = "" if settings is None else settings.reach()
        bus = settings.label() if settings is not None and session.bus.is_demo else ""
        states = states_text(session.bus.channel_states(), session.bus.late)
        self.labels["state"].setToolTip("\n".join(filter(None, (states, bus, reach))))
        self._write("rate", f"{session.bus.rates.frames_per_second(now):,.0f} frames/s")
        loads = self._load.loads(now)
        too_much = any(each.load > 1 for each in loads)
        self._write("load", load_text(loads), colors.error if too_much else None)
        self.labels["load"].setToolTip(load_tip(loads))
        self._write("lost", _losses_text(totals), colors.error if totals.lost else None)
        self.labels["lost"].setToolTip(_losses_tip(totals))
        shown = self._shown()
        of = "" if shown is None else f"{shown:,} of "
        self._write("frames", f"{of}{counted(len(session.document.recording), 'frame')}")
        self._write("position", self._position() if session.document.file_path is not None else "")
        self.show_selection()
        self._write("memory", _memory_text(session.document.recording))
        self.labels["memory"].setToolTip(_memory_tip(session))
        self._write_record()
        self._fold()

    def _fold(self) -> None:
        """Hide less important labels while there is not enough room, for example while a task runs."""
        shown = [name for name in self.labels if name not in self._irrelevant()]
        widgets = (*(self.labels[name] for name in shown), self._tasks)
        needed = EDGES + sum(widget.sizeHint().width() + GAP for widget in widgets)
        for name in HIDDEN_FIRST:
            if name in shown and needed > self.width():
                needed -= self.labels[name].sizeHint().width() + GAP
                shown.remove(name)
        for name, label in self.labels.items():
            for one in (label, self._dots.get(name)):
                if one is not None:
                    one.setVisible(name in shown)

    def _irrelevant(self) -> set[str]:
        """The labels that would show nothing: a file has no live figures, frames from a bus no position."""
        session = self._session
        names = {name for name in ("position", "selection") if not self.labels[name].text()}
        if session.bus.state is BusState.OFFLINE:
            names |= {"rate", "load"}
            if session.document.file_path is not None:
                names.add("lost")
            elif not len(session.document.recording):
                names |= {"lost", "frames", "memory"}
        if session.record.recorder is None:
            names.add("record")
        return names

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def show_selection(self) -> None:
        """Update the text about the selected rows."""
        self._write("selection", self._selection())

    def _write(self, name: str, text: str, color: QColor | None = None) -> None:
        label = self.labels[name]
        if label.text() != text:
            label.setText(text)
        wanted = color or self.palette().color(QPalette.ColorRole.WindowText)
        palette = label.palette()
        if palette.color(QPalette.ColorRole.WindowText) != wanted:
            palette.setColor(QPalette.ColorRole.WindowText, wanted)
            label.setPalette(palette)

    def _on_record_state(self) -> None:
        self._record_since = time.monotonic()
        self.refresh()

    def _write_record(self) -> None:
        """Show ● REC mm:ss with a blinking dot."""
        if self._session.record.recorder is None:
            return
        seconds = int(time.monotonic() - self._record_since)
        is_lit = int(time.monotonic() * 1000 / BLINK_MS) % 2 == 0
        color = theme.colors(self.palette()).record.name()
        light = f'<span style="color:{color if is_lit else "transparent"}">●</span>'
        recorder = self._session.record.recorder
        duration = "armed" if recorder.is_waiting else f"{seconds // 60:02d}:{seconds % 60:02d}"
        files = f" · file {recorder.files}" if recorder.files > 1 else ""
        name = html.escape(printable(_shortened(recorder.path.name)))
        self.labels["record"].setText(f"{light} REC {duration} · {name}{files}")
        self.labels["record"].setToolTip(_record_tip(recorder))


def _shortened(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 9]}…{name[-8:]}"


def _record_tip(recorder: Recorder) -> str:
    waiting = "Waiting for the trigger. " if recorder.is_waiting else ""
    return f"{waiting}{counted(recorder.recorded, 'frame')} recorded, currently to {recorder.current_path}"


def _reach_text(settings: Measurement | None) -> str:
    """The hop limit, if frames leave this host."""
    if settings is None or settings.multicast is None or not settings.leaves_host:
        return ""
    return f", hop limit {settings.multicast.hop_limit}"


def _dot() -> QLabel:
    dot = QLabel("·")
    dot.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return dot


def _losses_text(totals: SessionTotals) -> str:
    text = f"{totals.lost:,} lost"
    return f"{text} · {totals.malformed:,} malformed" if totals.malformed else text


def _losses_tip(totals: SessionTotals) -> str:
    return (
        f"{totals.dropped_kernel:,} lost: the receive buffer was full ({totals.receive_buffer_bytes:,} B)\n"
        f"{totals.dropped_ring:,} lost: this program was busy for too long\n"
        f"{totals.unrecorded:,} not recorded: the disk was full or failed\n"
        f"{counted(totals.malformed, 'datagram')} {were(totals.malformed)} not a valid frame\n"
        f"{counted(totals.foreign, 'datagram')} {were(totals.foreign)} for another group "
        "or from another network"
    )


def _memory_text(recording: Recording) -> str:
    size = _size_text(recording.bytes_used)
    return f"{size} · {recording.evicted:,} oldest deleted" if recording.evicted else size


def _size_text(size: int) -> str:
    if size >= 2**30:
        return f"{size / 2**30:.2f} GB"
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{size / 2**10:.0f} kB"


def _memory_tip(session: Session) -> str:
    evicted = session.document.recording.evicted
    deleted = (
        f"\n{counted(evicted, 'oldest frame')} {were(evicted)} deleted to stay within the limits"
        if evicted
        else ""
    )
    return f"Size of the recording in {session.document.recording.folder}{deleted}"

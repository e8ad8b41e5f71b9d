"""The fuzz run: random frames sent by the transmit process, with a log of what was sent."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from msgspec import structs
from PySide6.QtCore import QObject

from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.program.tasks import TaskPool
from canmcast_gui.app.transmit.fuzz_setup import FuzzSetup
from canmcast_gui.app.transmit.parsing.condition_text import condition_for
from canmcast_gui.app.transmit.transmit_link import SWITCHED_OFF, RunControl, TransmitLink
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.logfile import Recorder
from canmcast_gui.logfile.record.options import first_free_number, numbered
from canmcast_gui.recording import Recording
from canmcast_gui.recording.search import first_row_since
from canmcast_gui.transmit import FuzzResponse, FuzzRuns, FuzzSent, FuzzStatus, TransmitEvent

NO_FD = "This bus has no CAN FD: choose classic or remote frames, or connect with CAN FD."
STOPPED = FuzzStatus(0, "stopped")
# The measured rate is that of the last second; events come every 100 ms.
_RATE_SECONDS = 1.0
# Rows that are searched for a frame from its time on: a second of a very busy bus.
MAX_ROWS = 65_536
# Two sockets of one host report the same arrival at slightly different times.
_SLACK_NS = NS_PER_MS


class FuzzControl(RunControl):
    """Controls one fuzz run at a time.

    ``status.state`` is "playing", "paused", "responded", "ended" or "stopped"; ``response`` is what ended the
    last run, with the frames before it; ``log`` is the file that is or was written.
    """

    def __init__(
        self,
        link: TransmitLink,
        databases: DatabaseSet,
        tasks: TaskPool,
        messages: Messages,
        parent: QObject | None = None,
        channel_names: Callable[[], Mapping[int, str]] = dict,
    ) -> None:
        super().__init__(link, parent)
        self._agreed: Measurement | None = None
        self._databases = databases
        self._channel_names = channel_names
        self._tasks = tasks
        self._messages = messages
        # Each run has another number, so that late events of one run do not count for the next.
        self._run = 0
        self.status = STOPPED
        self.response: FuzzResponse | None = None
        self.log: Path | None = None
        self.count: int | None = None
        self._recorder: Recorder | None = None
        self._progress: deque[tuple[float, int]] = deque()

    # -- state -------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether there is a run that can be paused, stepped, resumed or stopped."""
        if self.status.state == "responded":
            return self.count is None or self.status.sent + self.status.skipped < self.count
        return self.status.state in ("playing", "paused")

    @property
    def rate(self) -> float:
        """The current rate in frames per second."""
        if len(self._progress) < 2 or self.status.state != "playing":
            return 0.0
        (first, before), (last, after) = self._progress[0], self._progress[-1]
        return (after - before) / (last - first) if last > first else 0.0

    # -- running -----------------------------------------------------------------------------------------

    @property
    def needs_consent(self) -> bool:
        """Whether a run would reach other computers on a bus for which the user has not agreed yet."""
        settings = self._link.settings
        reaches_others = settings is not None and settings.leaves_host and not self._link.obstacle
        return reaches_others and settings != self._agreed

    def agree(self) -> None:
        """Remember that the user agreed to fuzz on this bus."""
        self._agreed = self._link.settings

    def start(self, setup: FuzzSetup, paused: bool = False) -> None:
        """Begin with the first frame; ``failed`` says why not."""
        client = self._link.client
        if client is None or self._link.obstacle:
            self.failed.emit(self._link.obstacle)
            return
        settings = self._link.settings
        if settings is not None and not settings.carries_fd and {"fd", "brs"} & set(setup.kinds):
            self.failed.emit(NO_FD)
            return
        try:
            options = setup.options(settings.enabled[0].number if settings is not None else 1)
            channels = self._channel_names()
            condition = condition_for(setup.stop_at, self._databases, channels) if setup.stop_at else ""
            self._open_log(setup.log)
            client.fuzz.stop(self._run)
            self._run += 1
            client.fuzz.start(self._run, options, condition, self._recorder is not None, paused)
        except UserError as error:
            self._close_log()
            self.failed.emit(str(error))
            return
        self.count, self.response = options.count, None
        self._progress.clear()
        self.status = structs.replace(STOPPED, state="paused" if paused else "playing")
        self.changed.emit()

    def pause(self) -> None:
        """Pause, or resume, also after a response."""
        if self.status.state == "playing":
            self._control(lambda runs: runs.pause(self._run))
        else:
            self._control(lambda runs: runs.play(self._run))

    def step(self) -> None:
        """Send one frame; a run that is playing is paused first."""
        if self.status.state == "playing":
            self._control(lambda runs: runs.pause(self._run))
        self._control(lambda runs: runs.step(self._run))

    def stop(self) -> None:
        """End the run; what was sent until then is still reported."""
        if self._link.client is not None:
            self._link.client.fuzz.stop(self._run)

    def _control(self, action: Callable[[FuzzRuns], None]) -> None:
        if self._link.client is None or not self.running:
            return
        if not self._link.switch.on:
            self.failed.emit(SWITCHED_OFF)
            return
        action(self._link.client.fuzz)

    # -- events ------------------------------------------------------------------------------------------

    def _on_events(self, events: list[TransmitEvent]) -> None:
        has_changed = False
        for event in events:
            if not isinstance(event, FuzzSent | FuzzResponse | FuzzStatus) or event.number != self._run:
                continue
            if isinstance(event, FuzzSent) and self._recorder is not None:
                self._recorder.write(event.frames)
            elif isinstance(event, FuzzResponse):
                self.response, has_changed = event, True
            elif isinstance(event, FuzzStatus):
                self._set_status(event)
                has_changed = True
        if has_changed:
            self._check_log()
            self.changed.emit()

    def _set_status(self, status: FuzzStatus) -> None:
        if status.state == "playing" and self.status.state != "playing":
            self._progress.clear()
            self.response = None
        self.status = structs.replace(status, state="stopped") if status.state == "failed" else status
        self._progress.append((time.monotonic(), status.sent))
        while len(self._progress) > 2 and self._progress[-1][0] - self._progress[0][0] > _RATE_SECONDS:
            self._progress.popleft()
        if not self.running:
            self._close_log()

    def _on_link_changed(self) -> None:
        """A run ends with its bus, and with the transmit process."""
        client = self._link.client
        if self.status.state != "stopped" and (client is None or self._run not in client.fuzz.running):
            self.status = structs.replace(self.status, state="stopped")
            self._close_log()
        self.changed.emit()

    # -- the log -----------------------------------------------------------------------------------------

    def _open_log(self, path: Path | None) -> None:
        """Open the log; an existing file is kept, and the new one gets a number. Raises FileError."""
        self._close_log()
        self.log = path
        if path is not None:
            self.log = numbered(path, first_free_number(path)) if path.exists() else path
            self._recorder = Recorder(self.log)

    def _check_log(self) -> None:
        """Stop the run if its log cannot be written."""
        if self._recorder is not None and self._recorder.failed and self.running:
            self.failed.emit(f"{self._recorder.error}. The run was stopped: what leaves could not be logged.")
            self.stop()

    def _close_log(self) -> None:
        """Complete the file in the background."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        task = self._tasks.make(f"Completing {recorder.path.name}", lambda _report: recorder.close())
        task.finished.connect(lambda _nothing: self._on_closed(recorder))
        task.start()

    def _on_closed(self, recorder: Recorder) -> None:
        if recorder.error:
            self.failed.emit(f"{recorder.error}.")
        if recorder.losses:
            self._messages.info(f"{recorder.path.name}: {recorder.losses}.")

    def close(self) -> None:
        """End the run and complete its log; called when the program ends."""
        client = self._link.client
        if client is not None and self._run in client.fuzz.running:
            client.fuzz.stop_and_wait(self._run, 1.0)
            self._on_events(list(client.poll()))
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()


def progress_text(control: FuzzControl) -> str:
    """How many frames were sent, and how fast; "" before the first run."""
    status, count = control.status, control.count
    if not status.sent and not control.running:
        return ""
    parts = [f"{status.sent:,} of {count:,} sent" if count else f"{status.sent:,} sent"]
    parts += [f"{control.rate:,.0f} frames/s"] if control.rate else []
    parts += [f"{status.late:,} sent late (> 1 ms)"] if status.late else []
    parts += [f"{status.skipped:,} not for this bus"] if status.skipped else []
    return ", ".join(parts)


def state_text(control: FuzzControl) -> str:
    """The state of the run as sentences; "" before the first run."""
    responded = (
        "Stopped by a response; Resume sends the next frame."
        if control.running
        else "A response arrived after the last frame."
    )
    state = {
        "playing": "",
        "paused": "Paused.",
        "responded": responded,
        "ended": "All frames were sent.",
        "stopped": "Stopped." if control.status.sent else "",
    }[control.status.state]
    if not state and not control.running:
        return ""
    log = f"Log: {control.log.name}." if control.log is not None else ""
    return f"{state} {log}".strip()


def row_of(recording: Recording, frame: FrameBatch) -> int | None:
    """The row of a reported frame, a batch of one, in the trace; None if it is not there, or no longer.

    A sent frame is reported with the time at which sending began, so it arrived later.
    """
    time_ns = int(frame.timestamp_ns[0]) - (0 if frame.has(Flag.TX)[0] else _SLACK_NS)
    start = first_row_since(recording, time_ns)
    rows = recording.rows(start, min(start + MAX_ROWS, recording.end_row))
    but_tx = np.uint16(~int(Flag.TX) & 0xFFFF)
    is_same = rows.arbitration_id == frame.arbitration_id[0]
    is_same &= (rows.flags & but_tx) == (frame.flags[0] & but_tx)
    is_same &= (rows.length == frame.length[0]) & (rows.dlc == frame.dlc[0])
    payload = frame.payload(0)
    for index in np.flatnonzero(is_same).tolist():
        if rows.payload(index) == payload:
            return start + int(index)
    return None

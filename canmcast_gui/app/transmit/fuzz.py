"""The fuzz run of the window: sent by the transmit process, its log written as it is told what has left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.conditions import condition_for
from canmcast_gui.app.transmit.fuzz_setup import FuzzSetup
from canmcast_gui.app.transmit.switch import SWITCHED_OFF, TransmitSwitch
from canmcast_gui.frames.errors import UserError
from canmcast_gui.logfile import Recorder
from canmcast_gui.logfile.record.options import first_free_number, numbered
from canmcast_gui.transmit import FuzzAnswer, FuzzRuns, FuzzSent, FuzzStatus

NO_BUS = "Connect to a bus first (F5): without one nothing can be sent."
NO_FD = "This bus has no CAN FD: choose classic or remote frames, or connect with CAN FD."
STOPPED = FuzzStatus(0, "stopped", 0, 0, 0)
# The measured rate is that of the last second, out of news that come every 100 ms.
_RATE_SECONDS = 1.0


class FuzzControl(QObject):
    """``changed`` says that anything shown is different; ``failed`` carries a sentence.

    ``status.state`` is "playing", "paused", "answered", "ended" or "stopped"; ``answer`` is what ended the
    last run, with the frames before it; ``log`` the file that is, or was, written.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, switch: TransmitSwitch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._switch = switch
        # One run at a time; each has another number, so that late news of one are not the next one's.
        self._run = 0
        self.status = STOPPED
        self.answer: FuzzAnswer | None = None
        self.log: Path | None = None
        self.count: int | None = None
        self._recorder: Recorder | None = None
        self._progress: deque[tuple[float, int]] = deque()
        session.bus.transmit_events.connect(self._on_news)
        session.state_changed.connect(self._on_state)
        session.message.connect(lambda *_: self._on_state())
        switch.changed.connect(lambda on: None if on else self.stop())

    # -- what is so --------------------------------------------------------------------------------------

    @property
    def can_run(self) -> bool:
        """Whether there is a bus."""
        return self._session.bus.transmitter is not None

    @property
    def running(self) -> bool:
        """Whether one can be paused, stepped, gone on with or stopped."""
        if self.status.state == "answered":
            return self.count is None or self.status.sent + self.status.skipped < self.count
        return self.status.state in ("playing", "paused")

    @property
    def rate(self) -> float:
        """Frames per second, lately."""
        if len(self._progress) < 2 or self.status.state != "playing":
            return 0.0
        (first, before), (last, after) = self._progress[0], self._progress[-1]
        return (after - before) / (last - first) if last > first else 0.0

    # -- running -----------------------------------------------------------------------------------------

    def start(self, setup: FuzzSetup, paused: bool = False) -> None:
        """Begin from the first frame; ``failed`` says why not."""
        transmitter = self._session.bus.transmitter
        if transmitter is None or not self._switch.on:
            self.failed.emit(SWITCHED_OFF if transmitter is not None else NO_BUS)
            return
        settings = self._session.bus.settings
        if settings is not None and not settings.fd and {"fd", "brs"} & set(setup.kinds):
            self.failed.emit(NO_FD)
            return
        try:
            options = setup.options()
            condition = condition_for(setup.stop_at, self._session.databases) if setup.stop_at else ""
            self._open_log(setup.log)
            transmitter.fuzz.stop(self._run)
            self._run += 1
            transmitter.fuzz.start(self._run, options, condition, self._recorder is not None, paused)
        except UserError as error:
            self._close_log()
            self.failed.emit(str(error))
            return
        self.count, self.answer = options.count, None
        self._progress.clear()
        self.status = replace(STOPPED, state="paused" if paused else "playing")
        self.changed.emit()

    def pause(self) -> None:
        """Pause, or go on; also after an answer."""
        if self.status.state == "playing":
            self._control(lambda runs: runs.pause(self._run))
        else:
            self._control(lambda runs: runs.play(self._run))

    def step(self) -> None:
        """Send one frame; a run that plays is paused first."""
        if self.status.state == "playing":
            self._control(lambda runs: runs.pause(self._run))
        self._control(lambda runs: runs.step(self._run))

    def stop(self) -> None:
        """End it; what had left until then is still told."""
        if self._session.bus.transmitter is not None:
            self._session.bus.transmitter.fuzz.stop(self._run)

    def _control(self, action: Callable[[FuzzRuns], None]) -> None:
        if self._session.bus.transmitter is None or not self.running:
            return
        if not self._switch.on:
            self.failed.emit(SWITCHED_OFF)
            return
        action(self._session.bus.transmitter.fuzz)

    # -- hearing -----------------------------------------------------------------------------------------

    def _on_news(self, news: list[object]) -> None:
        known = False
        for one in news:
            if not isinstance(one, FuzzSent | FuzzAnswer | FuzzStatus) or one.number != self._run:
                continue
            if isinstance(one, FuzzSent) and self._recorder is not None:
                self._recorder.write(one.frames)
            elif isinstance(one, FuzzAnswer):
                self.answer, known = one, True
            elif isinstance(one, FuzzStatus):
                self._take(one)
                known = True
        if known:
            self._watch_log()
            self.changed.emit()

    def _take(self, status: FuzzStatus) -> None:
        if status.state == "playing" and self.status.state != "playing":
            self._progress.clear()
            self.answer = None
        self.status = replace(status, state="stopped") if status.state == "failed" else status
        self._progress.append((time.monotonic(), status.sent))
        while len(self._progress) > 2 and self._progress[-1][0] - self._progress[0][0] > _RATE_SECONDS:
            self._progress.popleft()
        if not self.running:
            self._close_log()

    def _on_state(self) -> None:
        """Without its bus, or after the transmit process was started again, there is no run."""
        transmitter = self._session.bus.transmitter
        if self.status.state != "stopped" and (
            transmitter is None or self._run not in transmitter.fuzz.running
        ):
            self.status = replace(self.status, state="stopped")
            self._close_log()
        self.changed.emit()

    # -- the log -----------------------------------------------------------------------------------------

    def _open_log(self, path: Path | None) -> None:
        """A file that is there stays: the new one gets a number. Raises FileError."""
        self._close_log()
        self.log = path
        if path is not None:
            self.log = numbered(path, first_free_number(path)) if path.exists() else path
            self._recorder = Recorder(self.log)

    def _watch_log(self) -> None:
        """Without its log a run does not go on."""
        if self._recorder is not None and self._recorder.failed and self.running:
            self.failed.emit(f"{self._recorder.error}. The run was stopped: what leaves could not be logged.")
            self.stop()

    def _close_log(self) -> None:
        """Complete the file beside the window."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        task = self._session.tasks.make(f"Completing {recorder.path.name}", lambda _report: recorder.close())
        task.finished.connect(lambda _nothing: self._on_closed(recorder))
        task.start()

    def _on_closed(self, recorder: Recorder) -> None:
        if recorder.error:
            self.failed.emit(f"{recorder.error}.")
        if recorder.losses:
            self._session.message.emit("info", f"{recorder.path.name}: {recorder.losses}.")

    def end(self) -> None:
        """The window goes: end the run and complete its log."""
        transmitter = self._session.bus.transmitter
        if transmitter is not None and self._run in transmitter.fuzz.running:
            transmitter.fuzz.stop_and_wait(self._run, 1.0)
            self._on_news(list(transmitter.poll()))
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()


def progress_text(control: FuzzControl) -> str:
    """What has left, and how fast; empty before the first run."""
    status, count = control.status, control.count
    if not status.sent and not control.running:
        return ""
    parts = [f"{status.sent:,} of {count:,} sent" if count else f"{status.sent:,} sent"]
    parts += [f"{control.rate:,.0f} frames/s"] if control.rate else []
    parts += [f"{status.late:,} late"] if status.late else []
    parts += [f"{status.skipped:,} not for this bus"] if status.skipped else []
    return ", ".join(parts)


def state_text(control: FuzzControl) -> str:
    """Where it stands, as sentences; empty before the first run."""
    going_on = "Stopped by an answer; Go on sends the next frame."
    state = {
        "playing": "",
        "paused": "Paused.",
        "answered": going_on if control.running else "An answer came after the last frame.",
        "ended": "All frames have left.",
        "stopped": "Stopped." if control.status.sent else "",
    }[control.status.state]
    if not state and not control.running:
        return ""
    log = f"Log: {control.log.name}." if control.log is not None else ""
    return f"{state} {log}".strip()

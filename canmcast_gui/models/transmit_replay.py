"""The replay of the window: files or the trace, loaded beside it and sent by the transmit process."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.session import Session
from canmcast_gui.app.tasks import Report, Task
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.logfile import read_batches
from canmcast_gui.models.transmit_switch import SWITCHED_OFF, TransmitSwitch
from canmcast_gui.recording import Recording, RecordingError
from canmcast_gui.transmit import ReplayOptions, ReplayStatus, TransmitError
from canmcast_gui.transmit.playlist import one_after_the_other

ROWS = "canmcast_gui.recording.follower:open_rows"
NO_BUS = "Connect to a bus first (F5): without one nothing can be replayed."
# The window has one replay; the number is for the transmit process.
REPLAY = 1
# Small enough for the replay to begin, and to be cancelled, at once.
LOAD_FRAMES = 4096
NS = 1_000_000_000
STOPPED = ReplayStatus(REPLAY, "stopped", 0, 0, 0, 0, 0, None)


class ReplayControl(QObject):
    """What is to be replayed and how it goes.

    ``changed`` says that anything shown is different; ``failed`` carries a sentence. ``status.state`` is
    "stopped", "playing", "paused" or "ended". While ``recording`` is None nothing was chosen.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, switch: TransmitSwitch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._switch = switch
        self.recording: Recording | None = None
        self.name = ""
        self.status = STOPPED
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._loading: Task | None = None
        self._first_row = self._end_row = 0
        session.transmit_news.connect(self._on_news)
        session.state_changed.connect(self._on_state)
        session.message.connect(lambda *_: self._on_state())
        session.recording_replaced.connect(self._on_trace_replaced)
        session.clock.tick.connect(self._tell_growth)
        switch.changed.connect(lambda on: None if on else self.stop())

    # -- what is replayed --------------------------------------------------------------------------------

    @property
    def frames(self) -> int:
        """How many frames are there to be replayed, so far."""
        if self.recording is None:
            return 0
        end_row = self.recording.end_row if self._own is not None else self._end_row
        return max(0, end_row - self._first_row)

    @property
    def loading(self) -> bool:
        """Whether files are still being read."""
        return self._loading is not None

    @property
    def seconds(self) -> float:
        """How long the recording is, so far."""
        return (self._time(-1) - self._time(0)) / NS if self.frames else 0.0

    @property
    def position_seconds(self) -> float:
        """Where in it the replay is."""
        if not self.frames:
            return 0.0
        now_ns = self.status.position_ns
        return 0.0 if now_ns is None else max(0.0, min(self.seconds, (now_ns - self._time(0)) / NS))

    def _time(self, frame: int) -> int:
        assert self.recording is not None
        row = self._first_row + (frame if frame >= 0 else self.frames + frame)
        return int(self.recording.rows(row, row + 1).timestamp_ns[0])

    def choose_trace(self) -> None:
        """Take what the trace holds at this moment."""
        self.close()
        recording = self._session.recording
        if not len(recording):
            self.failed.emit("The trace is empty: there is nothing to replay yet.")
            return
        self.recording, self.name = recording, "the trace as it was"
        self._first_row, self._end_row = recording.first_row, recording.end_row
        self.changed.emit()

    def choose_files(self, paths: Sequence[Path]) -> None:
        """Read log files, one after the other, in the background; what is there can be replayed at once."""
        self.close()
        self._own = tempfile.TemporaryDirectory(prefix="canmcast-replay-")
        try:
            self.recording = Recording.create(Path(self._own.name) / "frames")
        except RecordingError as error:
            self.close()
            self.failed.emit(str(error))
            return
        self.name = paths[0].name + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
        task = self._session.make_task(f"Reading {self.name}", partial(_load, list(paths), self.recording))
        task.failed.connect(self._on_load_failed)
        task.ended.connect(lambda: self._on_loaded(task))
        self._loading = task
        task.start()
        self.changed.emit()

    def _on_load_failed(self, sentence: str) -> None:
        if self._loading is not None:
            self.close()
        self.failed.emit(sentence)

    def _on_loaded(self, task: Task) -> None:
        if self._loading is task:
            self._loading = None
            self._tell_growth()
            self.changed.emit()

    def _on_trace_replaced(self) -> None:
        if self._own is None and self.recording is not None:
            self.close()

    def close(self) -> None:
        """Stop, and let go of what was chosen."""
        self.stop()
        task, self._loading = self._loading, None
        recording, self.recording, own, self._own = self.recording, None, self._own, None
        self.name = ""
        self._first_row = self._end_row = 0
        if own is not None and recording is not None:
            if task is not None:
                task.cancel()
                task.ended.connect(partial(_remove, recording, own))
            else:
                _remove(recording, own)
        elif own is not None:
            own.cleanup()
        self.changed.emit()

    # -- playing -----------------------------------------------------------------------------------------

    @property
    def can_play(self) -> bool:
        """Whether there is a bus, and something to replay on it."""
        return self._session.transmitter is not None and self.recording is not None

    def start(
        self, options: ReplayOptions, from_seconds: float = 0.0, to_seconds: float | None = None
    ) -> None:
        """Begin from the beginning of the range; ``failed`` says why not."""
        transmitter, recording = self._session.transmitter, self.recording
        if transmitter is None or recording is None or not self._switch.on:
            self.failed.emit(self._in_the_way())
            return
        first_row = self._row_at(from_seconds) if from_seconds else self._first_row
        end_row = self._end_row if self._own is None else None
        if to_seconds is not None:
            end_row = self._row_at(to_seconds)
        try:
            wanted = replace(options, first_row=first_row, end_row=end_row)
            transmitter.replay(REPLAY, ROWS, {"folder": str(recording.folder)}, wanted)
        except (TransmitError, FilterError) as error:
            self.failed.emit(str(error))
            return
        self.status = replace(STOPPED, state="paused" if options.paused else "playing", row=first_row)
        self._tell_growth()
        self.changed.emit()

    def _in_the_way(self) -> str:
        if not self._switch.on:
            return SWITCHED_OFF
        return NO_BUS if self._session.transmitter is None else "Choose a recording first."

    @property
    def running(self) -> bool:
        """Whether there is one that can be paused, stepped or moved."""
        return self.status.state in ("playing", "paused", "ended")

    def pause(self) -> None:
        """Pause, or go on."""
        self._do("pause" if self.status.state == "playing" else "play")

    def step(self) -> None:
        """Send one frame; a replay that plays is paused first."""
        if self.status.state == "playing":
            self._do("pause")
        self._do("step")

    def seek(self, seconds: float) -> None:
        """Go to a time since the beginning of the recording."""
        self._do("seek", self._row_at(seconds))

    def set_speed(self, speed: float | None) -> None:
        """Change the factor while it runs."""
        self._do("speed", speed)

    def stop(self) -> None:
        """End it."""
        if self._session.transmitter is not None:
            self._session.transmitter.replay_stop(REPLAY)
        if self.status.state != "stopped":
            self.status = replace(self.status, state="stopped")
            self.changed.emit()

    def _do(self, action: str, value: int | float | None = None) -> None:
        if self._session.transmitter is not None and self.running:
            if not self._switch.on:
                self.failed.emit(SWITCHED_OFF)
                return
            self._session.transmitter.replay_do(REPLAY, action, value)

    def _row_at(self, seconds: float) -> int:
        """The first row at that time or later, by halving."""
        assert self.recording is not None
        low, high = self._first_row, self._first_row + self.frames
        wanted_ns = self._time(0) + round(seconds * NS) if self.frames else 0
        while low < high:
            middle = (low + high) // 2
            if int(self.recording.rows(middle, middle + 1).timestamp_ns[0]) < wanted_ns:
                low = middle + 1
            else:
                high = middle
        return low

    # -- hearing -----------------------------------------------------------------------------------------

    def _tell_growth(self) -> None:
        transmitter = self._session.transmitter
        if transmitter is not None and self.recording is not None and REPLAY in transmitter.replaying:
            transmitter.replay_grown(REPLAY, self._first_row + self.frames, self._loading is None)
            if self._loading is not None:
                self.changed.emit()

    def _on_news(self, news: list[object]) -> None:
        for one in news:
            if isinstance(one, ReplayStatus) and one.number == REPLAY and self.status.state != "stopped":
                self.status = one if one.state != "failed" else replace(one, state="stopped")
                self.changed.emit()

    def _on_state(self) -> None:
        """Without its bus, or after the transmit process was started again, nothing is being replayed."""
        transmitter = self._session.transmitter
        if self.status.state != "stopped" and (transmitter is None or REPLAY not in transmitter.replaying):
            self.status = replace(self.status, state="stopped")
        self.changed.emit()


def _load(paths: list[Path], target: Recording, report: Report) -> None:
    readers = [read_batches(path, LOAD_FRAMES) for path in paths]
    for batch in one_after_the_other(readers):
        target.append(batch)
        if not report(sum(reader.progress for reader in readers) / len(readers)):
            return


def _remove(recording: Recording, folder: tempfile.TemporaryDirectory[str]) -> None:
    recording.discard()
    folder.cleanup()

"""Sends batches through the transmit process while they are read, and shows the progress."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Interrupt, Keys, live_line, print_note
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.recording import Recording, RecordingError, remove_empty
from canmcast_gui.recording.reading import ROWS_FACTORY
from canmcast_gui.transmit import FramesMissed, ReplayOptions, ReplayStatus, SendFailed, Transmitter
from canmcast_gui.transmit.replay.options import ReplayPosition
from canmcast_gui.wording import counted

_POLL_SECONDS = 0.1
_REPLAY = 1
# Step of the left and right keys.
_KEY_SECONDS = 10


class Player:
    """Reads batches into a temporary recording, from which the transmit process sends at the same time.

    The recording is marked as a copy: if this process is killed, the next start of a window or command
    deletes it.
    """

    def __init__(
        self, transmitter: Transmitter, batches: Iterator[FrameBatch], options: ReplayOptions
    ) -> None:
        self._transmitter = transmitter
        self._batches = batches
        self._options = options
        status = ReplayStatus(_REPLAY, "paused" if options.paused else "playing")
        self._position = ReplayPosition(status, options.speed)
        self._problem: str | None = None
        self._ended_by_user = False
        self._whole = False
        self._missed = 0

    @property
    def sent(self) -> int:
        """Number of frames sent, by the last status received."""
        return self._status.sent

    @property
    def _status(self) -> ReplayStatus:
        return self._position.status

    def play(self, name: str) -> None:
        """Send everything. Raises Failure, FileError, RecordingError."""
        remove_empty()
        with _own_recording() as recording, Interrupt() as interrupt, Keys() as keys, live_line() as show:
            self._play(recording, interrupt, keys, show)
        self._finish(name)

    def _play(self, recording: Recording, interrupt: Interrupt, keys: Keys, show: Any) -> None:
        self._transmitter.replays.start(
            _REPLAY, ROWS_FACTORY, {"folder": str(recording.folder)}, self._options
        )
        for batch in self._batches:
            recording.append(batch)
            self._transmitter.replays.grow(_REPLAY, recording.end_row, False)
            if self._poll(interrupt, keys, recording, show, 0.0):
                return
        self._whole = True
        self._transmitter.replays.grow(_REPLAY, recording.end_row, True)
        while self._status.state not in ("ended", "failed"):
            if self._poll(interrupt, keys, recording, show, _POLL_SECONDS):
                return

    def _poll(self, interrupt: Interrupt, keys: Keys, recording: Recording, show: Any, wait: float) -> bool:
        """Process events of the transmit process and keys; True if sending has ended."""
        transmitter = self._transmitter
        ended = interrupt.wait(wait, transmitter)
        for event in transmitter.poll():
            if isinstance(event, ReplayStatus):
                self._position.update(event, time.monotonic_ns())
            elif isinstance(event, SendFailed):
                self._problem = event.sentence
            elif isinstance(event, FramesMissed):
                self._missed += event.frames
        if sentence := transmitter.supervise():
            raise Failure(f"{sentence} Sent before: {counted(self._status.sent, 'frame')}.")
        self._handle_key(keys.pressed(), recording)
        show(self._progress(recording))
        status = self._status
        self._ended_by_user |= ended
        return self._ended_by_user or status.state == "failed"

    def _progress(self, recording: Recording) -> str:
        """The progress: frames, time, and anything unusual."""
        status = self._status
        seconds, whole = 0.0, 0.0
        if recording.end_row:
            first, last = _time_of(recording, 0), _time_of(recording, recording.end_row - 1)
            now_ns = self._position.at(time.monotonic_ns())
            whole = max(0.0, (last - first) / NS_PER_SECOND)
            seconds = 0.0 if now_ns is None else max(0.0, min(whole, (now_ns - first) / NS_PER_SECOND))
        parts = [counted(status.sent, "frame"), f"{seconds:,.1f} of {whole:,.1f} s"]
        parts += [] if self._whole else ["still reading the file"]
        parts += ["paused"] if status.state == "paused" else []
        parts += [f"loop {status.loops + 1:,}"] if status.loops else []
        parts += [f"{status.late:,} late"] if status.late else []
        return ", ".join(parts)

    def _handle_key(self, key: str | None, recording: Recording) -> None:
        replays, playing = self._transmitter.replays, self._status.state == "playing"
        if playing and key in ("page down", "step"):
            replays.pause(_REPLAY)
        elif key == "page down":
            replays.play(_REPLAY)
        if key == "step":
            replays.step(_REPLAY)
        elif key in ("left", "right"):
            away = -_KEY_SECONDS if key == "left" else _KEY_SECONDS
            replays.seek(_REPLAY, _row_from(recording, self._status.row, away))
        elif key == "end":
            self._ended_by_user = True

    def _finish(self, name: str) -> None:
        status = self._status
        if not self._ended_by_user and not status.sent:
            raise Failure(self._problem or f"{name} has no frames that could be sent")
        late = f", {status.late:,} of them late" if status.late else ""
        skipped = f", {status.skipped:,} skipped that this bus does not carry" if status.skipped else ""
        print_note(f"{counted(self._transmitter.sent, 'frame')} sent{late}{skipped}")
        if self._missed:
            print_note(FramesMissed(self._missed).sentence)
        if self._problem:
            raise Failure(self._problem)


@contextmanager
def _own_recording() -> Iterator[Recording]:
    """A recording that is deleted at the end; in a temporary folder for a user without a data folder."""
    with ExitStack() as stack:
        try:
            recording = Recording.create(is_copy=True)
        except RecordingError:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="canmcast-play-"))
            recording = Recording.create(Path(folder) / "frames")
        stack.callback(recording.discard)
        yield recording


def _time_of(recording: Recording, row: int) -> int:
    return int(recording.rows(row, row + 1).timestamp_ns[0])


def _row_from(recording: Recording, row: int, seconds: float) -> int:
    """The row that is ``seconds`` away from ``row``, by bisection."""
    if not recording.end_row:
        return row
    low, high = (0, row) if seconds < 0 else (row, recording.end_row)
    wanted_ns = _time_of(recording, min(row, recording.end_row - 1)) + round(seconds * NS_PER_SECOND)
    while low < high:
        middle = (low + high) // 2
        if _time_of(recording, middle) < wanted_ns:
            low = middle + 1
        else:
            high = middle
    return low

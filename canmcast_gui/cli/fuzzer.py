"""A run of random frames from the command line: its keys, its progress, and what it prints at the end."""

from __future__ import annotations

import sys
import time
from typing import Any

from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Interrupt, Keys, live_line, print_note
from canmcast_gui.frames.text import candump_lines, frame_texts
from canmcast_gui.logfile import Recorder
from canmcast_gui.transmit import (
    FramesMissed,
    FuzzOptions,
    FuzzResponse,
    FuzzSent,
    FuzzStatus,
    SendFailed,
    Transmitter,
)
from canmcast_gui.transmit.conditions import Condition, text_of
from canmcast_gui.wording import counted

_RUN = 1
_POLL_SECONDS = 0.1
# If the transmit process does not respond within this time, the rest of the log is not written.
_PATIENCE_SECONDS = 5.0


class Fuzzer:
    """One run; ``recorder`` receives the sent frames and is closed at the end."""

    def __init__(
        self,
        transmitter: Transmitter,
        options: FuzzOptions,
        stop_at: Condition,
        wait: float,
        recorder: Recorder | None,
    ) -> None:
        self._transmitter = transmitter
        self._options = options
        self._stop_at = stop_at
        self._wait_seconds = wait if stop_at else 0.0
        self._recorder = recorder
        self._status = FuzzStatus(_RUN, "playing", 0, 0, 0)
        self._response: FuzzResponse | None = None
        self._problem: str | None = None
        self._missed = 0
        self._ended_at = 0.0
        self._ended_by_user = False

    def run(self, paused: bool) -> None:
        """Send until the last frame, a response, or the user stops it. Raises Failure."""
        with_log, patience = self._recorder is not None, self._wait_seconds
        self._transmitter.fuzz.start(_RUN, self._options, self._stop_at, with_log, paused, patience)
        try:
            with Interrupt() as interrupt, Keys() as keys, live_line() as show:
                while not self._is_over():
                    self._poll(interrupt, keys, show)
            self._transmitter.fuzz.stop_and_wait(_RUN, _PATIENCE_SECONDS)
            self._read_events()
        finally:
            if self._recorder is not None:
                self._recorder.close()
        self._finish()

    def _is_over(self) -> bool:
        if self._ended_by_user or self._response is not None or self._status.state == "failed":
            return True
        if self._status.state != "ended":
            self._ended_at = time.monotonic()
            return False
        return time.monotonic() - self._ended_at >= self._wait_seconds

    def _poll(self, interrupt: Interrupt, keys: Keys, show: Any) -> None:
        """Process events of the transmit process and keys."""
        self._ended_by_user |= interrupt.wait(_POLL_SECONDS, self._transmitter)
        self._read_events()
        if sentence := self._transmitter.supervise():
            raise Failure(f"{sentence} Sent before: {counted(self._status.sent, 'frame')}.")
        if self._recorder is not None and self._recorder.failed:
            raise Failure(f"{self._recorder.error}; sent before: {counted(self._status.sent, 'frame')}")
        self._handle_key(keys.pressed())
        show(self._progress())

    def _read_events(self) -> None:
        for event in self._transmitter.poll():
            if isinstance(event, FuzzStatus) and event.state != "stopped":
                self._status = event
            elif isinstance(event, FuzzStatus):  # only the final counts: the state is the one requested here
                self._status = FuzzStatus(_RUN, self._status.state, event.sent, event.skipped, event.late)
            elif isinstance(event, FuzzSent) and self._recorder is not None:
                self._recorder.write(event.frames)
            elif isinstance(event, FuzzResponse):
                self._response = event
            elif isinstance(event, SendFailed):
                self._problem = event.sentence
            elif isinstance(event, FramesMissed):
                self._missed += event.frames

    def _handle_key(self, key: str | None) -> None:
        runs, playing = self._transmitter.fuzz, self._status.state == "playing"
        if playing and key in ("page down", "step"):
            runs.pause(_RUN)
        elif key == "page down":
            runs.play(_RUN)
        if key == "step":
            runs.step(_RUN)
        elif key == "end":
            self._ended_by_user = True

    def _progress(self) -> str:
        status, count = self._status, self._options.count
        parts = [counted(status.sent, "frame") + ("" if count is None else f", {status.sent / count:.0%}")]
        parts += ["paused"] if status.state == "paused" else []
        parts += ["waiting for a response"] if status.state == "ended" else []
        return ", ".join(parts)

    def _finish(self) -> None:
        status = self._status
        if not status.sent and not self._ended_by_user:
            raise Failure(self._problem or "no frame could be sent")
        late = f", {status.late:,} of them late" if status.late else ""
        skipped = f", {status.skipped:,} skipped that this bus does not carry" if status.skipped else ""
        seed = self._options.seed
        print_note(f"{counted(status.sent, 'frame')} sent{late}{skipped}, seed {seed}")
        if self._missed:
            print_note(FramesMissed(self._missed).sentence)
        if self._response is not None:
            self._print_response(self._response)
        elif self._problem:
            raise Failure(self._problem)
        elif self._stop_at and not self._ended_by_user:
            print_note(f"no frame matched {text_of(self._stop_at)}")
        if self._recorder is not None and self._recorder.losses:
            print_note(self._recorder.losses)
        if self._recorder is not None and self._recorder.error:
            raise Failure(self._recorder.error)

    def _print_response(self, response: FuzzResponse) -> None:
        """Print the response on stderr and the frames sent before it on stdout."""
        frame = next(frame_texts(response.frame))
        after = f", {response.after:,} more sent after it arrived" if response.after else ""
        last = (
            f"the last {counted(len(response.before), 'frame')} sent before it"
            if len(response.before)
            else "no frame sent before it"
        )
        print_note(f"received {frame}{after}; {last}:")
        sys.stdout.write(candump_lines(response.before))
        sys.stdout.flush()

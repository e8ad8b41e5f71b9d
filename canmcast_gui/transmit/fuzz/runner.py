"""Runs fuzz runs in the transmit process: replays of random rows, reported as they are sent."""

from __future__ import annotations

import time
from collections import deque

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.filters import Filter
from canmcast_gui.transmit.commands import ControlFuzz, StartFuzz
from canmcast_gui.transmit.conditions import compile_condition
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.event_sender import EventSender
from canmcast_gui.transmit.events import FuzzResponse, FuzzStatus
from canmcast_gui.transmit.fuzz.rows import FuzzRows
from canmcast_gui.transmit.listener import Listener
from canmcast_gui.transmit.messages import Dispatcher
from canmcast_gui.transmit.replay.group import ReplayGroup
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.replay.replay import Portion, Replay
from canmcast_gui.transmit.sender import RateLimit, Sender

# Frames that are reported with a response: which of them caused it is unknown.
BEFORE_FRAMES = 50
# Portions that are kept to find those: some are sent between a response's arrival and its being read.
_KEPT_PORTIONS = 512
# Frames that were not reported to the client yet: a few MB. While its log is not read, runs wait.
MAX_WAITING_FRAMES = 1 << 16


class FuzzRun:
    """One run: what was really sent and when, and the received frame that is a response to it.

    A response is a frame that meets ``stop_at``, at most ``wait_ns`` after the last frame. With
    ``report_frames`` the client gets every frame that was sent.
    """

    def __init__(self, replay: Replay, stop_at: Filter | None, report_frames: bool, wait_ns: int) -> None:
        self.replay = replay
        self.report_frames = report_frames
        self.sent = 0
        self.has_response = False
        self._stop_at = stop_at
        self._wait_ns = wait_ns
        self._last_ns = 0
        self._portions: deque[FrameBatch] = deque(maxlen=_KEPT_PORTIONS)

    @property
    def state(self) -> str:
        """That of the replay; "responded" while it is paused because of a response."""
        return "responded" if self.has_response else self.replay.state

    def note_sent(self, batch: FrameBatch, time_ns: int, now_ns: int) -> FrameBatch:
        """Frames that were sent, beginning at ``time_ns`` since the epoch; returns them with that time."""
        self._last_ns = now_ns
        records = batch.records.copy()
        records["timestamp_ns"] = time_ns
        records["flags"] |= np.uint16(Flag.TX)
        portion = FrameBatch(records, batch.heap).compact()
        self._portions.append(portion)
        self.sent += len(portion)
        return portion

    def needs_frames(self, now_ns: int) -> bool:
        """Whether a response can arrive, now or later."""
        return self._stop_at is not None and (self.replay.state != "ended" or self._may_respond(now_ns))

    def _may_respond(self, now_ns: int) -> bool:
        """Whether a frame that is received now can be a response, not traffic long after the last frame."""
        return self.replay.state == "playing" or now_ns - self._last_ns <= self._wait_ns

    def find_response(self, batch: FrameBatch, now_ns: int) -> FrameBatch | None:
        """The first received frame at which the run is to stop; it is paused then."""
        if self._stop_at is None or self.has_response or not self.sent or not len(batch):
            return None
        if not self._may_respond(now_ns):
            return None
        rows = np.flatnonzero(self._stop_at.mask(batch))
        if not len(rows):
            return None
        self.replay.pause(now_ns)
        self.has_response = True
        return batch[rows[:1]].compact()

    def response_event(self, number: int, response: FrameBatch) -> FuzzResponse:
        """The event for a response to the run with this number."""
        sent = FrameBatch.concatenate(list(self._portions)) if self._portions else FrameBatch.empty()
        earlier = sent.timestamp_ns <= response.timestamp_ns[0]
        before = sent[earlier][-BEFORE_FRAMES:]
        return FuzzResponse(number, response, before.compact(), len(sent) - int(earlier.sum()))

    def resume(self) -> None:
        """Continue after a response."""
        self.has_response = False


class FuzzRunner:
    """All fuzz runs, by the numbers that the client gave them."""

    def __init__(self, sender: Sender, events: EventSender, limit: RateLimit, listener: Listener) -> None:
        self._sender = sender
        self._events = events
        self._listener = listener
        self._runs: dict[int, FuzzRun] = {}
        self._group = ReplayGroup(events, limit, self._send, self._changed, self._failed)

    # -- commands ----------------------------------------------------------------------------------------

    def handle(self, dispatcher: Dispatcher) -> None:
        """Handle the commands for fuzz runs."""
        dispatcher.add(StartFuzz, self._start)
        dispatcher.add(ControlFuzz, self._control)

    def _start(self, command: StartFuzz) -> None:
        number, options = command.number, command.options
        try:
            stop_at = None
            if command.stop_at:
                self._listener.open()
                stop_at = compile_condition(command.stop_at, self._listener.sources)
            source, paused = FuzzRows(options), ReplayOptions(paused=command.paused)
            replay = Replay(source, paused, self._sender.encode_ahead)
            replay.grow(options.end_row, True)
        except Exception as error:  # noqa: BLE001 - any error is the reason for the user
            self._failed(number, error)
            return
        self._runs[number] = FuzzRun(replay, stop_at, command.report_frames, command.wait_ns)
        self._group.replays[number] = replay
        self._changed(number)

    def _control(self, command: ControlFuzz) -> None:
        """Play and step also continue after a response; a run that has ended can only be stopped."""
        number, run = command.number, self._runs.get(command.number)
        if run is None:
            return
        if command.action == "stop":
            self._stop(number, run)
        elif run.replay.state == "ended":
            return
        elif command.action == "pause":
            self._group.control(number, Replay.pause)
        else:
            run.resume()
            if command.action == "play":
                self._group.control(number, Replay.play)
            else:
                self._group.step(number)

    def _stop(self, number: int, run: FuzzRun) -> None:
        """End a run; the frames that were sent are reported before its end."""
        run.replay.stop()
        run.resume()
        self._changed(number)
        self._forget(number)

    def stop_all(self) -> None:
        """End all runs, and report it."""
        for number, run in list(self._runs.items()):
            self._stop(number, run)

    def _forget(self, number: int) -> None:
        self._runs.pop(number, None)
        self._group.replays.pop(number, None)

    # -- time --------------------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        """Whether any run plays."""
        return self._group.is_playing

    @property
    def _is_held(self) -> bool:
        """Whether the client has to read what was sent first."""
        return self._events.waiting_fuzz_frames >= MAX_WAITING_FRAMES

    def next_due(self, now_ns: int) -> int | None:
        """When the next frame is due; None while the client does not read."""
        return None if self._is_held else self._group.next_due(now_ns)

    def prefetch(self, room_ns: int) -> bool:
        """Make and encode ahead if nothing is due for ``room_ns``; whether something was done."""
        return self._group.prefetch(room_ns)

    def send_due(self) -> None:
        """Send what is due, unless the client does not read."""
        if not self._is_held:
            self._group.send_due()

    @property
    def needs_frames(self) -> bool:
        """Whether any run waits for a response."""
        return any(run.needs_frames(time.monotonic_ns()) for run in self._runs.values())

    def on_frames(self, batch: FrameBatch) -> None:
        """Received frames; a response pauses its run."""
        for number, run in self._runs.items():
            response = run.find_response(batch, time.monotonic_ns())
            if response is not None:
                self._events.fuzz_responded(run.response_event(number, response))
                self._changed(number)

    def _send(self, number: int, portion: Portion) -> int:
        run, start = self._runs[number], portion.start
        time_ns = time.time_ns()
        sent = self._sender.send_encoded(portion.encoded, start, portion.stop)
        frames = run.note_sent(portion.frames[start : start + sent], time_ns, time.monotonic_ns())
        if run.report_frames:
            self._events.fuzz_sent(number, frames)
        return sent

    # -- reporting ---------------------------------------------------------------------------------------

    def _changed(self, number: int) -> None:
        run = self._runs[number]
        is_urgent = run.state not in ("playing", "paused")
        self._events.status_changed("fuzz", number, lambda: _status(number, run), is_urgent)

    def _failed(self, number: int, error: Exception) -> None:
        known = isinstance(error, TransmitError)
        self._events.failed(str(error) if known else f"The fuzz run has ended: {error}.")
        failed = FuzzStatus(number, "failed")
        self._events.status_changed("fuzz", number, lambda: failed, urgent=True)
        self._forget(number)


def _status(number: int, run: FuzzRun) -> FuzzStatus:
    return FuzzStatus(number, run.state, run.sent, run.replay.skipped, run.replay.late)

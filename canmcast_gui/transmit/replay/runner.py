"""The replays that run in the transmit process: their sources, their place between the jobs, their news."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit.budget import Budget
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.event_sender import Reporter
from canmcast_gui.transmit.listener import Listener
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.replay.replay import PORTION, Replay
from canmcast_gui.transmit.sender import Sender, make

# Getting some frames ready takes so long; it waits while something is due sooner.
READY_NS = 400_000
# How often it is looked which ids somebody else sends.
LIVE_NS = 100_000_000


@dataclass(slots=True)
class _Running:
    replay: Replay
    options: ReplayOptions
    look_ns: int = 0


class Replays:
    """All replays, by the numbers that the client gave them."""

    def __init__(self, sender: Sender, reporter: Reporter, budget: Budget, listener: Listener) -> None:
        self._sender = sender
        self._reporter = reporter
        self._budget = budget
        self._listener = listener
        self._running: dict[int, _Running] = {}

    # -- commands ----------------------------------------------------------------------------------------

    def start(self, number: int, factory: str, settings: dict[str, Any], options: dict[str, Any]) -> None:
        """Begin one, in place of an earlier one with its number."""
        try:
            wanted = ReplayOptions.from_dict(options).validated()
            source = make(factory, settings)
            if wanted.skip_live:
                self._listener.open()
        except Exception as error:  # noqa: BLE001 - whatever a factory raises, it is the reason for the user
            self._fail(number, error)
            return
        replay = Replay(source, wanted, self._sender.encode_ahead)
        self._add(number, replay, wanted)

    def _add(self, number: int, replay: Replay, options: ReplayOptions | None = None) -> None:
        self._running[number] = _Running(replay, options or ReplayOptions())
        self._note(number, replay)

    def grow(self, number: int, end_row: int, complete: bool) -> None:
        """The source of one has more rows now."""
        if number in self._running:
            self._running[number].replay.grow(end_row, complete)

    def do(self, number: int, action: str, value: Any, now_ns: int) -> None:
        """Do with one what the user wants: "play", "pause", "step", "seek" or "speed"."""
        if number not in self._running:
            return
        replay = self._running[number].replay
        try:
            if action == "play":
                replay.play(now_ns)
            elif action == "pause":
                replay.pause(now_ns)
            elif action == "seek":
                replay.seek(value, now_ns)
            elif action == "speed":
                replay.set_speed(value, now_ns)
            elif action == "step" and self._budget.allowed(1, now_ns):
                self._send(replay.step(now_ns))
        except Exception as error:  # noqa: BLE001 - a source that fails ends its replay only
            self._fail(number, error)
            return
        self._note(number, replay)

    def stop(self, number: int) -> None:
        """End one; nothing is told of it any more."""
        self._running.pop(number, None)

    def stop_all(self) -> None:
        """End all, and tell so."""
        for number, running in self._running.items():
            running.replay.state = "stopped"
            self._note(number, running.replay)
        self._running.clear()

    # -- time --------------------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        """Whether any of them plays."""
        return any(running.replay.state == "playing" for running in self._running.values())

    def next_due(self, now_ns: int) -> int | None:
        """When the next frame is to leave; now where something must be made ready."""
        times = []
        for running in self._running.values():
            replay = running.replay
            if replay.starves:
                return now_ns
            due_ns = replay.next_due(now_ns)
            if due_ns is not None:
                times.append(due_ns)
        return min(times, default=None)

    def get_ready(self, room_ns: int) -> bool:
        """Read and encode ahead where there is time for it; whether something was done."""
        for number, running in list(self._running.items()):
            replay = running.replay
            if replay.starves or (replay.wants_frames and room_ns > READY_NS):
                try:
                    replay.get_ready()
                except Exception as error:  # noqa: BLE001 - a source that fails ends its replay only
                    self._fail(number, error)
                return True
        return False

    def send_due(self) -> None:
        """Send what is due."""
        for number, running in list(self._running.items()):
            replay, now_ns = running.replay, time.monotonic_ns()
            if replay.state != "playing":
                continue
            if running.options.skip_live and now_ns >= running.look_ns:
                running.look_ns = now_ns + LIVE_NS
                replay.leave_out(self._listener.live_ids(running.options.live_seconds))
            granted = self._budget.allowed(PORTION, now_ns)
            part = replay.take_due(now_ns, granted) if granted else None
            try:
                sent = self._send(part)
            except Exception as error:  # noqa: BLE001 - whatever a sender raises, the others go on
                self._reporter.note_failure(str(error))
                sent = 0
            self._budget.give_back(granted - sent)
            if part or replay.state == "ended":
                self._note(number, replay)

    @property
    def listening(self) -> bool:
        """Whether any of them depends on what others send."""
        return any(one.options.skip_live for one in self._running.values())

    def hear(self, batch: FrameBatch) -> None:
        """Frames of others: that they were heard is enough, for the listener keeps which ids are live."""

    def _send(self, part: tuple[Any, int, int] | None) -> int:
        if part is None:
            return 0
        sent = self._sender.send_encoded(*part)
        self._reporter.note_sent(sent)
        return sent

    def _note(self, number: int, replay: Replay) -> None:
        self._reporter.note_replay(number, replay)

    def _fail(self, number: int, error: Exception) -> None:
        what = str(error) if isinstance(error, TransmitError) else f"The replay has ended: {error}."
        self._reporter.note_failure(what)
        self._reporter.note_replay_failed(number)
        self._running.pop(number, None)

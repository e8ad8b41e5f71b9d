"""Replays that run side by side in the transmit process: which is due, reading ahead, and sending.

Replays of recordings and fuzz runs each have a group; what they report differs.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from canmcast_gui.transmit.event_sender import EventSender
from canmcast_gui.transmit.replay.replay import PORTION, Portion, Replay
from canmcast_gui.transmit.sender import RateLimit

# Reading ahead takes this long; it waits while something is due sooner.
PREFETCH_NS = 400_000


class ReplayGroup:
    """Replays by number. Their frames share ``limit`` with everything else that is sent.

    ``send`` sends a portion of the replay with a number and returns how many frames were sent; it raises any
    error of the sender, after which the replay continues. ``changed`` is called when a replay has sent
    something or has another state, ``failed`` when its source has raised an error.
    """

    def __init__(
        self,
        events: EventSender,
        limit: RateLimit,
        send: Callable[[int, Portion], int],
        changed: Callable[[int], None],
        failed: Callable[[int, Exception], None],
    ) -> None:
        self._events = events
        self._limit = limit
        self._send_portion = send
        self._changed = changed
        self._failed = failed
        self.replays: dict[int, Replay] = {}

    @property
    def is_playing(self) -> bool:
        """Whether any of them plays."""
        return any(replay.state == "playing" for replay in self.replays.values())

    def next_due(self, now_ns: int) -> int | None:
        """When the next frame is due; now if frames must be read first."""
        times = []
        for replay in self.replays.values():
            if replay.is_starved:
                return now_ns
            due_ns = replay.next_due(now_ns)
            if due_ns is not None:
                times.append(due_ns)
        return min(times, default=None)

    def prefetch(self, room_ns: int) -> bool:
        """Read and encode ahead if nothing is due for ``room_ns``; whether something was done."""
        for number, replay in list(self.replays.items()):
            if replay.is_starved or (replay.can_prefetch and room_ns > PREFETCH_NS):
                try:
                    replay.prefetch()
                except Exception as error:  # noqa: BLE001 - any error of a source ends only its replay
                    self._failed(number, error)
                return True
        return False

    def send_due(self) -> None:
        """Send what is due."""
        for number, replay in list(self.replays.items()):
            if replay.state != "playing":
                continue
            now_ns = time.monotonic_ns()
            granted = self._limit.allowed(PORTION, now_ns)
            portion = replay.take_due(now_ns, granted) if granted else None
            sent = self._send(number, portion) if portion else 0
            self._limit.give_back(granted - sent)
            if portion or replay.is_over:
                self._changed(number)

    def _send(self, number: int, portion: Portion) -> int:
        try:
            sent = self._send_portion(number, portion)
        except Exception as error:  # noqa: BLE001 - after any error of the sender, the others continue
            self._events.failed(str(error))
            return 0
        self._events.count_sent(sent)
        return sent

    def control(self, number: int, action: Callable[[Replay, int], None]) -> None:
        """Do something with a replay, such as Replay.pause, now."""
        replay = self.replays.get(number)
        if replay is None:
            return
        try:
            action(replay, time.monotonic_ns())
        except Exception as error:  # noqa: BLE001 - any error of a source ends only its replay
            self._failed(number, error)
        else:
            self._changed(number)

    def step(self, number: int) -> None:
        """Send the next frame of a paused replay."""
        self.control(number, lambda replay, now_ns: self._step(number, replay, now_ns))

    def _step(self, number: int, replay: Replay, now_ns: int) -> None:
        if self._limit.allowed(1, now_ns):
            portion = replay.step(now_ns)
            if portion is not None:
                self._send(number, portion)

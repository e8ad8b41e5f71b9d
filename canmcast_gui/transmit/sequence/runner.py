"""The sequences that run in the transmit process."""

from __future__ import annotations

import time
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.budget import Budget
from canmcast_gui.transmit.event_sender import Reporter
from canmcast_gui.transmit.listener import Listener, arrival_times
from canmcast_gui.transmit.payload.generators import ChangingData
from canmcast_gui.transmit.sender import Sender
from canmcast_gui.transmit.sequence.run import Sequence


class Sequences:
    """All running sequences, by the numbers that the client gave them."""

    def __init__(self, sender: Sender, reporter: Reporter, budget: Budget, listener: Listener) -> None:
        self._sender = sender
        self._reporter = reporter
        self._budget = budget
        self._listener = listener
        self._running: dict[int, Sequence] = {}
        # Data that changes counts on from one sending of a step to the next.
        self._data: dict[tuple[int, int], ChangingData] = {}

    def start(self, number: int, steps: list[dict[str, Any]], paused: bool) -> None:
        """Begin one, in place of an earlier one with its number."""
        self.stop(number)
        try:
            if any(step["do"] == "expect" for step in steps):
                self._listener.open()
            for place, step in enumerate(steps):
                if step["do"] == "send":
                    frame: wire.Plain = tuple(step["frame"])
                    self._sender.encode(*frame, 0.0)
                    self._data[number, place] = ChangingData(frame[4], step["changes"])
                    step["data"] = self._data[number, place]
            self._running[number] = Sequence(steps, time.monotonic_ns(), paused, self._listener.sources)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the user is told
            self._reporter.note_failure(str(error))
            self._reporter.note_sequence(number, None)
            return
        self._reporter.note_sequence(number, self._running[number])

    def do(self, number: int, action: str, now_ns: int) -> None:
        """Do with one what the user wants: "pause", "go on" or "step"."""
        sequence = self._running.get(number)
        if sequence is None:
            return
        if action == "pause":
            sequence.pause()
        elif action == "go on":
            sequence.go_on(now_ns)
        elif action == "step":
            self._send(sequence.step(now_ns), now_ns)
        self._note(number, sequence)

    def stop(self, number: int) -> None:
        """End one; nothing more is told of it."""
        self._running.pop(number, None)
        self._data = {key: data for key, data in self._data.items() if key[0] != number}

    def stop_all(self) -> None:
        """End all, and tell so."""
        for number, sequence in self._running.items():
            sequence.state, sequence.outcome = "ended", "stopped"
            self._reporter.note_sequence(number, sequence)
        self._running.clear()
        self._data.clear()

    def next_due(self) -> int | None:
        """When one of them goes on."""
        times = [due_ns for one in self._running.values() if (due_ns := one.next_due()) is not None]
        return min(times, default=None)

    @property
    def listening(self) -> bool:
        """Whether any of them has a step that waits for a frame of others."""
        return any(sequence.expects for sequence in self._running.values())

    def hear(self, batch: FrameBatch) -> None:
        """Frames of others; a delay after one counts from its arrival."""
        if not len(batch) or not any(one.listening for one in self._running.values()):
            return
        times = arrival_times(batch)
        for sequence in self._running.values():
            sequence.hear(batch, times)

    def send_due(self) -> None:
        """Go on with those that are due."""
        for number, sequence in list(self._running.items()):
            now_ns = time.monotonic_ns()
            due_ns = sequence.next_due()
            if due_ns is None or due_ns > now_ns:
                continue
            self._send(sequence.take_due(now_ns), now_ns)
            self._note(number, sequence)

    def _note(self, number: int, sequence: Sequence) -> None:
        self._reporter.note_sequence(number, sequence)
        if sequence.state == "ended":
            self.stop(number)

    def _send(self, steps: list[dict[str, Any]], now_ns: int) -> None:
        allowed = self._budget.allowed(len(steps), now_ns)
        self._reporter.note_held(len(steps) - allowed)
        try:
            for step in steps[:allowed]:
                number, flags, channel, dlc, _payload = step["frame"]
                payload = step["data"].at(now_ns)
                self._sender.send_datagram(self._sender.encode(number, flags, channel, dlc, payload, 0.0))
                self._reporter.note_sent(1)
        except Exception as error:  # noqa: BLE001 - whatever a sender raises, the others go on
            self._reporter.note_failure(str(error))

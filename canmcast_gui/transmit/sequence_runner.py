"""Runs sequences in the transmit process."""

from __future__ import annotations

import time

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit.commands import ControlSequence, StartSequence
from canmcast_gui.transmit.event_sender import EventSender
from canmcast_gui.transmit.events import SequenceStatus
from canmcast_gui.transmit.jobs.runner import GeneratedFrame, job_frame
from canmcast_gui.transmit.listener import Listener, arrival_times
from canmcast_gui.transmit.messages import Dispatcher
from canmcast_gui.transmit.payload.generator import GeneratedPayload
from canmcast_gui.transmit.sender import RateLimit, Sender
from canmcast_gui.transmit.sequence import ExpectStep, SendStep, SequenceRun


class SequenceRunner:
    """All running sequences, by the numbers that the client gave them."""

    def __init__(self, sender: Sender, events: EventSender, limit: RateLimit, listener: Listener) -> None:
        self._sender = sender
        self._events = events
        self._limit = limit
        self._listener = listener
        self._running: dict[int, SequenceRun] = {}
        # By number and index of the step: generated payloads count on from one repetition to the next.
        self._frames: dict[tuple[int, int], GeneratedFrame] = {}

    # -- commands ----------------------------------------------------------------------------------------

    def handle(self, dispatcher: Dispatcher) -> None:
        """Handle the commands for sequences."""
        dispatcher.add(StartSequence, self._start)
        dispatcher.add(ControlSequence, self._control)

    def _start(self, command: StartSequence) -> None:
        number = command.number
        self._forget(number)
        try:
            if any(isinstance(step, ExpectStep) for step in command.steps):
                self._listener.open()
            now_ns, sources = time.monotonic_ns(), self._listener.sources
            run = SequenceRun(command.steps, now_ns, command.paused, sources)
            for index, step in enumerate(command.steps):
                if isinstance(step, SendStep):
                    self._frames[number, index] = self._generated(step)
        except Exception as error:  # noqa: BLE001 - any error of a step or the receiver is reported
            self._forget(number)
            self._events.failed(str(error))
            failed = SequenceStatus(number, "ended", outcome="it could not be started")
            self._events.status_changed("sequence", number, lambda: failed, urgent=True)
            return
        self._running[number] = run
        self._report(number, run)

    def _generated(self, step: SendStep) -> GeneratedFrame:
        """The frame of a step. Raises ValueError if this bus cannot carry it."""
        frame = job_frame(step.frame)
        self._sender.encode(*frame)
        return GeneratedFrame(self._sender, frame, GeneratedPayload(frame.data, step.generators))

    def _control(self, command: ControlSequence) -> None:
        run, now_ns = self._running.get(command.number), time.monotonic_ns()
        if run is None:
            return
        if command.action == "stop":
            self._forget(command.number)
            return
        if command.action == "pause":
            run.pause()
        elif command.action == "resume":
            run.resume(now_ns)
        else:
            self._send(command.number, run.step(now_ns), now_ns)
        self._report(command.number, run)

    def stop_all(self) -> None:
        """End all sequences, and report it."""
        for number, run in list(self._running.items()):
            run.end("stopped")
            self._report(number, run)

    # -- time --------------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        """When one of them continues."""
        times = [due_ns for run in self._running.values() if (due_ns := run.next_due()) is not None]
        return min(times, default=None)

    @property
    def needs_frames(self) -> bool:
        """Whether any of them has a step that waits for a received frame."""
        return any(run.has_expectations for run in self._running.values())

    def on_frames(self, batch: FrameBatch) -> None:
        """Received frames; a wait after one counts from its arrival."""
        if not len(batch) or not any(run.expects_frame for run in self._running.values()):
            return
        times = arrival_times(batch)
        for run in self._running.values():
            run.on_frames(batch, times)

    def send_due(self) -> None:
        """Continue with those that are due."""
        for number, run in list(self._running.items()):
            now_ns = time.monotonic_ns()
            due_ns = run.next_due()
            if due_ns is None or due_ns > now_ns:
                continue
            self._send(number, run.take_due(now_ns), now_ns)
            self._report(number, run)

    def _report(self, number: int, run: SequenceRun) -> None:
        """Report the status; an ended sequence is forgotten."""
        status = SequenceStatus(number, run.state, run.at, run.sent, run.missed, run.outcome)
        self._events.status_changed("sequence", number, lambda: status, run.state != "running")
        if run.state == "ended":
            self._forget(number)

    def _forget(self, number: int) -> None:
        self._running.pop(number, None)
        self._frames = {key: frame for key, frame in self._frames.items() if key[0] != number}

    def _send(self, number: int, steps: list[tuple[int, SendStep]], now_ns: int) -> None:
        allowed = self._limit.allowed(len(steps), now_ns)
        self._events.count_held_back(len(steps) - allowed)
        try:
            for index, _step in steps[:allowed]:
                self._sender.send_datagram(self._frames[number, index](now_ns))
                self._events.count_sent(1)
        except Exception as error:  # noqa: BLE001 - after any error of the sender, the others continue
            self._events.failed(str(error))

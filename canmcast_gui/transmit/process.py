"""The process that sends on time: ``python -m canmcast_gui.transmit.process``, started by client/link.py.

One process, one loop, one sender. The sender is made by a factory whose name is on the command line
("module:function", called with settings from JSON), so that this package is independent of any transport. The
process ends, and sending with it, when its parent goes away.
"""

from __future__ import annotations

import gc
import json
import select
import time
from collections import deque

from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.processes.parent import ParentLink, run_for_parent
from canmcast_gui.processes.priority import prefer_this_process
from canmcast_gui.transmit.commands import Command, SetRateLimit, StopAll
from canmcast_gui.transmit.event_sender import EventSender, address_pairs
from canmcast_gui.transmit.fuzz.runner import FuzzRunner
from canmcast_gui.transmit.jobs.runner import JobRunner, OneShotRunner
from canmcast_gui.transmit.listener import Listener
from canmcast_gui.transmit.messages import Dispatcher, MessageError
from canmcast_gui.transmit.replay.runner import ReplayRunner
from canmcast_gui.transmit.sender import RateLimit, Sender
from canmcast_gui.transmit.sequence_runner import SequenceRunner

# Nothing needs this; it only limits a wait.
IDLE_NS = 10_000_000_000
# An idle processor takes 40 to 200 µs to wake up; the last part of a wait before a due time is spent awake.
# That is at most a fifth of the wait, because other programs need the processor too. Frames that are due
# every millisecond are worth that; for rarer ones less is enough.
SPIN_NS = 200_000
SPIN_SHARE = 5
SPIN_FULL_WAIT_NS = NS_PER_MS
SPIN_LEAST_NS = 60_000
# Sending events takes about 0.1 ms; it waits while a frame is due sooner than this.
EVENT_ROOM_NS = 300_000
MAX_EVENT_DELAY_NS = 100_000_000


class TransmitLoop:
    """Executes the commands on the link, and sends what is due when it is due."""

    def __init__(self, link: ParentLink, sender: Sender, listener: Listener) -> None:
        self._channel = link.channel
        self._sender = sender
        self._listener = listener
        self._events = events = EventSender(link, sender.addresses)
        self._limit = limit = RateLimit()
        self._one_shot = OneShotRunner(sender, events, limit)
        self._jobs = JobRunner(sender, events, limit, listener)
        self._replays = ReplayRunner(sender, events, limit, listener)
        self._sequences = SequenceRunner(sender, events, limit, listener)
        self._fuzz = FuzzRunner(sender, events, limit, listener)
        self._dispatcher = Dispatcher(Command)
        self._register()
        # Read and not executed yet, each with the time at which it arrived: commands that arrived together
        # begin jobs that are due together. Bounded by what the channel reads at a time, and by how many
        # single frames a client lets wait.
        self._messages: deque[tuple[int, bytes]] = deque()

    def _register(self) -> None:
        for runner in (self._one_shot, self._jobs, self._replays, self._sequences, self._fuzz):
            runner.handle(self._dispatcher)
        self._dispatcher.add(SetRateLimit, self._set_rate_limit)
        self._dispatcher.add(StopAll, lambda _command: self._stop_all())

    def run(self) -> None:
        """Work until the parent is gone."""
        while not self._channel.closed:
            self._wait()
            self._execute()
            self._jobs.send_due()
            self._sequences.send_due()
            self._replays.send_due()
            self._fuzz.send_due()
            others = len(self._jobs) > 0 or self._replays.is_playing or self._fuzz.is_playing
            self._one_shot.send_some(time.monotonic_ns(), others)
            self._receive()
            self._send_events()

    # -- commands ----------------------------------------------------------------------------------------

    def _read(self) -> None:
        now_ns = time.monotonic_ns()
        self._messages.extend((now_ns, message) for message in self._channel.receive())

    def _execute(self) -> None:
        """Execute the commands that were read, until a frame becomes due; at least one message."""
        while self._messages:
            self._jobs.command_ns, message = self._messages.popleft()
            try:
                self._dispatcher.dispatch(message)
            except MessageError as error:
                self._events.failed(f"The transmit process did not understand the program: {error}.")
            due_ns = self._jobs.next_due()
            if due_ns is not None and due_ns <= time.monotonic_ns():
                return

    def _set_rate_limit(self, command: SetRateLimit) -> None:
        self._limit.rate = command.frames_per_second

    def _stop_all(self) -> None:
        self._one_shot.stop_all()
        self._jobs.stop_all()
        self._replays.stop_all()
        self._sequences.stop_all()
        self._fuzz.stop_all()

    # -- receiving and reporting -------------------------------------------------------------------------

    def _receive(self) -> None:
        """Give received frames to the runners that wait for them; without any, stop receiving."""
        if self._listener.receiver is None:
            return
        waiting = [runner for runner in (self._jobs, self._sequences, self._fuzz) if runner.needs_frames]
        if not waiting and not self._replays.needs_frames:
            self._listener.close()
            return
        batch = self._listener.read()
        self._events.count_missed(self._listener.take_missed())
        for runner in waiting:
            runner.on_frames(batch)

    def _send_events(self) -> None:
        """Send events, unless a frame is due very soon."""
        now_ns = time.monotonic_ns()
        due_ns = self._events.due_ns()
        if due_ns is None or due_ns > now_ns:
            return
        if self._next_due(now_ns) - now_ns > EVENT_ROOM_NS or now_ns - due_ns > MAX_EVENT_DELAY_NS:
            self._events.set_addresses(self._sender.addresses)
            self._listener.set_addresses(self._sender.addresses)
            self._events.send(now_ns)

    # -- waiting -----------------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Wait until something is to be done, and read the commands that have arrived."""
        now_ns = time.monotonic_ns()
        due_ns, wake_ns = self._next_due(now_ns), self._next_wake(now_ns)
        if self._replays.prefetch(due_ns - now_ns) or self._fuzz.prefetch(due_ns - now_ns):
            wake_ns = now_ns
        awake_ns = _awake_ns(due_ns - now_ns)
        until_ns = min(due_ns - awake_ns, wake_ns)
        inputs = [self._channel, *self._listener.inputs()]
        readable = select.select(inputs, [], [], max(0.0, (until_ns - now_ns) / 1e9))[0]
        if self._channel in readable:
            self._read()
        if not readable and due_ns - time.monotonic_ns() <= awake_ns:
            _spin_until(due_ns)

    def _next_due(self, now_ns: int) -> int:
        """When a frame must be sent on time."""
        times = (
            self._jobs.next_due(),
            self._replays.next_due(now_ns),
            self._sequences.next_due(),
            self._fuzz.next_due(now_ns),
        )
        return min((time_ns for time_ns in times if time_ns is not None), default=now_ns + IDLE_NS)

    def _next_wake(self, now_ns: int) -> int:
        """When something is to be done that need not be on time to the microsecond."""
        if self._messages:
            return now_ns
        times = (self._one_shot.next_ns(now_ns), self._events.due_ns())
        return min((time_ns for time_ns in times if time_ns is not None), default=now_ns + IDLE_NS)


def _awake_ns(wait_ns: int) -> int:
    """The part of a wait that is spent awake."""
    if wait_ns <= 0:
        return 0
    if wait_ns <= SPIN_FULL_WAIT_NS:
        return min(SPIN_NS, wait_ns // SPIN_SHARE)
    return max(SPIN_LEAST_NS, SPIN_NS * SPIN_FULL_WAIT_NS // wait_ns)


def _spin_until(due_ns: int) -> None:
    """Wait awake."""
    while time.monotonic_ns() < due_ns:
        pass


def transmit(link: ParentLink) -> int:
    """Make the sender that the command line names, and run the loop."""
    factory, settings_text, receiver_factory = link.arguments
    settings = json.loads(settings_text)
    try:
        sender: Sender = load_factory(factory)(settings)
    except Exception as error:  # noqa: BLE001 - any error of a factory is the reason for the user
        link.report_failure(str(error))
        return 1
    prefer_this_process()
    listener = Listener(receiver_factory, settings, sender.addresses)
    loop = TransmitLoop(link, sender, listener)
    link.report_ready(address_pairs(sender.addresses))
    listener.prepare()
    gc.collect()
    gc.freeze()
    loop.run()
    return 0


if __name__ == "__main__":
    run_for_parent(transmit)

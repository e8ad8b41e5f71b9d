"""What the transmit process does all day: obey commands, and send what is due when it is due."""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from canmcast_gui.frames.processes.parent import ParentLink
from canmcast_gui.transmit import wire
from canmcast_gui.transmit.budget import Budget
from canmcast_gui.transmit.changes import ChangingData
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.job import Job, MakeDatagram
from canmcast_gui.transmit.listener import Listener
from canmcast_gui.transmit.replays import Replays
from canmcast_gui.transmit.reporter import Reporter
from canmcast_gui.transmit.schedule import Schedule
from canmcast_gui.transmit.sender import Sender
from canmcast_gui.transmit.sequences import Sequences
from canmcast_gui.transmit.singles import Singles

# Nothing needs this; it only keeps a wait from being endless.
IDLE_NS = 10_000_000_000
# While commands are not read, this is how often it is looked whether the parent is still there.
BLIND_NS = 100_000_000
# An idle processor takes 40 to 200 µs to wake up; the last stretch before a due time is waited for awake.
# At most a fifth of a wait is, however short: others need the processor too. What is due every millisecond
# is worth that; for what is due less often, less is enough.
SPIN_NS = 200_000
SPIN_SHARE = 5
SPIN_FULL_WAIT_NS = 1_000_000
SPIN_LEAST_NS = 60_000
# News take some 0.1 ms to tell; they wait while a frame is due sooner than this.
NEWS_ROOM_NS = 300_000
MOST_NEWS_DELAY_NS = 100_000_000
# Below this many frames it is quicker to send each by itself.
FEW = 4

Command = tuple[int, list[Any]]


class TransmitLoop:
    """Does what the commands on the link say, and sends what is due."""

    def __init__(self, link: ParentLink, sender: Sender, listener: Listener) -> None:
        self._channel = link.channel
        self._sender = sender
        self._budget = Budget()
        self._reporter = Reporter(link, sender.addresses)
        self._schedule = Schedule()
        self._singles = Singles(sender, self._reporter, self._budget)
        self._listener = listener
        self._replays = Replays(sender, self._reporter, self._budget, listener)
        self._sequences = Sequences(sender, self._reporter, self._budget, listener)
        # Read and not obeyed yet, each with the time at which it came: those that came together begin jobs
        # that are due together. Bounded by what the channel takes in at a time.
        self._commands: deque[Command] = deque()

    def run(self) -> None:
        """Work until the parent is gone."""
        while not self._channel.closed:
            self._wait()
            self._obey()
            self._send_due()
            self._sequences.send_due()
            self._replays.send_due()
            others = len(self._schedule) > 0 or self._replays.playing
            self._singles.send_some(time.monotonic_ns(), others)
            if self._listener.receiver is not None:
                heard = self._listener.hear()
                self._sequences.hear(heard)
                self._replays.hear(heard)
            self._report()

    def _report(self) -> None:
        """Tell the news, unless a frame is due very soon."""
        now_ns = time.monotonic_ns()
        report_ns = self._reporter.due_ns()
        if report_ns is None or report_ns > now_ns:
            return
        if self._next_due(now_ns) - now_ns > NEWS_ROOM_NS or now_ns - report_ns > MOST_NEWS_DELAY_NS:
            self._reporter.note_addresses(self._sender.addresses)
            self._listener.note_addresses(self._sender.addresses)
            self._reporter.report(now_ns)

    # -- waiting -----------------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Wait until something is to be done, and read the commands that have come."""
        now_ns = time.monotonic_ns()
        due_ns, wake_ns = self._next_due(now_ns), self._next_wake(now_ns)
        if self._replays.get_ready(due_ns - now_ns):
            wake_ns = now_ns
        awake_ns = _awake_ns(due_ns - now_ns)
        until_ns = min(due_ns - awake_ns, wake_ns)
        if self._singles.full:
            self._wait_blind(min(until_ns, now_ns + BLIND_NS) - now_ns)
        else:
            readable = select.select(self._hearing(), [], [], max(0.0, (until_ns - now_ns) / 1e9))[0]
            if self._channel in readable:
                self._read()
            if readable:
                return
        if due_ns - time.monotonic_ns() <= awake_ns:
            _spin_until(due_ns)

    def _hearing(self) -> list[Any]:
        receiver = self._listener.receiver
        return [self._channel] if receiver is None else [self._channel, receiver]

    def _next_due(self, now_ns: int) -> int:
        """When a frame must leave on time."""
        times = (
            self._schedule.next_due(),
            self._replays.next_due(now_ns),
            self._sequences.next_due(),
        )
        return min((time_ns for time_ns in times if time_ns is not None), default=now_ns + IDLE_NS)

    def _next_wake(self, now_ns: int) -> int:
        """When something is to be done that need not be on time to the microsecond."""
        if self._commands:
            return now_ns
        times = (self._singles.next_ns(now_ns), self._reporter.due_ns())
        return min((time_ns for time_ns in times if time_ns is not None), default=now_ns + IDLE_NS)

    def _wait_blind(self, wait_ns: int) -> None:
        """Wait without reading commands; only whether the parent is still there is seen."""
        if not hasattr(select, "poll"):
            time.sleep(max(0, wait_ns) / 1e9)
            return
        poller = select.poll()
        poller.register(self._channel, 0)
        if poller.poll(max(0, wait_ns) / 1e6):
            self._channel.close()

    def _read(self) -> None:
        now_ns = time.monotonic_ns()
        self._commands.extend((now_ns, wire.unpack(message)) for message in self._channel.receive())

    # -- commands ----------------------------------------------------------------------------------------

    def _obey(self) -> None:
        """Do what was read, as far as no frame becomes due meanwhile; always at least one thing."""
        while self._commands:
            now_ns, (word, *values) = self._commands.popleft()
            _COMMANDS[word](self, now_ns, *values)
            due_ns = self._schedule.next_due()
            if due_ns is not None and due_ns <= time.monotonic_ns():
                return

    def _do_together(self, now_ns: int, messages: list[list[Any]]) -> None:
        for word, *values in messages:
            _COMMANDS[word](self, now_ns, *values)

    def _do_limit(self, _now_ns: int, rate: float | None) -> None:
        self._budget.rate = rate

    def _do_send(self, _now_ns: int, records: bytes, heap: bytes) -> None:
        self._singles.add(wire.batch_from_bytes(records, heap))

    def _do_flush(self, _now_ns: int, token: int) -> None:
        self._singles.add(token)

    def _do_arm(
        self,
        now_ns: int,
        job_id: int,
        version: int,
        plain: wire.Plain,
        changes: list[dict[str, Any]],
        period_ns: int,
        count: int | None,
    ) -> None:
        try:
            make = self._maker(job_id, plain, changes)
        except (ValueError, TransmitError) as error:
            self._reporter.note_failure(str(error))
            self._reporter.note_refused(job_id, version)
        else:
            self._schedule.arm(job_id, make, period_ns, count, now_ns).version = version

    def _maker(self, job_id: int, plain: wire.Plain, changes: list[dict[str, Any]]) -> MakeDatagram:
        """What makes a job's datagrams. Raises ValueError for a frame that is not for this bus.

        A job that is armed already counts on.
        """
        datagram = self._sender.encode(*plain, 0.0)
        if not changes:
            return partial(_same, datagram)
        data = ChangingData(plain[4], changes)
        earlier = self._schedule.job(job_id)
        if earlier is not None and isinstance(earlier.make, Changing):
            data.go_on_from(earlier.make.data)
        return Changing(self._sender, plain, data)

    def _do_disarm(self, _now_ns: int, job_id: int) -> None:
        self._schedule.disarm(job_id)
        self._reporter.forget_job(job_id)

    def _do_stop_all(self, _now_ns: int) -> None:
        for job in self._schedule.clear():
            self._reporter.forget_job(job.job_id)
        self._replays.stop_all()
        self._sequences.stop_all()

    def _do_sequence(self, _now_ns: int, number: int, steps: list[dict[str, Any]], paused: bool) -> None:
        self._sequences.start(number, steps, paused)

    def _do_sequence_do(self, _now_ns: int, number: int, action: str) -> None:
        self._sequences.do(number, action, time.monotonic_ns())

    def _do_sequence_stop(self, _now_ns: int, number: int) -> None:
        self._sequences.stop(number)

    def _do_replay(
        self, _now_ns: int, number: int, factory: str, settings: dict[str, Any], options: dict[str, Any]
    ) -> None:
        self._replays.start(number, factory, settings, options)

    def _do_replay_grown(self, _now_ns: int, number: int, end_row: int, complete: bool) -> None:
        self._replays.grow(number, end_row, complete)

    def _do_replay_do(self, _now_ns: int, number: int, action: str, value: Any) -> None:
        self._replays.do(number, action, value, time.monotonic_ns())

    def _do_replay_stop(self, _now_ns: int, number: int) -> None:
        self._replays.stop(number)

    # -- frames ------------------------------------------------------------------------------------------

    def _send_due(self) -> None:
        now_ns = time.monotonic_ns()
        due = self._schedule.take_due(now_ns)
        if not due:
            return
        allowed = self._budget.allowed(len(due), now_ns)
        for job in due[allowed:]:
            job.late += 1
            self._reporter.note_job(job)
        self._reporter.note_held(len(due) - allowed)
        self._send_jobs(due[:allowed])

    def _send_jobs(self, jobs: list[Job]) -> None:
        """Send what jobs have to send, in as few calls as possible."""
        try:
            if len(jobs) < FEW:
                for job in jobs:
                    self._sender.send_payload(job.make(job.due_ns))
            else:
                self._sender.send_payloads([job.make(job.due_ns) for job in jobs])
        except Exception as error:  # noqa: BLE001 - whatever a sender raises, the other jobs go on
            self._reporter.note_failure(str(error))
        else:
            now_ns = time.monotonic_ns()
            self._reporter.note_sent(len(jobs))
            for job in jobs:
                job.sent += 1
                job.measured.note(now_ns)
        for job in jobs:
            self._reporter.note_job(job)


_COMMANDS: dict[str, Callable[..., None]] = {
    wire.SEND: TransmitLoop._do_send,
    wire.ARM: TransmitLoop._do_arm,
    wire.DISARM: TransmitLoop._do_disarm,
    wire.STOP_ALL: TransmitLoop._do_stop_all,
    wire.FLUSH: TransmitLoop._do_flush,
    wire.TOGETHER: TransmitLoop._do_together,
    wire.LIMIT: TransmitLoop._do_limit,
    wire.REPLAY: TransmitLoop._do_replay,
    wire.REPLAY_GROWN: TransmitLoop._do_replay_grown,
    wire.REPLAY_DO: TransmitLoop._do_replay_do,
    wire.REPLAY_STOP: TransmitLoop._do_replay_stop,
    wire.SEQUENCE: TransmitLoop._do_sequence,
    wire.SEQUENCE_DO: TransmitLoop._do_sequence_do,
    wire.SEQUENCE_STOP: TransmitLoop._do_sequence_stop,
}


class Changing:
    """Makes the datagrams of a job whose data changes."""

    def __init__(self, sender: Sender, plain: wire.Plain, data: ChangingData) -> None:
        self.data = data
        self._sender = sender
        self._plain = plain

    def __call__(self, due_ns: int) -> bytes:
        number, flags, channel, dlc, _payload = self._plain
        return self._sender.encode(number, flags, channel, dlc, self.data.at(due_ns), 0.0)


def _same(datagram: bytes, _due_ns: int) -> bytes:
    return datagram


def _awake_ns(wait_ns: int) -> int:
    """How much of a wait is spent awake."""
    if wait_ns <= 0:
        return 0
    if wait_ns <= SPIN_FULL_WAIT_NS:
        return min(SPIN_NS, wait_ns // SPIN_SHARE)
    return max(SPIN_LEAST_NS, SPIN_NS * SPIN_FULL_WAIT_NS // wait_ns)


def _spin_until(due_ns: int) -> None:
    """Wait awake."""
    while time.monotonic_ns() < due_ns:
        pass

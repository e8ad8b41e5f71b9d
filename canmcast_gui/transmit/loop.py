"""What the transmit process does all day: wait, obey commands, and send what is due when it is due."""

from __future__ import annotations

import select
import time
from collections import deque
from typing import Any

from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.processes.parent import ParentLink
from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.budget import Budget
from canmcast_gui.transmit.commands import Commands
from canmcast_gui.transmit.event_sender import Reporter
from canmcast_gui.transmit.fuzz.runner import Fuzzes
from canmcast_gui.transmit.jobs.runner import Jobs
from canmcast_gui.transmit.listener import Listener
from canmcast_gui.transmit.one_shot import Singles
from canmcast_gui.transmit.replay.runner import Replays
from canmcast_gui.transmit.sender import Sender
from canmcast_gui.transmit.sequence.runner import Sequences

# Nothing needs this; it only keeps a wait from being endless.
IDLE_NS = 10_000_000_000
# An idle processor takes 40 to 200 µs to wake up; the last stretch before a due time is waited for awake.
# At most a fifth of a wait is, however short: others need the processor too. What is due every millisecond
# is worth that; for what is due less often, less is enough.
SPIN_NS = 200_000
SPIN_SHARE = 5
SPIN_FULL_WAIT_NS = NS_PER_MS
SPIN_LEAST_NS = 60_000
# News take some 0.1 ms to tell; they wait while a frame is due sooner than this.
NEWS_ROOM_NS = 300_000
MOST_NEWS_DELAY_NS = 100_000_000


class TransmitLoop:
    """Does what the commands on the link say, and sends what is due."""

    def __init__(self, link: ParentLink, sender: Sender, listener: Listener) -> None:
        self._channel = link.channel
        self._sender = sender
        self._listener = listener
        self._reporter = reporter = Reporter(link, sender.addresses)
        budget = Budget()
        self._singles = Singles(sender, reporter, budget)
        self._jobs = Jobs(sender, reporter, budget, listener)
        self._replays = Replays(sender, reporter, budget, listener)
        self._sequences = Sequences(sender, reporter, budget, listener)
        self._fuzzes = Fuzzes(sender, reporter, budget, listener)
        self._commands = Commands(
            self._jobs, self._singles, self._replays, self._sequences, self._fuzzes, budget
        )
        self._with_ears = (self._jobs, self._sequences, self._replays, self._fuzzes)
        # Read and not obeyed yet, each with the time at which it came: those that came together begin jobs
        # that are due together. Bounded by what the channel takes in at a time, and by how many single
        # frames a client lets wait.
        self._messages: deque[tuple[int, list[Any]]] = deque()

    def run(self) -> None:
        """Work until the parent is gone."""
        while not self._channel.closed:
            self._wait()
            self._obey()
            self._jobs.send_due()
            self._sequences.send_due()
            self._replays.send_due()
            self._fuzzes.send_due()
            others = len(self._jobs) > 0 or self._replays.playing or self._fuzzes.playing
            self._singles.send_some(time.monotonic_ns(), others)
            self._hear()
            self._report()

    def _hear(self) -> None:
        """Let everything that waits for frames of others hear them."""
        if self._listener.receiver is None:
            return
        ears = [one for one in self._with_ears if one.listening]
        if not ears:
            self._listener.close()
            return
        heard = self._listener.hear()
        for one in ears:
            one.hear(heard)

    def _obey(self) -> None:
        """Do what was read, as far as no frame becomes due meanwhile; always at least one thing."""
        while self._messages:
            now_ns, message = self._messages.popleft()
            self._commands.do(now_ns, *message)
            due_ns = self._jobs.next_due()
            if due_ns is not None and due_ns <= time.monotonic_ns():
                return

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
        if self._replays.get_ready(due_ns - now_ns) or self._fuzzes.get_ready(due_ns - now_ns):
            wake_ns = now_ns
        awake_ns = _awake_ns(due_ns - now_ns)
        until_ns = min(due_ns - awake_ns, wake_ns)
        readable = select.select(self._ears(), [], [], max(0.0, (until_ns - now_ns) / 1e9))[0]
        if self._channel in readable:
            self._read()
        if not readable and due_ns - time.monotonic_ns() <= awake_ns:
            _spin_until(due_ns)

    def _ears(self) -> list[Any]:
        receiver = self._listener.receiver
        return [self._channel] if receiver is None else [self._channel, receiver]

    def _next_due(self, now_ns: int) -> int:
        """When a frame must leave on time."""
        times = (
            self._jobs.next_due(),
            self._replays.next_due(now_ns),
            self._sequences.next_due(),
            self._fuzzes.next_due(now_ns),
        )
        return min((time_ns for time_ns in times if time_ns is not None), default=now_ns + IDLE_NS)

    def _next_wake(self, now_ns: int) -> int:
        """When something is to be done that need not be on time to the microsecond."""
        if self._messages:
            return now_ns
        times = (self._singles.next_ns(now_ns), self._reporter.due_ns())
        return min((time_ns for time_ns in times if time_ns is not None), default=now_ns + IDLE_NS)

    def _read(self) -> None:
        now_ns = time.monotonic_ns()
        self._messages.extend((now_ns, wire.unpack(message)) for message in self._channel.receive())


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

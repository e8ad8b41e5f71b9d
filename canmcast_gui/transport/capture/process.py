"""The capture process, which only empties the socket: the counterpart of client.py.

The usual receive buffer holds 256 datagrams, which is 26 ms of a busy bus, and a window that repaints may not
read for longer than that. This process moves frames from the socket to a ring in shared memory, which holds
seconds of them. It ends when its parent ends, or when it is killed, and needs no cleanup.
"""

from __future__ import annotations

import gc
import json
import select
import time
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from canmcast_gui.processes.factories import load_factory
from canmcast_gui.processes.parent import ParentLink, run_for_parent
from canmcast_gui.processes.priority import Priority, prefer_this_process
from canmcast_gui.transport.capture.pacing import LONGEST_SECONDS, Pacing
from canmcast_gui.transport.capture.ring import Ring, SharedMemory
from canmcast_gui.transport.capture.shared_statistics import SharedStatistics, add_statistics
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sockets.interfaces import INTERVAL_SECONDS

if TYPE_CHECKING:
    from canmcast_gui.transport.receiver import Receiver

DRAIN_FRAMES = 4096
# After a pause in which fewer datagrams have arrived the process waits for the next one.
FEW = 4
POST_SECONDS = 0.05


class CaptureLoop:
    """Moves frames from ``receiver`` to ``ring``, and posts sources and counters in ``shared``."""

    def __init__(
        self,
        link: ParentLink,
        receiver: Receiver,
        ring: Ring,
        shared: SharedStatistics,
        priority: Priority,
        longest_pause: float = LONGEST_SECONDS,
    ) -> None:
        self._link = link
        self._receiver = receiver
        self._ring = ring
        self._shared = shared
        self._priority = priority
        self._before = shared.read_statistics()
        shared.read_sources(receiver.sources)
        self._posted_at = 0.0
        self._posted_state: tuple[str | None, int] = (None, 0)
        self._post()
        self._pacing = Pacing(receiver.statistics().receive_buffer_bytes, longest_pause)
        self._check_at = 0.0
        # Whether frames were moved since counters were posted.
        self._has_moved = False

    def run(self) -> None:
        """Work until the parent closes the channel or ends; frames that have arrived by then are moved."""
        while not self._link.channel.closed:
            if self._wait():
                self._move_while_busy()
            self._check_interfaces()
            self._post_changes()
        self._move_all()
        self._post()

    def _wait(self) -> bool:
        """Wait for a datagram or the parent; returns whether a datagram waits."""
        socket, channel = self._receiver.fileno(), self._link.channel.fileno()
        until = min(self._check_at, self._posted_at + POST_SECONDS if self._has_moved else inf)
        timeout = max(0.0, until - time.monotonic())
        readable, _, _ = select.select([socket, channel], [], [], timeout)
        if channel in readable:
            self._link.channel.receive()
        return socket in readable

    def _move_while_busy(self) -> None:
        """Move frames and pause, until few arrive during a pause or counters must be posted."""
        self._has_moved = True
        datagrams, now, end = FEW, 0.0, self._posted_at + POST_SECONDS
        while datagrams >= FEW and now < end:
            datagrams = self._move_all()
            now = time.monotonic()
            time.sleep(self._pacing.pause(datagrams, now))

    def _move_all(self) -> int:
        """Move all frames that wait; returns how many datagrams were read."""
        before = self._receiver.datagrams
        read = DRAIN_FRAMES
        while read == DRAIN_FRAMES:
            read = self._move()
        return self._receiver.datagrams - before

    def _move(self) -> int:
        """Move up to DRAIN_FRAMES frames; returns how many datagrams were read."""
        before = self._receiver.datagrams
        batch = self._receiver.drain(DRAIN_FRAMES)
        if len(batch):
            self._shared.post_sources(self._receiver.sources)
            self._ring.push(batch)
            self._link.wakeup.set()
        return self._receiver.datagrams - before

    def _check_interfaces(self) -> None:
        """Check the interfaces when it is time, which takes 30 µs.

        A thread of the usual priority would hold the interpreter lock while other processes run: on a busy
        computer that lost frames at 100,000 frames/s.
        """
        now = time.monotonic()
        if now >= self._check_at:
            self._check_at = now + INTERVAL_SECONDS
            self._receiver.check_interfaces()

    def _post_changes(self) -> None:
        """Post counters and state if they have changed, at most every POST_SECONDS."""
        changed = self._has_moved or self._state() != self._posted_state
        if changed and time.monotonic() - self._posted_at >= POST_SECONDS:
            self._has_moved = False
            self._post()

    def _state(self) -> tuple[str | None, int]:
        return self._receiver.problem, self._receiver.interruptions

    def _post(self) -> None:
        self._posted_at = time.monotonic()
        self._posted_state = self._state()
        statistics = replace(self._receiver.statistics(), priority=self._priority)
        self._shared.post_statistics(add_statistics(self._before, statistics))


def capture(link: ParentLink) -> int:
    """Open the receiver that the command line names, and receive."""
    memory_text, records, factory, settings_text, longest_pause = link.arguments
    memory = SharedMemory.open(memory_text)
    try:
        receiver = load_factory(factory)(json.loads(settings_text), watched=False)
    except BusError as error:
        link.report_failure(str(error))
        return 1
    ring = Ring(memory.buffer, int(records))
    shared = SharedStatistics(memory.buffer, Ring.size(int(records)))
    priority = prefer_this_process()
    loop = CaptureLoop(link, receiver, ring, shared, priority, float(longest_pause))
    gc.collect()
    gc.freeze()
    link.report_ready()
    loop.run()
    return 0


if __name__ == "__main__":
    run_for_parent(capture)

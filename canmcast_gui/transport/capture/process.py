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

from canmcast_gui.processes.parent import ParentLink, prefer_this_process, run_for_parent
from canmcast_gui.transport.capture.ring import Ring, SharedMemory
from canmcast_gui.transport.capture.shared_statistics import SharedStatistics, add_statistics
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings

# A usual datagram takes 832 bytes of Linux's receive buffer, so that the usual buffer of 212,992 bytes holds
# 256.
DATAGRAM_BYTES = 832
# A wake-up costs as much as receiving about 50 frames. So there is a pause after each read, in which frames
# collect: the time in which the buffer that the system granted fills at this rate, which is 1.5 times that of
# the fastest stock sender. For the usual buffer that is 2.1 ms.
FASTEST_FRAMES_PER_SECOND = 120_000
LONGEST_PAUSE_SECONDS = 0.004
# The pause when frames arrive even faster. It is not 0, because this process may have priority over all
# others, which must also run.
SHORT_PAUSE_SECONDS = 0.0001
DRAIN_FRAMES = 4096
POST_SECONDS = 0.05
# How soon a problem of the interface is posted while no frame arrives; detecting it takes twice as long.
IDLE_SECONDS = 0.25


class CaptureLoop:
    """Moves frames from ``receiver`` to ``ring``, and posts sources and counters in ``shared``."""

    def __init__(self, link: ParentLink, receiver: Receiver, ring: Ring, shared: SharedStatistics) -> None:
        self._link = link
        self._receiver = receiver
        self._ring = ring
        self._shared = shared
        self._before = shared.read_statistics()
        shared.read_sources(receiver.sources)
        self._posted_at = 0.0
        self._posted_state: tuple[str | None, int] = (None, 0)
        self._post()
        buffer_datagrams = receiver.statistics().receive_buffer_bytes // DATAGRAM_BYTES
        self._pause = min(buffer_datagrams / FASTEST_FRAMES_PER_SECOND, LONGEST_PAUSE_SECONDS)
        self._many = buffer_datagrams // 4

    def run(self) -> None:
        """Work until the parent closes the channel or ends; frames that have arrived by then are moved."""
        channel = self._link.channel
        waiting_to_post = False
        while not channel.closed:
            timeout = POST_SECONDS if waiting_to_post else IDLE_SECONDS
            socket, parent = self._receiver.fileno(), channel.fileno()
            readable, _, _ = select.select([socket, parent], [], [], timeout)
            if parent in readable:
                channel.receive()
            if socket in readable:
                waiting_to_post = True
                moved = self._move_all()
                time.sleep(self._pause if moved < self._many else SHORT_PAUSE_SECONDS)
            waiting_to_post = waiting_to_post or self._state() != self._posted_state
            if waiting_to_post and time.monotonic() - self._posted_at >= POST_SECONDS:
                self._post()
                waiting_to_post = False

        self._move_all()
        self._post()

    def _move_all(self) -> int:
        """Move all frames that wait; returns how many the last read returned."""
        while (moved := self._move()) == DRAIN_FRAMES:
            pass
        return moved

    def _move(self) -> int:
        batch = self._receiver.drain(DRAIN_FRAMES)
        if len(batch):
            self._shared.post_sources(self._receiver.sources)
            self._ring.push(batch)
            self._link.wakeup.set()
        return len(batch)

    def _state(self) -> tuple[str | None, int]:
        return self._receiver.problem, self._receiver.interruptions

    def _post(self) -> None:
        self._posted_at = time.monotonic()
        self._posted_state = self._state()
        self._shared.post_statistics(add_statistics(self._before, self._receiver.statistics()))


def capture(link: ParentLink) -> int:
    """Open the bus that the command line describes, and receive."""
    memory_text, records, settings_text = link.arguments
    memory = SharedMemory.open(memory_text)
    try:
        receiver = Receiver(BusSettings.from_dict(json.loads(settings_text)))
    except BusError as error:
        link.report_failure(str(error))
        return 1
    ring = Ring(memory.buffer, int(records))
    shared = SharedStatistics(memory.buffer, Ring.size(int(records)))
    loop = CaptureLoop(link, receiver, ring, shared)
    gc.collect()
    gc.freeze()
    prefer_this_process()
    link.report_ready()
    loop.run()
    return 0


if __name__ == "__main__":
    run_for_parent(capture)

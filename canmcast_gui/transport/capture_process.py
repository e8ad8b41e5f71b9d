"""The process that empties the socket and does nothing else: the other half of capture.py.

The usual receive buffer holds 256 datagrams, 26 ms of a busy bus, and a window that repaints takes longer
than that to look again. This process moves frames from the socket to a ring in shared memory, which holds
seconds of them. It ends when its parent does, or when it is killed: there is nothing to tidy up.
"""

from __future__ import annotations

import gc
import json
import select
import time

from canmcast_gui.frames.processes.parent import ParentLink, prefer_this_process, work_for_parent
from canmcast_gui.transport.capture_board import CaptureBoard, add_statistics
from canmcast_gui.transport.capture_memory import SharedMemory
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.ring import Ring
from canmcast_gui.transport.settings import BusSettings

# Waking up costs as much as receiving some 20 frames. With this pause 20,000 frames/s come 20 at a time, and
# a buffer for 256 is never filled by more than a tenth of that.
PAUSE_SECONDS = 0.001
# Where more than this came during one pause, the next one would bring the smallest buffer close to its end.
NO_PAUSE_FRAMES = 48
DRAIN_FRAMES = 4096
POST_SECONDS = 0.05


class CaptureLoop:
    """Moves frames from ``receiver`` to ``ring`` and posts sources and counts on ``board``."""

    def __init__(self, link: ParentLink, receiver: Receiver, ring: Ring, board: CaptureBoard) -> None:
        self._link = link
        self._receiver = receiver
        self._ring = ring
        self._board = board
        self._before = board.read_statistics()
        board.read_sources(receiver.sources)
        self._posted_at = 0.0
        self._post()

    def run(self) -> None:
        """Work until the parent is gone."""
        channel = self._link.channel
        waiting_to_post = False
        while not channel.closed:
            timeout = POST_SECONDS if waiting_to_post else None
            socket, parent = self._receiver.fileno(), channel.fileno()
            readable, _, _ = select.select([socket, parent], [], [], timeout)
            if parent in readable:
                channel.receive()
            if socket in readable:
                waiting_to_post = True
                self._move_all()
            if waiting_to_post and time.monotonic() - self._posted_at >= POST_SECONDS:
                self._post()
                waiting_to_post = False

    def _move_all(self) -> None:
        moved = self._move()
        while moved == DRAIN_FRAMES:
            moved = self._move()
        if moved < NO_PAUSE_FRAMES:
            time.sleep(PAUSE_SECONDS)

    def _move(self) -> int:
        batch = self._receiver.drain(DRAIN_FRAMES)
        if len(batch):
            self._board.post_sources(self._receiver.sources)
            self._ring.push(batch)
            self._link.wakeup.set()
        return len(batch)

    def _post(self) -> None:
        self._posted_at = time.monotonic()
        self._board.post_statistics(add_statistics(self._before, self._receiver.statistics()))


def capture(link: ParentLink) -> int:
    """Open the bus that the command line describes, and work."""
    memory_text, settings_text = link.arguments
    memory = SharedMemory.open(memory_text)
    prefer_this_process()
    try:
        receiver = Receiver(BusSettings.from_dict(json.loads(settings_text)))
    except BusError as error:
        link.say_failed(str(error))
        return 1
    loop = CaptureLoop(link, receiver, Ring(memory.buffer), CaptureBoard(memory.buffer, Ring.size()))
    gc.collect()
    gc.freeze()
    link.say_ready()
    loop.run()
    return 0


if __name__ == "__main__":
    work_for_parent(capture)

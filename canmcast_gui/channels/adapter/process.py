"""The process of a channel that python-can opens: reads its driver into a ring, and sends for others.

It is the counterpart of transport/capture/process.py for drivers, most of which have no descriptor to wait
for. When the device is gone, the process ends with the reason; its parent starts it again, with longer and
longer waits. So what a driver leaves running ends with the process.
"""

from __future__ import annotations

import gc
import json
import os
import threading
import time
from multiprocessing.connection import Connection, Listener
from typing import NoReturn

from canmcast_gui.frames import FrameBatch
from canmcast_gui.lean_imports import keep_imports_lean
from canmcast_gui.processes.parent import ParentLink, run_for_parent
from canmcast_gui.processes.priority import Priority, prefer_this_process
from canmcast_gui.transport.capture.ring import Ring, SharedMemory
from canmcast_gui.transport.capture.shared_statistics import SharedStatistics, add_statistics
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.statistics import BusStatistics

keep_imports_lean()

from canmcast_gui.channels.adapter import port  # noqa: E402 – imports python-can
from canmcast_gui.channels.adapter.device import Device  # noqa: E402
from canmcast_gui.channels.adapter.subscribers import Subscribers  # noqa: E402
from canmcast_gui.channels.settings import ChannelSettings  # noqa: E402

# How long a driver is asked to wait for a frame, and so how late the end of the parent is noticed.
TURN_SECONDS = 0.05
# How long the first read waits: a device that is gone says so at once.
FIRST_SECONDS = 0.01
# Frames that come within less time than this collect during a pause: passing on a batch costs as much as 20
# frames. At 10,000 frames/s of udp_multicast the process takes 12 % of a core with pauses of 4 ms and 15 %
# with 2 ms; a loop of stock recv(), which makes no columns, takes 9 %. On a single core cangen sends 35,000
# frames/s, but 1,500 where this process reads each frame at once.
PAUSE_SECONDS = 0.004
# The same while the transmit process receives, which it does only while frames are to be answered. An answer
# that returns begins a pause, too, and the next question waits for its end.
ANSWER_PAUSE_SECONDS = 0.001
POST_SECONDS = 0.05
# The parent takes a process that posts nothing for a longer time for one whose driver hangs.
ALIVE_SECONDS = 1.0


class AdapterLoop:
    """Moves frames from ``device`` to ``ring`` and ``subscribers``, and posts counters in ``shared``."""

    def __init__(
        self, link: ParentLink, device: Device, ring: Ring, shared: SharedStatistics, priority: Priority
    ) -> None:
        self._link = link
        self._device = device
        self._ring = ring
        self._shared = shared
        self._priority = priority
        self.subscribers = Subscribers()
        self._before = shared.read_statistics()
        self._posted: BusStatistics | None = None
        self._posted_at = 0.0
        self._post()

    def run(self) -> None:
        """Work until the parent closes the channel or ends. Raises BusError when the device is gone."""
        try:
            while not self._link.channel.closed:
                waited_since = time.monotonic()
                if self._move(self._device.read(TURN_SECONDS)):
                    self._pause(time.monotonic() - waited_since)
                self._link.channel.receive()
                if time.monotonic() - self._posted_at >= POST_SECONDS:
                    self._post()
            self._move(self._device.read(0.0))
        finally:
            self._post()

    def _pause(self, waited: float) -> None:
        """Let frames collect if they came soon, unless their times are those of reading."""
        pause = ANSWER_PAUSE_SECONDS if self.subscribers.exist else PAUSE_SECONDS
        if waited < pause and not self._device.stamps_on_reading:
            time.sleep(pause)

    def begin(self) -> None:
        """Read for the first time. Raises BusError if the device is gone."""
        self._move(self._device.first_read(FIRST_SECONDS))

    def _move(self, batch: FrameBatch) -> int:
        """Pass frames on; returns their number."""
        if len(batch):
            self._ring.push(batch)
            self._link.wakeup.set()
            self.subscribers.publish(batch)
        return len(batch)

    def _post(self) -> None:
        """Post counters if they have changed, and otherwise every ALIVE_SECONDS."""
        now = time.monotonic()
        statistics = self._statistics()
        if statistics == self._posted and now - self._posted_at < ALIVE_SECONDS:
            return
        self._posted, self._posted_at = statistics, now
        self._shared.post_statistics(add_statistics(self._before, statistics))

    def _statistics(self) -> BusStatistics:
        device = self._device
        controller = device.controller
        return BusStatistics(
            received=device.received,
            sent=device.sent,
            dropped_kernel=device.lost,
            malformed=device.refused,
            malformed_by_kind={"not a valid frame": device.refused} if device.refused else {},
            send_failures=device.send_failures,
            send_failure=device.send_failure,
            controller=controller.text,
            times=device.times_text,
            priority=self._priority,
        )


def _serve(listener: Listener, device: Device, subscribers: Subscribers) -> None:
    """Serve each connection in a thread of its own."""
    while True:
        try:
            connection = listener.accept()
        except OSError:
            continue
        threading.Thread(target=_serve_one, args=(connection, device, subscribers), daemon=True).start()


def _serve_one(connection: Connection, device: Device, subscribers: Subscribers) -> None:
    """Pass received frames on if the first message requests that; otherwise send what arrives."""
    try:
        while (message := connection.recv_bytes()) != port.RECEIVE:
            device.send(port.decode(message))
        subscribers.serve(connection)
    except (EOFError, OSError, ValueError):
        port.close(connection)


def adapter(link: ParentLink) -> int:
    """Open the channel that the command line describes, and work until the end."""
    memory_text, records, settings_text, address = link.arguments
    memory = SharedMemory.open(memory_text)
    try:
        device = Device(ChannelSettings.from_dict(json.loads(settings_text)))
    except BusError as error:
        return _fail(link, error)
    ring, shared = Ring(memory.buffer, int(records)), SharedStatistics(memory.buffer, Ring.size(int(records)))
    loop = AdapterLoop(link, device, ring, shared, prefer_this_process())
    listener = port.listen(address)
    threading.Thread(target=_serve, args=(listener, device, loop.subscribers), daemon=True).start()
    gc.collect()
    gc.freeze()
    return _run(link, loop, device)


def _run(link: ParentLink, loop: AdapterLoop, device: Device) -> int:
    """Run the loop; returns the exit code. The process ends even if the driver hangs while it closes."""
    try:
        loop.begin()
        link.report_ready()
        loop.run()
    except BusError as error:
        _fail(link, error)
    device.close()
    os._exit(0)


def _fail(link: ParentLink, error: BusError) -> NoReturn:
    """Report why the channel is not open, and end at once: what the driver left running does not matter."""
    link.report_failure(str(error))
    os._exit(1)


if __name__ == "__main__":
    run_for_parent(adapter)

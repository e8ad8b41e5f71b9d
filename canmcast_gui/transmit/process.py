"""The process that sends on time: ``python -m canmcast_gui.transmit.process``, the other half of client.py.

One process, one heap of due times, one sender. The sender is made by a factory whose name stands on the
command line ("module:function", called with settings from JSON), so that this room knows no transport. The
process ends, and sending with it, when its parent goes away.
"""

from __future__ import annotations

import gc
import importlib
import json
import select
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from canmcast_gui.frames import FrameBatch, Source
from canmcast_gui.frames.processes.parent import ParentLink, prefer_this_process, work_for_parent
from canmcast_gui.transmit import wire
from canmcast_gui.transmit.reporter import Reporter, address_rows
from canmcast_gui.transmit.schedule import Schedule


class Sender(Protocol):
    """What the factory makes."""

    @property
    def addresses(self) -> tuple[Source, ...]:
        """Where its frames come from."""

    def send_batch(self, batch: FrameBatch) -> int:
        """Send all frames, in order; returns how many.

        Raises ValueError with a sentence, before any has left, where one is not for this bus, and another
        exception where sending fails.
        """

    def payloads(self, batch: FrameBatch) -> list[bytes]:
        """The frames as it would send them. Raises ValueError with a sentence."""

    def send_payload(self, datagram: bytes) -> None:
        """Send what payloads() made of one frame. Raises an exception with a sentence."""


# Single frames that leave between two looks at the clock while jobs are armed: some 0.6 ms of a slow sender.
PORTION = 64
# Without jobs nobody waits for the clock, and a sender is quicker with many at once.
LARGE_PORTION = 1024
# Single frames that wait here at most; while there are more, commands are not read and their sender waits.
WAITING_FRAMES = 65536
# Nothing needs this; it only keeps a wait from being endless.
IDLE_NS = 10_000_000_000
# An idle processor takes 40 to 150 µs to wake up; the last stretch before a due time is waited for awake.
# For a job of 1 ms that costs a few percent of a processor, and takes most of the jitter away.
SPIN_NS = 100_000
# At most this part of a wait is spent awake, however short the period: others need the processor too.
SPIN_SHARE = 4


class TransmitLoop:
    """Does what the commands on the link say, and sends what is due."""

    def __init__(self, link: ParentLink, sender: Sender) -> None:
        self._channel = link.channel
        self._reporter = Reporter(link, sender.addresses)
        self._sender = sender
        self._schedule = Schedule()
        # Single frames in the order in which they were asked for, and between them the flush tokens.
        self._waiting: deque[FrameBatch | int] = deque()
        self._waiting_frames = 0

    def run(self) -> None:
        """Work until the parent is gone."""
        while not self._channel.closed:
            if self._wait():
                self._obey()
            self._send_due()
            self._send_portion()
            self._reporter.note_addresses(self._sender.addresses)
            self._reporter.report(time.monotonic_ns())

    def _wait(self) -> bool:
        """Wait until something is to be done; whether there are commands."""
        hearing = [self._channel.fileno()] if self._waiting_frames < WAITING_FRAMES else []
        if self._waiting:
            return bool(select.select(hearing, [], [], 0.0)[0])
        now_ns = time.monotonic_ns()
        next_due_ns, report_ns = self._schedule.next_due(), self._reporter.due_ns()
        due_ns = now_ns + IDLE_NS if next_due_ns is None else next_due_ns
        awake_ns = min(SPIN_NS, max(0, due_ns - now_ns) // SPIN_SHARE)
        wake_ns = due_ns - awake_ns if report_ns is None else min(due_ns - awake_ns, report_ns)
        commands = bool(select.select(hearing, [], [], max(0.0, (wake_ns - now_ns) / 1e9))[0])
        if not commands and due_ns - time.monotonic_ns() <= awake_ns:
            _spin_until(due_ns)
        return commands

    # -- commands ----------------------------------------------------------------------------------------

    def _obey(self) -> None:
        now_ns = time.monotonic_ns()  # one moment for all, so that jobs armed together are due together
        for message in self._channel.receive():
            word, *values = wire.unpack(message)
            _COMMANDS[word](self, now_ns, *values)

    def _do_send(self, _now_ns: int, records: bytes, heap: bytes) -> None:
        batch = wire.batch_from_bytes(records, heap)
        self._waiting.append(batch)
        self._waiting_frames += len(batch)

    def _do_arm(
        self,
        now_ns: int,
        job_id: int,
        version: int,
        records: bytes,
        heap: bytes,
        period_ns: int,
        count: int | None,
    ) -> None:
        try:
            (encoded,) = self._sender.payloads(wire.batch_from_bytes(records, heap))
        except ValueError as error:
            self._fail(error)
            self._reporter.note_refused(job_id, version)
        else:
            self._schedule.arm(job_id, encoded, period_ns, count, now_ns).version = version

    def _do_disarm(self, _now_ns: int, job_id: int) -> None:
        self._schedule.disarm(job_id)
        self._reporter.forget_job(job_id)

    def _do_stop_all(self, _now_ns: int) -> None:
        for job in self._schedule.clear():
            self._reporter.forget_job(job.job_id)

    def _do_flush(self, _now_ns: int, token: int) -> None:
        self._waiting.append(token)

    # -- frames ------------------------------------------------------------------------------------------

    def _send_due(self) -> None:
        for job in self._schedule.take_due(time.monotonic_ns()):
            try:
                self._sender.send_payload(job.encoded)
            except Exception as error:  # noqa: BLE001 - whatever a sender raises, the other jobs go on
                self._fail(error)
            else:
                job.sent += 1
                self._reporter.note_sent(1)
            self._reporter.note_job(job)

    def _send_portion(self) -> None:
        """Send some of the single frames that wait, and answer the flush tokens that are next."""
        if not self._waiting:
            return
        first = self._waiting.popleft()
        if isinstance(first, int):
            self._reporter.note_flushed(first)
            return
        portion = PORTION if len(self._schedule) else LARGE_PORTION
        if len(first) > portion:
            self._waiting.appendleft(first[portion:])
        self._send(first[:portion])
        self._waiting_frames -= min(portion, len(first))

    def _send(self, batch: FrameBatch) -> None:
        """Send frames together; where one of them is refused, each by itself."""
        try:
            self._reporter.note_sent(self._sender.send_batch(batch))
        except ValueError as error:
            if len(batch) == 1:
                self._fail(error)
            else:
                for row in range(len(batch)):
                    self._send(batch[row : row + 1])
        except Exception as error:  # noqa: BLE001 - whatever a sender raises, the jobs go on
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._reporter.note_failure(str(error), time.monotonic_ns())


_COMMANDS: dict[str, Callable[..., None]] = {
    wire.SEND: TransmitLoop._do_send,
    wire.ARM: TransmitLoop._do_arm,
    wire.DISARM: TransmitLoop._do_disarm,
    wire.STOP_ALL: TransmitLoop._do_stop_all,
    wire.FLUSH: TransmitLoop._do_flush,
}


def transmit(link: ParentLink) -> int:
    """Make the sender that the command line names, and work."""
    factory, settings = link.arguments
    try:
        sender = _make_sender(factory, json.loads(settings))
    except Exception as error:  # noqa: BLE001 - whatever a factory raises, it is the reason for the user
        link.say_failed(str(error))
        return 1
    prefer_this_process()
    _wake_exactly()
    gc.collect()
    gc.freeze()
    loop = TransmitLoop(link, sender)
    link.say_ready(address_rows(sender.addresses))
    loop.run()
    return 0


def _make_sender(factory: str, settings: dict[str, Any]) -> Sender:
    module, _, function = factory.partition(":")
    sender: Sender = getattr(importlib.import_module(module), function)(settings)
    return sender


def _spin_until(due_ns: int) -> None:
    """Wait awake."""
    while time.monotonic_ns() < due_ns:
        pass


def _wake_exactly() -> None:
    """Linux gathers wake-ups within 50 µs to save power, unless a process asks otherwise; see proc(5)."""
    with suppress(OSError):
        Path("/proc/self/timerslack_ns").write_text("1")


if __name__ == "__main__":
    work_for_parent(transmit)

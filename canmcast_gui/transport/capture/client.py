"""Receive in a separate process, for a program that is busy with other work, such as a window."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.processes.launcher import ChildError
from canmcast_gui.processes.supervised import SupervisedProcess
from canmcast_gui.transport.capture.pacing import LONGEST_SECONDS
from canmcast_gui.transport.capture.ring import RECORDS, Ring, SharedMemory
from canmcast_gui.transport.capture.shared_statistics import SharedStatistics
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import RECEIVER_FACTORY, BusSettings
from canmcast_gui.transport.statistics import BusStatistics

_MODULE = "canmcast_gui.transport.capture.process"


class ProcessCapture:
    """Frames that a separate process receives, of any kind of bus.

    ``fileno()`` is readable while frames wait, and ``recv_batch()`` takes them. Call ``supervise()`` a few
    times a second. The constructor returns when the process receives; if it cannot, BusError is raised and
    nothing is left running. ``records`` is the number of frames that can wait. For use in one thread. Also a
    context manager.

    ``module`` is what the process runs, as ``module MEMORY RECORDS ARGUMENT…``, with the memory of a Ring and
    of SharedStatistics; ``name`` is its name in messages. If it is ``patient``, a process that cannot start
    is started again later, and ``problem`` says why it does not run.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        records: int = RECORDS,
        name: str = "capture process",
        patient: bool = False,
    ) -> None:
        self.sources = SourceTable()
        self._own: set[Source] = set()
        self._own_rows: npt.NDArray[np.bool_] = np.zeros(1, dtype=np.bool_)
        self._last_statistics = BusStatistics()
        self._stopped = False
        size = Ring.size(records)
        self._memory = _create_memory(size + SharedStatistics.SIZE)
        self._ring: Ring | None = Ring(self._memory.buffer, records)
        self._shared: SharedStatistics | None = SharedStatistics(self._memory.buffer, size)
        try:
            self._process = SupervisedProcess(
                name,
                module,
                [self._memory.to_text(), str(records), *arguments],
                self._memory.inherited(),
                patient=patient,
            )
        except ChildError as error:
            self._close_memory()
            raise BusError(str(error)) from error
        except BaseException:
            self._close_memory()
            raise

    @property
    def pid(self) -> int | None:
        """The id of the capture process; None while none runs."""
        return self._process.pid

    def fileno(self) -> int:
        """A descriptor that is readable while frames wait; the same one until shutdown()."""
        return self._process.wakeup.fileno()

    def recv_batch(self, max_frames: int = 65536, timeout: float = 0.0) -> FrameBatch:
        """Up to ``max_frames`` frames, oldest first; waits up to ``timeout`` seconds for the first.

        Their ``source`` column refers to ``sources``. The batch is empty if no frame arrived in time, or
        after shutdown().
        """
        end = time.monotonic() + timeout
        while self._ring is not None:
            batch = self._take(self._ring, max_frames)
            left = end - time.monotonic()
            if len(batch) or left <= 0 or max_frames <= 0:
                return batch
            wait_for(self.fileno(), left)
        return FrameBatch.empty()

    def _take(self, ring: Ring, max_frames: int) -> FrameBatch:
        wakeup = self._process.wakeup
        wakeup.clear()
        batch = ring.take(max_frames)
        if len(ring):
            wakeup.set()
        if len(batch):
            self._read_sources()
            if self._own:
                own = self._own_rows[batch.source]
                batch.records["flags"][own] |= np.uint16(Flag.TX)
        return batch

    def _read_sources(self) -> None:
        assert self._shared is not None
        self._shared.read_sources(self.sources)
        if len(self._own_rows) < len(self.sources):
            self._own_rows = np.array([source in self._own for source in self.sources])

    def mark_own(self, source: Source) -> None:
        """Treat frames from ``source`` as this program's own: those taken from now on have Flag.TX.

        They are marked here, and not in the capture process as a Receiver does for senders of its own
        process: this program learns the address of its transmit process before that sends, but a message to
        the capture process could arrive after the first frames.
        """
        self._own.add(source)
        self._own_rows = np.array([source in self._own for source in self.sources])

    def statistics(self) -> BusStatistics:
        """The counters since the start of the capture, over all restarts; after shutdown() the last ones."""
        if self._shared is not None and self._ring is not None:
            self._last_statistics = replace(
                self._shared.read_statistics(),
                received=self._ring.offered,
                dropped_ring=self._ring.refused,
            )
        return self._last_statistics

    @property
    def posts(self) -> int:
        """How often the process has posted counters, over all restarts."""
        return 0 if self._shared is None else self._shared.posts

    @property
    def is_running(self) -> bool:
        """Whether the process is ready; False from its end until its replacement is ready."""
        return self._process.channel is not None

    @property
    def problem(self) -> str | None:
        """Why no frames can arrive now, as a clause; None if they can, and after stop()."""
        if self._shared is None or self._stopped:
            return None
        if failure := self._process.failure:
            return failure.removesuffix(".")
        return self._shared.read_statistics().problem

    def supervise(self) -> str | None:
        """Restart the process if it has ended; returns a sentence for the user if something changed.

        Frames that wait are kept. A process that is stopped (SIGSTOP) is not restarted: it may be continued.
        """
        change = self._process.supervise()
        return change.sentence if change else None

    def stop(self) -> None:
        """End the process without a restart, after a last read of the socket.

        Frames that wait can still be taken. Never raises.
        """
        self._stopped = True
        self._process.stop()

    def shutdown(self) -> None:
        """End the process and free the memory; frames that still wait are lost. Never raises."""
        self._process.end()
        self.statistics()
        self._close_memory()

    def _close_memory(self) -> None:
        self._ring = self._shared = None
        self._memory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.shutdown()


class Capture(ProcessCapture):
    """A multicast bus that a separate process receives from.

    ``receiver`` names the function that opens the receiver there; it gets the settings and ``further`` ones.
    ``longest_pause``, in seconds, is how long
    frames may wait in the socket while they arrive densely; shorter pauses take more processor time.
    """

    def __init__(
        self,
        settings: BusSettings,
        records: int = RECORDS,
        receiver: str = RECEIVER_FACTORY,
        longest_pause: float = LONGEST_SECONDS,
        patient: bool = False,
        further: Mapping[str, Any] | None = None,
    ) -> None:
        self.settings = settings.validated()
        values = {**self.settings.to_dict(), **(further or {})}
        arguments = [receiver, json.dumps(values), str(longest_pause)]
        super().__init__(_MODULE, arguments, records, patient=patient)


def _create_memory(size: int) -> SharedMemory:
    try:
        return SharedMemory.create(size)
    except OSError as error:
        raise BusError(
            f"cannot allocate {size >> 20} MiB of memory to receive into: {error.strerror}"
        ) from error

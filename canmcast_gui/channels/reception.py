"""Open channels: the batches of their capture processes, with sources and channels as a recording has them.

**Sources are numbered twice.** The ``source`` column of a batch holds row numbers of a SourceTable. The
capture process numbers the senders of one channel in the order in which they appear; ``sources`` of its
client mirrors its table. A recording has a table of its own, since it may hold frames of several channels,
each with a capture process of its own, and is read after they have ended. ``ChannelReception`` translates
from the first table to the second.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Self

import numpy as np
import numpy.typing as npt

from canmcast_gui.channels.captures import open_captures
from canmcast_gui.channels.losses import Loss, LossWatch
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.merge import DELAY_NS, ChannelMerger
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.transport.capture.client import ProcessCapture
from canmcast_gui.transport.capture.shared_statistics import add_statistics
from canmcast_gui.transport.statistics import BusStatistics
from canmcast_gui.wording import counted, were


class ChannelReception:
    """Takes the frames and the losses of one channel.

    With ``numbered``, all frames get the number of the channel; a single multicast channel keeps the numbers
    that its datagrams carry.
    """

    def __init__(
        self, settings: ChannelSettings, capture: ProcessCapture, sources: SourceTable, numbered: bool
    ) -> None:
        self.settings = settings
        self.capture = capture
        self._sources = sources
        self._numbered = numbered
        self._rows: npt.NDArray[np.uint16] = np.zeros(1, dtype=np.uint16)
        self._losses = LossWatch()
        self._send_failures = 0

    def use_sources(self, sources: SourceTable) -> None:
        """Number the sources by another table from now on, that of a new recording."""
        self._sources = sources
        self._rows = np.zeros(1, dtype=np.uint16)

    def take(self, max_frames: int = 65536) -> tuple[FrameBatch, list[Loss]]:
        """One batch, empty if no frame waits, and what is missing before it."""
        batch = self.capture.recv_batch(max_frames)
        if len(batch):
            batch.records["source"] = self._recording_rows()[batch.source]
            if self._numbered:
                batch.records["channel"] = self.settings.number
        return batch, self.take_losses(len(batch))

    def take_losses(self, frames: int = 0) -> list[Loss]:
        """What is missing before the next frames, of which ``frames`` are taken now."""
        self._losses.update(self.capture.statistics())
        return self._losses.take(frames)

    def supervise(self) -> list[str]:
        """Restart the process if it has ended; returns sentences for the user about what has changed."""
        sentences = []
        if text := self.capture.supervise():
            if not self.capture.is_running:  # frames may arrive before it is reported that it runs again
                self._losses.restarted()
            if self.capture.problem is None:  # which says more, as long as it lasts
                sentences.append(text)
        return sentences + self._send_problems()

    def _send_problems(self) -> list[str]:
        """A sentence if the driver has refused frames since the last call."""
        statistics = self.capture.statistics()
        new = statistics.send_failures - self._send_failures
        self._send_failures = statistics.send_failures
        if new <= 0:
            return []
        frames = f"{counted(new, 'frame')} {were(new)}"
        return [f"{frames} not sent on {self.settings.title}: {statistics.send_failure}."]

    def _recording_rows(self) -> npt.NDArray[np.uint16]:
        """The row in the recording's table for each row of the capture's table, which only grows."""
        sources = self.capture.sources
        if len(self._rows) < len(sources):
            new = [self._sources.number(sources[row]) for row in range(len(self._rows), len(sources))]
            self._rows = np.concatenate([self._rows, np.array(new, dtype=np.uint16)])
        return self._rows


def receptions_of(
    measurement: Measurement, captures: Sequence[ProcessCapture], sources: SourceTable
) -> tuple[ChannelReception, ...]:
    """The receptions of the enabled channels, whose captures are in their order."""
    numbered = measurement.multicast is None
    pairs = zip(measurement.enabled, captures, strict=True)
    return tuple(ChannelReception(channel, capture, sources, numbered) for channel, capture in pairs)


def statistics_of(channels: Iterable[ChannelReception]) -> BusStatistics:
    """The counters of all channels since they were opened; after their end the last ones."""
    return reduce(add_statistics, [channel.capture.statistics() for channel in channels])


def problem_of(channels: Iterable[ChannelReception]) -> str | None:
    """Why no frames can arrive on a channel now, as a clause; None if they can on all."""
    problems = [problem for channel in channels if (problem := channel.capture.problem)]
    return "; ".join(problems) if problems else None


class Reception:
    """Frames of all channels of a measurement in the order of their times, for a program without Qt.

    Wait for ``readable``, at most ``seconds_to_wait`` while frames wait for those of other channels; then
    recv_batch() takes them. Call supervise() a few times a second. Raises BusError if no channel can be
    opened. Also a context manager.
    """

    def __init__(self, measurement: Measurement) -> None:
        self.measurement = measurement.validated()
        self.sources = SourceTable()
        captures = open_captures(self.measurement.enabled)
        self.channels = receptions_of(self.measurement, captures, self.sources)
        self._merger = ChannelMerger()
        self._rest = FrameBatch.empty()

    @property
    def readable(self) -> tuple[ProcessCapture, ...]:
        """What to wait for: each has a ``fileno()``."""
        return tuple(channel.capture for channel in self.channels)

    @property
    def seconds_to_wait(self) -> float | None:
        """How long to wait at most; None without a limit."""
        if len(self._rest):
            return 0.0
        return DELAY_NS / NS_PER_SECOND if len(self._merger) else None

    def recv_batch(self, max_frames: int = 65536) -> FrameBatch:
        """Up to ``max_frames`` frames whose time has come; empty if there are none. Never waits."""
        if not len(self._rest):
            for channel in self.channels:
                batch, _losses = channel.take(max_frames)
                self._merger.add(batch)
            self._rest = self._due()
        batch, self._rest = self._rest[:max_frames], self._rest[max_frames:]
        return batch

    def _due(self) -> FrameBatch:
        if len(self.channels) == 1:  # nothing to wait for
            return self._merger.take_all()
        return self._merger.take(time.time_ns())

    def statistics(self) -> BusStatistics:
        """The counters of all channels since they were opened; after shutdown() the last ones."""
        return statistics_of(self.channels)

    def supervise(self) -> list[str]:
        """Restart processes that have ended; returns sentences for the user about what has changed."""
        return [sentence for channel in self.channels for sentence in channel.supervise()]

    @property
    def problem(self) -> str | None:
        """Why no frames can arrive on a channel now, as a clause; None if they can."""
        return problem_of(self.channels)

    def shutdown(self) -> None:
        """End all processes; frames that still wait are lost. Never raises."""
        for channel in self.channels:
            channel.capture.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.shutdown()

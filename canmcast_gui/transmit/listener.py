"""Receives the frames of other nodes, only while something that is sent depends on them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.sender import Settings

# The setting with the number of the channel of frames without one, where the receiver numbers frames by
# channels. Without it the channel column is what nodes write into their datagrams, and is not compared.
FIRST_CHANNEL = "first_channel"
# Received ids that are remembered: several times those of a large car. A hostile network sends more.
MAX_LIVE_IDS = 4096


# The number of the channel of an id, 0 where channels are not compared; the id, and whether it is extended.
LiveId = tuple[int, int, bool]


class Input(Protocol):
    """What select() takes."""

    def fileno(self) -> int:
        """The descriptor."""


class Receiver(Protocol):
    """What a receiver's factory makes."""

    @property
    def sources(self) -> SourceTable:
        """The table of the sources of its frames."""

    @property
    def missed(self) -> int:
        """Frames that were lost because they arrived faster than they were read."""

    def inputs(self) -> Sequence[Input]:
        """What becomes readable while frames wait: sockets, for select()."""

    def drain(self, max_frames: int = 4096) -> FrameBatch:
        """The frames that wait; never waits itself and never raises."""

    def mark_own(self, source: Source) -> None:
        """Frames from this source are this program's own, and carry Flag.TX."""

    def close(self) -> None:
        """Stop receiving."""


class Listener:
    """Receives what other nodes send, from open() on. ``factory`` "" means that it cannot."""

    def __init__(self, factory: str, settings: Settings, addresses: tuple[Source, ...]) -> None:
        self._factory = factory
        self._settings = settings
        self._addresses = addresses
        self._first_channel = int(settings.get(FIRST_CHANNEL, 0))
        # When each id was received last, by the monotonic clock in seconds.
        self._live: dict[LiveId, float] = {}
        self._missed = 0
        self.receiver: Receiver | None = None

    @property
    def first_channel(self) -> int:
        """The number of the channel of frames without one; 0 where channels are not compared."""
        return self._first_channel

    @property
    def sources(self) -> SourceTable | None:
        """The table of the sources of received frames; None while nothing is received."""
        return None if self.receiver is None else self.receiver.sources

    def inputs(self) -> Sequence[Input]:
        """What becomes readable while frames wait; empty while nothing is received."""
        return () if self.receiver is None else self.receiver.inputs()

    def prepare(self) -> None:
        """Import the code that open() needs: that takes about 30 ms, which would delay armed jobs."""
        if self._factory:
            with suppress(Exception):  # open() reports the reason
                load_factory(self._factory)

    def open(self) -> None:
        """Begin to receive; raises TransmitError if that is impossible."""
        if self.receiver is not None:
            return
        if not self._factory:
            raise TransmitError("This program's sender cannot receive what other nodes send.")
        receiver: Receiver = load_factory(self._factory)(self._settings)
        for address in self._addresses:
            receiver.mark_own(address)
        self.receiver = receiver

    def close(self) -> None:
        """Stop receiving, because each frame of a busy bus would wake this process."""
        if self.receiver is not None:
            self.receiver.close()
            self.receiver = None
            self._missed = 0
            self._live.clear()

    def set_addresses(self, addresses: tuple[Source, ...]) -> None:
        """Own frames come from these addresses now."""
        if addresses != self._addresses:
            self._addresses = addresses
            for address in addresses:
                if self.receiver is not None:
                    self.receiver.mark_own(address)

    def read(self) -> FrameBatch:
        """What other nodes have sent since the last call."""
        if self.receiver is None:
            return FrameBatch.empty()
        batch = self.receiver.drain()
        batch = batch[~batch.has(Flag.TX)] if len(batch) else batch
        if len(batch):
            self._note_live(batch)
        return batch

    def take_missed(self) -> int:
        """Frames since the last call that were lost because they arrived faster than they were read."""
        before, self._missed = self._missed, 0 if self.receiver is None else self.receiver.missed
        return max(0, self._missed - before)

    def _note_live(self, batch: FrameBatch) -> None:
        now = time.monotonic()
        if len(self._live) > MAX_LIVE_IDS:
            self._live.clear()
        channels = batch.channel if self._first_channel else np.zeros(len(batch), dtype=np.uint8)
        columns = channels.tolist(), batch.arbitration_id.tolist(), batch.has(Flag.EXTENDED).tolist()
        for live in set(zip(*columns, strict=True)):
            self._live[live] = now

    def live_ids(self, seconds: float) -> frozenset[LiveId]:
        """The ids that other nodes have sent within the last seconds, each with its channel."""
        since = time.monotonic() - seconds
        return frozenset(key for key, when in self._live.items() if when >= since)


def arrival_times(batch: FrameBatch) -> npt.NDArray[np.int64]:
    """When frames that were just read arrived, by the monotonic clock in ns: delays count from there."""
    ages = np.int64(time.time_ns()) - batch.timestamp_ns
    times: npt.NDArray[np.int64] = np.int64(time.monotonic_ns()) - np.maximum(ages, 0)
    return times

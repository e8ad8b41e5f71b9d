"""The transmit process's ears: opened only while something that is sent depends on what others send."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.sender import find, make

# Ids of others that are remembered at most: several times those of a big car. A hostile network makes more.
MOST_LIVE = 4096


class Receiver(Protocol):
    """What the factory of a listener makes."""

    sources: SourceTable

    def fileno(self) -> int:
        """Readable while frames wait."""

    def drain(self, max_frames: int = 4096) -> FrameBatch:
        """The frames that wait, at most so many; never waits and never raises."""

    def mark_own(self, source: Source) -> None:
        """Frames from there are this program's own, and carry Flag.TX."""

    def close(self) -> None:
        """Leave."""


class Listener:
    """Hears what others send, from open() on. ``factory`` is None where there are no ears."""

    def __init__(self, factory: str | None, settings: dict[str, Any], addresses: tuple[Source, ...]) -> None:
        self._factory = factory
        self._settings = settings
        self._addresses = addresses
        self._live: dict[tuple[int, bool], float] = {}
        self.receiver: Receiver | None = None

    @property
    def sources(self) -> SourceTable | None:
        """The table of the sources of what is heard; None while nothing is."""
        return None if self.receiver is None else self.receiver.sources

    def prepare(self) -> None:
        """Load the code that open() needs: that takes some 30 ms, for which no armed job should wait."""
        if self._factory is not None:
            with suppress(Exception):  # open() says why it does not work
                find(self._factory)

    def open(self) -> None:
        """Begin to listen; raises TransmitError where that is impossible."""
        if self.receiver is not None:
            return
        if self._factory is None:
            raise TransmitError("This program's sender cannot hear what others send.")
        receiver: Receiver = make(self._factory, self._settings)
        for address in self._addresses:
            receiver.mark_own(address)
        self.receiver = receiver

    def close(self) -> None:
        """Listen no more: every frame of a busy bus would wake this process."""
        if self.receiver is not None:
            self.receiver.close()
            self.receiver = None
            self._live.clear()

    def note_addresses(self, addresses: tuple[Source, ...]) -> None:
        """Own frames come from these addresses now."""
        if addresses != self._addresses:
            self._addresses = addresses
            for address in addresses:
                if self.receiver is not None:
                    self.receiver.mark_own(address)

    def hear(self) -> FrameBatch:
        """What others have sent since the last call."""
        if self.receiver is None:
            return FrameBatch.empty()
        batch = self.receiver.drain()
        batch = batch[~batch.has(Flag.TX)] if len(batch) else batch
        if len(batch):
            self._note_live(batch)
        return batch

    def _note_live(self, batch: FrameBatch) -> None:
        now = time.monotonic()
        if len(self._live) > MOST_LIVE:
            self._live.clear()
        for number, extended in set(
            zip(batch.arbitration_id.tolist(), batch.has(Flag.EXTENDED).tolist(), strict=True)
        ):
            self._live[number, extended] = now

    def live_ids(self, seconds: float) -> frozenset[tuple[int, bool]]:
        """The ids that others have sent within the last seconds."""
        since = time.monotonic() - seconds
        return frozenset(one for one, when in self._live.items() if when >= since)


def arrival_times(batch: FrameBatch) -> npt.NDArray[np.int64]:
    """When frames that were just heard arrived, by the monotonic clock in ns: a delay counts from there."""
    ages = np.int64(time.time_ns()) - batch.timestamp_ns
    times: npt.NDArray[np.int64] = np.int64(time.monotonic_ns()) - np.maximum(ages, 0)
    return times

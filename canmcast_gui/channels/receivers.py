"""The receiver of all channels of a measurement, for the transmit process: triggers see every channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch, Source, SourceTable
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transmit.listener import Input, Receiver


def open_receivers(settings: Mapping[str, Any]) -> ChannelReceiver:
    """The receiver for ``{"receivers": [[number, factory, settings], …]}``.

    Raises what a factory raises, and then leaves none of them open.
    """
    opened: dict[int, Receiver] = {}
    try:
        for number, factory, each in settings["receivers"]:
            opened[number] = load_factory(factory)(each)
    except BaseException:
        for receiver in opened.values():
            receiver.close()
        raise
    return ChannelReceiver(opened)


class ChannelReceiver:
    """Receives from all channels; takes the receivers by number. Frames get the number of their channel.

    ``sources`` is one table for all channels.
    """

    def __init__(self, receivers: Mapping[int, Receiver]) -> None:
        self.sources = SourceTable()
        self._receivers = receivers
        self._rows = {number: np.zeros(1, dtype=np.uint16) for number in receivers}

    @property
    def missed(self) -> int:
        """Frames that were not received because they arrived faster than they were read."""
        return sum(receiver.missed for receiver in self._receivers.values())

    def inputs(self) -> tuple[Input, ...]:
        """What becomes readable while frames wait."""
        return tuple(each for receiver in self._receivers.values() for each in receiver.inputs())

    def drain(self, max_frames: int = 4096) -> FrameBatch:
        """The frames that wait, up to ``max_frames`` of each channel, in the order of their times."""
        batches = [self._drain(number, max_frames) for number in self._receivers]
        batches = [batch for batch in batches if len(batch)]
        if len(batches) < 2:
            return batches[0] if batches else FrameBatch.empty()
        batch = FrameBatch.concatenate(batches)
        return batch[np.argsort(batch.timestamp_ns, kind="stable")]

    def _drain(self, number: int, max_frames: int) -> FrameBatch:
        receiver = self._receivers[number]
        batch = receiver.drain(max_frames)
        if not len(batch):
            return batch
        records = batch.records.copy()
        records["source"] = self._own_rows(number, receiver.sources)[batch.source]
        records["channel"] = number
        return FrameBatch(records, batch.heap)

    def _own_rows(self, number: int, sources: SourceTable) -> npt.NDArray[np.uint16]:
        """The row in this table for each row of a receiver's table, which only grows."""
        rows = self._rows[number]
        if len(rows) < len(sources):
            new = [self.sources.number(sources[row]) for row in range(len(rows), len(sources))]
            rows = self._rows[number] = np.concatenate([rows, np.array(new, dtype=np.uint16)])
        return rows

    def mark_own(self, source: Source) -> None:
        """Frames from this source are this program's own, on each channel."""
        for receiver in self._receivers.values():
            receiver.mark_own(source)

    def close(self) -> None:
        """Stop receiving."""
        for receiver in self._receivers.values():
            receiver.close()

"""Messages of python-can as columns. A driver's message that is not a valid frame is left out and counted."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import can
import numpy as np

from canmcast_gui.channels.adapter.clock import ChannelClock
from canmcast_gui.channels.adapter.own import ReturnedFrames
from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.messages import flags_of_message
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.frames.validity import repair_ids, valid_rows

_RECORD = struct.Struct("<q8sIIHHBBBB")  # FRAME_DTYPE
_DLC_CODES = LENGTH_TO_DLC.tolist()
# Beyond this a float of seconds does not fit into nanoseconds of 64 bits.
_MOST_SECONDS = 9e9


class MessageConverter:
    """Makes batches of the messages of one channel; ``refused`` counts those that are not valid frames.

    All frames get the channel ``number``, and times of ``clock``.
    """

    def __init__(self, number: int, clock: ChannelClock) -> None:
        self.refused = 0
        self._number = number
        self._clock = clock

    def convert(
        self, messages: Sequence[can.Message], read_ns: int, returned: ReturnedFrames | None = None
    ) -> FrameBatch:
        """The frames of messages that were read at ``read_ns`` (UTC nanoseconds), in their order.

        Those that ``returned`` knows are marked as sent.
        """
        if not messages:
            return FrameBatch.empty()
        records, heap = [], bytearray()
        for message in messages:
            try:
                records.append(self._record(message, heap, returned))
            except Exception:  # noqa: BLE001 – a driver's message can be anything
                continue
        array = np.frombuffer(bytearray(b"".join(records)), dtype=FRAME_DTYPE)
        batch = self._valid(FrameBatch(array, np.frombuffer(bytes(heap), dtype=np.uint8)))
        self.refused += len(messages) - len(batch)
        batch.records["timestamp_ns"] = self._clock.to_utc(batch.timestamp_ns.copy(), read_ns)
        return batch

    def _record(self, message: can.Message, heap: bytearray, returned: ReturnedFrames | None) -> bytes:
        """The bytes of a record, whose payload is added to ``heap`` if it is long. Raises what it finds."""
        view = memoryview(message.data if message.data is not None else b"")
        length, seconds = view.nbytes, message.timestamp
        if length > MAX_PAYLOAD or not -_MOST_SECONDS < seconds < _MOST_SECONDS:
            raise ValueError("not a frame")
        payload, flags = view.tobytes(), flags_of_message(message)
        # The data of an error frame is the driver's description, and that of a remote frame nothing.
        if flags & bits.REMOTE:
            payload, length, dlc = b"", 0, int(message.dlc)
        else:
            dlc = _DLC_CODES[length]
        if returned is not None and returned.take(message):
            flags |= bits.TX
        record = _RECORD.pack(
            round(seconds * NS_PER_SECOND),
            payload[:INLINE_BYTES],
            message.arbitration_id,
            len(heap) if length > INLINE_BYTES else 0,
            flags,
            0,
            self._number,
            dlc,
            length,
            0,
        )
        if length > INLINE_BYTES:
            heap += payload
        return record

    @staticmethod
    def _valid(batch: FrameBatch) -> FrameBatch:
        repaired = repair_ids(batch)
        batch = batch if repaired is None else repaired.batch
        valid = valid_rows(batch)
        return batch if valid.all() else batch[valid]

"""Encodes frames as DroneCAN datagrams for the transport's sender, and makes senders for other processes."""

from __future__ import annotations

from typing import Any

from canmcast_gui.channels.dronecan import wire
from canmcast_gui.channels.dronecan.columns import encode_columns
from canmcast_gui.frames import Flag, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.wire.batch_codec import check_batch
from canmcast_gui.transport.wire.encoder import EncodedRows


class DroneCanEncoder:
    """The format of DroneCAN. The channel and the time of a frame are not in it."""

    def __init__(self, allow_fd: bool) -> None:
        self._allow_fd = allow_fd

    def encode(
        self, arbitration_id: int, flags: int, _channel: Any, dlc: int, data: Any, _timestamp: float
    ) -> bytes:
        """The datagram of one frame; ``dlc`` in bytes. Raises FrameError if it is not possible."""
        if flags & bits.FD and not self._allow_fd:
            raise FrameError("this is a CAN FD frame, and CAN FD is switched off on this bus")
        return wire.encode(arbitration_id, flags, dlc, bytes(data))

    def encode_records(self, batch: FrameBatch) -> list[bytes]:
        """The datagrams of a few frames. Raises FrameError if one is not possible."""
        return [
            self.encode(frame.arbitration_id, frame.flags & ~bits.TX, None, frame.dlc, frame.data, 0.0)
            for frame in map(batch.plain_frame, range(len(batch)))
        ]

    def encode_alike(self, _batch: FrameBatch) -> Bytes | None:
        """None: there is no faster way for frames that are alike."""
        return None

    def check(self, batch: FrameBatch) -> None:
        """Raise FrameError, with the number of a bad row, unless all frames are possible on this bus."""
        check_batch(batch, self._allow_fd)
        strange = batch.has(Flag.REMOTE | Flag.ERROR)
        if strange.any():
            row = int(strange.argmax())
            raise FrameError(f"frame {row} of {len(batch)}: {wire.kind_problem(int(batch.flags[row]))}")

    def is_usual(self, _batch: FrameBatch) -> bool:
        """All frames that check() lets pass."""
        return True

    def encode_columns(self, batch: FrameBatch, _memory: Bytes) -> EncodedRows:
        """The datagrams in memory of their own."""
        return encode_columns(batch)


def open_sender(settings: dict[str, Any]) -> FrameSender:
    """The sender of a bus whose settings come from another process (BusSettings.to_dict)."""
    return FrameSender(BusSettings.from_dict(settings), encoder=DroneCanEncoder)

"""What a sender needs of a wire format, and the format of python-can in this form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Bytes, Numbers
from canmcast_gui.transport.wire.batch_codec import HIGHEST_USUAL_CHANNEL, check_batch, encode_columns
from canmcast_gui.transport.wire.header_cache import Encoder
from canmcast_gui.transport.wire.record_encoder import RecordEncoder
from canmcast_gui.transport.wire.uniform import UniformFrames

# Datagrams as rows of a matrix, and the size of each in bytes.
EncodedRows = tuple[Bytes, Numbers]


class FrameEncoder(Protocol):
    """Makes the datagrams of frames."""

    @property
    def encode(self) -> Callable[[int, int, Any, int, Any, float], bytes]:
        """The datagram of one frame: id, flags, channel (from 0, or None), DLC in bytes, payload, seconds.

        Raises FrameError if the frame is not possible on this bus.
        """

    @property
    def encode_records(self) -> Callable[[FrameBatch], list[bytes]]:
        """The datagrams of a few frames. Raises FrameError if one is not possible on this bus."""

    @property
    def encode_alike(self) -> Callable[[FrameBatch], Bytes | None]:
        """The datagrams of frames that differ in time, id and payload only, one in each row; else None."""

    def check(self, batch: FrameBatch) -> None:
        """Raise FrameError, with the number of a bad row, unless all frames are possible on this bus."""

    def is_usual(self, batch: FrameBatch) -> bool:
        """Whether encode_columns() can encode these frames, of which there is at least one."""

    def encode_columns(self, batch: FrameBatch, memory: Bytes) -> EncodedRows:
        """The datagrams of frames that were checked, one in each row, and their sizes.

        ``memory`` is scratch memory, uint8 (at least n * WIDTH,), that may be used for them.
        """


class MulticastEncoder:
    """The format of python-can's ``udp_multicast``."""

    def __init__(self, allow_fd: bool) -> None:
        self._allow_fd = allow_fd
        encoder = Encoder(allow_fd)
        self.encode = encoder.encode
        self.encode_records = RecordEncoder(encoder).encode
        self.encode_alike = UniformFrames(allow_fd).encode

    def check(self, batch: FrameBatch) -> None:
        """Raise FrameError, with the number of a bad row, unless all frames are possible on this bus."""
        check_batch(batch, self._allow_fd)

    def is_usual(self, batch: FrameBatch) -> bool:
        """Whether all channels take a single byte."""
        return bool(batch.channel.max() <= HIGHEST_USUAL_CHANNEL)

    def encode_columns(self, batch: FrameBatch, memory: Bytes) -> EncodedRows:
        """The datagrams in ``memory``."""
        return encode_columns(batch, memory)

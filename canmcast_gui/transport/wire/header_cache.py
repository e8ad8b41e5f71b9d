"""Decode and encode single frames fast: parts that repeat from datagram to datagram are computed once.

A bus has a few hundred ids, and two datagrams with the same id, flags and length differ only in the eight
bytes of time and in the payload. The constant part is looked up; the general codec has decoded and checked it
when it occurred first.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from canmcast_gui.frames import LENGTH_TO_DLC, bits
from canmcast_gui.frames.messages import channel_number
from canmcast_gui.frames.validity import frame_problem
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.wire import codec
from canmcast_gui.transport.wire.codec import MAX_DATAGRAM, Refusal, WireFrame, encode

# Several times the ids of a large vehicle. An entry takes about half a KiB, so that a hostile network fills 2
# MiB. Longer parts, which have a long channel name, are not kept.
MOST_KEPT = 4096
_LONGEST_KEPT = 256

# A map of eleven keys, the key "timestamp", the mark of a float64. Eight bytes of time follow.
HEAD = b"\x8b\xa9timestamp\xcb"
HEAD_SIZE = len(HEAD)
AFTER_TIME = HEAD_SIZE + 8
DATA_KEY = b"\xa4data\xc4"

# What joins the parts of a datagram: HEAD, time, the part before the payload, payload, the part after it.
# Then the two constant parts.
Parts = tuple[Callable[..., bytes], bytes, bytes]


@dataclass(slots=True)
class DecodedHeader:
    """All of a frame except time and payload, in the forms that batches and messages need."""

    arbitration_id: int
    extended: bool
    remote: bool
    error: bool
    channel: int | str | None
    dlc: int
    fd: bool
    brs: bool
    esi: bool
    flags: int
    channel_number: int
    dlc_code: int
    length: int


class HeaderCache:
    """Decoded headers of datagrams, by their constant part."""

    def __init__(self) -> None:
        #: By constant part: all after the time except the payload. Holds headers of valid frames only.
        self.headers: dict[bytes, DecodedHeader] = {}

    def decode(self, datagram: bytes, constant: bytes, length: int) -> tuple[DecodedHeader, bytes] | Refusal:
        """Decode with the general codec and keep the header; returns header and payload, or the refusal.

        ``constant`` and the ``length`` of the payload are those of DatagramDecoder; b"" if it found none.
        """
        frame = codec.decode(datagram)
        if isinstance(frame, Refusal):
            return frame
        header = decoded_header(frame)
        # The mark before the payload could also occur in a channel: in a number of eight bytes, or in a text,
        # where a length above 127 would follow it. Those are not kept.
        unambiguous = not isinstance(frame.channel, int) or abs(frame.channel) < 2**31
        short = 0 < len(constant) <= _LONGEST_KEPT
        if short and unambiguous and length == len(frame.data) and datagram.startswith(HEAD):
            if len(self.headers) >= MOST_KEPT:
                self.headers.clear()
            self.headers[constant] = header
        return header, frame.data


def decoded_header(frame: WireFrame) -> DecodedHeader:
    """All of a frame except time and payload."""
    flags = frame.flags
    return DecodedHeader(
        frame.arbitration_id,
        bool(flags & bits.EXTENDED),
        bool(flags & bits.REMOTE),
        bool(flags & bits.ERROR),
        frame.channel,
        frame.dlc,
        bool(flags & bits.FD),
        bool(flags & bits.BRS),
        bool(flags & bits.ESI),
        flags,
        channel_number(frame.channel),
        int(LENGTH_TO_DLC[frame.dlc]),
        len(frame.data),
    )


class Encoder:
    """Encodes frames byte for byte as stock peers do. Raises FrameError for invalid ones."""

    def __init__(self, allow_fd: bool) -> None:
        self._allow_fd = allow_fd
        self._parts: dict[tuple[Any, ...], Parts] = {}

    def encode(
        self,
        arbitration_id: int,
        flags: int,
        channel: Any,
        dlc: int,
        data: bytes | bytearray,
        timestamp: float,
    ) -> bytes:
        """The datagram of a frame; ``dlc`` is a number of bytes. Raises FrameError if it is not valid."""
        try:
            join, before, after = self._parts[arbitration_id, flags, channel, dlc, len(data)]
            if type(timestamp) is float and 0.0 <= timestamp < _INFINITY:
                return join(HEAD, timestamp, before, data, after)
        except (KeyError, TypeError, struct.error):  # new, or with a value of the wrong type
            pass
        return self._encode_new(arbitration_id, flags, channel, dlc, data, timestamp)

    def _encode_new(
        self, arbitration_id: int, flags: int, channel: Any, dlc: int, data: Any, timestamp: float
    ) -> bytes:
        frame = _plain_frame(arbitration_id, flags, channel, dlc, data)
        if flags & bits.FD and not self._allow_fd:
            raise FrameError("this is a CAN FD frame, and CAN FD is switched off on this bus")
        problem = frame_problem(frame.arbitration_id, flags, frame.dlc, len(frame.data))
        if problem:
            raise FrameError(problem)
        if not isinstance(timestamp, float | int) or not 0.0 <= timestamp < _INFINITY:
            raise FrameError(f"the timestamp is {timestamp!r}; it must be a number of seconds, not negative")
        try:
            datagram = encode(frame, timestamp)
        except (OverflowError, ValueError) as error:
            raise FrameError(f"the channel {channel!r:.40} cannot be sent: {error}") from None
        if len(datagram) > MAX_DATAGRAM:
            raise FrameError(f"the channel {channel!r:.40}… is too long for a datagram")
        if len(datagram) - len(frame.data) <= AFTER_TIME + _LONGEST_KEPT:
            self._keep(frame, encode(frame))
        return datagram

    def _keep(self, frame: WireFrame, datagram: bytes) -> None:
        if len(self._parts) >= MOST_KEPT:
            self._parts.clear()
        key = (frame.arbitration_id, frame.flags, frame.channel, frame.dlc, len(frame.data))
        self._parts[key] = parts_of(datagram, len(frame.data))


def parts_of(datagram: bytes, length: int) -> Parts:
    """The parts of a datagram with ``length`` bytes of payload."""
    end = len(datagram) - _TAIL_SIZE
    before, after = datagram[AFTER_TIME : end - length], datagram[end:]
    return struct.Struct(f">{HEAD_SIZE}sd{len(before)}s{length}s{len(after)}s").pack, before, after


def _plain_frame(arbitration_id: int, flags: int, channel: Any, dlc: int, data: Any) -> WireFrame:
    """The frame in plain types: a stock peer cannot read others, such as a list of channels."""
    if isinstance(channel, bool):
        channel = int(channel)
    elif channel is not None and not isinstance(channel, int | str):
        channel = str(channel)
    try:
        payload = bytes(memoryview(data))
        return WireFrame(
            int(operator.index(arbitration_id)), flags, channel, int(operator.index(dlc)), payload
        )
    except TypeError as error:
        raise FrameError(f"a frame with a value of the wrong type: {error}") from None


_INFINITY = float("inf")
# The three keys after the payload, each with one byte before and one after it.
_TAIL_SIZE = sum(len(key) + 2 for key in ("is_fd", "bitrate_switch", "error_state_indicator"))

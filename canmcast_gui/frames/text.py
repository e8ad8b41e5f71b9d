"""Frames as text: the cells of a table, and the syntax of can-utils' ``cansend`` and ``candump``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.layout import DLC_TO_LENGTH, INLINE_BYTES, LENGTH_TO_DLC, Flag
from canmcast_gui.frames.units import (
    MAX_EXTENDED_ID,
    MAX_STANDARD_ID,
    NS_PER_SECOND,
    NS_PER_US,
    SOCKETCAN_ERROR_FLAG,
)

# Shown in place of the name of a message, which error frames do not have.
ERROR_FRAME = "Error frame"

_TYPE_LETTERS = (
    ("R", Flag.REMOTE),
    ("E", Flag.ERROR),
    ("FD", Flag.FD),
    ("BRS", Flag.BRS),
    ("ESI", Flag.ESI),
)
# can-utils, lib.c, parse_canframe(); linux/can.h for the error flag in an id of eight digits.
_SHAPE = re.compile(r"(?P<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(?P<rest>.*)", re.DOTALL)
# linux/can/error.h: the class "bus error", which frames without a class are written with.
_ERROR_ID = f"{SOCKETCAN_ERROR_FLAG | 0x80:X}"
_FD_FLAGS = {1: Flag.BRS, 2: Flag.ESI}
# Plain numbers: operations on an enumeration would take most of the time.
_EXTENDED = int(Flag.EXTENDED)
_NOT_PLAIN = int(Flag.ERROR | Flag.REMOTE | Flag.FD)


def id_text(arbitration_id: int, extended: bool, decimal: bool = False) -> str:
    """An arbitration id: 3 or 8 upper-case hex digits, or decimal."""
    if decimal:
        return str(arbitration_id)
    return f"{arbitration_id:08X}" if extended else f"{arbitration_id:03X}"


def frame_id_text(arbitration_id: int, flags: int, decimal: bool = False) -> str:
    """The id of a frame with these flags; "" for an error frame without one."""
    if flags & Flag.ERROR and not arbitration_id:
        return ""
    return id_text(arbitration_id, bool(flags & Flag.EXTENDED), decimal)


def data_text(payload: bytes, decimal: bool = False) -> str:
    """A payload as pairs of upper-case hex digits, or as decimal numbers of three characters, with spaces."""
    if decimal:
        return " ".join(f"{byte:3d}" for byte in payload)
    return payload.hex(" ").upper()


def type_text(flags: int) -> str:
    """The type letters: S or X, then R, E, FD, BRS, ESI."""
    letters = ["X" if flags & Flag.EXTENDED else "S"]
    letters += [name for name, flag in _TYPE_LETTERS if flags & flag]
    return " ".join(letters)


def dlc_text(dlc: int, length: int, flags: int) -> str:
    """The DLC code in decimal; for CAN FD, where they can differ, followed by the length."""
    return f"{dlc} ({length})" if flags & Flag.FD else str(dlc)


def direction_text(flags: int) -> str:
    """Tx for frames that this program sent, else Rx."""
    return "Tx" if flags & Flag.TX else "Rx"


class FrameSyntaxError(UserError, ValueError):
    """A text that is not a frame; the message says what is wrong with it."""


def parse_frame(text: str) -> FrameBatch:
    """The frame that ``text`` describes, as a batch of one; channel 1, time 0.

    ``123#DEADBEEF`` is a data frame (dots between bytes are allowed), ``123#R`` or ``123#R8`` a remote frame,
    ``1F334455##1AABB`` CAN FD with its flags as one hex digit (1 bit rate switch, 2 error state). Three
    digits are a standard id, eight an extended one. CAN FD payloads are padded with zeros to the next
    possible length, as in cansend. Raises FrameSyntaxError.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise FrameSyntaxError(
            f"{text!r} is not a frame: write an id of 3 or 8 hex digits, then # and the data"
        )
    flags, arbitration_id = _parse_id(shape["id"], text)
    rest = shape["rest"]
    if flags & Flag.ERROR and rest[:1] in ("#", "R", "r"):
        raise FrameSyntaxError(f"{text!r}: an error frame can be neither a remote frame nor CAN FD")
    if rest.startswith("#"):
        return _fd_frame(arbitration_id, flags, rest[1:], text)
    if rest[:1] in ("R", "r"):
        return _remote_frame(arbitration_id, flags, rest[1:], text)
    payload = _parse_data(rest, text)
    if len(payload) > 8:
        raise FrameSyntaxError(f"{text!r} has {len(payload)} data bytes; write ## for CAN FD, or at most 8")
    return _batch(arbitration_id, flags, payload, int(LENGTH_TO_DLC[len(payload)]))


def _parse_id(digits: str, text: str) -> tuple[int, int]:
    number = int(digits, 16)
    if len(digits) == 3:
        if number > MAX_STANDARD_ID:
            raise FrameSyntaxError(f"{text!r}: {digits} is above 7FF; an extended id has eight digits")
        return 0, number
    if number & SOCKETCAN_ERROR_FLAG and number <= SOCKETCAN_ERROR_FLAG | MAX_EXTENDED_ID:
        error_class = number & ~SOCKETCAN_ERROR_FLAG
        return Flag.ERROR | (Flag.EXTENDED if error_class > MAX_STANDARD_ID else 0), error_class
    if number > MAX_EXTENDED_ID:
        raise FrameSyntaxError(f"{text!r}: {digits} is above 1FFFFFFF, the highest extended id")
    return Flag.EXTENDED, number


def _remote_frame(arbitration_id: int, flags: int, length: str, text: str) -> FrameBatch:
    if length not in ("", *"012345678"):
        raise FrameSyntaxError(f"{text!r}: after R write the requested length, 0 to 8, or nothing")
    return _batch(arbitration_id, flags | Flag.REMOTE, b"", int(length or 0))


def _fd_frame(arbitration_id: int, flags: int, rest: str, text: str) -> FrameBatch:
    if not rest or rest[0] not in "0123456789abcdefABCDEF":
        raise FrameSyntaxError(f"{text!r}: after ## write one hex digit of flags, then the data")
    bits = int(rest[0], 16)
    for bit, flag in _FD_FLAGS.items():
        flags |= flag if bits & bit else 0
    payload = _parse_data(rest[1:], text)
    if len(payload) > 64:
        raise FrameSyntaxError(f"{text!r} has {len(payload)} data bytes; a CAN FD frame carries at most 64")
    dlc = int(LENGTH_TO_DLC[len(payload)])
    return _batch(arbitration_id, flags | Flag.FD, payload.ljust(int(DLC_TO_LENGTH[dlc]), b"\0"), dlc)


def _parse_data(text: str, whole: str) -> bytes:
    try:
        return bytes.fromhex(text.replace(".", "")) if not re.search(r"\s", text) else _refuse(whole)
    except ValueError:
        return _refuse(whole)


def _refuse(text: str) -> bytes:
    raise FrameSyntaxError(f"{text!r}: the data must be pairs of hex digits")


def _batch(arbitration_id: int, flags: int, payload: bytes, dlc: int) -> FrameBatch:
    return FrameBatch.from_columns(
        timestamp_ns=0,
        arbitration_id=arbitration_id,
        data=np.frombuffer(payload, dtype=np.uint8).reshape(1, -1),
        flags=flags,
        channel=1,
        dlc=dlc,
    )


def candump_lines(batch: FrameBatch) -> str:
    """The frames of a batch as lines: ``(1763839061.123456) can0 123#DEADBEEF``.

    Channel 1 and an unknown channel are can0. Frames are in cansend's syntax.
    """
    seconds, parts = (column.tolist() for column in np.divmod(batch.timestamp_ns, NS_PER_SECOND))
    rows = zip(seconds, parts, batch.channel.tolist(), frame_texts(batch), strict=True)
    return "".join(
        [
            f"({second}.{part // NS_PER_US:06d}) can{channel - 1 if channel else 0} {text}\n"
            for second, part, channel, text in rows
        ]
    )


def frame_texts(batch: FrameBatch) -> Iterator[str]:
    """Each frame in cansend's syntax.

    Remote frames are ``R`` and the requested length, CAN FD frames ``##``, a digit of flags (1 bit
    rate switch, 2 error state), and the data.
    """
    columns = zip(
        batch.arbitration_id.tolist(),
        batch.flags.tolist(),
        batch.dlc.tolist(),
        _payload_texts(batch),
        strict=True,
    )
    for number, flags, dlc, data in columns:
        if not flags & _NOT_PLAIN:
            yield f"{id_text(number, flags & _EXTENDED)}#{data}"
        elif flags & Flag.ERROR:
            yield f"{_ERROR_ID}#{data}"
        elif flags & Flag.REMOTE:
            yield f"{id_text(number, flags & _EXTENDED)}#R{DLC_TO_LENGTH[dlc] or ''}"
        else:
            digit = bool(flags & Flag.BRS) | bool(flags & Flag.ESI) << 1
            yield f"{id_text(number, flags & _EXTENDED)}##{digit:X}{data}"


def _payload_texts(batch: FrameBatch) -> Iterator[str]:
    """Payloads in hex; those in the records are converted all at once."""
    step = 2 * INLINE_BYTES
    inline = batch.data.tobytes().hex().upper()
    for row, length in enumerate(batch.length.tolist()):
        if length <= INLINE_BYTES:
            yield inline[step * row : step * row + 2 * length]
        else:
            yield batch.payload(row).hex().upper()

"""The texts of the socketcand protocol: ``< WORD WORD … >`` in ASCII, frames with hexadecimal ids and bytes.

An id of eight digits is an extended one. Facts are from doc/protocol.md and the sources of
linux-can/socketcand.
"""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.frames import DLC_TO_LENGTH, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.units import NS_PER_SECOND

# A command ends at the latest after this number of bytes: the longest sends 64 bytes of three characters.
LONGEST_COMMAND = 512
# The flags of a CAN FD frame in <linux/can.h>.
_WIRE_BRS, _WIRE_ESI = 0x01, 0x02
_EXTENDED_DIGITS = 8
_US_PER_NS = 1000


class CommandError(ValueError):
    """A command that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that a client sends; ``dlc`` is a number of bytes."""

    arbitration_id: int
    flags: int
    dlc: int
    data: bytes = b""


def frame_texts(batch: FrameBatch) -> list[bytes]:
    """The text of each frame as it is sent to clients."""
    return [_frame_text(batch, row).encode() for row in range(len(batch))]


def _frame_text(batch: FrameBatch, row: int) -> str:
    time_ns, _data, number, _, flags, _, _, dlc, _, _ = batch.records[row].item()
    seconds, rest = divmod(time_ns, NS_PER_SECOND)
    time = f"{seconds}.{rest // _US_PER_NS:06}"
    if flags & bits.ERROR:
        return f"< error {number:03X} {time} >"
    arbitration_id = f"{number:08X}" if flags & bits.EXTENDED else f"{number:03X}"
    if flags & bits.REMOTE:
        return f"< rtr {arbitration_id} {time} {int(DLC_TO_LENGTH[dlc])} >"
    payload = batch.payload(row).hex().upper()
    if flags & bits.FD:
        switches = _WIRE_BRS * bool(flags & bits.BRS) | _WIRE_ESI * bool(flags & bits.ESI)
        return f"< fdframe {arbitration_id} {switches:02X} {time} {payload} >"
    return f"< frame {arbitration_id} {time} {payload} >"


def parse_send(words: list[str]) -> Frame:
    """The frame of ``send ID LENGTH BYTE…``, ``sendrtr ID LENGTH`` or ``fdsend ID FLAGS LENGTH BYTE…``.

    Raises CommandError. Whether a bus can send it is not checked.
    """
    match words:
        case ["send", number, length, *data]:
            return _frame(number, 0, length, data)
        case ["sendrtr", number, length]:
            return _frame(number, bits.REMOTE, length, [])
        case ["fdsend", number, flags, length, *data]:
            switches = _number(flags, 16, 0xFF)
            brs = bits.BRS if switches & _WIRE_BRS else 0
            return _frame(number, bits.FD | brs | (bits.ESI if switches & _WIRE_ESI else 0), length, data)
    raise CommandError("syntax error")


def _frame(number: str, flags: int, length: str, data: list[str]) -> Frame:
    size = _number(length, 10, MAX_PAYLOAD)
    if len(data) != (0 if flags & bits.REMOTE else size):
        raise CommandError("syntax error")
    extended = bits.EXTENDED if len(number) == _EXTENDED_DIGITS else 0
    payload = bytes(_number(byte, 16, 0xFF) for byte in data)
    return Frame(_number(number, 16, 0xFFFFFFFF), flags | extended, size, payload)


def parse_subscription(words: list[str]) -> tuple[tuple[int, bool], int]:
    """Id, whether it is extended, and shortest interval in ns of ``subscribe SECONDS MICROSECONDS ID``.

    Raises CommandError.
    """
    if len(words) != 4:
        raise CommandError("syntax error")
    seconds, microseconds = _number(words[1], 10, 10**6), _number(words[2], 10, 10**9)
    return parse_id(words[3]), seconds * NS_PER_SECOND + microseconds * _US_PER_NS


def parse_id(text: str) -> tuple[int, bool]:
    """An id and whether it is extended. Raises CommandError."""
    return _number(text, 16, 0xFFFFFFFF), len(text) == _EXTENDED_DIGITS


def _number(text: str, base: int, highest: int) -> int:
    """A number without sign, prefix or spaces, which int() would allow."""
    if not text.isalnum() or len(text) > 10 or text[1:2] in ("x", "X"):
        raise CommandError("syntax error")
    try:
        number = int(text, base)
    except ValueError:
        raise CommandError("syntax error") from None
    if number > highest:
        raise CommandError("syntax error")
    return number

"""Frames as text for programs: payloads in hexadecimal, arrays of C, and messages of python-can."""

from __future__ import annotations

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.text import frame_id_text
from canmcast_gui.frames.units import NS_PER_SECOND

BYTES_IN_LINE = 16


def hex_lines(batch: FrameBatch) -> str:
    """One line with the payload of each frame, such as ``DE AD BE EF``."""
    return "".join(f"{batch.payload(row).hex(' ').upper()}\n" for row in range(len(batch)))


def c_arrays(batch: FrameBatch) -> str:
    """An array of bytes for the payload of each frame, named after its id; those of one id are numbered."""
    names: dict[str, int] = {}
    parts = []
    for row in range(len(batch)):
        name = f"frame_{frame_id_text(int(batch.arbitration_id[row]), int(batch.flags[row]), False)}"
        names[name] = count = names.get(name, 0) + 1
        parts.append(_c_array(name if count == 1 else f"{name}_{count}", batch.payload(row)))
    return "".join(parts)


def _c_array(name: str, payload: bytes) -> str:
    if not payload:
        return f"/* {name} has no data */\n"
    numbers = [f"0x{byte:02X}" for byte in payload]
    lines = [", ".join(numbers[at : at + BYTES_IN_LINE]) for at in range(0, len(numbers), BYTES_IN_LINE)]
    inside = lines[0] if len(lines) == 1 else "\n    " + ",\n    ".join(lines) + "\n"
    separator = " " if len(lines) == 1 else ""
    return f"static const uint8_t {name}[{len(payload)}] = {{{separator}{inside}{separator}}};\n"


def python_messages(batch: FrameBatch) -> str:
    """A call of ``can.Message`` for each frame, with the arguments that differ from python-can's defaults."""
    return "".join(f"{_python_message(batch, row)}\n" for row in range(len(batch)))


_ARGUMENTS = (
    (Flag.FD, "is_fd"),
    (Flag.BRS, "bitrate_switch"),
    (Flag.ESI, "error_state_indicator"),
    (Flag.REMOTE, "is_remote_frame"),
    (Flag.ERROR, "is_error_frame"),
)


def _python_message(batch: FrameBatch, row: int) -> str:
    flags, payload = int(batch.flags[row]), batch.payload(row)
    parts = [
        f"timestamp={int(batch.timestamp_ns[row]) / NS_PER_SECOND:.6f}",
        f"arbitration_id=0x{int(batch.arbitration_id[row]):X}",
        f"is_extended_id={bool(flags & Flag.EXTENDED)}",
        *(f"{name}=True" for flag, name in _ARGUMENTS if flags & flag),
        f'data=bytes.fromhex("{payload.hex(" ").upper()}")' if payload else f"dlc={int(batch.dlc[row])}",
    ]
    return f"can.Message({', '.join(parts)})"

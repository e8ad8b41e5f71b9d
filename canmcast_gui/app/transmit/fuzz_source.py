"""A fuzz run out of a row of the transmit list or a message: its frame, of which some bits are random."""

from __future__ import annotations

from dataclasses import replace

from canmcast_gui.app.transmit.fuzz_setup import FuzzSetup
from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import DatabaseSet, Message, Signal
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.text import id_text
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.fuzz.text import parse_data, parse_id_ranges, parse_lengths


def setup_of_row(setup: FuzzSetup, row: TransmitRow) -> FuzzSetup:
    """The run with a row's id, kind, length and data, all bits of it random."""
    if row.flags & Flag.ERROR:
        raise RowError("An error frame has nothing that could be random: choose another row.")
    kind = "remote" if row.is_remote else "brs" if row.flags & Flag.BRS else "fd" if row.is_fd else "classic"
    return replace(
        setup,
        ids=id_text(row.arbitration_id, row.extended),
        kinds=(kind,),
        lengths=str(len(row.data)),
        data="" if row.is_remote else _hex(row.data),
        mask="" if row.is_remote else _hex(b"\xff" * len(row.data)),
        ranges="",
    )


def message_of(setup: FuzzSetup, databases: DatabaseSet) -> Message | None:
    """The message whose signals can be chosen: that of the one id."""
    try:
        ids = parse_id_ranges(setup.ids)
    except TransmitError:
        return None
    if len(ids) != 1 or ids[0][0] != ids[0][1]:
        return None
    return databases.message(ids[0][0], ids[0][2])


def with_signal(setup: FuzzSetup, message: Message, signal: Signal | None) -> FuzzSetup:
    """The run with the bits of a signal random and all others fixed; None is all bits.

    Raises TransmitError where the frame is too short for it.
    """
    base, _mask = parse_data(setup.data, setup.mask)
    lengths = parse_lengths(setup.lengths) if setup.lengths.strip() else (0, message.length)
    size = lengths[1]
    payload = bytearray(size)
    if signal is None:
        payload[:] = b"\xff" * size
    else:
        place = field_of(signal)
        if place.bytes_needed > lengths[0] and setup.lengths.strip():
            raise TransmitError(
                f"{signal.name} needs {place.bytes_needed} bytes: let the frame have as many, or more."
            )
        place.put(payload, (1 << place.length) - 1)
    return replace(
        setup,
        lengths=setup.lengths if setup.lengths.strip() else str(size),
        data=_hex(base[:size].ljust(size, b"\0")),
        mask=_hex(bytes(payload)),
    )


def rows_of(frames: FrameBatch) -> list[TransmitRow]:
    """Frames as rows of the transmit list."""
    rows = []
    for place in range(len(frames)):
        flags = int(frames.flags[place]) & ~int(Flag.TX)
        size = int(frames.dlc[place]) if flags & Flag.REMOTE else 0
        data = bytes(size) if flags & Flag.REMOTE else frames.payload(place)
        rows.append(TransmitRow(arbitration_id=int(frames.arbitration_id[place]), flags=flags, data=data))
    return rows


def _hex(data: bytes) -> str:
    return data.hex(" ").upper()

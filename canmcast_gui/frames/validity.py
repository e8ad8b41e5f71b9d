"""Which frames are valid on a CAN or CAN FD bus, by ISO 11898-1 and the checks of stock python-can peers.

The notifier of a stock peer ends at an invalid frame, so all frames are checked before they are sent. The
rules have two forms: for one frame, with a description of the problem, and for the columns of many frames.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import bits
from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.layout import DLC_TO_LENGTH, MAX_PAYLOAD, Flag
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

CLASSIC_BYTES = 8

_HIGHEST_BIT_OF_32 = np.uint32(1 << 31)


def frame_problem(arbitration_id: int, flags: int, dlc: int, length: int) -> str | None:
    """What is wrong with a frame, as a sentence; None if it is valid. ``dlc`` is a number of bytes."""
    highest = MAX_EXTENDED_ID if flags & bits.EXTENDED else MAX_STANDARD_ID
    if not 0 <= arbitration_id <= highest:
        kind = "an extended" if flags & bits.EXTENDED else "a standard"
        return f"{arbitration_id:#x} is not {kind} arbitration id, which is between 0 and {highest:#x}"
    if flags & bits.FD:
        return _fd_problem(flags, dlc, length)
    if flags & (bits.BRS | bits.ESI):
        return "a bit rate switch or error state indicator is possible in CAN FD frames only"
    if not 0 <= dlc <= CLASSIC_BYTES:
        return f"a DLC of {dlc} is not possible in a classic frame, which carries at most 8 bytes"
    if flags & bits.REMOTE:
        if flags & bits.ERROR:
            return "a frame cannot be a remote and an error frame at once"
        return f"a remote frame carries no data, this one {length} bytes" if length else None
    return None if dlc == length else f"the DLC means {dlc} bytes and the payload has {length}"


def _fd_problem(flags: int, dlc: int, length: int) -> str | None:
    if flags & bits.REMOTE:
        return "CAN FD has no remote frames"
    if not 0 <= dlc <= MAX_PAYLOAD:
        return f"a DLC of {dlc} is not possible in a CAN FD frame, which carries at most 64 bytes"
    return None if dlc == length else f"the DLC means {dlc} bytes and the payload has {length}"


def valid_rows(batch: FrameBatch) -> npt.NDArray[np.bool_]:
    """Which frames are valid, bool (n,).

    The DLC of a frame that carries data is taken from its length; only that of a remote frame is checked.
    """
    extended, remote, error, fd = (batch.has(Flag[name]) for name in ("EXTENDED", "REMOTE", "ERROR", "FD"))
    switched = batch.has(Flag.BRS | Flag.ESI)
    lengths = batch.length
    valid = batch.arbitration_id <= np.where(extended, np.uint32(MAX_EXTENDED_ID), np.uint32(MAX_STANDARD_ID))
    valid &= np.where(fd, lengths <= MAX_PAYLOAD, (lengths <= CLASSIC_BYTES) & ~switched)
    valid &= ~remote | (~fd & ~error & (lengths == 0) & (batch.dlc <= CLASSIC_BYTES))
    rows: npt.NDArray[np.bool_] = valid
    return rows


def wire_dlc(batch: FrameBatch) -> npt.NDArray[np.uint8]:
    """The value of ``dlc`` in a datagram, uint8 (n,): the number of requested or carried bytes."""
    asked = DLC_TO_LENGTH[np.minimum(batch.dlc, len(DLC_TO_LENGTH) - 1)]
    dlc: npt.NDArray[np.uint8] = np.where(batch.has(Flag.REMOTE), asked, batch.length)
    return dlc


def first_problem(batch: FrameBatch) -> tuple[int, str] | None:
    """The row of the first invalid frame and its problem; None if all are valid."""
    bad = ~valid_rows(batch)
    if not bad.any():
        return None
    row = int(bad.argmax())
    record, dlc = batch.records[row], wire_dlc(batch[row : row + 1])
    number, flags, length = (int(record[name]) for name in ("arbitration_id", "flags", "length"))
    problem = frame_problem(number, flags, int(dlc[0]), length)
    assert problem is not None, "the two forms of the rules differ"
    return row, problem


class Repaired(NamedTuple):
    """Frames with valid ids: the batch, the rows of it that were made extended, and the rows of the original
    that
    are not in it."""

    batch: FrameBatch
    made_extended: npt.NDArray[np.intp]
    left_out: npt.NDArray[np.intp]


def repair_ids(batch: FrameBatch) -> Repaired | None:
    """Repair ids that no frame can have; None if all are valid.

    There is one rule for files and other programs: a standard id of more than 11 bits has lost its mark and
    is an extended one. The highest of 32 bits marks extended ids, as in DBC, BLF and SocketCAN. A number that
    then has more than 29 bits is not an id, and its frame is left out: cut to 29 bits it would be the id of
    another frame. The numbers of error frames are not ids: they are cut and not counted as changed.
    """
    ids, flags = batch.arbitration_id, batch.flags
    if not len(ids) or int(ids.max()) <= MAX_STANDARD_ID:
        return None
    wide = (ids > MAX_STANDARD_ID) & (flags & bits.EXTENDED == 0)
    if int(ids.max()) <= MAX_EXTENDED_ID and not wide.any():
        return None
    error = batch.has(Flag.ERROR)
    marked = ids >= _HIGHEST_BIT_OF_32
    numbers = np.where(marked, ids & ~_HIGHEST_BIT_OF_32, ids)
    numbers[error] &= np.uint32(MAX_EXTENDED_ID)
    records = batch.records.copy()
    records["arbitration_id"] = numbers
    records["flags"][wide | marked] |= np.uint16(bits.EXTENDED)
    valid = numbers <= MAX_EXTENDED_ID
    changed = wide & ~marked & ~error
    kept = FrameBatch(records[valid], batch.heap)
    return Repaired(kept, np.flatnonzero(changed[valid]), np.flatnonzero(~valid))

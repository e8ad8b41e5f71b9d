"""What formats cannot hold: each kind of loss is defined once, formats list theirs, and losses are counted.

A kind covers exactly the frames that differ when the written file is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, LENGTH_TO_DLC, Flag, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask
from canmcast_gui.frames.units import NS_PER_US
from canmcast_gui.wording import counted

_FD_BITS = Flag.BRS | Flag.ESI
_OTHER_KINDS = Flag.FD | _FD_BITS | Flag.REMOTE
_ERROR_CLASSES = 0x3FF  # linux/can/error.h


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of loss: ``which`` frames lose something; ``what`` they lose, as text after their ``noun``.

    ``which`` is called only where a frame has one of the flags ``needs``, with the frames that have the flag
    ``of``; frames with one of the flags ``spares`` lose nothing. 0 means any frame.
    """

    noun: str
    what: str
    which: Callable[[FrameBatch], Mask]
    needs: int = 0
    of: int = 0
    spares: int = 0

    def text(self, count: int) -> str:
        """For example "12 error frames without DLC and data"."""
        return f"{counted(count, self.noun)} {self.what}"


def _all(what: str, which: Callable[[FrameBatch], Mask], needs: int = 0) -> Loss:
    return Loss("frame", what, which, needs)


def _errors(what: str, which: Callable[[FrameBatch], Mask]) -> Loss:
    return Loss("error frame", what, which, bits.ERROR, of=bits.ERROR)


def _data(what: str, which: Callable[[FrameBatch], Mask], needs: int = 0) -> Loss:
    return Loss("frame", what, which, needs, spares=bits.ERROR | bits.REMOTE)


def _is_rounded(batch: FrameBatch) -> Mask:
    times = np.ascontiguousarray(batch.timestamp_ns)
    rounded: Mask = times // NS_PER_US * NS_PER_US != times  # many times as fast as the remainder
    return rounded


def _odd_dlc(batch: FrameBatch) -> Mask:
    """Frames whose DLC does not follow from their length; few need the table."""
    lengths = batch.length
    odd: Mask = (batch.dlc != lengths) | (lengths > INLINE_BYTES)
    if odd.any():
        rows = np.flatnonzero(odd)
        odd[rows] = batch.dlc[rows] != LENGTH_TO_DLC.take(lengths[rows])
    return odd


def _odd_dlc_but_raw(batch: FrameBatch) -> Mask:
    """Like _odd_dlc(), except for DLCs of 9 to 15 in classic frames with 8 bytes."""
    odd = _odd_dlc(batch)
    if odd.any():
        odd &= ~(_is_classic(batch) & (batch.dlc > INLINE_BYTES) & (batch.length == INLINE_BYTES))
    return odd


def _is_classic(batch: FrameBatch) -> Mask:
    classic: Mask = batch.flags & bits.FD == 0
    return classic


def _not_an_error_class(batch: FrameBatch) -> Mask:
    ids = batch.arbitration_id
    other: Mask = (ids == 0) | (ids > _ERROR_CLASSES) | batch.has(Flag.EXTENDED)
    return other


# -- kinds of losses -----------------------------------------------------------------------------------------

SOURCE = _all("without source", lambda batch: batch.source != 0)
DIRECTION = _all("without direction Tx", lambda batch: batch.has(Flag.TX), bits.TX)
CHANNEL = _all("without channel", lambda batch: batch.channel != 0)
UNKNOWN_CHANNEL = _all("of unknown channel on channel 1", lambda batch: batch.channel == 0)
MICROSECONDS = _all("with times rounded to 1 µs", _is_rounded)

ERROR_CONTENT = _errors("without DLC and data", lambda batch: (batch.dlc > 0) | (batch.length > 0))
ERROR_ID = _errors("without id", lambda batch: (batch.arbitration_id != 0) | batch.has(Flag.EXTENDED))
ERROR_CLASS = _errors("with the id of an error on the bus", _not_an_error_class)
ERROR_LONG = _errors("with their first 8 bytes", lambda batch: batch.length > INLINE_BYTES)
ERROR_DLC = _errors("with another DLC", lambda batch: (batch.length <= INLINE_BYTES) & _odd_dlc(batch))
ERROR_DIRECTION = _errors("without direction Tx", lambda batch: batch.has(Flag.TX))
ERROR_FLAGS = _errors("without flags of other kinds", lambda batch: batch.has(_OTHER_KINDS))

# DLCs that do not follow from the payload: all of them, or all except 9 to 15 in classic frames with 8 bytes.
DLC = _data("with another DLC", _odd_dlc)
ODD_DLC = _data("with another DLC", _odd_dlc_but_raw)
FD_FLAGS = _data(
    "without flags of CAN FD", lambda batch: _is_classic(batch) & batch.has(_FD_BITS), int(_FD_BITS)
)

# -- losses of formats ---------------------------------------------------------------------------------------

ASC = (
    *(UNKNOWN_CHANNEL, MICROSECONDS, ERROR_CONTENT, ERROR_ID, ERROR_DIRECTION, ERROR_FLAGS),
    *(ODD_DLC, FD_FLAGS, SOURCE),
)
BLF = (
    UNKNOWN_CHANNEL,
    ERROR_LONG,
    ERROR_DLC,
    ERROR_DIRECTION,
    ERROR_FLAGS,
    ODD_DLC,
    FD_FLAGS,
    SOURCE,
)
CANDUMP = (
    *(UNKNOWN_CHANNEL, MICROSECONDS, ERROR_CLASS, ERROR_LONG, ERROR_DLC, ERROR_FLAGS),
    *(ODD_DLC, FD_FLAGS, SOURCE),
)
CSV = (CHANNEL, DIRECTION, ERROR_DLC, DLC, FD_FLAGS, SOURCE)
MF4 = (SOURCE,)
TRC = (
    *(UNKNOWN_CHANNEL, MICROSECONDS, ERROR_ID, ERROR_LONG, ERROR_DLC, ERROR_FLAGS),
    *(DLC, FD_FLAGS, SOURCE),
)


def losses_message(title: str, lost: Sequence[str]) -> str:
    """What a format of that title did not hold, without a full stop; "" where nothing was lost."""
    return f"{title} does not hold all of it: {'; '.join(lost)}" if lost else ""


class Losses:
    """Counts the losses of the frames and marks that are written in one format."""

    def __init__(self, kinds: Sequence[Loss]) -> None:
        self._kinds = kinds
        self._counts: Counter[Loss] = Counter()
        self._others: Counter[tuple[str, str]] = Counter()
        self._nameless: set[int] = set()
        self._renumbered: set[int] = set()

    def add(self, batch: FrameBatch) -> None:
        """Count the losses of these frames."""
        if not len(batch):
            return
        present = int(np.bitwise_or.reduce(batch.flags))
        parts = {0: batch}
        for kind in self._kinds:
            if kind.needs and not present & kind.needs:
                continue
            if kind.of not in parts:
                parts[kind.of] = batch[batch.has(Flag(kind.of))]
            part = parts[kind.of]
            lost = kind.which(part)
            if present & kind.spares and lost.any():
                lost = lost & ~part.has(Flag(kind.spares))
            if count := int(np.count_nonzero(lost)):
                self._counts[kind] += count

    def count(self, noun: str, what: str, number: int) -> None:
        """Count a loss of another kind; ``what`` is the text after its noun."""
        if number:
            self._others[noun, what] += number

    def add_nameless(self, channels: Iterable[int]) -> None:
        """Count channels whose names are lost, each once."""
        self._nameless.update(channels)

    def add_renumbered(self, channels: Iterable[int]) -> None:
        """Count channels that get another number when the file is read, each once."""
        self._renumbered.update(channels)

    @property
    def messages(self) -> list[str]:
        """One text for each kind: "12 error frames without DLC and data"; sources last."""
        known = [kind for kind in self._kinds if kind in self._counts]
        texts = [kind.text(self._counts[kind]) for kind in sorted(known, key=lambda kind: kind is SOURCE)]
        channels = ((self._nameless, "without name"), (self._renumbered, "with another number"))
        nameless = [f"{counted(len(numbers), 'channel')} {what}" for numbers, what in channels if numbers]
        others = [f"{counted(number, noun)} {what}" for (noun, what), number in self._others.items()]
        return others + nameless + texts

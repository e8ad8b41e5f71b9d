"""Batches to text formats: ASC, candump, TRC and CSV, line by line out of columns.

The lines are those of python-can's writers, which its readers take back, but for what those get wrong: the
start of an ASC file with less than 100 ms, frames older than the first, the length of a remote frame.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, FrameBatch
from canmcast_gui.logfile import bits
from canmcast_gui.logfile.asc.dates import date_text
from canmcast_gui.logfile.rows import NANOSECONDS

_HEX_PAIRS = np.frombuffer(b"".join(b"%02X " % byte for byte in range(256)), dtype=np.uint8).reshape(256, 3)
_OLE_EPOCH_DAYS = 25569
_DAY_SECONDS = 86400

# What a candump log holds for "there was an error on the bus" (linux/can/error.h).
_BUS_ERROR = "20000080"


class Line(NamedTuple):
    """What a line is made of; ``pairs`` is the payload as upper-case hex, a space between."""

    time_ns: int
    arbitration_id: int
    flags: int
    channel: int
    dlc: int
    length: int
    pairs: str


class _TextSink:
    """Writes one line for each frame; formats say how it looks, and what stands before and after."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._started = False

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        if not self._started:
            self._started = True
            self._file.write(self.head(int(batch.timestamp_ns.min()) // NANOSECONDS))
        self._file.write("".join([self.line(one) for one in lines_of(batch)]))

    def flush(self) -> None:
        """Hand all that was written to the operating system, so that it outlives this process."""
        self._file.flush()

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""
        if not self._started:
            self._file.write(self.head(int(time.time())))
        self._file.write(self.end())
        self._file.close()

    def head(self, start_s: int) -> str:
        """What stands before the first frame; ``start_s`` is the whole second of the first batch."""
        raise NotImplementedError

    def line(self, line: Line) -> str:
        """One frame's line, with its end."""
        raise NotImplementedError

    def end(self) -> str:
        """What stands after the last frame."""
        return ""


class AscSink(_TextSink):
    """Vector ASC; times count from a whole second. A frame that is older than that gets that time."""

    _start_ns = 0

    def head(self, start_s: int) -> str:
        """The dates, in local time."""
        self._start_ns = start_s * NANOSECONDS
        date = date_text(start_s)
        return (
            f"date {date}\nbase hex  timestamps absolute\ninternal events logged\n"
            f"Begin Triggerblock {date}\n 0.000000 Start of measurement\n"
        )

    def line(self, line: Line) -> str:
        """A classic, CANFD or ErrorFrame line."""
        moment = decimal(max(0, line.time_ns - self._start_ns), 6)
        flags, channel = line.flags, line.channel or 1
        if flags & bits.ERROR:
            return f"{moment:>9} {channel}  ErrorFrame\n"
        number = f"{line.arbitration_id:X}x" if flags & bits.EXTENDED else f"{line.arbitration_id:X}"
        direction = "Tx" if flags & bits.TX else "Rx"
        if flags & bits.FD:
            return f"{moment:>9} {_asc_fd(line, channel, number, direction)}\n"
        if flags & bits.REMOTE:
            return f"{moment:>9} {channel}  {number:<15} {direction}   r {line.dlc:x}\n"
        return f"{moment:>9} {channel}  {number:<15} {direction}   d {line.length:x} {line.pairs}\n"

    def end(self) -> str:
        """The end of the only trigger block."""
        return "End TriggerBlock\n"


def _asc_fd(line: Line, channel: int, number: str, direction: str) -> str:
    """A CANFD event; the fields after the data are its duration, length, flags, CRC and bit timings."""
    brs, esi = bool(line.flags & bits.BRS), bool(line.flags & bits.ESI)
    flags = 1 << 12 | brs << 13 | esi << 14
    return (
        f"CANFD {channel:>3} {direction}   {number:>8}  {'':>32} {brs:d} {esi:d} {line.dlc:x} "
        f"{line.length:>2} {line.pairs} {0:>8} {0:>4} {flags:>8X} {0:>8} {0:>8} {0:>8} {0:>8} {0:>8}"
    )


class CandumpSink(_TextSink):
    """candump -L; channel 1 is can0."""

    def head(self, start_s: int) -> str:  # noqa: ARG002
        """Nothing."""
        return ""

    def line(self, line: Line) -> str:
        """Time, interface, id, data and direction; errors have none."""
        flags = line.flags
        start = f"({decimal(line.time_ns, 6)}) can{max(0, line.channel - 1)} "
        data = line.pairs.replace(" ", "")
        if flags & bits.ERROR:
            return f"{start}{_BUS_ERROR}#{data}\n"
        number = f"{line.arbitration_id:08X}" if flags & bits.EXTENDED else f"{line.arbitration_id:03X}"
        if flags & bits.FD:
            data = f"#{bool(flags & bits.BRS) | bool(flags & bits.ESI) << 1:X}{data}"
        elif flags & bits.REMOTE:
            data = f"R{line.dlc or ''}"
        return f"{start}{number}#{data} {'T' if flags & bits.TX else 'R'}\n"


class TrcSink(_TextSink):
    """PEAK TRC 2.1; times count from a whole second, UTC."""

    _start_ns = 0
    _count = 0

    def head(self, start_s: int) -> str:
        """The version, the start and the columns."""
        self._start_ns = start_s * NANOSECONDS
        start = datetime.fromtimestamp(start_s, tz=UTC)
        rule = ";" + "-" * 79
        lines = (
            ";$FILEVERSION=2.1",
            f";$STARTTIME={start_s / _DAY_SECONDS + _OLE_EPOCH_DAYS}",
            ";$COLUMNS=N,O,T,B,I,d,R,L,D",
            ";",
            f";   {self._path}",
            f";   Start time: {start:%d.%m.%Y %H:%M:%S}.000.0 UTC",
            rule,
            ";   Message   Time    Type    ID     Rx/Tx",
            ";   Number    Offset  |  Bus  [hex]  |  Reserved",
            ";   |         [ms]    |  |    |      |  |  Data Length Code",
            ";   |         |       |  |    |      |  |  |    Data [hex] ...",
            ";   |         |       |  |    |      |  |  |    |",
            ";---+-- ------+------ +- +- --+----- +- +- +--- +- -- -- -- -- -- -- --",
        )
        return "".join(line + "\r\n" for line in lines)

    def line(self, line: Line) -> str:
        """A numbered data frame."""
        moment = decimal((line.time_ns - self._start_ns) * 1000, 3)
        number = f"{line.arbitration_id:08X}" if line.flags & bits.EXTENDED else f"{line.arbitration_id:04X}"
        direction = "Tx" if line.flags & bits.TX else "Rx"
        self._count += 1
        return (
            f"{self._count:>7} {moment:>13} DT {line.channel or 1:>2} {number:>8} {direction} -  "
            f"{line.length:<4} {line.pairs}\r\n"
        )


class CsvSink(_TextSink):
    """python-can's CSV."""

    def head(self, start_s: int) -> str:  # noqa: ARG002
        """The names of the columns."""
        return "timestamp,arbitration_id,extended,remote,error,dlc,data\n"

    def line(self, line: Line) -> str:
        """Seven cells, the payload in base64."""
        flags = line.flags
        return (
            f"{decimal(line.time_ns, 9)},{line.arbitration_id:#x},{bool(flags & bits.EXTENDED):d},"
            f"{bool(flags & bits.REMOTE):d},{bool(flags & bits.ERROR):d},"
            f"{line.dlc if flags & bits.REMOTE else line.length},"
            f"{b64encode(bytes.fromhex(line.pairs)).decode()}\n"
        )


def lines_of(batch: FrameBatch) -> Iterator[Line]:
    """What each frame's line is made of."""
    columns = (
        batch.timestamp_ns,
        batch.arbitration_id,
        batch.flags,
        batch.channel,
        batch.dlc,
        batch.length,
    )
    return map(Line._make, zip(*(column.tolist() for column in columns), _pairs_of(batch), strict=True))


def _pairs_of(batch: FrameBatch) -> Iterator[str]:
    """Each payload as upper-case hex, a space between."""
    text = _HEX_PAIRS[batch.data].tobytes().decode("ascii")
    width = 3 * INLINE_BYTES
    for row, length in enumerate(batch.length.tolist()):
        if length <= INLINE_BYTES:
            yield text[row * width : row * width + 3 * length - 1] if length else ""
        else:
            yield batch.payload(row).hex(" ").upper()


def decimal(time_ns: int, places: int) -> str:
    """Nanoseconds as seconds with that many decimals, rounded, exactly."""
    unit = 10 ** (9 - places)
    whole, part = divmod((abs(time_ns) + unit // 2) // unit, 10**places)
    return f"{'-' if time_ns < 0 else ''}{whole}.{part:0{places}d}"

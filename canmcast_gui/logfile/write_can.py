"""Batches to log files, with python-can's writers doing the work on the format.

Where a writer of python-can gets something wrong, or leaves out what its format has a place for, it is put
right here; each class says what.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import can
from can.io import blf as can_blf

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.asc_dates import date_text
from canmcast_gui.logfile.rows import NANOSECONDS


class Sink(Protocol):
    """What turns batches into the bytes of one format, on a file that is open for writing."""

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""

    def flush(self) -> None:
        """Hand all that was written to the operating system, so that it outlives this process."""

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""


class _MessageSink:
    """Hands messages to a writer of python-can, one by one."""

    writer: Any

    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        self.write_messages(batch.to_messages())

    def write_messages(self, messages: Iterable[can.Message]) -> None:
        """Write messages whose time is what the writer should see."""
        write = self.writer.on_message_received
        for message in messages:
            write(message)

    def flush(self) -> None:
        """Hand all that was written to the operating system, so that it outlives this process."""
        self.file.flush()

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""
        self.writer.stop()


class CandumpSink(_MessageSink):
    """candump -L lines.

    python-can's writer gives frames that are older than the first one its time, and leaves out the length
    that a remote frame asks for; candump writes it after the R.
    """

    def __init__(self, file: Any, _path: Path) -> None:
        super().__init__(file)
        self.writer = can.CanutilsLogWriter(file, channel="can0")
        self.writer.last_timestamp = float("-inf")

    def write_messages(self, messages: Iterable[can.Message]) -> None:
        """Write messages; remote frames with the length that they ask for."""
        for message in messages:
            if message.is_remote_frame and message.dlc:
                self._write_remote(message)
            else:
                self.writer.on_message_received(message)

    def _write_remote(self, message: can.Message) -> None:
        channel = f"can{message.channel or 0}"
        number = (
            f"{message.arbitration_id:08X}" if message.is_extended_id else f"{message.arbitration_id:03X}"
        )
        direction = "R" if message.is_rx else "T"
        self.file.write(f"({message.timestamp:f}) {channel} {number}#R{message.dlc} {direction}\n")


class CsvSink(_MessageSink):
    """python-can's own CSV."""

    def __init__(self, file: Any, _path: Path) -> None:
        super().__init__(file)
        self.writer = can.CSVWriter(file)


class AscSink(_MessageSink):
    """Vector ASC, its start at a whole second.

    python-can's writer writes a start of 12.005 s as "12.5", its reader takes that for half a second; and
    frames older than the start get their absolute time. Times older than the first batch become its start.
    """

    def __init__(self, file: Any, _path: Path) -> None:
        super().__init__(file)
        self.writer = can.ASCWriter(file)

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        if not self.writer.header_written:
            self._write_start(int(batch.timestamp_ns.min()) // NANOSECONDS)
        messages = batch.to_messages()
        for message in messages:
            message.timestamp = max(message.timestamp, self.writer.started)
        self.write_messages(messages)

    def _write_start(self, start_s: int) -> None:
        date = date_text(start_s)
        self.file.write(f"Begin Triggerblock {date}\n 0.000000 Start of measurement\n")
        self.writer.header_written = True
        self.writer.started = self.writer.last_timestamp = float(start_s)


class TrcSink(_MessageSink):
    """PEAK TRC 2.1, its start at a whole second, which a number of days can say exactly enough."""

    def __init__(self, file: Any, path: Path) -> None:
        super().__init__(file)
        self.writer = can.TRCWriter(file)
        self.writer.filepath = os.fspath(path)

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        if self.writer.first_timestamp is None:
            start_s = float(int(batch.timestamp_ns.min()) // NANOSECONDS)
            self.writer.first_timestamp = start_s
            self.writer.write_header(start_s)
        super().write(batch)


class _BlfWriter(can.BLFWriter):
    """python-can writes CAN FD objects four bytes short of what Vector's format has."""

    def _add_object(self, obj_type: int, data: bytes, timestamp: float | None = None) -> None:
        if obj_type == can_blf.CAN_FD_MESSAGE:
            data += bytes(4)
        super()._add_object(obj_type, data, timestamp)


class BlfSink(_MessageSink):
    """Vector BLF with nanoseconds.

    python-can's writer computes with float seconds since 1970, which are 240 ns apart; here it gets seconds
    since the file's start. Half a nanosecond more, because it cuts off instead of rounding.
    """

    def __init__(self, file: Any, _path: Path) -> None:
        super().__init__(file)
        self.writer = _BlfWriter(file)
        self._start_ns: int | None = None
        self._last_ns = 0

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        if self._start_ns is None:
            self._start_ns = int(batch.timestamp_ns.min()) // NANOSECONDS * NANOSECONDS
            self.writer.start_timestamp = 0.0
        messages = batch.to_messages()
        offsets = (batch.timestamp_ns - self._start_ns + 0.5) / NANOSECONDS
        for message, offset in zip(messages, offsets.tolist(), strict=True):
            message.timestamp = offset
        self.write_messages(messages)
        self._last_ns = max(self._last_ns, int(batch.timestamp_ns.max()))

    def flush(self) -> None:
        """Write what there is as containers, and a header that fits them."""
        self.writer._flush()
        end = self.file.tell()
        self.file.seek(0)
        self._with_dates(lambda: self.writer._write_header(end))
        self.file.seek(end)
        self.file.flush()

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""
        self._with_dates(self.writer.stop)

    def _with_dates(self, work: Callable[[], None]) -> None:
        """Do what writes the header, with the start as a date."""
        writer, kept = self.writer, self.writer.start_timestamp
        if self._start_ns is not None:
            writer.start_timestamp = self._start_ns / NANOSECONDS
            writer.stop_timestamp = self._last_ns / NANOSECONDS
        work()
        writer.start_timestamp = kept


SINKS: dict[str, Callable[[Any, Path], Sink]] = {
    "asc": AscSink,
    "blf": BlfSink,
    "candump": CandumpSink,
    "trc": TrcSink,
    "csv": CsvSink,
}

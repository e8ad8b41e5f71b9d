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

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.asc_dates import date_text
from canmcast_gui.logfile.rows import NANOSECONDS
from canmcast_gui.logfile.write_blf import BlfSink


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


SINKS: dict[str, Callable[[Any, Path], Sink]] = {
    "asc": AscSink,
    "blf": BlfSink,
    "candump": CandumpSink,
    "trc": TrcSink,
    "csv": CsvSink,
}

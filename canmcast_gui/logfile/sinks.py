"""What writes each format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.write_blf import BlfSink
from canmcast_gui.logfile.write_text import AscSink, CandumpSink, CsvSink, TrcSink


class Sink(Protocol):
    """What turns batches into the bytes of one format, on a file that is open for writing."""

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""

    def flush(self) -> None:
        """Hand all that was written to the operating system, so that it outlives this process."""

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""


# Made with the open file and the name that it will have.
SINKS: dict[str, Callable[[Any, Path], Sink]] = {
    "asc": AscSink,
    "blf": BlfSink,
    "candump": CandumpSink,
    "trc": TrcSink,
    "csv": CsvSink,
}

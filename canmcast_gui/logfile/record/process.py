"""The recorder process: reads batches from stdin, writes log files, reports on stdout.

It is a separate process because formatting the text of 20,000 frames/s would hold the interpreter lock of the
program for a quarter of the time. When its standard input ends, also because the program was killed, it
completes the file. An empty batch asks it to flush the file. Its reports are lines of JSON.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.format_choice import format_to_write
from canmcast_gui.logfile.problems import FileError, os_message
from canmcast_gui.logfile.record.files import FileSequence
from canmcast_gui.logfile.record.options import RecordOptions
from canmcast_gui.logfile.record.pipe import unpack_entries

# What a power failure may cost; a killed process loses nothing that was flushed.
FLUSH_SECONDS = 0.5


def record(files: FileSequence, entries: Iterator[FrameBatch | Mark | None]) -> None:
    """Write all batches and marks, and start a new file at each None; reports the count at each flush."""
    recorded = 0
    flushed = time.monotonic()
    try:
        for entry in entries:
            if entry is None:
                files.next_file()
                continue
            if isinstance(entry, Mark):
                files.write_mark(entry)
                continue
            files.write(entry)
            recorded += len(entry)
            if not len(entry) or time.monotonic() - flushed > FLUSH_SECONDS:
                files.flush()
                _report(recorded=recorded)
                flushed = time.monotonic()
    except BaseException:
        with suppress(OSError, FileError):
            files.finish()  # the first error is the one to report
        raise
    files.finish()
    _report(recorded=recorded, losses=files.losses.messages)


def _report(**values: int | str | list[str]) -> None:
    try:
        print(json.dumps(values), flush=True)
    except OSError:
        sys.stdout = None  # the program has ended; the file is still completed


def main() -> int:
    """Record stdin; the arguments are the format, the file to write, its final path, the options as JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kind = format_to_write(sys.argv[1])
    path, final_path = Path(sys.argv[2]), Path(sys.argv[3])
    options = RecordOptions(**json.loads(sys.argv[4]))
    try:
        files = FileSequence(kind, path, final_path, options, lambda path: _report(file=str(path)))
        record(files, unpack_entries(sys.stdin.buffer))
    except OSError as error:
        _report(error=os_message(final_path, error, "written"))
        return 1
    except FileError as error:
        _report(error=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The process that writes a recording: batches come in on stdin, counts and trouble go out on stdout.

A process of its own, because making text of 20,000 frames/s would hold the interpreter lock of the program
that shows them for a quarter of the time. It ends, and completes the file, when stdin does: also when the
program that started it was killed. A batch
without frames means: hand to the system what you have. Answers are lines of JSON.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.errors import FileError, os_sentence
from canmcast_gui.logfile.formats import format_to_write
from canmcast_gui.logfile.record_pipe import unpack_batches
from canmcast_gui.logfile.writer import open_sink, refuse_what_does_not_fit, to_disk

# What a power cut may take; a killed process loses nothing that was flushed.
FLUSH_SECONDS = 0.5


def record(format_name: str, path: Path, final_path: Path, batches: Iterator[FrameBatch]) -> None:
    """Write all batches into the file at ``path``; says how many frames it has after each flush."""
    kind = format_to_write(format_name)
    sink, _ = open_sink(kind, path, final_path)
    recorded = 0
    flushed = time.monotonic()
    try:
        for batch in batches:
            refuse_what_does_not_fit(kind, batch)
            sink.write(batch)
            recorded += len(batch)
            if not len(batch) or time.monotonic() - flushed > FLUSH_SECONDS:
                sink.flush()
                _say(recorded=recorded)
                flushed = time.monotonic()
    finally:
        sink.finish()
    to_disk(path)
    _say(recorded=recorded)


def _say(**news: Any) -> None:
    try:
        print(json.dumps(news), flush=True)
    except OSError:
        sys.stdout = None  # nobody listens any more; the file is what matters


def main() -> int:
    """Record what comes on stdin: arguments are the format, the file to write and its final name."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    format_name, path, final_path = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    try:
        record(format_name, path, final_path, unpack_batches(sys.stdin.buffer))
    except OSError as error:
        _say(error=os_sentence(final_path, error, "written"))
        return 1
    except FileError as error:
        _say(error=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

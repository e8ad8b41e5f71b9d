"""The process that writes a recording: batches come in on stdin, counts and trouble go out on stdout.

A process of its own, because making text of 20,000 frames/s would hold the interpreter lock of the program
that shows them for a quarter of the time. It ends, and completes the file, when stdin does: also when the
program that started it was killed. A batch without frames means: hand to the system what you have; the mark
NEXT_FILE: what follows belongs into a new file. Answers are lines of JSON.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.formats import format_to_write
from canmcast_gui.logfile.problems import FileError, os_sentence
from canmcast_gui.logfile.record.files import FileSequence
from canmcast_gui.logfile.record.options import RecordOptions
from canmcast_gui.logfile.record.recorder import unpack_batches

# What a power cut may take; a killed process loses nothing that was flushed.
FLUSH_SECONDS = 0.5


def record(files: FileSequence, batches: Iterator[FrameBatch | Mark | None]) -> None:
    """Write all batches and notes, None being where a new file begins; says at each flush how many."""
    recorded = 0
    flushed = time.monotonic()
    try:
        for batch in batches:
            if batch is None:
                files.next_file()
                continue
            if isinstance(batch, Mark):
                files.note(batch)
                continue
            files.write(batch)
            recorded += len(batch)
            if not len(batch) or time.monotonic() - flushed > FLUSH_SECONDS:
                files.flush()
                _say(recorded=recorded)
                flushed = time.monotonic()
    except BaseException:
        with suppress(OSError, FileError):
            files.finish()  # the first reason is the one to tell
        raise
    files.finish()
    _say(recorded=recorded, not_held=files.losses.sentences)


def _say(**news: Any) -> None:
    try:
        print(json.dumps(news), flush=True)
    except OSError:
        sys.stdout = None  # nobody listens any more; the file is what matters


def main() -> int:
    """Record what comes on stdin: arguments are format, file to write, its final name, options as JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kind = format_to_write(sys.argv[1])
    path, final_path = Path(sys.argv[2]), Path(sys.argv[3])
    options = RecordOptions(**json.loads(sys.argv[4]))
    try:
        files = FileSequence(kind, path, final_path, options, lambda path: _say(file=str(path)))
        record(files, unpack_batches(sys.stdin.buffer))
    except OSError as error:
        _say(error=os_sentence(final_path, error, "written"))
        return 1
    except FileError as error:
        _say(error=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Files that are not read from beginning to end, unpacked to the disk first where they are packed."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from canmcast_gui.logfile.opening import is_wrapped, open_log
from canmcast_gui.logfile.problems import Problems

_BLOCK = 1 << 18
_STEP_BYTES = 16 << 20

# Logs shrink to a fiftieth at most; what claims more than this is made to fill the disk.
_MOST_TIMES_LARGER = 100
_ALWAYS_ALLOWED = 64 << 20

# What other programs may need meanwhile.
_LEFT_FREE = 256 << 20


class Unpacking:
    """A log file that can be read here and there; ``file`` is complete when steps() has been gone through."""

    def __init__(self, packed: BinaryIO, file: BinaryIO, most: int) -> None:
        self.file = file
        self._packed = packed
        self._most = most

    def steps(self) -> Iterator[int]:
        """Unpack; after each few megabytes the place in the packed file. Nothing where it is not packed.

        Raises OSError where the temporary folder has no room, or the file unpacks to far more than a log.
        """
        if self.file is self._packed:
            return
        try:
            yield from self._copied()
        except OSError as error:
            raise self._no_room() if error.errno == errno.ENOSPC else error from None
        self.file.seek(0)

    def _copied(self) -> Iterator[int]:
        done = told = 0
        while block := self._packed.read(_BLOCK):
            done += len(block)
            if done > self._most:
                much = f"more than {_MOST_TIMES_LARGER} times its size, over {done >> 20:,} MB"
                raise OSError(f"it unpacks to {much}; unpack it first if it is a log")
            self.file.write(block)
            if done - told >= _STEP_BYTES:
                if _free() < _LEFT_FREE:
                    raise self._no_room()
                told = done
                yield self._packed.tell()
        self.file.flush()

    @staticmethod
    def _no_room() -> OSError:
        return OSError(f"there is not enough room in {tempfile.gettempdir()} to unpack it")


@contextmanager
def seekable_log(path: Path, problems: Problems) -> Iterator[Unpacking]:
    """The bytes of a log file that is not read from beginning to end. Raises OSError."""
    with open_log(path, problems) as file:
        if not is_wrapped(file):
            yield Unpacking(file, file, 0)
            return
        most = path.stat().st_size * _MOST_TIMES_LARGER + _ALWAYS_ALLOWED
        with tempfile.TemporaryFile(prefix="canmcast-") as unpacked:
            yield Unpacking(file, cast(BinaryIO, unpacked), most)


def _free() -> int:
    return shutil.disk_usage(tempfile.gettempdir()).free

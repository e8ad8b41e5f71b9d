"""Files as read-only arrays, through memory maps."""

from __future__ import annotations

import mmap
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from canmcast_gui.recording.errors import CutShortError

# A map keeps a file descriptor, and the usual limit of a process is 1,024; 64 maps are 32 chunks of CAN FD
# frames, more than any view reads at once.
MAPS_KEPT = 64

Array = npt.NDArray[Any]


class MapCache:
    """Read-only arrays over files, mapped at their first use.

    An array stays valid while it is referenced, even after the cache has released it or the file is deleted.
    Threads may share a cache.
    """

    def __init__(self, limit: int = MAPS_KEPT) -> None:
        self._limit = limit
        self._kept: OrderedDict[Path, Array] = OrderedDict()
        self._alive: WeakValueDictionary[Path, Array] = WeakValueDictionary()
        self._lock = threading.Lock()

    def array(self, path: Path, dtype: np.dtype[Any], offset: int, least_bytes: int = 0) -> Array:
        """All complete items of ``dtype`` in the file from ``offset`` on; raises OSError.

        Raises CutShortError where the file now has less than ``least_bytes``: a read beyond its end through a
        map would end the process (SIGBUS).
        """
        array = self._array(path, dtype, offset)
        memory: Any = array.base
        if memory.obj.size() < least_bytes:  # the size of the open file
            raise CutShortError(path)
        return array

    def _array(self, path: Path, dtype: np.dtype[Any], offset: int) -> Array:
        with self._lock:
            array = self._alive.get(path)
            if array is None:
                array = _map_file(path, dtype, offset)
                self._alive[path] = array
            self._kept[path] = array
            self._kept.move_to_end(path)
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)
            return array

    def forget(self, path: Path) -> None:
        """Map the file again at its next use, because it will be longer or deleted."""
        with self._lock:
            self._kept.pop(path, None)
            self._alive.pop(path, None)

    def clear(self) -> None:
        """Release all maps."""
        with self._lock:
            self._kept.clear()
            self._alive.clear()


def _map_file(path: Path, dtype: np.dtype[Any], offset: int) -> Array:
    with path.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(memory, dtype=dtype, count=(len(memory) - offset) // dtype.itemsize, offset=offset)

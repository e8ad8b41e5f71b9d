"""Recordings: frames in memory-mapped chunk files, the same for a live bus and for a loaded file.

``Recording`` appends and reads rows within ``Limits``, and has ``Marks``, ``Gaps`` and ``ChannelNames``.
``NewestById``, ``Cycles``, ``RateMeter``, ``FilteredRows``, ``MatchCount``, ``find_next``, ``find_previous``
and ``find_around`` are derived from it. After a crash ``leftovers`` lists the recordings to recover, each a
``Leftover``; ``remove`` and ``remove_empty`` delete them. ``RecordingError`` says what failed,
``RowsGoneError`` that rows were evicted.

``chunks`` has the files and their format, ``folder`` location, lock and recovery. May import ``frames`` only.
"""

from canmcast_gui.recording.channel_names import ChannelNames
from canmcast_gui.recording.chunks.store import Limits
from canmcast_gui.recording.errors import RecordingError, RowsGoneError
from canmcast_gui.recording.filtered_rows import FilteredRows
from canmcast_gui.recording.folder import Leftover, leftovers, remove, remove_empty
from canmcast_gui.recording.gaps import Gap, Gaps
from canmcast_gui.recording.id_statistics import Cycles
from canmcast_gui.recording.marks import Marks
from canmcast_gui.recording.newest import NewestById
from canmcast_gui.recording.rates import RateMeter
from canmcast_gui.recording.recording import Recording
from canmcast_gui.recording.search import Found, MatchCount, find_around, find_next, find_previous

__all__ = [
    "ChannelNames",
    "Cycles",
    "FilteredRows",
    "Found",
    "Gap",
    "Gaps",
    "Leftover",
    "Limits",
    "Marks",
    "MatchCount",
    "NewestById",
    "RateMeter",
    "Recording",
    "RecordingError",
    "RowsGoneError",
    "find_around",
    "find_next",
    "find_previous",
    "leftovers",
    "remove",
    "remove_empty",
]

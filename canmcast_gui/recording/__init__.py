"""Frames at rest: a recording on disk, and what is known of it while it grows. Headless; needs numpy."""

from canmcast_gui.recording.cycles import Cycles
from canmcast_gui.recording.errors import RecordingError, RowsGoneError
from canmcast_gui.recording.filtered import FilteredRows
from canmcast_gui.recording.finding import Found, MatchCount, find_around, find_next, find_previous
from canmcast_gui.recording.gaps import Gap, Gaps
from canmcast_gui.recording.limits import Limits
from canmcast_gui.recording.marks import Marks
from canmcast_gui.recording.newest import NewestById
from canmcast_gui.recording.recording import Recording
from canmcast_gui.recording.recovery import Leftover, leftovers, remove, remove_empty
from canmcast_gui.recording.statistics import RateMeter

__all__ = [
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

"""How large a recording may become before its oldest chunks go."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from canmcast_gui.frames import FRAME_DTYPE

# 64 GiB hold two billion classic frames: three days of a saturated 1 Mbit/s bus.
DEFAULT_LIMIT_BYTES = 64 << 30

# 8 MiB of records: small against any limit that evicts whole chunks, and quick to delete.
CHUNK_FRAMES = 1 << 18

# A small limit gets small chunks, so that what is evicted at once is a small part of it.
CHUNKS_IN_LIMIT = 8

# A monitor that is left running over a weekend must not take the disk from its user.
SHARE_OF_DISK = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a recording keeps: in bytes, in frames, and in ns before its newest frame.

    None is no limit of that kind. However much is allowed, it is never more than half of what the disk has
    for us, which is what is free and what the recording takes.
    """

    most_bytes: int | None = DEFAULT_LIMIT_BYTES
    most_frames: int | None = None
    most_age_ns: int | None = None

    def chunk_frames(self) -> int:
        """How many frames a chunk should hold."""
        most = [CHUNK_FRAMES]
        if self.most_frames is not None:
            most.append(self.most_frames // CHUNKS_IN_LIMIT)
        if self.most_bytes is not None:
            most.append(self.most_bytes // FRAME_DTYPE.itemsize // CHUNKS_IN_LIMIT)
        return max(min(most), 1)

    def spans_enough(self, first_ns: int, next_ns: int) -> bool:
        """Whether a chunk that began then should not take in a frame of ``next_ns``, so that it can go."""
        return self.most_age_ns is not None and next_ns - first_ns > self.most_age_ns // CHUNKS_IN_LIMIT

    def allowed_bytes(self, folder: Path, used: int, coming: int) -> int:
        """How large a recording in ``folder`` may be that takes ``used`` bytes and wants so many more.

        Where others have taken the disk meanwhile, it stays as large as it is; where nothing at all is left
        it may grow, and fail: frames that are safe do not go for a disk that somebody else has filled.
        """
        free = shutil.disk_usage(folder).free
        share = used + coming if free < coming else max(int((free + used) * SHARE_OF_DISK), used)
        return share if self.most_bytes is None else min(self.most_bytes, share)

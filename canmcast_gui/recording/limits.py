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
    """The most that a recording keeps, in bytes and in frames; None is no limit of that kind."""

    most_bytes: int | None = DEFAULT_LIMIT_BYTES
    most_frames: int | None = None

    def chunk_frames(self) -> int:
        """How many frames a chunk should hold."""
        most = [CHUNK_FRAMES]
        if self.most_frames is not None:
            most.append(self.most_frames // CHUNKS_IN_LIMIT)
        if self.most_bytes is not None:
            most.append(self.most_bytes // FRAME_DTYPE.itemsize // CHUNKS_IN_LIMIT)
        return max(min(most), 1)

    def exceeded(self, folder: Path, used_bytes: int, new_bytes: int, frames: int) -> bool:
        """Whether a recording in ``folder`` must not hold that many frames, or grow by so many bytes.

        However much is allowed: never more than half of what the disk has for us, which is what is free and
        what the recording takes now.
        """
        if self.most_frames is not None and frames > self.most_frames:
            return True
        share = int((shutil.disk_usage(folder).free + used_bytes) * SHARE_OF_DISK)
        allowed = share if self.most_bytes is None else min(self.most_bytes, share)
        return used_bytes + new_bytes > allowed

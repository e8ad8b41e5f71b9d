"""The anonymous memory of a process with a recording, by id and filtered: part of ``recording``.

Runs as a separate program, so that nothing else uses memory; prints bytes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from canmcast_gui.recording import FilteredRows, NewestById, Recording
from tests.benchmarks.figure import Figure
from tests.support.long_runs import anonymous_memory


def figure(few: int, many: int) -> Figure:
    """The memory with ``many`` frames, compared with ``few``."""
    sizes = [
        int(
            subprocess.run(
                [sys.executable, "-m", __name__, str(frames)], check=True, capture_output=True, text=True
            ).stdout
        )
        for frames in (few, many)
    ]
    return Figure(
        f"anonymous memory with {many:,} frames against {few:,}",
        sizes[1] / sizes[0],
        1.2,
        f"{sizes[1] / 1e6:.1f} MB",
        f"{sizes[0] / 1e6:.1f} MB",
        at_most=True,
    )


def main(frames: int) -> None:
    """Record, read all that a window reads, and return the memory used."""
    from tests.benchmarks.recording import traffic

    batch = traffic(4096, 8)
    with tempfile.TemporaryDirectory() as parent, Recording.create(Path(parent) / "trace") as recording:
        newest = NewestById()
        rows = FilteredRows(recording, recording.filter("id in 0x100..0x11F"))
        while len(recording) < frames:
            newest.update(batch, recording.end_row)
            recording.append(batch)
            rows.update()
        recording.find("data[2] & 0x80 and id == 0x123")
        print(anonymous_memory())


if __name__ == "__main__":
    main(int(sys.argv[1]))

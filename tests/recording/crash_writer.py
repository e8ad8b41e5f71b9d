"""A process that appends numbered frames to a recording until it is killed.

Each batch has a gap before its first frame and a mark at its last one. Prints the number of frames after
each batch, so that the test knows what must be there.
"""

import os
import sys
from pathlib import Path

import numpy as np

from canmcast_gui.frames import Source
from canmcast_gui.recording import Limits, Recording
from tests.recording.batches import numbered


def main(folder: str, seed: str) -> None:
    """Append batches of 1 to 2,000 frames, every other one with long payloads."""
    random = np.random.default_rng(int(seed))
    recording = Recording.create(Path(folder), limits=Limits(most_frames=20_000))
    os.write(1, b"0\n")
    while True:
        count = int(random.integers(1, 2000))
        batch = numbered(recording.end_row, count, width=int(random.choice([8, 64])))
        batch.records["source"] = recording.sources.number(Source("10.0.0.1", recording.end_row % 1000 + 1))
        recording.add_gap(1, "for the test")
        recording.append(batch)
        recording.marks.add(recording.end_row - 1, str(count))
        os.write(1, b"%d\n" % recording.end_row)


if __name__ == "__main__":
    main(*sys.argv[1:])

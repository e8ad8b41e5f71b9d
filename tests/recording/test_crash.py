"""A process killed while it records leaves a folder that opens with everything up to its last batch."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from canmcast_gui.recording import Recording, RecordingError, leftovers
from tests.recording.batches import numbered, numbers

ROOT = Path(__file__).parents[2]


def killed_writer(folder: Path, seed: int, wait_for: int) -> int:
    """Let a process record ``wait_for`` frames, then kill it; returns how many it has reported."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.recording.crash_writer", str(folder), str(seed)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert writer.stdout is not None
    reported = 0
    try:
        while reported < wait_for:
            reported = int(writer.stdout.readline())
        with pytest.raises(RecordingError, match="in use"):
            Recording.open(folder)
        assert leftovers(folder.parent) == []
    finally:
        writer.kill()
        rest, _ = writer.communicate()
    # the last line may be half there, and is the number of a batch that is whole then
    return int(rest.split(b"\n")[-2]) if b"\n" in rest else reported


MOMENTS = 20


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_appended_frames_are_readable_after_a_kill(tmp_path: Path, seed: int):
    folder = tmp_path / "recordings" / "trace"
    folder.parent.mkdir()
    # the writer appends some more frames until the kill arrives
    reported = killed_writer(folder, seed, wait_for=random.Random(seed).choice([1, 2_000, 15_000, 60_000]))
    (leftover,) = leftovers(folder.parent)
    with Recording.open(folder) as recording:
        assert recording.damaged == 0
        assert reported <= recording.end_row < reported + 4000
        assert leftover.frames == len(recording)
        assert numbers(recording.rows()) == list(range(recording.first_row, recording.end_row))
        assert all(recording.sources[row].address == "10.0.0.1" for row in set(recording.rows().source))
        check_marks_and_gaps(recording, reported)
        recording.append(numbered(recording.end_row, 3000))
        assert numbers(recording.rows()) == list(range(recording.first_row, recording.end_row))


def check_marks_and_gaps(recording: Recording, reported: int) -> None:
    """Every batch that was reported has its mark and its gap, unless its frames were evicted."""
    assert recording.marks.problem == ""
    assert all(note.text.isdigit() for note in recording.marks)
    ends = {note.row + 1 for note in recording.marks}
    assert reported in ends or not reported
    begins = {gap.row for gap in recording.gaps}
    assert {gap.reason for gap in recording.gaps} <= {"for the test"}
    inside = {end for end in ends if end < recording.end_row}
    assert inside <= begins

"""Gaps: where frames are missing, how many and why; stored with the recording, removed with their rows."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from canmcast_gui.recording import Gap, Limits, Recording, gaps
from canmcast_gui.recording.gaps import Gaps
from canmcast_gui.recording.line_file import LineFile
from tests.recording.batches import numbered

LIMITS = Limits(most_frames=80)  # chunks of 10 frames


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    """Twenty frames, whose times are a thousand times their numbers, plus 1."""
    with Recording.create(tmp_path / "trace", limits=LIMITS) as made:
        made.append(numbered(0, 20))
        yield made


def test_a_gap_is_after_the_last_frame(recording: Recording):
    recording.add_gap(5, "the receive buffer was full")
    recording.append(numbered(20, 10))
    recording.add_gap(3, "the receive buffer was full", timestamp_ns=77)
    recording.add_gap(0, "not counted")
    recording.add_gap(-1, "nothing")
    assert list(recording.gaps) == [
        Gap(20, 19_001, 5, "the receive buffer was full"),
        Gap(30, 77, 3, "the receive buffer was full"),
        Gap(30, 29_001, 0, "not counted"),
    ]
    assert recording.gaps.rows.tolist() == [20, 30, 30]
    assert recording.gaps.between(20, 30) == [recording.gaps[0]]
    assert recording.gaps[-1:] == [recording.gaps[2]]
    assert recording.gaps.lost == 8


def test_losses_at_one_row_for_one_reason_are_one_gap(recording: Recording):
    for reason in ("kernel", "ring", "kernel"):
        recording.add_gap(2, reason)
    assert [(gap.count, gap.reason) for gap in recording.gaps] == [(4, "kernel"), (2, "ring")]


def test_a_gap_before_the_first_frame(tmp_path: Path):
    with Recording.create(tmp_path / "empty") as recording:
        recording.add_gap(1, "kernel")
        assert list(recording.gaps) == [Gap(0, 0, 1, "kernel")]


def test_gaps_are_read_after_a_crash(recording: Recording, tmp_path: Path):
    recording.add_gap(5, "kernel")
    recording.add_gap(1, "kernel")
    recording.append(numbered(20, 1))
    recording.add_gap(2, "ring")
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in recording.folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    with (copy / "gaps.jsonl").open("ab") as file:
        file.write(b"[21, 5, 6")  # the kill came in the middle of a line
    with Recording.open(copy, limits=LIMITS) as again:
        assert list(again.gaps) == list(recording.gaps)
        assert again.gaps.lost == 8
        again.add_gap(9, "later")
    with Recording.open(copy, limits=LIMITS) as again:
        assert [gap.count for gap in again.gaps] == [6, 2, 9]


def test_gaps_are_removed_with_their_rows(recording: Recording):
    recording.add_gap(5, "kernel")
    recording.append(numbered(20, 80))
    assert recording.first_row == 20
    assert len(recording.gaps) == 1
    recording.append(numbered(100, 10))
    assert len(recording.gaps) == 0
    assert recording.gaps.evicted == 1
    assert recording.gaps.lost == 5
    recording.close()
    with Recording.open(recording.folder, limits=LIMITS) as again:
        assert len(again.gaps) == 0


def test_the_oldest_of_too_many_are_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(gaps, "MOST_GAPS", 5)
    found = Gaps(tmp_path)
    for row in range(40):
        found.add(Gap(row, 0, 1, "kernel"))
    assert found.rows.tolist() == [35, 36, 37, 38, 39]
    assert (found.evicted, found.lost) == (35, 40)
    assert len((tmp_path / "gaps.jsonl").read_bytes().splitlines()) <= 11
    again = Gaps(tmp_path)
    again.load(0, 100)
    assert list(again) == list(found)


def test_gaps_that_a_full_disk_refuses_are_saved_later(recording: Recording, monkeypatch: pytest.MonkeyPatch):
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(LineFile, "append", full)
        recording.add_gap(5, "the disk was full")
        recording.add_gap(6, "the disk was full")
    assert not (recording.folder / "gaps.jsonl").exists()
    recording.append(numbered(20, 1))
    assert (recording.folder / "gaps.jsonl").read_text() == '[20, 19001, 11, "the disk was full"]\n'


def test_only_damaged_lines_are_lost(recording: Recording):
    recording.close()
    lines = ["nonsense", "[5, 1, 2]", '[5, 1, 2, "ring"]', '[3, 1, 2, "goes back"]', '[5, 1, -2, "none"]']
    lines += ['[9999, 1, 2, "beyond the end"]', '[7, 1e3, 2, "half"]', '[8, 1, 1, "kernel"]']
    (recording.folder / "gaps.jsonl").write_text("\n".join(lines) + "\n")
    with Recording.open(recording.folder) as again:
        assert list(again.gaps) == [Gap(5, 1, 2, "ring"), Gap(8, 1, 1, "kernel")]
        again.add_gap(1, "more")
    (recording.folder / "gaps.jsonl").unlink()
    (recording.folder / "gaps.jsonl").mkdir()
    with Recording.open(recording.folder) as again:
        again.add_gap(1, "more")
        assert len(again) == 20
        assert len(again.gaps) == 1

"""A recording that a crash left is saved with its marks and then deleted; it stays if that fails."""

from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.app.document.saving import save_leftover
from canmcast_gui.app.session import Session
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import FileError, read_batches
from canmcast_gui.recording import Leftover, Recording, RecordingError, leftovers

FRAMES = 3000


@pytest.fixture
def leftover() -> Leftover:
    with Recording.create() as recording:
        times = 1_700_000_000_000_000_000 + np.arange(FRAMES) * 1_000_000
        recording.append(FrameBatch.from_columns(times, 0x100, np.zeros((FRAMES, 8), np.uint8)))
        recording.marks.add(1234, "here it broke")
    (found,) = leftovers()
    return found


def read(path: Path) -> tuple[int, list[tuple[int, str]]]:
    reader = read_batches(path)
    frames = sum(len(batch) for batch in reader)
    return frames, [(note.row, note.text) for note in reader.marks]


def test_a_leftover_is_saved_with_its_marks_and_deleted(leftover, tmp_path):
    path = tmp_path / "saved.blf"
    assert save_leftover(leftover, path, lambda _share: True).frames == FRAMES
    assert read(path) == (FRAMES, [(1234, "here it broke")])
    assert leftovers() == []
    assert not leftover.folder.exists()


def test_a_leftover_stays_if_saving_fails_or_is_canceled(leftover, tmp_path):
    with pytest.raises(FileError):
        save_leftover(leftover, tmp_path / "absent" / "saved.asc", lambda _share: True)
    assert save_leftover(leftover, tmp_path / "saved.asc", lambda _share: False).frames == 0
    with Recording.open(leftover.folder), pytest.raises(RecordingError, match="in use"):
        save_leftover(leftover, tmp_path / "saved.asc", lambda _share: True)
    assert [one.frames for one in leftovers()] == [FRAMES]
    assert list(tmp_path.glob("*.*")) == []


def test_the_result_of_saving_a_leftover_is_posted(qtbot, leftover, tmp_path):
    session = Session()
    posted = []
    session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    with qtbot.waitSignal(session.document.save_leftover(leftover, tmp_path / "absent" / "x.asc").ended):
        pass
    with qtbot.waitSignal(session.document.save_leftover(leftover, tmp_path / "x.asc").ended, timeout=10_000):
        pass
    assert [level for level, _ in posted] == ["error", "info"]
    assert "3,000 frames saved" in posted[1][1]
    assert leftovers() == []
    session.shutdown()

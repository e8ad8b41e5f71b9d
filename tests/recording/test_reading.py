"""A recording that a second process reads."""

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import Recording, RecordingError
from canmcast_gui.recording.chunks.store import Limits
from canmcast_gui.recording.reading import open_rows


def batch(first: int, count: int, width: int = 8) -> FrameBatch:
    numbers = np.arange(first, first + count)
    data = np.zeros((count, width), dtype=np.uint8)
    data[:, -1] = numbers
    return FrameBatch.from_columns(numbers, numbers % 2048, data, flags=8 if width > 8 else 0)


@pytest.mark.parametrize("width", [8, 64])
def test_rows_are_read_while_the_recording_grows(tmp_path, width):
    with Recording.create(tmp_path / "r", limits=Limits(most_frames=8000)) as recording:
        rows = open_rows({"folder": str(tmp_path / "r")})
        with pytest.raises(RecordingError):
            rows.rows(0, 1)
        for start in range(0, 3000, 300):
            recording.append(batch(start, 300, width))
            found = rows.rows(max(0, start - 100), start + 300)
            wanted = batch(max(0, start - 100), start + 300 - max(0, start - 100), width)
            assert found.timestamp_ns.tolist() == wanted.timestamp_ns.tolist()
            assert np.array_equal(found.payload_matrix(), wanted.payload_matrix())


def test_evicted_rows_are_an_error(tmp_path):
    with Recording.create(tmp_path / "r", limits=Limits(most_frames=800)) as recording:
        rows = open_rows({"folder": str(tmp_path / "r")})
        recording.append(batch(0, 100))
        assert len(rows.rows(0, 100)) == 100
        for start in range(100, 3000, 100):
            recording.append(batch(start, 100))
        with pytest.raises(RecordingError, match="row 100"):
            open_rows({"folder": str(tmp_path / "r")}).rows(100, 200)
        assert len(rows.rows(2900, 3000)) == 100

"""The row of a frame that the transmit process reported."""

import pytest

from canmcast_gui.app.transmit.fuzz_control import row_of
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording import Recording

MS = 1_000_000


@pytest.fixture
def recording(tmp_path):
    """Two frames alternately, every ms; the first one is marked Tx."""
    recording = Recording.create(tmp_path / "frames")
    flags = [int(Flag.TX), 0] * 50
    times = [1_000_000_000_000 + row * MS for row in range(100)]
    data = [[row % 2, 7] for row in range(100)]
    recording.append(FrameBatch.from_columns(times, [0x100] * 100, data, flags=flags))
    yield recording
    recording.close()


def frame(time_ns: int, data: bytes = b"\0\7", flags: int = Flag.TX) -> FrameBatch:
    return FrameBatch.from_columns([time_ns], [0x100], [list(data)], flags=int(flags))


def test_the_row_is_the_first_such_frame_after_its_time(recording):
    start = recording.start_ns
    assert row_of(recording, frame(start)) == 0
    assert row_of(recording, frame(start + 1)) == 2
    assert row_of(recording, frame(start + 40 * MS - 5)) == 40
    assert row_of(recording, frame(start + 41 * MS, b"\1\7", 0)) == 41
    assert row_of(recording, frame(start + 41 * MS + 900, b"\1\7", 0)) == 41


@pytest.mark.parametrize(
    ("since_ms", "data", "flags"),
    [(200, b"\0\7", 0), (0, b"\0\7\0", 0), (0, b"\5\7", 0), (0, b"\0\7", Flag.EXTENDED)],
)
def test_a_frame_that_is_not_in_the_trace_has_no_row(recording, since_ms, data, flags):
    assert row_of(recording, frame(recording.start_ns + since_ms * MS, data, flags)) is None


def test_an_empty_trace_has_no_row_of_a_frame(tmp_path):
    recording = Recording.create(tmp_path / "none")
    assert row_of(recording, frame(0)) is None
    recording.close()

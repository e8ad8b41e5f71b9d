"""Rows by their time."""

import pytest

from canmcast_gui.models.trace.rows import first_row_since
from canmcast_gui.recording import Recording
from tests.support.frames import START_NS, traffic


@pytest.mark.parametrize(("since", "row"), [(-5, 0), (0, 0), (1, 1), (41_000_000, 41), (10**12, 100)])
def test_the_first_row_since_a_time(tmp_path, since, row):
    with Recording.create(tmp_path / "recording") as recording:
        recording.append(traffic(100))
        assert first_row_since(recording, START_NS + since) == row


def test_an_empty_recording_has_none(tmp_path):
    with Recording.create(tmp_path / "recording") as recording:
        assert first_row_since(recording, 0) == 0

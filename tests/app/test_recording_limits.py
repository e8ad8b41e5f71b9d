"""Limits as settings remember them; a hand-edited file may say anything."""

import pytest

from canmcast_gui.app.recording_limits import limits_from
from canmcast_gui.recording import Limits


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ({}, Limits()),
        ({"gigabytes": 3}, Limits(most_bytes=3 << 30)),
        ({"frames": 5000}, Limits(most_frames=5000)),
        ({"minutes": 2, "frames": 1}, Limits(most_frames=1, most_age_ns=120_000_000_000)),
        ({"gigabytes": 0, "frames": -1, "minutes": "ten"}, Limits()),
        ({"gigabytes": True, "frames": 1e3, "minutes": 1 << 80, "other": 1}, Limits()),
    ],
)
def test_what_makes_sense_is_taken(values: dict, limits: Limits):
    assert limits_from(values) == limits

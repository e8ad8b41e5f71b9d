"""Transmit rows made of frames of a recording."""

import pytest

from canmcast_gui.app.transmit.frame_rows import rows_of_frames
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.recording.newest import NewestById

DBC = """VERSION ""
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Speed : 0|8@1+ (1,0) [0|255] "" ECU
BO_ 257 Doors: 8 ECU
 SG_ Open : 0|8@1+ (1,0) [0|255] "" ECU
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 10000;
BA_DEF_DEF_ "GenMsgCycleTime" 0;
BA_ "GenMsgCycleTime" BO_ 256 20;
"""


@pytest.fixture
def databases(tmp_path):
    path = tmp_path / "cycles.dbc"
    path.write_text(DBC)
    databases = DatabaseSet()
    databases.add(load_database(path))
    return databases


def received(arbitration_id, period_ms, data=(1, 2), flags=0, count=5):
    """Frames of one id, as they are received."""
    return FrameBatch.from_columns(
        timestamp_ns=[round(number * period_ms * NS_PER_MS) for number in range(count)],
        arbitration_id=[arbitration_id] * count,
        data=[list(data)] * count,
        flags=flags,
    )


def rows_of(databases, *batches):
    """Rows of the last frame of each batch, after all were received."""
    newest, first = NewestById(), 0
    for batch in batches:
        newest.update(batch, first)
        first += len(batch)
    return rows_of_frames(FrameBatch.concatenate([batch[-1:] for batch in batches]), databases, newest)


def test_a_row_has_the_name_and_cycle_of_the_database_and_the_data_of_the_frame(databases):
    rows = rows_of(databases, received(256, 11, (9, 8, 7)))
    assert rows == [
        TransmitRow(name="Engine", arbitration_id=256, data=b"\x09\x08\x07", period_ns=20 * NS_PER_MS)
    ]


@pytest.mark.parametrize(
    ("measured", "period"), [(10.9, 11), (0.54, 0.5), (250.3, 250), (2.34, 2.3), (0.01, 0.1)]
)
def test_without_a_cycle_in_the_database_the_measured_one_is_taken(databases, measured, period):
    (row,) = rows_of(databases, received(257, measured))
    assert (row.name, row.period_ns) == ("Doors", round(period * NS_PER_MS))


def test_without_any_cycle_it_is_100_ms(databases):
    (row,) = rows_of(databases, received(0x700, 0, count=1))
    assert (row.name, row.period_ns) == ("", 100 * NS_PER_MS)


def test_flags_of_reception_are_dropped_and_those_of_the_frame_kept(databases):
    flags = Flag.EXTENDED | Flag.FD | Flag.BRS | Flag.TX
    (row,) = rows_of(databases, received(0x1234567, 5, range(12), flags))
    assert row.flags == Flag.EXTENDED | Flag.FD | Flag.BRS
    assert row.data == bytes(range(12))


def test_a_remote_frame_requests_as_many_bytes(databases):
    batch = FrameBatch.from_columns([0], [0x123], [[]], flags=Flag.REMOTE, dlc=4)
    (row,) = rows_of_frames(batch, databases, NewestById())
    assert (row.is_remote, len(row.data)) == (True, 4)


def test_equal_frames_make_one_row_and_different_ones_several(databases):
    batch = FrameBatch.from_columns([0, 1, 2], [0x10] * 3, [[1], [2], [1]])
    assert [row.data for row in rows_of_frames(batch, databases, NewestById())] == [b"\x01", b"\x02"]

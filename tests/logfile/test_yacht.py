"""RAW lines of Yacht Devices' gateways."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, read_batches
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.yacht import YachtParser

YACHT = """00:54:47.929 T 18EAFF44 14 F0 01
00:54:48.001 R 0DF50B23 FF FF FF FF FF 00 00 FF
# engine started
$GPRMC,005448.00,A,4837.8,N,00920.4,E,0.0,0.0,010120,,,A*5C
00:54:48.120 R 09F8017F
"""


def written(path, text: str):
    path.write_text(text)
    reader = read_batches(path)
    return FrameBatch.concatenate(list(reader)), reader


def milliseconds(batch: FrameBatch) -> list[int]:
    return (batch.timestamp_ns // 1_000_000).tolist()


def test_lines(tmp_path):
    batch, reader = written(tmp_path / "log", YACHT)
    assert (reader.format.name, reader.skipped) == ("yacht", 0)
    start = (54 * 60 + 47) * 1000
    assert milliseconds(batch) == [start + 929, start + 1001, start + 1120]
    assert batch.arbitration_id.tolist() == [0x18EAFF44, 0x0DF50B23, 0x09F8017F]
    assert batch.flags.tolist() == [Flag.EXTENDED | Flag.TX, Flag.EXTENDED, Flag.EXTENDED]
    assert [batch.payload(row).hex() for row in range(3)] == ["14f001", "ffffffffff0000ff", ""]
    assert reader.passed_over == {"NMEA 0183 sentences": 1}
    assert [(mark.row, mark.text) for mark in reader.marks] == [(2, "engine started")]


@pytest.mark.parametrize("digits", [3, 6])  # in columns, and line by line
def test_times_ascend_across_midnight(digits, tmp_path):
    times = ["22:00:00.1", "23:59:59.9", "00:00:00.1", "23:59:59.8", "00:00:01.1", "20:00:00.1", "06:00:00.1"]
    text = "".join(f"{time.ljust(9 + digits, '0')} R 09F8017F 01\n" for time in times)
    batch, reader = written(tmp_path / "log", f"21:00:00.000 R 09F8017F 01\n{text}")
    tenths = [792_001, 863_999, 864_001, 863_998, 864_011, 864_001 + 720_000, 2 * 864_000 + 216_001]
    assert reader.skipped == 0
    assert milliseconds(batch) == [75_600_000, *(100 * tenth for tenth in tenths)]


def test_unusual_lines_among_those_of_many_hours(tmp_path):
    times = ["00:10:00.000", "00:20:00.000000", "13:00:00.000", "23:00:00.000", "01:00:00.000"]
    batch, reader = written(tmp_path / "log", "".join(f"{time} R 09F8017F 01\n" for time in times))
    assert reader.skipped == 0
    assert milliseconds(batch) == [60_000 * minutes for minutes in (10, 20, 780, 1380, 1500)]


def test_a_night_in_a_large_file(tmp_path):
    count = 40_000
    times = np.arange(count) * 5000 + 80_000_000  # two and a half days
    clocks = [
        f"{t // 3_600_000 % 24:02}:{t // 60_000 % 60:02}:{t // 1000 % 60:02}.{t % 1000:03}"
        for t in times.tolist()
    ]
    batch, reader = written(tmp_path / "log", "".join(f"{clock} R 09F8017F 01 02\n" for clock in clocks))
    assert (len(batch), reader.skipped) == (count, 0)
    assert milliseconds(batch) == times.tolist()


@pytest.mark.parametrize(
    "line",
    [
        "00:54:47.929 X 18EAFF44 14",
        "00:54 R 18EAFF44 14",
        "00:54:47.929 R 18EAFG44 14",
        "00:54:47.929 R",
        "00:54:47.929 R 18EAFF44 1 2 3 4 5 6 7 8 9",
        "00:54:47.929 R 18EAFF44 GG",
    ],
)
def test_bad_lines_are_counted_and_located(line, tmp_path):
    batch, reader = written(tmp_path / "log", YACHT + line + "\n" + YACHT)
    assert len(batch) == 6
    assert [problem.partition(":")[0] for problem in reader.problems] == ["line 6"]


hours = st.integers(0, 23)
frames = st.tuples(
    st.tuples(hours, st.integers(0, 59), st.integers(0, 59), st.integers(0, 999)),
    st.sampled_from("RT"),
    st.integers(0, 0x1FFFFFFF),
    st.binary(max_size=8),
)


@given(st.lists(frames, min_size=1, max_size=12))
def test_columns_equal_lines(rows):
    texts = [
        f"{h:02}:{m:02}:{s:02}.{ms:03} {turn} {number:08X} {data.hex(' ').upper()}".strip()
        for (h, m, s, ms), turn, number, data in rows
    ]
    parts = YachtParser().columns(Lines("".join(f"{text}\n" for text in texts).encode()))
    single = YachtParser()
    for numbers, batch in parts:
        assert numbers.tolist() == list(range(len(rows)))
        for place, text in enumerate(texts):
            row = single.parse(text)
            record = batch.records[place]
            assert (row.timestamp_ns, row.arbitration_id, row.flags, row.channel) == (
                record["timestamp_ns"],
                record["arbitration_id"],
                record["flags"],
                record["channel"],
            )
            assert row.payload == batch.payload(place)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789ABCDEF:.RT $#,\n", max_size=200))
def test_no_text_raises_anything_but_a_file_error(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any-yacht"
    path.write_text(YACHT + text)
    try:
        assert sum(map(len, read_batches(path))) >= 2
    except FileError as error:
        assert "\n" not in str(error)

"""Reading: the content decides the format, and damage is skipped, counted and located."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, read_batches, save
from tests.logfile.frames import FORMATS_BY_NAME, small_batch
from tests.support.corpus import CORPUS, corpus_file

LOGS = sorted(
    str(path.relative_to(CORPUS))
    for folder in ("asc", "blf", "candump", "trc")
    for path in (CORPUS / folder).glob("**/*")
    if path.is_file()
)
SMALL_LOGS = [name for name in LOGS if (CORPUS / name).stat().st_size < 10_000]


def read(path) -> FrameBatch:
    return FrameBatch.concatenate(list(read_batches(path)))


def written(tmp_path, text: str) -> FrameBatch:
    path = tmp_path / "log.txt"
    path.write_text(text)
    return read(path)


@pytest.mark.parametrize("name", sorted(FORMATS_BY_NAME))
def test_the_content_decides_and_not_the_suffix(name, tmp_path):
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    save(path, [small_batch(5)])
    other = path.rename(tmp_path / "log.wrong")
    reader = read_batches(other)
    assert reader.format.name == name
    assert sum(map(len, reader)) == 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is not a CAN log: it looks like a picture"),
        (b"PK\x03\x04", "ZIP archive: unpack it"),
        (bytes(100), "a file of zeros"),
        (b'VERSION ""\n\nNS_ :\n', "DBC database: load it as database"),
        (b"<?xml version='1.0'?>\n<AUTOSAR xmlns=''>\n", "ARXML database: load it"),
        (b"a,b\n1,2\n3,4\n5,6\n7,8\n", "is a table without titles that say which column is what"),
        (
            b"Dear all,\n",
            r"is not in a supported log format: Vector ASC, .* CRTD,.* or ",
        ),
        (b"MDF     4.10    ", r"nothing of log.asc can be read"),
        (b"MDF     3.30    ", "an MDF file of version 3"),
        (b"LOGG", "nothing of log.asc can be read"),
        (b"LOGG" + bytes(200), "nothing of log.asc can be read"),
    ],
)
def test_a_file_without_frames_is_refused(content, reason, tmp_path):
    path = tmp_path / "log.asc"
    path.write_bytes(content)
    with pytest.raises(FileError, match=reason) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"absent\.asc cannot be read: No such file"):
        read_batches(tmp_path / "absent.asc")
    with pytest.raises(FileError, match="cannot be read"):
        read_batches(tmp_path)


@pytest.mark.parametrize("suffix", [".asc", ".log", ".trc", ".csv"])
def test_a_bad_line_is_counted_located_and_the_rest_is_read(suffix, tmp_path):
    path = tmp_path / f"log{suffix}"
    save(path, [small_batch(10)])
    lines = path.read_bytes().splitlines(keepends=True)
    middle = len(lines) - 5
    lines[middle] = lines[middle][: len(lines[middle]) // 2] + b"\0\xff\n"
    lines.insert(middle + 2, b"garbage, \xc3\x28\n")
    path.write_bytes(b"".join(lines))
    reader = read_batches(path)
    assert sum(map(len, reader)) == 9
    assert reader.skipped == 2
    assert [problem.split(":")[0] for problem in reader.problems] == [
        f"line {middle + 1}",
        f"line {middle + 3}",
    ]


def test_problems_are_counted_after_the_last_kept_message(tmp_path):
    path = tmp_path / "log.log"
    path.write_text("(1.0) can0 1#00\n" + "garbage\n" * 1000)
    reader = read_batches(path)
    assert sum(map(len, reader)) == 1
    assert reader.skipped == 1000
    assert len(reader.problems) == 50


def test_a_truncated_blf_file_is_read_up_to_its_end(tmp_path):
    path = tmp_path / "log.blf"
    batch = small_batch(50_000)
    batch.records["data"] = np.random.default_rng(1).integers(0, 256, (50_000, 8))
    save(path, [batch])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    reader = read_batches(path)
    found = sum(map(len, reader))
    assert 20_000 < found < 30_000
    assert reader.skipped == 1
    assert reader.problems[0].endswith("the file ends within a container")


def test_a_damaged_container_costs_only_its_own_frames(tmp_path):
    path = tmp_path / "log.blf"
    batch = small_batch(50_000)
    batch.records["data"] = np.random.default_rng(1).integers(0, 256, (50_000, 8))
    save(path, [batch])
    content = bytearray(path.read_bytes())
    place = len(content) // 2
    content[place : place + 20] = bytes(20)
    path.write_bytes(content)
    reader = read_batches(path)
    found = read(path)
    assert sum(map(len, reader)) == len(found) > 40_000
    assert reader.skipped == 1
    known = {row.tobytes() for row in batch.data}
    assert all(row.tobytes() in known for row in found.data)


@pytest.mark.parametrize("name", SMALL_LOGS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_damage_raises_anything_but_a_file_error(name, tmp_path_factory, data):
    content = bytearray(corpus_file(name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    path = tmp_path_factory.mktemp("damaged") / "log"
    path.write_bytes(content)
    try:
        reader = read_batches(path)
        for batch in reader:
            batch.to_messages()
    except FileError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("name", LOGS)
def test_reading_again_starts_at_the_beginning(name):
    try:
        reader = read_batches(corpus_file(name))
        first = [len(batch) for batch in reader]
    except FileError:
        return
    skipped = reader.skipped
    assert [len(batch) for batch in reader] == first
    assert reader.skipped == skipped
    assert reader.progress == 1.0


ASC = """date Wed Nov 05 12:00:00.250 pm 2025
base {base}  timestamps {times}
no internal events logged
Begin Triggerblock Wed Nov 05 12:00:00.250 pm 2025
   0.000000 Start of measurement
   1.500000 1  10              Rx   d 2 10 20
   0.250000 2  20x             Tx   d 1 30
   0.250000 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%
   0.500000 1  30              TxRq r 8
End TriggerBlock
"""


def test_asc_in_decimal(tmp_path):
    batch = written(tmp_path, ASC.format(base="dec", times="absolute"))
    assert batch.arbitration_id.tolist() == [10, 20, 30]
    assert [batch.payload(row) for row in range(3)] == [bytes([10, 20]), bytes([30]), b""]
    assert batch.flags.tolist() == [0, Flag.EXTENDED | Flag.TX, Flag.TX | Flag.REMOTE]
    assert batch.dlc.tolist() == [2, 1, 8]


def test_asc_with_relative_times_is_summed(tmp_path):
    times = written(tmp_path, ASC.format(base="hex", times="relative")).timestamp_ns
    assert (np.diff(times) // 1_000_000).tolist() == [250, 750]
    assert times[0] % 1_000_000_000 == 750_000_000


@pytest.mark.parametrize(
    "date",
    [
        "Mit Nov 05 12:00:00.250 2025",
        "Wed Nov 5 12:00:00.250 pm 2025",
        "Wed Nov 05 12:00:00.25 2025",  # as python-can writes 25 ms: not a quarter of a second
    ],
)
def test_asc_dates(date, tmp_path):
    text = f"date {date}\nbase hex  timestamps absolute\n 1.0 1 10 Rx d 0\n"
    batch, reader = written(tmp_path, text), read_batches(tmp_path / "log.txt")
    list(reader)
    milliseconds = 25 if ".25 " in date else 250
    assert batch.timestamp_ns[0] % 1_000_000_000 == milliseconds * 1_000_000
    assert reader.start_ns == batch.timestamp_ns[0] - 1_000_000_000


def test_after_an_invalid_asc_date_times_count_from_the_start(tmp_path):
    batch = written(tmp_path, "date whenever\nbase hex  timestamps absolute\n 1.0 1 10 Rx d 0\n")
    assert batch.timestamp_ns.tolist() == [1_000_000_000]


def test_candump_frames_of_all_kinds(tmp_path):
    batch = written(
        tmp_path,
        "# a comment\n(1.000001) can0 123#\n(-2.5) can3 00000123#R8 T\n(3.000000) vcan0 20000004#0102\n"
        "(4.000000) can0 1ABCDEF0##7" + "11" * 12 + " R\n",
    )
    assert batch.timestamp_ns.tolist() == [1_000_001_000, -2_500_000_000, 3_000_000_000, 4_000_000_000]
    assert batch.channel.tolist() == [1, 4, 2, 1]
    assert batch.flags.tolist() == [
        0,
        Flag.EXTENDED | Flag.REMOTE | Flag.TX,
        Flag.ERROR,
        Flag.EXTENDED | Flag.FD | Flag.BRS | Flag.ESI,
    ]
    assert batch.dlc.tolist() == [0, 8, 2, 9]
    assert batch.payload(3) == bytes([0x11] * 12)


@pytest.mark.parametrize(
    "line",
    [
        "(1.0) can0 123#1",
        "(1.0) can0 123#" + "00" * 9,
        "(1.0) can0 123##0" + "00" * 65,
        "(1.0) can0 123#R9",
        "(1.0) can0 123#GG",
        "(99999999999.0) can0 123#00",
        "1.0 can0 123#00",
    ],
)
def test_candump_lines_without_a_frame(line, tmp_path):
    path = tmp_path / "log.log"
    path.write_text(f"(1.0) can0 1#00\n{line}\n(2.0) can0 2#00\n")
    reader = read_batches(path)
    assert sum(map(len, reader)) == 2
    assert reader.problems[0].startswith("line 2: ")

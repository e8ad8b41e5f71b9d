"""Impossible ids, unusual times and error frames in files of all formats."""

import struct

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import FileError, TableLayout, read_batches
from canmcast_gui.logfile.problems import Finding, Problems
from canmcast_gui.logfile.reading.checks import FrameChecks, TimeOrder
from tests.logfile.frames import FORMATS_BY_NAME, small_batch
from tests.support.corpus import corpus_file, corpus_table

SECOND = 1_000_000_000
WIDENED = "standard ids above 7FF, read as extended"
LEFT_OUT = "ids above 1FFFFFFF, left out"

# Three frames, standard 0x100, what is named standard and needs more bits, and what is not an id.
TEXTS = {
    "asc": (
        "date Mon Nov 3 10:00:00 am 2025\nbase hex timestamps absolute\n"
        "0.1 1 100 Rx d 1 01\n0.2 1 900 Rx d 1 02\n0.3 1 20000001 Rx d 1 03\n0.4 1 101 Rx d 1 04\n"
    ),
    "asc decimal": (
        "date Mon Nov 3 10:00:00 am 2025\nbase dec timestamps absolute\n"
        "0.1 1 256 Rx d 1 01\n0.2 1 2304 Rx d 1 02\n0.3 1 536870913 Rx d 1 03\n0.4 1 257 Rx d 1 04\n"
    ),
    "candump": "(1.1) can0 100#01\n(1.2) can0 900#02\n(1.3) can0 40000001#03\n(1.4) can0 101#04\n",
    "candump of the screen": (
        "  can0  100   [1]  01\n  can0  900   [1]  02\n  can0  40000001   [1]  03\n  can0  101   [1]  04\n"
    ),
    "trc": (
        ";$FILEVERSION=2.1\n;$STARTTIME=45000.5\n;$COLUMNS=N,O,T,B,I,d,R,l,D\n"
        " 1 1.000 DT 1 0100 Rx - 1 01\n 2 2.000 DT 1 0900 Rx - 1 02\n"
        " 3 3.000 DT 1 20000001 Rx - 1 03\n 4 4.000 DT 1 0101 Rx - 1 04\n"
    ),
    "trc 1": (
        ";$FILEVERSION=1.1\n;$STARTTIME=45000.5\n 1) 1.0 Rx 0100 1 01\n 2) 2.0 Rx 0900 1 02\n"
        " 3) 3.0 Rx 20000001 1 03\n 4) 4.0 Rx 0101 1 04\n"
    ),
    "gvret": (
        "Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n1000,00000100,false,Rx,0,1,01,,,,,,,\n"
        "2000,00000900,false,Rx,0,1,02,,,,,,,\n3000,20000001,true,Rx,0,1,03,,,,,,,\n"
        "4000,00000101,false,Rx,0,1,04,,,,,,,\n"
    ),
    "csv": (
        "timestamp,arbitration_id,extended,remote,error,dlc,data\n1.1,0x100,0,0,0,1,AQ==\n"
        "1.2,0x900,0,0,0,1,Ag==\n1.3,0x20000001,1,0,0,1,Aw==\n1.4,0x101,0,0,0,1,BA==\n"
    ),
    "crtd": "1.1 1R11 100 01\n1.2 1R11 900 02\n1.3 1R29 20000001 03\n1.4 1R11 101 04\n",
    "busmaster": (
        "***BUSMASTER Ver 3.2.2***\n***PROTOCOL CAN***\n***START DATE AND TIME 3:11:2025 10:0:0:0***\n"
        "***HEX***\n***ABSOLUTE MODE***\n10:00:00:1000 Rx 1 0x100 s 1 01\n10:00:00:2000 Rx 1 0x900 s 1 02\n"
        "10:00:00:3000 Rx 1 0x20000001 x 1 03\n10:00:00:4000 Rx 1 0x101 s 1 04\n"
    ),
    "csv-plain": (
        "time,channel,direction,id,extended,remote,error,fd,brs,esi,dlc,length,data\n"
        "1.1,1,Rx,100,0,0,0,0,0,0,1,1,01\n1.2,1,Rx,900,0,0,0,0,0,0,1,1,02\n"
        "1.3,1,Rx,20000001,1,0,0,0,0,0,1,1,03\n1.4,1,Rx,101,0,0,0,0,0,0,1,1,04\n"
    ),
}


def read(path) -> tuple[FrameBatch, object]:
    reader = read_batches(path)
    return FrameBatch.concatenate(list(reader)), reader


@pytest.mark.parametrize("name", TEXTS)
def test_ids_of_text_files(name, tmp_path):
    path = tmp_path / "log.txt"
    path.write_text(TEXTS[name])
    batch, reader = read(path)
    assert batch.arbitration_id.tolist() == [0x100, 0x900, 0x101]
    assert batch.has(Flag.EXTENDED).tolist() == [False, True, False]
    assert reader.skipped == 1
    found = {finding.sentence: finding.row for finding in reader.findings}
    assert found == {f"{WIDENED}: 1 frame": 1, f"{LEFT_OUT}: 1 frame": 2}
    assert reader.problems == list(found)


def written(name: str, batch: FrameBatch, path) -> None:
    """A file by our own writer, around the checks that it makes."""
    kind = FORMATS_BY_NAME[name]
    with path.open("wb") as file:
        sink = kind.sink(file, path)
        sink.write(batch)
        sink.finish()


@pytest.mark.parametrize("name", ["mf4", "parquet"])
def test_ids_of_binary_files(name, tmp_path):
    batch = small_batch(4)
    batch.records["arbitration_id"] = [0x100, 0x900, 0x20000001, 0x101]
    if name == "parquet":
        batch = batch[np.array([0, 1, 3])]  # what is not an id is not a row of a table of frames
    path = tmp_path / "log"
    written(name, batch, path)
    found, reader = read(path)
    assert found.arbitration_id.tolist() == [0x100, 0x900, 0x101]
    assert found.has(Flag.EXTENDED).tolist() == [False, True, False]
    assert reader.findings[0] == Finding(f"{WIDENED}: 1 frame", 1)
    assert reader.findings[1:] == ([Finding(f"{LEFT_OUT}: 1 frame", 2)] if name == "mf4" else [])


def test_ids_of_blf_files(tmp_path):
    batch = small_batch(4)
    batch.records["arbitration_id"] = [0x100, 0x900, 0x40000001, 0x101]
    written("blf", batch, tmp_path / "log")
    found, reader = read(tmp_path / "log")
    assert found.arbitration_id.tolist() == [0x100, 0x900, 0x101]
    assert reader.findings == [Finding(f"{WIDENED}: 1 frame", 1), Finding(f"{LEFT_OUT}: 1 frame", 2)]


def test_ids_of_captures(tmp_path):
    content = struct.pack("<LHHlLLL", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 227)
    for row, number in enumerate((0x100, 0x900, 0x80000101)):
        content += struct.pack("<LLLL", 5, row, 16, 16) + struct.pack(">LBxxx8x", number, 8)
    (tmp_path / "log").write_bytes(content)
    batch, reader = read(tmp_path / "log")
    assert batch.has(Flag.EXTENDED).tolist() == [False, True, True]
    assert reader.findings == [Finding(f"{WIDENED}: 1 frame", 1)]


def test_wide_ids_of_tables_are_extended(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("1.0,100,01\n1.1,900,02\n1.2,20000001,03\n")
    layout = TableLayout(time=0, identifier=1, data=2)
    reader = read_batches(path, layout=layout)
    batch = FrameBatch.concatenate(list(reader))
    assert batch.has(Flag.EXTENDED).tolist() == [False, True]
    assert reader.findings == [Finding(f"{LEFT_OUT}: 1 frame", 2)]


def test_counts_continue_from_batch_to_batch(tmp_path):
    path = tmp_path / "log.log"
    path.write_text("".join(f"(1.{row:06d}) can0 {'900' if row % 2 else '100'}#\n" for row in range(20_000)))
    reader = read_batches(path, batch_frames=1000)
    assert sum(map(len, reader)) == 20_000
    assert reader.findings == [Finding(f"{WIDENED}: 10,000 frames", 1)]
    assert sum(map(len, reader)) == 20_000  # from the beginning again
    assert reader.findings == [Finding(f"{WIDENED}: 10,000 frames", 1)]


def test_a_file_with_impossible_ids_only_cannot_be_read(tmp_path):
    (tmp_path / "log.log").write_text("(1.0) can0 40000001#\n(1.1) can0 40000002#\n")
    with pytest.raises(FileError, match="ids above 1FFFFFFF, left out: 2 frames"):
        list(read_batches(tmp_path / "log.log"))


def test_marks_stay_at_their_frames_where_others_are_left_out(tmp_path):
    lines = [
        "# first",
        "(1.0) can0 40000001#",
        "# second",
        "(1.1) can0 100#",
        "# third",
        "(1.2) can0 101#",
        "# end",
    ]
    (tmp_path / "log.log").write_text("\n".join(lines))
    _, reader = read(tmp_path / "log.log")
    assert [(mark.row, mark.text) for mark in reader.marks] == [
        (0, "first"),
        (0, "second"),
        (1, "third"),
        (2, "end"),
    ]
    assert reader.marks[0] == Mark(0, SECOND, "first")


def findings_of(times: list[float], parts: int = 1, flags: int = 0) -> list[Finding]:
    problems = Problems()
    seen = FrameChecks(problems)
    moments = np.rint(np.array(times) * SECOND).astype(np.int64)
    batch = FrameBatch.from_columns(moments, 1, np.zeros((len(times), 1), np.uint8), flags=flags)
    for part in np.array_split(np.arange(len(batch)), parts):
        seen.take(batch[part])
    seen.finish()
    return problems.findings


def turning(period: float, turns: int, step: float) -> list[float]:
    return [row * step % period for row in range(int(turns * period / step) + 2)]


@pytest.mark.parametrize("parts", [1, 7])
@pytest.mark.parametrize(
    ("period", "step", "name"),
    [(60, 0.4, "a minute"), (3600, 7, "an hour"), (2**32 / 1e6, 9, "2^32 µs"), (86400, 100, "a day")],
)
def test_clocks_that_start_again(period, step, name, parts):
    times = turning(period, 3, step)
    kind = f"times that fall by about {name}, as of a clock that starts again"
    row = next(row for row in range(1, len(times)) if times[row] < times[row - 1])
    assert findings_of(times, parts) == [Finding(f"{kind}: 3 frames", row)]
    assert findings_of([1_700_000_000 + time for time in times], parts) == [Finding(f"{kind}: 3 frames", row)]


@pytest.mark.parametrize("parts", [1, 3])
def test_a_frame_years_away_from_its_neighbors(parts):
    times = [1_700_000_000.0 + row for row in range(20)]
    times[7] = 4_000_000_000.0
    kind = "times that jump by years"
    assert findings_of(times, parts) == [Finding(f"{kind}: 2 frames", 7)]  # up and down
    times[7] = 1_800_000_000.0
    assert findings_of(times, parts) == [Finding(f"{kind}: 1 frame", 7)]
    assert findings_of([0.0, *times[:5]], parts) == [Finding(f"{kind}: 1 frame", 1)]  # a clock that was set
    assert findings_of([*times[:5], 0.0, 1.0], parts) == [Finding(f"{kind}: 1 frame", 5)]


def test_error_frames_only():
    assert findings_of([1.0] * 9, flags=Flag.ERROR) == []
    assert findings_of([1.0] * 300, 3, Flag.ERROR) == [Finding("all 300 frames are error frames", 0)]


@pytest.mark.parametrize(
    "times",
    [
        [],
        [5.0],
        [0.0, 1.0, 0.99, 3.0],  # a little out of order
        [0.0, 40.0, 0.0, 40.0],  # begun again by hand
        [0.0, 1e6, 2e6],  # long silence
        [1_400_000_000.0, 1_500_000_000.0, 1_600_000_000.0],  # sessions that are years apart
        [900.0, 0.0, 400.0, 100.0],
    ],
)
def test_usual_times_give_no_finding(times):
    assert findings_of(times) == []


def test_marks_that_are_only_counted_are_reported(tmp_path):
    lines = ["(1.0) can0 100#\n"] + [f"# mark {row}\n" for row in range(10_001)]
    (tmp_path / "log.log").write_text("".join(lines))
    _, reader = read(tmp_path / "log.log")
    assert reader.findings == [Finding("only the first 10,000 of 10,001 marks are kept")]


@pytest.mark.parametrize("truth", corpus_table("TRUTH.tsv"), ids=lambda row: row["path"])
def test_real_files_give_no_finding(truth):
    try:
        reader = read_batches(corpus_file(truth["path"]))
        list(reader)
    except FileError:
        return  # other tests say which files hold nothing
    assert reader.findings == []


def frames(times: list[int]) -> FrameBatch:
    return FrameBatch.from_columns(
        timestamp_ns=times, arbitration_id=1, data=np.zeros((len(times), 8), dtype=np.uint8)
    )


def test_falling_times_are_found_within_and_between_batches():
    found = TimeOrder()
    for times in ([5, 6, 6], [], [4, 7], [2_000_000_007, 7]):
        found.add(frames(times) if times else FrameBatch.empty())
    assert found.count == 2
    assert found.message == "timestamps go backwards at 2 frames"


def test_ascending_times_give_no_message():
    found = TimeOrder()
    found.add(frames([1, 2, 2, 3]))
    assert (found.count, found.message) == (0, "")

"""PEAK TRC: all versions, with lines that are not frames."""

import can
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import read_batches, save
from tests.logfile.frames import small_batch

START = ";$STARTTIME=43008.5\n"
START_NS = (43008 - 25569) * 86_400 * 10**9 + 43_200 * 10**9


def written(tmp_path, text: str):
    path = tmp_path / "log.txt"
    path.write_text(text, newline="")
    reader = read_batches(path)
    batch = FrameBatch.concatenate(list(reader))
    assert reader.format.name == "trc"
    return batch, reader


VERSIONS = {
    "1.0": """;##########################
     1)     17535 00000300 8 00 11 22 33 44 55 66 77
     2)     17700 FFFFFFFF 4 00 00 00 08  BUSHEAVY
     3)     18000 0100 3 RTR
""",
    "1.1": f""";$FILEVERSION=1.1\n{START}
     1)     17535.4  Rx     00000300  8  00 11 22 33 44 55 66 77
     2)     17700.3  Warng  FFFFFFFF  4  00 00 00 08  BUSHEAVY
     3)     18000.0  Tx         0100  3  RTR
""",
    "1.3": f""";$FILEVERSION=1.3\n{START}
     1)     17535.4 1  Rx     00000300 -  8    00 11 22 33 44 55 66 77
     2)     17700.3 1  Warng  FFFFFFFF -  4    00 00 00 08  BUSHEAVY
     3)     18000.0 1  Tx         0100 -  3    RTR
""",
    "2.0": f""";$FILEVERSION=2.0\n{START};$COLUMNS=N,O,T,I,d,l,D
      1     17535.400 DT 00000300 Rx 8  00 11 22 33 44 55 66 77
      2     17700.300 ST          Rx    00 00 00 08
      3     17700.400 EC          Rx    02 02
      4     18000.000 RR     0100 Tx 3
""",
    "2.1": f""";$FILEVERSION=2.1\n{START};$COLUMNS=N,O,T,B,I,d,R,L,D
      1     17535.400 DT 1 00000300 Rx -  8    00 11 22 33 44 55 66 77
      2     17700.300 ST 1        - Rx -  4    00 00 00 08
      3     17700.300 EV    what I saw
      4     18000.000 RR 1     0100 Tx -  3
""",
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_versions(version, ending, tmp_path):
    batch, reader = written(tmp_path, VERSIONS[version].replace("\n", ending))
    assert reader.problems == []
    assert reader.passed_over == {"bus states": 1} | ({"error counters": 1} if version == "2.0" else {})
    assert batch.arbitration_id.tolist() == [0x300, 0x100]
    turn = 0 if version == "1.0" else Flag.TX
    assert batch.flags.tolist() == [Flag.EXTENDED, Flag.REMOTE | turn]
    assert batch.payload(0) == bytes(range(0, 0x88, 0x11))
    assert batch.dlc.tolist() == [8, 3]
    assert reader.start_ns == (0 if version == "1.0" else START_NS)
    first = 17_535_000_000 if version == "1.0" else 17_535_400_000
    assert batch.timestamp_ns[0] - reader.start_ns == first


def test_events_become_marks(tmp_path):
    _, reader = written(tmp_path, VERSIONS["2.1"])
    assert [(mark.row, mark.timestamp_ns - START_NS, mark.text) for mark in reader.marks] == [
        (1, 17_700_300_000, "what I saw")
    ]


def test_can_fd_and_error_frames(tmp_path):
    batch, reader = written(
        tmp_path,
        f""";$FILEVERSION=2.1\n{START};$COLUMNS=N,O,T,B,I,d,R,L,D
      1     1.000 FD 1     0300 Rx -  9    00 01 02 03 04 05 06 07 08 09 0A 0B
      2     2.000 FB 2     0300 Tx -  1    00
      3     3.000 FE 2     0300 Rx -  0
      4     4.000 BI 2     0300 Rx -  1    01
      5     5.000 ER 2        - Rx -  5    04 00 02 00 00
      6     6.000 XX 2     0300 Rx -  1    01
""",
    )
    kinds = [Flag.FD, Flag.FD | Flag.BRS | Flag.TX, Flag.FD | Flag.BRS | Flag.ESI, Flag.FD | Flag.ESI]
    assert batch.flags.tolist() == [*kinds, Flag.ERROR]
    assert batch.length[:4].tolist() == [12, 1, 0, 1]
    assert batch.channel.tolist() == [1, 2, 2, 2, 2]
    assert reader.problems[0].startswith("line 9: a line of type XX in")


@pytest.mark.parametrize(
    "error",
    [
        "0008  4  ERROR 00 19 08 08",
        "0008  4  00 19 08 08 -- -- -- -- ERROR",
        "0008  4  00 19 08 08  ERROR",
        "0008  ERROR 00 19 08 08",
    ],
)
def test_errors_of_version_1_0_are_error_frames_with_or_without_dashes(error, tmp_path):
    frame = "0300  2  00 11"
    lines = [frame, error, frame, "FFFFFFFF  4  00 00 00 04 -- -- -- -- BUSLIGHT", "0100  3  RTR", error]
    text = ";####################\n" + "".join(
        f"{row + 1:>6})  {1840 + row:>8}  {line}\n" for row, line in enumerate(lines)
    )
    batch, reader = written(tmp_path, text)
    assert (reader.problems, reader.passed_over) == ([], {"bus states": 1})
    assert batch.flags.tolist() == [0, Flag.ERROR, 0, Flag.REMOTE, Flag.ERROR]
    assert (batch.timestamp_ns // 10**6).tolist() == [1840, 1841, 1842, 1844, 1845]
    assert batch.payload(1) == batch.payload(4) == bytes((0x00, 0x19, 0x08, 0x08))


def test_a_classic_dlc_above_8_has_8_bytes(tmp_path):
    batch, reader = written(
        tmp_path,
        f""";$FILEVERSION=2.1\n{START};$COLUMNS=N,O,T,B,I,d,R,L,D
      1     1.000 DT 1     0300 Rx -  9    00 01 02 03 04 05 06 07
      2     2.000 RR 1     0300 Rx -  12
""",
    )
    assert (reader.problems, batch.dlc.tolist(), batch.length.tolist()) == ([], [9, 12], [8, 0])


@pytest.mark.parametrize(
    ("version", "line", "problem"),
    [
        ("1.0", "1)  x5 0300 1 00", "invalid time 'x5'"),
        ("1.0", "1)  15 0Y00 1 00", "invalid id '0Y00'"),
        ("1.0", "1)  15 0300 B 00", "invalid DLC 'B'"),
        ("1.0", "1)  15 0300 9 00", "invalid DLC '9'"),
        ("1.0", "1)  15 0300 1 0G", "invalid data byte '0G'"),
        ("1.0", "1)  15 0300 2 00", "it ends too early"),
        ("1.0", "1)  15", "it ends too early"),
        ("1.3", "1)  15.0 B Rx 0300 - 1 00", "invalid bus 'B'"),
        ("2.1", "1 15.0 DT B 0300 Rx - 1 00", "invalid bus 'B'"),
        ("2.1", "1 15.0 DT 1 0300 Rx - 16 00", "invalid DLC '16'"),
        ("2.1", "1 15.0 DT 1 03X0 Rx - 1 00", "invalid id '03X0'"),
        ("2.0", "1 15.0 DT 0300 Rx B 00", "invalid length 'B'"),
    ],
)
def test_errors_in_a_trc_file_name_the_field(version, line, problem, tmp_path):
    text = VERSIONS[version] + line
    _, reader = written(tmp_path, text)
    assert reader.problems == [f"line {len(text.splitlines())}: {problem} in {line!r}"]


def test_a_file_without_a_header_and_with_short_ids_is_recognized(tmp_path):
    batch, reader = written(tmp_path, "  1)  17535 A8 2 00 11\n  2)  17536 5 0\n")
    assert (batch.arbitration_id.tolist(), reader.skipped) == ([0xA8, 5], 0)


def test_marks_are_events_that_are_read_back_and_other_readers_read_the_frames(tmp_path):
    batch = small_batch(4)
    marks = [
        Mark(0, int(batch.timestamp_ns[0]) - 1_700_000_000, "first"),
        Mark(2, int(batch.timestamp_ns[2]) - 500_000, "DT 7 ümlauts and\nlines"),
        Mark(4, int(batch.timestamp_ns[3]) + 1000, "last"),
    ]
    path = tmp_path / "log.trc"
    save(path, [batch], marks=[*marks, Mark(4, 0, " ")])
    reader = read_batches(path)
    found = FrameBatch.concatenate(list(reader))
    assert (len(found), reader.skipped) == (4, 0)
    assert list(reader.marks) == [marks[0], marks[1]._replace(text="DT 7 ümlauts and lines"), marks[2]]
    numbers = [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if line[0] != ";"]
    assert numbers == [str(number) for number in range(1, 8)]
    first = path.read_bytes()
    save(path, [found], marks=reader.marks)
    assert path.read_bytes() == first
    assert [message.arbitration_id for message in can.TRCReader(path)] == batch.arbitration_id.tolist()

"""BUSMASTER log files."""

import random
from datetime import datetime

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, file_info, read_batches
from canmcast_gui.logfile.busmaster.parser import BusmasterParser

BUSMASTER = """***BUSMASTER Ver 2.0.0***
***START DATE AND TIME 14:5:2013 23:59:59:524***
***{base}***
***{mode} MODE***
23:59:59:6009 Tx 1 {number} s 2 {pairs}
00:00:00:1000 Rx 2 {number} x 1 {pairs}
00:00:00:2000 Rx 2 {number} sr 4
00:00:00:3000 Up 2 {number} s 0
***[STOP LOGGING SESSION]***
"""


def written(tmp_path, text: str):
    path = tmp_path / "log.txt"
    path.write_text(text)
    reader = read_batches(path)
    return FrameBatch.concatenate(list(reader)), reader


def test_busmaster_in_the_time_of_day_across_midnight(tmp_path):
    text = BUSMASTER.format(base="DEC", mode="SYSTEM", number="0033", pairs="016 255")
    batch, reader = written(tmp_path, text)
    assert reader.format.name == "busmaster"
    start = int(datetime(2013, 5, 14).timestamp() * 1e9)
    assert ((batch.timestamp_ns - start) // 100_000).tolist() == [863_996_009, 864_001_000, 864_002_000]
    assert batch.arbitration_id.tolist() == [33, 33, 33]
    assert batch.flags.tolist() == [Flag.TX, Flag.EXTENDED, Flag.REMOTE]
    assert (batch.payload(0).hex(), batch.dlc.tolist()) == ("10ff", [2, 1, 4])
    assert [problem[:7] for problem in reader.problems] == ["line 8:"]


def test_busmaster_frames_that_are_late_at_midnight(tmp_path):
    head = BUSMASTER.format(base="HEX", mode="SYSTEM", number="21", pairs="").partition("23:59:59:6009")[0]
    times = ["23:59:59:9000", "00:00:00:1000", "23:59:59:9500", "00:00:00:2000", "00:00:01:0000"]
    lines = "".join(f"{time} Rx 1 21 s 1 10\n" for time in times)
    for text in (lines, lines.replace("s 1 10", "S 1 10")):  # by columns and one by one
        batch, reader = written(tmp_path, head + text)
        assert reader.skipped == 0
        start = int(datetime(2013, 5, 14).timestamp() * 1e9)
        tenths = ((batch.timestamp_ns - start) // 100_000_000).tolist()
        assert tenths == [863_999, 864_001, 863_999, 864_002, 864_010]


def test_busmaster_with_relative_times_in_hex(tmp_path):
    text = BUSMASTER.format(base="HEX", mode="RELATIVE", number="0x21", pairs="10 FF")
    batch, _ = written(tmp_path, text.replace("23:59:59:6009", "0:00:01:6009"))
    start = int(datetime(2013, 5, 14, 23, 59, 59).timestamp() * 1e9) + 524_000_000
    assert (batch.timestamp_ns - start).tolist() == [1_600_900_000, 1_700_900_000, 1_900_900_000]
    assert batch.arbitration_id.tolist() == [0x21] * 3
    assert batch.payload(0).hex() == "10ff"


def test_each_session_of_a_busmaster_file_has_its_own_date(tmp_path):
    one = BUSMASTER.format(base="HEX", mode="SYSTEM", number="21", pairs="10 FF")
    batch, _ = written(tmp_path, one + one.replace(":2013", ":2014"))
    years = {int(str(moment)[:4]) for moment in batch.timestamp_ns.astype("datetime64[ns]")}
    assert (len(batch), years) == (6, {2013, 2014})
    info = file_info(tmp_path / "log.txt")
    assert (info.first_time_s, info.last_time_s) == (86_399.6009, 86_400.2)


SAVVYCAN = """***BUSMASTER Ver 2.4.0***
***START DATE AND TIME 2:6:2016 9:7:15:2***
***HEX***
***SYSTEM MODE***
"""


@pytest.mark.parametrize(
    ("times", "milliseconds"),
    [
        (("9:7:15:2", "9:7:15:20", "9:7:15:200", "10:0:0:0"), (2, 20, 200, 3_164_985 + 15)),
        (("9:7:15:002", "9:7:15:02", "9:7:15:2", "9:7:15:21"), (2, 20, 200, 210)),
        (("9:7:15:002", "9:7:15:020", "09:07:15:200", "9:7:15:999"), (2, 20, 200, 999)),
        (("9:7:15:0020", "9:7:15:0200", "9:7:15:2000", "9:7:15:0001"), (2, 20, 200, 0.1)),
        (("9:7:15:20", "9:7:15:200", "9:7:15:2000", "9:7:15:1"), (2, 20, 200, 0.1)),
    ],
    ids=["numbers", "decimals", "milliseconds", "tenths", "numbers of tenths"],
)
@pytest.mark.parametrize("head", [SAVVYCAN, ""], ids=["header", "no header"])
def test_fractions_of_seconds_follow_the_digits_of_the_file(times, milliseconds, head, tmp_path):
    lines = [f"{time} Rx 0 00000123 s 1 11 " for time in times]
    batch, reader = written(tmp_path, head + "\n".join(lines))
    assert (reader.format.name, reader.problems) == ("busmaster", [])
    start = int(datetime(2016, 6, 2).timestamp()) * 10**9 if head else 0
    second = start + (9 * 3600 + 7 * 60 + 15) * 10**9
    assert ((batch.timestamp_ns - second) / 1e6).tolist() == list(milliseconds)


J1939 = """***BUSMASTER 2.5.0***
***PROTOCOL J1939***
***START DATE AND TIME 17:7:2014 12:38:30:483***
***{base}***
***SYSTEM MODE***
***<Time><Channel><CAN ID><PGN><Type><Source Node><Destination Node><Priority><Tx/Rx><DLC><DataBytes>***
12:38:30:5344 1 {first} 0x00EE00 ACL 00  FF  006 Tx 3 {pairs}
12:38:30:5345 2 {second} 0x00EA00 RQST_ACL FE  FF  007 Rx 3 {pairs}
12:38:30:5346 2 {second} 0x00EC00 BROADCAST FE  FF  007 Rx 9 {pairs} {pairs} {pairs}
"""


@pytest.mark.parametrize("lines", [slice(None), slice(6, None)], ids=["header", "no header"])
@pytest.mark.parametrize(
    ("base", "first", "second", "pairs"),
    [("HEX", "18eeff00", "1ceafffe", "01 a0 FF "), ("DEC", "418316032", "485163006", "001 160 255 ")],
)
def test_busmaster_with_the_columns_of_j1939(base, first, second, pairs, lines, tmp_path):
    text = J1939.format(base=base, first=first, second=second, pairs=pairs)
    if base == "DEC" and lines.start:
        return  # nothing says that it is decimal
    text = "\n".join(text.splitlines()[lines])
    batch, reader = written(tmp_path, text)
    assert (reader.format.name, reader.problems) == ("busmaster", [])
    assert batch.arbitration_id.tolist() == [0x18EEFF00, 0x1CEAFFFE]
    assert batch.flags.tolist() == [Flag.EXTENDED | Flag.TX, Flag.EXTENDED]
    assert batch.channel.tolist() == [1, 2]
    assert [batch.payload(row).hex() for row in range(2)] == ["01a0ff"] * 2
    assert reader.passed_over == {"J1939 transport messages": 1}


LIN = """***BUSMASTER Ver 3.1.0***
***PROTOCOL LIN***
***HEX***
***SYSTEM MODE***
***<Time><Tx/Rx><Channel><ID><DLC><DataBytes><Checksum>***
13:11:35:4424 Tx 1 0x001 2 FF FF  0x3E (Enhanced)
"""


def test_busmaster_sessions_of_a_lin_bus_are_refused(tmp_path):
    (tmp_path / "lin.log").write_text(LIN)
    with pytest.raises(FileError, match=r"line 2: frames of LIN, which is not supported, in"):
        list(read_batches(tmp_path / "lin.log"))
    can = BUSMASTER.format(**HEX).replace("***START", "***PROTOCOL CAN***\n***START", 1)
    batch, reader = written(tmp_path, LIN + can)
    assert (len(batch), reader.passed_over) == (3, {"frames of other buses": 1})


def test_busmaster_hours_apart_in_one_day(tmp_path):
    rows = [f"{hour:02d}:00:00:0000 Rx 1 123 s 1 {'11' if hour % 5 else '1'}" for hour in range(24)] * 3
    batch, _ = written(tmp_path, SAVVYCAN + "\n".join(rows))
    assert (np.diff(batch.timestamp_ns) == 3600 * 10**9).all()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("9:7:15:2 Rx 1 123 8 11", "a frame of type '8'"),
        ("9:7:15:2 Rx one 123 s 1 11", "invalid channel 'one'"),
        ("9:7:15:2 Rx 1 XYZ s 1 11", "invalid id 'XYZ'"),
        ("9:7:15:2 Rx 1 123 s B 11", "invalid length 'B'"),
        ("9:7:15:2 Rx 1 123 s 1 1G", "invalid data byte '1G'"),
        ("9:7:15:2 Rx 1 123 s 1 100", "invalid data byte '100'"),
        ("9:7:15:2 Rx 1 123 sr 99", "invalid DLC '99'"),
        ("9:7:15:2 Rx 1 123 s 2 11", "it ends too early"),
        ("9:7:15:2 Rx 1", "it ends too early"),
        ("9:7:15 Rx 1 123 s 0", "invalid time '9:7:15'"),
        ("9:7:1x:2 Rx 1 123 s 0", "invalid hours, minutes or seconds '1x'"),
        ("9:7:15:2x Rx 1 123 s 0", "invalid fraction of a second '2x'"),
        ("***START DATE AND TIME 2016-06-02 09:07:15***", "invalid date"),
        ("***START DATE AND TIME 31:6:2016 9:7:15:2***", "invalid date"),
    ],
)
def test_errors_in_a_busmaster_file_name_the_field(line, problem, tmp_path):
    _, reader = written(tmp_path, f"{SAVVYCAN}9:7:15:2 Rx 1 123 s 0\n{line}\n")
    assert reader.problems == [f"line 6: {problem} in {line!r}"]


@pytest.mark.parametrize(
    ("kind", "base", "mode"),
    [
        ("busmaster", "HEX", "SYSTEM"),
        ("busmaster", "DEC", "ABSOLUTE"),
        ("busmaster", "DEC", "RELATIVE"),
        ("j1939", "HEX", "SYSTEM"),
        ("j1939", "DEC", "ABSOLUTE"),
    ],
)
def test_columns_give_the_same_as_single_lines(kind, base, mode, tmp_path, monkeypatch):
    chance = random.Random(kind)
    lines = [_line(kind, row, chance, base, 0.02 if mode != "RELATIVE" else 0.0005) for row in range(9000)]
    head = BUSMASTER.format(**(HEX | {"base": base, "mode": mode}))
    if kind == "j1939":
        head = "***PROTOCOL J1939***\n" + head
    text = "\n".join([*head.splitlines(), *lines, *head.splitlines()[:5], *lines[:3000]])
    batch, reader = written(tmp_path, text)
    monkeypatch.setattr(BusmasterParser, "columns", lambda _self, _lines: [])
    slow, slow_reader = written(tmp_path, text)
    assert reader.problems == slow_reader.problems
    assert (batch.records == slow.records).all()
    assert len(batch) > 8000


HEX = {"base": "HEX", "mode": "SYSTEM", "number": "0x21", "pairs": "10 FF"}


def _line(kind: str, row: int, chance: random.Random, base: str, share: float) -> str:
    """A frame; this share of the lines is unusual or damaged. Times pass midnight."""
    number, count = chance.choice([0x1, 0x7FF, 0x18DAF110]), chance.randint(0, 8)
    form = "{:02X}" if base == "HEX" else "{:03d}"
    pairs = " ".join(form.format(chance.randrange(256)) for _ in range(count))
    if chance.random() < share:
        pairs += chance.choice(["G", " 1", " 00 00 00 00 00 00 00 00 00", "\t", " 256"])
    wide = number > 0x7FF
    second = 40_000 + 30 * row
    if kind == "j1939":
        shown = f"{number:x}" if base == "HEX" else f"{number}"
        rest = f"0x00EA00 ACL 00  FF  006 {chance.choice(['Rx', 'Tx'])} {count} {pairs}"
        return f"{second // 3600 % 24}:{second // 60 % 60}:{second % 60}:{row % 10000} 1 {shown} {rest}"
    clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}:{row:04d}"
    way = chance.choice(["Rx", "Tx"])
    shown = f"0x{number:X}" if base == "HEX" else f"{number:04d}"
    return f"{clock} {way} {chance.choice([1, 2])} {shown} {'x' if wide else 's'} {count} {pairs} "

"""Text formats that are read line by line: CRTD and BUSMASTER."""

import random
from datetime import datetime

import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import file_info, read_batches
from canmcast_gui.logfile.read_busmaster import BusmasterParser
from canmcast_gui.logfile.read_crtd import CrtdParser

CRTD = """166.064000 CXX a remark
166.064001 R11 0000021A FE 36
166.064002 2T29 18DAF110 01
166.064003 2CEV event
166.064004 R11 GGG 01
166.064005 1R11 7FF
"""
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


def test_crtd(tmp_path):
    batch, reader = written(tmp_path, CRTD)
    assert reader.format.name == "crtd"
    assert batch.timestamp_ns.tolist() == [166_064_001_000, 166_064_002_000, 166_064_005_000]
    assert batch.arbitration_id.tolist() == [0x21A, 0x18DAF110, 0x7FF]
    assert batch.flags.tolist() == [0, Flag.TX | Flag.EXTENDED, 0]
    assert batch.channel.tolist() == [1, 2, 1]
    assert [batch.payload(row).hex() for row in range(3)] == ["fe36", "01", ""]
    assert [problem[:7] for problem in reader.problems] == ["line 5:"]


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
    assert (info["first_time_s"], info["last_time_s"]) == (86_399.6009, 86_400.2)


@pytest.mark.parametrize(
    ("kind", "base", "mode"),
    [
        ("crtd", "HEX", "SYSTEM"),
        ("busmaster", "HEX", "SYSTEM"),
        ("busmaster", "DEC", "ABSOLUTE"),
        ("busmaster", "DEC", "RELATIVE"),
    ],
)
def test_many_lines_at_once_are_read_as_one_by_one_would_be(kind, base, mode, tmp_path, monkeypatch):
    chance = random.Random(kind)
    lines = [_line(kind, row, chance, base, 0.02 if mode != "RELATIVE" else 0.0005) for row in range(9000)]
    head = CRTD if kind == "crtd" else BUSMASTER.format(**(HEX | {"base": base, "mode": mode}))
    text = "\n".join([*head.splitlines(), *lines, *head.splitlines()[:5], *lines[:3000]])
    batch, reader = written(tmp_path, text)
    parser = CrtdParser if kind == "crtd" else BusmasterParser
    monkeypatch.setattr(parser, "columns", lambda _self, _lines: [])
    slow, slow_reader = written(tmp_path, text)
    assert reader.problems == slow_reader.problems
    assert (batch.records == slow.records).all()
    assert len(batch) > 8000


HEX = {"base": "HEX", "mode": "SYSTEM", "number": "0x21", "pairs": "10 FF"}


def _line(kind: str, row: int, chance: random.Random, base: str, share: float) -> str:
    """A frame, now and then an unusual or a damaged one; times run over midnight."""
    number, count = chance.choice([0x1, 0x7FF, 0x18DAF110]), chance.randint(0, 8)
    form = "{:02X}" if base == "HEX" else "{:03d}"
    pairs = " ".join(form.format(chance.randrange(256)) for _ in range(count))
    if chance.random() < share:
        pairs += chance.choice(["G", " 1", " 00 00 00 00 00 00 00 00 00", "\t", " 256"])
    wide = number > 0x7FF
    if kind == "crtd":
        bus = chance.choice(["", "1", "2", "12"])
        return f"{row}.{row:06d} {bus}{chance.choice('RT')}{29 if wide else 11} {number:08X} {pairs}"
    second = 40_000 + 30 * row
    clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}:{row:04d}"
    way = chance.choice(["Rx", "Tx"])
    shown = f"0x{number:X}" if base == "HEX" else f"{number:04d}"
    return f"{clock} {way} {chance.choice([1, 2])} {shown} {'x' if wide else 's'} {count} {pairs} "

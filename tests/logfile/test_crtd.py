"""CRTD files."""

import random

import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import file_info, read_batches
from canmcast_gui.logfile.crtd import CrtdParser

CRTD = """166.064000 CXX a remark
166.064001 R11 0000021A FE 36
166.064002 2T29 18DAF110 01
166.064003 2CEV event
166.064004 R11 GGG 01
166.064005 1R11 7FF
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


CRTD_EVENTS = """1.0 CVR 3.1
1.1 CXX Info Type:crtd; Vehicle:TSHK;
1.2 1R11 7FF 00
1.3 CER intr=0 rxpkt=0 txpkt=0 errflags=0x22401c02 rxerr=1 txerr=0
1.4 2CER intr=0 rxpkt=0 txpkt=0 errflags=0x80 rxerr=2 txerr=0
1.5 CST intr=0 rxpkt=0
1.6 CEV vehicle.alert text
1.7 CMT v.b.soc
1.8 CBC A 500000
1.9 CXX
2.0 2CXX the end
"""


def test_other_crtd_records_are_counted_by_kind_and_comments_are_marks(tmp_path):
    batch, reader = written(tmp_path, CRTD_EVENTS)
    kinds = {"error records": 2, "statistics": 1, "system events": 1, "metrics": 1, "commands": 1}
    assert (len(batch), reader.problems, reader.passed_over) == (1, [], kinds)
    assert file_info(reader.path).passed_over == kinds
    assert [(mark.row, mark.timestamp_ns, mark.text) for mark in reader.marks] == [
        (0, 1_100_000_000, "Info Type:crtd; Vehicle:TSHK;"),
        (1, 2_000_000_000, "the end"),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1.3 R11 XYZ 00", "invalid id 'XYZ'"),
        ("1.3 R11 7FF 0G", "invalid data byte '0G'"),
        ("1.3 R11 7FF 100", "invalid data byte '100'"),
        ("1.3s R11 7FF 00", "invalid time '1.3s'"),
        ("1.3s CXX text", "invalid time '1.3s'"),
        ("1.3 R11", "it ends too early"),
        ("1.3", "it ends too early"),
        ("1.3 R12 7FF", "a line of kind 'R12'"),
    ],
)
def test_errors_in_a_crtd_file_name_the_field(line, problem, tmp_path):
    _, reader = written(tmp_path, f"1.2 1R11 7FF 00\n{line}\n")
    assert reader.problems == [f"line 2: {problem} in {line!r}"]


def test_columns_give_the_same_as_single_lines(tmp_path, monkeypatch):
    chance = random.Random("crtd")
    lines = [_line(row, chance, 0.02) for row in range(9000)]
    text = "\n".join([*CRTD.splitlines(), *lines, *CRTD.splitlines()[:5], *lines[:3000]])
    batch, reader = written(tmp_path, text)
    monkeypatch.setattr(CrtdParser, "columns", lambda _self, _lines: [])
    slow, slow_reader = written(tmp_path, text)
    assert reader.problems == slow_reader.problems
    assert (batch.records == slow.records).all()
    assert len(batch) > 8000


def _line(row: int, chance: random.Random, damaged: float) -> str:
    """A frame; this share of the lines is unusual or damaged."""
    number, count = chance.choice([0x1, 0x7FF, 0x18DAF110]), chance.randint(0, 8)
    pairs = " ".join(f"{chance.randrange(256):02X}" for _ in range(count))
    if chance.random() < damaged:
        pairs += chance.choice(["G", " 1", " 00 00 00 00 00 00 00 00 00", "\t", " 256"])
    bus = chance.choice(["", "1", "2", "12"])
    return f"{row}.{row:06d} {bus}{chance.choice('RT')}{29 if number > 0x7FF else 11} {number:08X} {pairs}"

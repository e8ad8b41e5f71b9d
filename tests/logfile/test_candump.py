"""candump logs of all tools, and screen output with all options."""

from datetime import datetime

import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, read_batches


def written(tmp_path, text: str):
    path = tmp_path / "dump.txt"
    path.write_text(text)
    reader = read_batches(path)
    batch = FrameBatch.concatenate(list(reader))
    assert reader.format.name == "candump"
    return batch, reader


def test_comments_become_marks(tmp_path):
    batch, reader = written(tmp_path, "# one\n#\n(1.5) can0 123#00\n# two\n\n(2.5) can0 123#00\n# three\n")
    assert len(batch) == 2
    assert reader.skipped == 0
    assert [(mark.row, mark.timestamp_ns, mark.text) for mark in reader.marks] == [
        (0, 1_500_000_000, "one"),
        (1, 2_500_000_000, "two"),
        (2, 2_500_000_000, "three"),
    ]


def test_a_raw_dlc_after_eight_bytes(tmp_path):
    batch, reader = written(tmp_path, "(1.0) can0 123#1122334455667788_D R\n(1.0) can0 123#R8_9\n")
    assert (batch.dlc.tolist(), batch.length.tolist(), reader.skipped) == ([13, 9], [8, 0], 0)


SCREEN = """
  can0  123   [2]  11 22
  can1  1ABCDEF0   [0]
  can0  456   [8]  remote request
  can0  20000088   [8]  00 00 08 19 00 00 00 00   ERRORFRAME
	protocol-violation{{}{acknowledge-slot}}
	bus-error
  can0  7FF  [12]  00 01 02 03 04 05 06 07 08 09 0A 0B
"""


def test_the_screen_without_times(tmp_path):
    batch, reader = written(tmp_path, SCREEN)
    assert reader.skipped == 0
    assert batch.timestamp_ns.tolist() == [0] * 5
    assert batch.channel.tolist() == [1, 2, 1, 1, 1]
    assert batch.arbitration_id.tolist() == [0x123, 0x1ABCDEF0, 0x456, 0x88, 0x7FF]
    assert batch.flags.tolist() == [0, Flag.EXTENDED, Flag.REMOTE, Flag.ERROR, Flag.FD]
    assert batch.length.tolist() == [2, 0, 0, 8, 12]
    assert batch.dlc.tolist() == [2, 0, 8, 8, 9]
    assert batch.payload(4) == bytes(range(12))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("1436509052.249713", "1436509052.349713", "1436509052.300000"), (249713, 349713, 300000)),
        (("000.000000", "000.100000", "000.150000"), (0, 100000, 150000)),
        (("000.000000", "000.100000", "000.050000"), (0, 100000, 150000)),
    ],
    ids=["-ta", "-tz", "-td"],
)
def test_the_screen_with_times(times, expected, tmp_path):
    batch, reader = written(tmp_path, "".join(f" ({time})  can0  123   [1]  11\n" for time in times))
    assert ((batch.timestamp_ns // 1000) % 1_000_000).tolist() == list(expected)
    assert reader.skipped == 0


def test_the_screen_with_dates(tmp_path):
    batch, _ = written(tmp_path, " (2020-06-01 12:34:56.123456)  can0  123   [1]  11\n")
    assert batch.timestamp_ns[0] == int(datetime(2020, 6, 1, 12, 34, 56).timestamp()) * 10**9 + 123_456_000


def test_the_screen_with_directions_ascii_reversed_bytes_bits_and_raw_dlc(tmp_path):
    batch, reader = written(
        tmp_path,
        "  can0  RX - -  123   [2]  41 42   'AB'\n"
        "  can0  TX B E  123  [02]  41 42\n"
        "  can0  123   [3]  33`22`11\n"
        "  can0  123   [2]  00000001 10000000\n"
        "  can0  123   {B}  01 02 03 04 05 06 07 08\n"
        "  can0  123   [3]  11 22\n",
    )
    assert batch.flags.tolist() == [0, Flag.TX | Flag.FD | Flag.BRS | Flag.ESI, 0, 0, 0]
    assert [batch.payload(row).hex() for row in range(4)] == ["4142", "4142", "112233", "0180"]
    assert batch.dlc.tolist() == [2, 2, 3, 2, 11]
    assert [problem[:7] for problem in reader.problems] == ["line 6:"]


OTHERS = """=~=~=~=~=~=~=~=~=~=~=~= PuTTY log 2024.05.01 12:00:00 =~=~=~=~=~=~=~=~=~=~=~=
(566.90) RX0 A8 [8] 00 11 22 33 44 55 66 77
(566.95) TX1 5 [2] 01 02
(567.00) RX2 7FF [0]
(567.01) TX3 18DAF110 [1] FF
(567.02) RX0 1 [3] 01 02
"""


def test_ids_without_leading_zeros_and_interfaces_that_are_directions(tmp_path):
    batch, reader = written(tmp_path, OTHERS)
    assert batch.arbitration_id.tolist() == [0xA8, 0x5, 0x7FF, 0x18DAF110]
    assert batch.flags.tolist() == [0, Flag.TX, 0, Flag.TX | Flag.EXTENDED]
    assert batch.channel.tolist() == [1, 1, 2, 2]
    assert (batch.timestamp_ns // 10**7).tolist() == [56690, 56695, 56700, 56701]
    assert [problem.partition(" in ")[0] for problem in reader.problems] == [
        "line 1: neither a frame nor a comment",
        "line 6: it ends too early",
    ]


def test_a_file_that_begins_with_short_ids_is_recognized(tmp_path):
    batch, reader = written(tmp_path, "(0.10) RX0 A [1] 11\n" * 3)
    assert (batch.arbitration_id.tolist(), reader.skipped) == ([10] * 3, 0)


@pytest.mark.parametrize("form", ["({time:>11}) can0 123#11", " ({time:>11})  can0  123   [1]  11"])
def test_blanks_before_a_time(form, tmp_path):
    times = ["0.191254", "9.500000", "10.000001", "12345.000000"]
    batch, reader = written(tmp_path, "".join(form.format(time=time) + "\n" for time in times))
    assert (batch.timestamp_ns // 1000).tolist() == [191_254, 9_500_000, 10_000_001, 12_345_000_000]
    assert (batch.arbitration_id.tolist(), reader.skipped) == ([0x123] * 4, 0)


def test_texts_after_a_frame_and_blanks_between_its_bytes(tmp_path):
    batch, reader = written(
        tmp_path,
        "(1.0) can0 123#1122 R and so on\n"
        "(1.0) can0 123#1122 // be careful\n"
        "(1.0) can0 123#1122 T\n"
        "(1.0) can0 43E# 00 90 AB R\n"
        "(1.0) can0 43E#00 90 AB\n"
        "(1.0) can0 43E##1 00 90 AB 00 00 00 00 00 00 00 00 01\n"
        "(1.0) can0 123#1122 3344\n"
        "(1.0) can0 123#112\n"
        "(1.0) can0 123#1G\n"
        "  can0  123   [2]  00010001 20100010\n",
    )
    assert [batch.payload(row).hex() for row in range(5)] == ["1122"] * 3 + ["0090ab"] * 2
    assert batch.flags.tolist() == [0, 0, Flag.TX, 0, 0, Flag.FD | Flag.BRS]
    assert batch.length.tolist()[5] == 12
    assert [problem.partition(" in ")[0] for problem in reader.problems] == [
        "line 7: '3344' after the data",
        "line 8: invalid data '112'",
        "line 9: invalid data '1G'",
        "line 10: invalid data byte '20100010'",
    ]


@pytest.mark.parametrize("interface", ["", "can1 "])
def test_lines_without_times(interface, tmp_path):
    lines = ["309#40", "43E# 00 90", "1ABCDEF0#11.22", "123#R4", "123##3112233", "309#"]
    batch, reader = written(tmp_path, "".join(f"{interface}{line}\n" for line in lines))
    assert reader.problems == []
    assert batch.timestamp_ns.tolist() == [0] * 6
    assert batch.channel.tolist() == [2 if interface else 1] * 6
    assert batch.arbitration_id.tolist() == [0x309, 0x43E, 0x1ABCDEF0, 0x123, 0x123, 0x309]
    fd = Flag.FD | Flag.BRS | Flag.ESI
    assert batch.flags.tolist() == [0, 0, Flag.EXTENDED, Flag.REMOTE, fd, 0]
    assert [batch.payload(row).hex() for row in range(6)] == ["40", "0090", "1122", "", "112233", ""]


def test_lines_without_interfaces(tmp_path):
    batch, reader = written(tmp_path, "(1.5) 123#11\n(2.5) 1ABCDEF0#R\n")
    assert (batch.timestamp_ns // 10**8).tolist() == [15, 25]
    assert (batch.channel.tolist(), reader.skipped) == ([1, 1], 0)


@pytest.mark.parametrize("interface", ["", "can1 "])
def test_ids_in_angle_brackets(interface, tmp_path):
    text = f" {interface}<0x18eeff01> [8] 05 a0 be 1c 00 a0 a0 c0\n {interface}<0x123> [2] 05 a0\n"
    batch, reader = written(tmp_path, text)
    assert (batch.arbitration_id.tolist(), reader.skipped) == ([0x18EEFF01, 0x123], 0)
    assert batch.flags.tolist() == [Flag.EXTENDED, 0]
    assert batch.payload(0).hex() == "05a0be1c00a0a0c0"


@pytest.mark.parametrize("text", ["see 123# below\n", "item 5 [3] text\n", "#define A8\n", "add#\n"])
def test_other_texts_are_not_recognized_as_candump(text, tmp_path):
    (tmp_path / "text.txt").write_text(text * 3)
    with pytest.raises(FileError):
        read_batches(tmp_path / "text.txt")

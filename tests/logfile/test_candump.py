"""candump in all its forms: logs with every oddity, and the screen with every option."""

from datetime import datetime

import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import read_batches


def written(tmp_path, text: str):
    path = tmp_path / "dump.txt"
    path.write_text(text)
    reader = read_batches(path)
    batch = FrameBatch.concatenate(list(reader))
    assert reader.format.name == "candump"
    return batch, reader


def test_comments_become_notes(tmp_path):
    batch, reader = written(tmp_path, "# one\n#\n(1.5) can0 123#00\n# two\n\n(2.5) can0 123#00\n# three\n")
    assert len(batch) == 2
    assert reader.skipped == 0
    assert [(note.row, note.timestamp_ns, note.text) for note in reader.notes] == [
        (0, 1_500_000_000, "one"),
        (1, 2_500_000_000, "two"),
        (2, 2_500_000_000, "three"),
    ]


def test_a_raw_dlc_behind_eight_bytes(tmp_path):
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

"""Vector ASC: dates of many countries, events, names instead of ids, comments as marks."""

from datetime import datetime

import can
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import file_info, read_batches, save
from canmcast_gui.logfile.asc.dates import parse_date
from tests.logfile.frames import small_batch

HEAD = "date Wed Nov 05 12:00:00.250 pm 2025\nbase hex  timestamps absolute\n"
NOON_NS = int(datetime(2025, 11, 5, 12).timestamp()) * 10**9 + 250_000_000


def written(tmp_path, text: str, encoding: str = "utf-8"):
    path = tmp_path / "log.txt"
    path.write_text(text, encoding=encoding)
    reader = read_batches(path)
    batch = FrameBatch.concatenate(list(reader))
    assert reader.format.name == "asc"
    return batch, reader


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Wed Nov 05 12:00:00.123 pm 2025", (2025, 11, 5, 12, 0, 0)),
        ("Wed Nov 05 12:00:00.123 am 2025", (2025, 11, 5, 0, 0, 0)),
        ("Sam Mär 1 15:06:13.123 2017", (2017, 3, 1, 15, 6, 13)),
        ("Fre Mrz 31 05:06:13.123 pm 2017", (2017, 3, 31, 17, 6, 13)),
        ("Die Okt 31 15:06:13.123 2017", (2017, 10, 31, 15, 6, 13)),
        ("jeu. déc. 12 08:00:00.123 2024", (2024, 12, 12, 8, 0, 0)),
        ("lun. août 5 08:00:00.123 2024", (2024, 8, 5, 8, 0, 0)),
        ("gio ott 10 08:00:00.123 2024", (2024, 10, 10, 8, 0, 0)),
        ("vie ene 3 08:00:00.123 2025", (2025, 1, 3, 8, 0, 0)),
        ("周三 11月 5 09:33:11.123 2014", (2014, 11, 5, 9, 33, 11)),
        ("2025-11-05 12:00:00.123", (2025, 11, 5, 12, 0, 0)),
        ("Mi 05.11.2025 12:00:00.123", (2025, 11, 5, 12, 0, 0)),
    ],
)
def test_dates(text, moment):
    assert parse_date(text) == int(datetime(*moment).timestamp()) * 10**9 + 123_000_000


@pytest.mark.parametrize(
    "text", ["whenever", "Wed Foo 05 12:00:00 2025", "Wed Nov 31 12:00:00 2025", "Wed Nov 05 25:00:00 2025"]
)
def test_invalid_dates(text):
    with pytest.raises(ValueError, match=r"date|month|day|hour"):
        parse_date(text)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_months_in_either_encoding(encoding, tmp_path):
    text = "date Sam Mär 1 15:06:13.000 2017\nbase hex  timestamps absolute\n 1.0 1 10 Rx d 0\n"
    batch, reader = written(tmp_path, text, encoding)
    assert batch.timestamp_ns[0] == int(datetime(2017, 3, 1, 15, 6, 14).timestamp()) * 10**9
    assert reader.skipped == 0


def test_an_invalid_date_is_reported(tmp_path):
    batch, reader = written(tmp_path, "date whenever\nbase hex  timestamps absolute\n 1.0 1 10 Rx d 0\n")
    assert batch.timestamp_ns.tolist() == [1_000_000_000]
    assert reader.problems == ["line 1: invalid date in 'date whenever'"]


EVENTS = """// version 9.0.0
   0.000000 Start of measurement
   0.015991 CAN 1 Status:chip status error passive - TxErr: 132 RxErr: 0
   1.015991 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%
   1.1 SV: 2 0 1 ::Signal = 5
   2.5 1  J1939TP FEE3p        6    0  0   -   Rx   d 3 A0 0F A6
   2.501000 1 ErrorFrame
   2.501010 2 ErrorFrame ECC: 10100010
   2.501020 3 ErrorFrame Flags = 0xe CodeExt = 0x20a2 Code = 0x82 ID = 0 DLC = 0 Position = 5 Length = 11300
   2.6 CANFD   4 Tx ErrorFrame Not Acknowledge error, dominant error flag fffe c7 31ca Arb. 556 44 0 0 f 64 00
   2.7 2 100 Tx r
   2.8 2 200 Tx r 8 Length = 1704000 BitCount = 145 ID = 88888888x
End TriggerBlock
"""


def test_events_are_valid_and_errors_of_all_styles_are_frames(tmp_path):
    batch, reader = written(tmp_path, HEAD + EVENTS)
    assert reader.skipped == 0
    assert batch.has(Flag.ERROR).tolist() == [True] * 4 + [False] * 2
    assert batch.has(Flag.REMOTE).tolist() == [False] * 4 + [True] * 2
    assert batch.channel.tolist() == [1, 2, 3, 4, 2, 2]
    assert batch.dlc[4:].tolist() == [0, 8]
    assert reader.passed_over == {
        "chip states": 1,
        "statistics": 1,
        "system variables": 1,
        "J1939 transport messages": 1,
    }
    list(reader)
    assert sum(reader.passed_over.values()) == 4
    assert file_info(reader.path).passed_over["statistics"] == 1


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("Li 1 3C Rx 8", "LIN events"),
        ("Fr RMSG 0 0 1", "FlexRay events"),
        ("CANXL 2 Rx XLFF 1", "CAN XL frames"),
        ("1 OverloadFrame", "overload frames"),
        ("TFS: [1,2]", "other events"),
        ("lightning", "other events"),
    ],
)
def test_other_events_are_counted_by_kind(event, kind, tmp_path):
    _, reader = written(tmp_path, f"{HEAD} 1.0 1 10 Rx d 0\n 2.0 {event}\n")
    assert (reader.skipped, reader.passed_over) == (0, {kind: 1})


def test_each_trigger_block_has_its_own_date(tmp_path):
    block = "Begin Triggerblock Wed Nov 05 12:0{minute}:00.250 pm 2025\n 1.0 1 10 Rx d 0\nEnd TriggerBlock\n"
    text = HEAD + block.format(minute=0) + block.format(minute=7)
    batch, reader = written(tmp_path, text)
    assert (batch.timestamp_ns - NOON_NS).tolist() == [1_000_000_000, 421_000_000_000]
    assert reader.skipped == 0


SESSION = """date Fri May 18 {date} pm 2012
{base}// version 7.1.0
{times}End TriggerBlock

"""


@pytest.mark.parametrize("base", ["", "base hex  no internal events logged\n"])
@pytest.mark.parametrize("empty", ["", SESSION.format(date="01:00:00", base="", times="")])
def test_busmaster_writes_the_time_of_day_in_sessions_with_dates(base, empty, tmp_path):
    sessions = [("02:00:05", 50_410.25), ("11:59:59", 86_399.5)]
    text = empty + "".join(
        SESSION.format(date=date, base=base, times=f"{time:.6f} 1 124 Tx d 1 00 \n")
        for date, time in sessions
    )
    batch, reader = written(tmp_path, text)
    midnight = int(datetime(2012, 5, 18).timestamp()) * 10**9
    assert ((batch.timestamp_ns - midnight) / 1e9).tolist() == [time for _, time in sessions]
    assert reader.problems == []


@pytest.mark.parametrize("base", ["base hex  timestamps absolute\n", "base hex  no internal events logged\n"])
def test_times_since_a_date_are_kept(base, tmp_path):
    first = 50_410.25 if "timestamps" in base else 0.25
    text = SESSION.format(date="02:00:05", base=base, times=f"{first:.6f} 1 124 Tx d 1 00 \n")
    batch, _ = written(tmp_path, text)
    start = int(datetime(2012, 5, 18, 14, 0, 5).timestamp()) * 10**9
    assert batch.timestamp_ns[0] - start == first * 1e9


def test_a_name_has_its_id_at_the_end_of_the_line_or_is_reported(tmp_path):
    batch, reader = written(
        tmp_path,
        HEAD
        + " 1.0 1  Engine  Rx   d 1 11  Length = 240015 BitCount = 124 ID = 1785\n"
        + " 2.0 1  Gears   Tx   d 1 12  Length = 240015 BitCount = 124 ID = 418119424x\n"
        + " 3.0 1  Lights  Rx   d 1 13\n",
    )
    assert batch.arbitration_id.tolist() == [1785, 418119424]
    assert batch.flags.tolist() == [0, Flag.EXTENDED | Flag.TX]
    assert reader.problems[0].startswith("line 5: Lights is a name without an id in")


def test_flags_of_a_canfd_line_mark_classic_frames(tmp_path):
    tail = "aa5ae0d2 46500250 4b140250 20011736 2001040d"
    shown = [
        ("0 0 8  8 01 02 03 04 05 06 07 08", "200000", 0),
        ("0 0 8  8 01 02 03 04 05 06 07 08", "301000", Flag.FD),
        ("0 0 8  8 01 02 03 04 05 06 07 08", "0", Flag.FD),
        ("1 0 8  8 01 02 03 04 05 06 07 08", "200000", Flag.FD | Flag.BRS),
        ("0 0 9 12 01 02 03 04 05 06 07 08 09 0A 0B 0C", "200000", Flag.FD),
        ("0 0 3  3 01 02 03", "200040", 0),
        ("0 0 b  8 01 02 03 04 05 06 07 08", "200000", 0),
        ("0 0 0  0", "200000", 0),
        ("0 0 0  0", "301000", Flag.FD),
        ("0 0 5  0", "200050", Flag.REMOTE),
    ]
    lines = [
        f" 1.5 CANFD   1 Rx 300  Name  {data}  102203  133 {flags:>8} {tail}" for data, flags, _ in shown
    ]
    lines += [" 1.6 CANFD   1 Rx 300   0 0 2  2 01 02", " 1.7 CANFD   1 Rx 300   0 0 2  2 01 02  0 0 what"]
    lines.append(lines[0].replace(" Name ", " Name " + 100 * " "))
    batch, reader = written(tmp_path, HEAD + " 1.0 CANFD   Start of measurement\n" + "\n".join(lines))
    assert (reader.problems, reader.passed_over) == ([], {})
    assert batch.flags.tolist() == [kind for *_, kind in shown] + [Flag.FD, Flag.FD, 0]
    assert batch.dlc.tolist() == [8, 8, 8, 8, 9, 3, 11, 0, 0, 5, 2, 2, 8]


@pytest.mark.parametrize(
    "line", ["1 A8 TxRq d 1 00", "CANFD 1 Rx A8 1 0 1 1 00", "CANFD 1 Tx ErrorFrame", "1 ErrorFrame"]
)
def test_a_file_without_a_header_is_recognized(line, tmp_path):
    batch, reader = written(tmp_path, f" 1.5 {line}\n")
    assert (len(batch), reader.skipped) == (1, 0)


def test_comments_and_markers_become_marks(tmp_path):
    text = (
        HEAD + "// before all\n 1.0 1 10 Rx d 0\n   1.5 Comment: 105 what I saw\n   1.6 GMMarker: here\n"
        "   1.7 log trigger event\n 2.0 1 10 Rx d 0\n// at the end\n"
    )
    _, reader = written(tmp_path, text)
    assert [(mark.row, mark.timestamp_ns - NOON_NS, mark.text) for mark in reader.marks] == [
        (0, 1_000_000_000, "before all"),
        (1, 1_500_000_000, "what I saw"),
        (1, 1_600_000_000, "here"),
        (1, 1_700_000_000, "log trigger event"),
        (2, 2_000_000_000, "at the end"),
    ]


def test_marks_are_read_back_and_other_readers_read_the_frames(tmp_path):
    batch = small_batch(4)
    marks = [
        Mark(0, int(batch.timestamp_ns[0]), "first"),
        Mark(2, int(batch.timestamp_ns[2]) - 500_000, "7 ümlauts and\nlines"),
        Mark(4, int(batch.timestamp_ns[3]) + 1000, "last"),
    ]
    path = tmp_path / "log.asc"
    save(path, [batch], marks=marks)
    reader = read_batches(path)
    found = list(reader)
    assert sum(map(len, found)) == 4
    assert list(reader.marks) == [marks[0], marks[1]._replace(text="7 ümlauts and lines"), marks[2]]
    first = path.read_bytes()
    save(path, found, marks=reader.marks)
    assert path.read_bytes() == first
    assert sum(1 for _ in can.ASCReader(path)) == 4


@pytest.mark.parametrize(
    ("base", "dlc", "count", "code"),
    [
        ("hex", "8", 8, 8),
        ("hex", "9", 8, 9),
        ("hex", "f", 8, 15),
        ("hex", "15", 8, 15),
        ("dec", "10", 8, 10),
        ("hex", "9", 12, 9),
        ("hex", "c", 12, 9),
        ("hex", "C", 24, 12),
        ("hex", "10", 16, 10),
        ("hex", "15", 64, 15),
        ("hex", "40", 64, 15),
        ("dec", "15", 64, 15),
        ("dec", "64", 64, 15),
        ("dec", "14", 48, 14),
        ("hex", "14", 20, 11),
    ],
)
def test_the_number_of_bytes_decides_what_the_dlc_of_a_classic_line_means(base, dlc, count, code, tmp_path):
    form = "{:02X}".format if base == "hex" else str
    data = " ".join(map(form, range(count)))
    tail = "  Length = 273910 BitCount = 141 ID = 256"
    text = f"base {base}  timestamps absolute\n" + f" 1.0 1 10 Rx d {dlc} {data}{tail}\n" * 2
    batch, reader = written(tmp_path, text)
    assert reader.problems == []
    assert batch.payload(0) == batch.payload(1) == bytes(range(count))
    assert batch.dlc.tolist() == [code] * 2
    assert batch.flags.tolist() == [Flag.FD if count > 8 else 0] * 2


@pytest.mark.parametrize(("dlc", "code"), [("", 0), ("8", 8), ("f", 15), ("15", 15)])
def test_the_dlc_of_a_remote_frame(dlc, code, tmp_path):
    batch, reader = written(tmp_path, f"{HEAD} 1.0 1 10 Rx r {dlc} Length = 0 BitCount = 64 ID = 16\n")
    assert (batch.dlc.tolist(), batch.flags.tolist(), reader.skipped) == ([code], [Flag.REMOTE], 0)


@pytest.mark.parametrize(
    ("dlc", "count", "problem"),
    [
        ("9", 7, "it ends too early"),
        ("40", 8, "it ends too early"),
        ("9", 16, "16 data bytes after DLC '9'"),
        ("77", 8, "invalid DLC '77'"),
        ("-1", 8, "invalid DLC '-1'"),
        ("G", 8, "invalid DLC 'G'"),
    ],
)
def test_a_dlc_that_the_data_contradict_is_reported(dlc, count, problem, tmp_path):
    line = f" 1.0 1 10 Rx d {dlc} {' 00' * count}\n"
    _, reader = written(tmp_path, HEAD + " 1.0 1 10 Rx d 0\n" + line)
    assert reader.problems[0].startswith(f"line 4: {problem} in")

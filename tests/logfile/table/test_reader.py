"""Tables of frames: those of many tools by their titles, others by a given layout."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.schema import dump, load
from canmcast_gui.logfile import FileError, read_batches
from canmcast_gui.logfile.problems import UnknownColumnsError
from canmcast_gui.logfile.table.layout import HEAD_BYTES, TIME_UNITS, TableLayout, rows_of
from canmcast_gui.logfile.table.suggest import suggest_layout

GVRET = """Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8
1000001,00000123,false,Rx,0,2,AA,0B,
1000002,18DAF110,true,Tx,1,3,1,02,ff,0,0,0,0,0
1000003,2.00E+06,false,Rx,0,8,01,02,03,04,05,06,07,08,
"""
OLD_GVRET = """Time Stamp,ID,Extended,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8
1000001,00000123,false,0,2,AA,0B,00,00,00,00,00,00,
1000002,18DAF110,true,1,3,01,02,FF,00,00,00,00,00,
1000003,000002E6,false,0,8,01,02,03,04,05,06,07,08,
"""
CSS = """TimestampEpoch;BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;ESI;RTR;DataBytes
1.000001;1;123;0;2;2;0;0;0;0;0;AA0B
1.000002;2;18DAF110;1;3;3;1;0;0;0;0;0102FF
1.000003;1;2E6;0;8;8;0;0;0;0;0;0102030405060708
"""
VEHICLE_SPY = """VSpyMessages
Start Date,6/29/2018

Line,Abs Time(Sec),Rel Time (Sec),Status,Er,Tx,Text,Network,Node,ID,Cycle,Ch
Line,Abs Time(Sec),Rel Time (Sec),Status,Er,Tx,Text,Network,Node,Arb ID,Remote,Xtd,B1,B2,B3,B4,B5,B6,B7,B8
1,1.000001,0,67371008,F,F,"HS CAN $123, with a comma",HS CAN,,123,F,F,AA,0B,,,,,,,
2,1.000002,1E-06,67371008,F,T,MS CAN,MS CAN,,18DAF110,F,T,01,02,FF,,,,,,
3,1.000003,1E-06,67371008,F,F,HS CAN,HS CAN,,2E6,F,F,01,02,03,04,05,06,07,08,
"""
CANHACKER = """@ TEXT @ 3 @ 64 @ 0 @ 3 @ 2 @ 00:00:01.000 @\r
1,000001\t1\t0004\t123\t2\tAA 0B                  \t00000000\t  \t
1,000002\t1\t0004\t18DAF110\t3\t01 02 FF               \t00000000\t  \t
1,000003\t1\t0004\t2E6\t8\t01 02 03 04 05 06 07 08\t00000000\t  \t
"""
OLD_CANHACKER = """Time   ID     DLC Data                    Comment
01.000001 123      2   AA 0B
01.000002 18DAF110 3   01 02 FF
01.000003 2E6      8   01 02 03 04 05 06 07 08
"""
SPACED = """# written by something
Time [s] | Channel | CAN-ID (hex) | Dir | DLC | Data
1.000001 | CAN1 | 0x123 | Rx | 2 | 0xAA 0x0B
1.000002 | CAN2 | 18DAF110x | Tx | 3 | 01-02-FF
1.000003 | CAN1 | 0x2E6 | Rx | 8 | 0102030405060708
"""
MICROCHIP = """//---------------------------------
Microchip Technology Inc.
CAN BUS Analyzer
Logging Started: 23/9/2015 22:17:43
//---------------------------------
1247;RX;0x123;2;0xAA;0x0B;0x00;0x00;0x01;0x00;0x00;0x1C
1248;TX;0x18DAF110;3;0x01;0x02;0xFF;
1249;RX;0x2E6;8;0x01;0x02;0x03;0x04;0x05;0x06;0x07;0x08
"""
CHUANGXIN = """Index,System Time,Time Stamp,Channel,Direction,ID,Frame Type,Frame Format,Length,Data
0,="00:00:01.001",0x2710,ch1,Receive,0x00000123,Data,Standard,0x02,x| AA 0B
1,="00:00:01.002",0x271A,ch2,Send,0x18DAF110,Data,Extended,0x03,x| 01 02 FF
2,="00:00:01.003",0x2724,ch1,Receive,0x000002E6,Data,Standard,0x08,x| 01 02 03 04 05 06 07 08
"""
ZLG = """序号,传输方向,系统时间,CAN通道,帧ID,帧格式,帧类型,数据长度,数据(HEX)
0,接收,00:00:01:001,1,0x00000123,数据帧,标准帧,0x02,AA 0B
1,发送,00:00:01:002,2,0x18DAF110,数据帧,扩展帧,0x03,01 02 FF
2,接收,00:00:01:003,1,0x000002E6,数据帧,标准帧,0x08,01 02 03 04 05 06 07 08
"""
PAYLOADS = ["aa0b", "0102ff", "0102030405060708"]


def written(tmp_path, text: str, layout: TableLayout | None = None):
    path = tmp_path / "log.txt"
    path.write_bytes(text.encode())
    reader = read_batches(path, layout=layout)
    return FrameBatch.concatenate(list(reader)), reader


@pytest.mark.parametrize(
    ("text", "name", "channels", "sent"),
    [
        (GVRET, "gvret", [1, 2, 1], True),
        (OLD_GVRET, "gvret", [1, 2, 1], False),
        (OLD_GVRET.replace("\n", "\r\n"), "gvret", [1, 2, 1], False),
        (CSS, "css", [1, 2, 1], True),
        (VEHICLE_SPY, "vehiclespy", [1, 2, 1], True),
        (CANHACKER, "canhacker", [1, 1, 1], False),
        (CANHACKER.replace("\r\n", "\r").replace("\n", "\r"), "canhacker", [1, 1, 1], False),
        (OLD_CANHACKER, "canhacker", [1, 1, 1], False),
        (SPACED, "table", [1, 2, 1], True),
    ],
)
def test_dialects(text, name, channels, sent, tmp_path):
    batch, reader = written(tmp_path, text)
    assert (reader.format.name, reader.skipped) == (name, 0)
    assert batch.timestamp_ns.tolist() == [1_000_001_000, 1_000_002_000, 1_000_003_000]
    assert batch.arbitration_id.tolist() == [0x123, 0x18DAF110, 0x2E6]
    assert batch.flags.tolist() == [0, Flag.EXTENDED | (Flag.TX if sent else 0), 0]
    assert batch.channel.tolist() == channels
    assert [batch.payload(row).hex() for row in range(3)] == PAYLOADS
    assert batch.dlc.tolist() == [2, 3, 8]


OTHER_TOOLS = {
    "semicolons": """Time [s];Channel;ID [hex];Event Type;Dir;DLC;Data [hex]
0.001000;1;123;CAN Frame;Rx;2;AA 55
0.002000;2;18DAF110x;CAN Frame;Tx;3;01 02 03
""",
    "quoted": """"Time","Chn","ID","Name","Event Type","Dir","DLC","Data length","Data"
"0.001000","CAN 1","123","Engine","CAN Frame","Rx","2","2","AA 55"
"0.002000","CAN 2","18DAF110x","","CAN Frame","Tx","3","3","01 02 03"
""",
    "a column for each byte": """Timestamp,Channel,Identifier,Direction,Length,Data 0,Data 1,Data 2,Data 3
0.001000,1,0x123,Rx,2,AA,55,,
0.002000,2,0x18DAF110,Tx,3,01,02,03,
""",
    "decimal commas": """Time;Bus;CAN ID;Ext;RTR;Dir;Len;B0;B1;B2;B3
0,001000;1;123;0;0;Rx;2;AA;55;;
0,002000;2;18DAF110;1;0;Tx;3;01;02;03;
""",
}


RUNS_OF_BLANKS = {
    "names with spaces": """Time (s)     CAN ID        Dir   Length   Data Bytes
0.001        123           Rx    2        AA 55
0.002        18DAF110x     Tx    3        01 02 03
""",
    "cells with spaces": """Time          Bus      CAN-ID      Dir   DLC   Data
0.001         CAN 1    123         Rx    2     AA 55
0.002         CAN 2    18DAF110x   Tx    3     01 02 03
""",
    "each byte a cell": """Time        ID          Dir   DLC   Data
  0.001       123         Rx    2     AA  55
  0.002       18DAF110x   Tx    3     01  02  03
""",
    "tabs to align": """Time\t\tID\t\tDir\tDLC\tData
0.001\t\t123\t\tRx\t2\tAA 55
0.002\t\t18DAF110x\tTx\t3\t01 02 03
""",
    "some rows with one space": """ Time       ID      Dir DLC  Data
0.001      123  Rx  2   AA 55
0.002 18DAF110x Tx  3   01 02 03
""",
    "units after two spaces": """Time           ID          Dir   DLC   Data
1 ms           123         Rx    2     AA 55
0.002 sec      18DAF110x   Tx    3     01 02 03
""",
    "units after one space": """Time ID Dir DLC Data
0.001 sec 123 Rx 2 AA 55
2.0 ms 18DAF110x Tx 3 01 02 03
""",
    "units in a list": """Time,ID,Dir,DLC,Data
1000 µs,123,Rx,2,AA 55
2000000ns,18DAF110x,Tx,3,01 02 03
""",
}


@pytest.mark.parametrize("name", RUNS_OF_BLANKS)
def test_columns_between_runs_of_blanks_and_times_with_units(name, tmp_path):
    batch, reader = written(tmp_path, RUNS_OF_BLANKS[name])
    assert (reader.format.name, reader.skipped) == ("table", 0)
    assert batch.timestamp_ns.tolist() == [1_000_000, 2_000_000]
    assert batch.arbitration_id.tolist() == [0x123, 0x18DAF110]
    assert batch.flags.tolist() == [0, Flag.EXTENDED | Flag.TX]
    assert [batch.payload(row).hex() for row in range(2)] == ["aa55", "010203"]


def test_runs_of_blanks_are_suggested_without_titles(tmp_path):
    rows = "".join(f"0.{number:03}    1{number:02X}   2    AA {number:02X}\n" for number in range(20))
    layout = suggest_layout(rows.encode())
    assert (layout.delimiter, layout.time, layout.identifier, layout.dlc) == ("  ", 0, 1, 2)
    with pytest.raises(UnknownColumnsError, match="which column is what"):
        written(tmp_path, rows)
    batch, reader = written(tmp_path, rows, replace(layout, data=3))
    assert (len(batch), reader.skipped, batch.payload(19)) == (20, 0, b"\xaa\x13")


def test_labels_in_cells_are_suggested(tmp_path):
    rows = "".join(
        f"CAN (4a8),{turn} ch:{row % 2 + 1},Dlc:{row % 3},idx:,{0x301 + row:x},data:,{data},t,{1000 + row}\n"
        for row, turn, data in zip(
            range(30), ["RX", "TX"] * 15, ["00,00", "0a,00", "0a,0b"] * 10, strict=True
        )
    )
    layout = suggest_layout(rows.encode())
    with pytest.raises(UnknownColumnsError, match="which column is what"):
        written(tmp_path, rows)
    assert (layout.direction, layout.channel, layout.dlc, layout.identifier, layout.data) == (1, 1, 2, 4, 6)
    batch, reader = written(tmp_path, rows, replace(layout, time=9, time_kind="ms"))
    assert (len(batch), reader.skipped) == (30, 0)
    assert batch.arbitration_id.tolist() == list(range(0x301, 0x301 + 30))
    assert batch.channel.tolist() == [1, 2] * 15
    assert batch.flags.tolist() == [0, Flag.TX] * 15
    assert [batch.payload(row).hex() for row in range(3)] == ["", "0a", "0a0b"]


def test_a_list_with_two_columns_is_not_a_table_of_frames(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("ID    Message\n1     engine on\n2     engine off\n")
    with pytest.raises(FileError, match="not in a supported log format"):
        read_batches(path)


@pytest.mark.parametrize(
    ("cell", "nanoseconds"),
    [
        ("1.8173 sec", 1_817_300_000),
        ("12 ms", 12_000_000),
        ("12.5ms", 12_500_000),
        ("-3 s", -3_000_000_000),
        ("7 Seconds", 7_000_000_000),
        ("7 μs", 7000),
        ("7 us", 7000),
        ("7 ns", 7),
        ("7", 7_000_000),
        ("7 parsecs", None),
        ("ms", None),
        ("", None),
    ],
)
def test_the_unit_in_a_cell_overrides_that_of_the_column(cell, nanoseconds, tmp_path):
    layout = TableLayout(time=0, time_kind="ms", identifier=1)
    batch, reader = written(tmp_path, f"{cell},1\n1 ms,2\n", layout)
    assert batch.timestamp_ns.tolist() == [*([] if nanoseconds is None else [nanoseconds]), 1_000_000]
    assert reader.skipped == (nanoseconds is None)


@pytest.mark.parametrize("name", OTHER_TOOLS)
def test_tables_of_other_tools_are_read_by_the_titles_of_their_columns(name, tmp_path):
    batch, reader = written(tmp_path, OTHER_TOOLS[name])
    assert (reader.format.name, reader.skipped) == ("table", 0)
    assert batch.timestamp_ns.tolist() == [1_000_000, 2_000_000]
    assert batch.arbitration_id.tolist() == [0x123, 0x18DAF110]
    assert batch.flags.tolist() == [0, Flag.EXTENDED | Flag.TX]
    assert batch.channel.tolist() == [1, 2]
    assert [batch.payload(row).hex() for row in range(2)] == ["aa55", "010203"]


ZLG_FILES = {
    "Chuangxin": CHUANGXIN.encode(),
    "UTF-8": ZLG.encode(),
    "GBK": ZLG.encode("gbk"),
    "UTF-16": ZLG.encode("utf-16"),
    "tabs": ZLG.replace(",", "\t").encode("gbk"),
    "padded cells": ZLG.replace(",", "\0\0\0,").replace("\n", "\0\r\n").encode("gbk"),
    "ended cells": CHUANGXIN.replace(",", "\0,").encode(),
    "zeros between cells": ZLG.replace(",", "\0").encode("gbk"),
}


@pytest.mark.parametrize("name", ZLG_FILES)
def test_tables_of_chinese_tools(name, tmp_path):
    path = tmp_path / "log"
    path.write_bytes(ZLG_FILES[name])
    reader = read_batches(path)
    batch = FrameBatch.concatenate(list(reader))
    assert (reader.format.name, reader.problems) == ("zlg", [])
    assert milliseconds(batch) == [1001, 1002, 1003]
    assert batch.arbitration_id.tolist() == [0x123, 0x18DAF110, 0x2E6]
    assert batch.flags.tolist() == [0, Flag.EXTENDED | Flag.TX, 0]
    assert batch.channel.tolist() == [1, 2, 1]
    assert [batch.payload(row).hex() for row in range(3)] == PAYLOADS


def test_remote_and_small_extended_ids_of_chinese_tools(tmp_path):
    rows = (
        "0,接收,00:00:01:001,1,0x12,远程帧,扩展帧,0x02,\n1,接收,00:00:01:002,1,0x13,数据帧,标准帧,0x01,AA\n"
    )
    for encoding in ("utf-8", "gbk"):
        path = tmp_path / "log"
        path.write_bytes((ZLG.splitlines()[0] + "\n" + rows).encode(encoding))
        batch = FrameBatch.concatenate(list(read_batches(path)))
        assert batch.flags.tolist() == [Flag.EXTENDED | Flag.REMOTE, 0]
        assert batch.dlc.tolist() == [2, 1]


def test_zeros_in_a_large_file_of_a_chinese_tool(tmp_path):
    row = "0\0,接收\0,00:00:01:001\0,1\0,0x00000123\0,数据帧\0,标准帧\0,0x02\0,AA 0B\0\r\n"
    path = tmp_path / "log"
    path.write_bytes((ZLG.splitlines()[0] + "\r\n" + row * 20_000).encode("gbk") + b"end\r\n")
    reader = read_batches(path)
    assert sum(map(len, reader)) == 20_000
    assert reader.problems == ["line 20002: not a frame: 'end'"]


def test_microchip_counts_milliseconds(tmp_path):
    batch, reader = written(tmp_path, MICROCHIP)
    assert (reader.format.name, reader.skipped) == ("microchip", 0)
    assert milliseconds(batch) == [1247, 1248, 1249]
    assert batch.arbitration_id.tolist() == [0x123, 0x18DAF110, 0x2E6]
    assert batch.flags.tolist() == [0, Flag.EXTENDED | Flag.TX, 0]
    assert [batch.payload(row).hex() for row in range(3)] == PAYLOADS
    batch, reader = written(tmp_path, MICROCHIP.replace("1247;RX", "1247;RX;RX"))
    assert (len(batch), [problem[:7] for problem in reader.problems]) == (2, ["line 6:"])
    batch, reader = written(tmp_path, "".join(MICROCHIP.splitlines(True)[5:]))
    assert (reader.format.name, len(batch), reader.skipped) == ("microchip", 3, 0)


def test_bytes_continue_in_columns_without_a_name(tmp_path):
    text = "Time/ms;Arb. ID ;Ex;Rt;Data\n7;18FF0021;x; ;00;FF;DC\n8;123; ; ;01;\n9;124; ;r;\n"
    batch, reader = written(tmp_path, text)
    assert (reader.format.name, reader.skipped, milliseconds(batch)) == ("table", 0, [7, 8, 9])
    assert batch.flags.tolist() == [Flag.EXTENDED, 0, Flag.REMOTE]
    assert [batch.payload(row).hex() for row in range(3)] == ["00ffdc", "01", ""]


@pytest.mark.parametrize("names", ["Frame Type,Frame Format", "Frame Format,Frame Type"])
def test_kinds_of_frames_are_recognized_by_words(names, tmp_path):
    rows = "1,123,Data,Extended,1,AA\n2,124,Remote,Standard,1,\n"
    batch, reader = written(tmp_path, f"Time,ID,{names},Length,Data\n{rows}")
    assert reader.skipped == 0
    assert batch.flags.tolist() == [Flag.EXTENDED, Flag.REMOTE]


def test_cl2000_counts_days_from_the_month_in_its_head(tmp_path):
    head = '# Logger type: CL2000\n# Time: 20231005T071031\n# Value separator: ";"\nTimestamp;Type;ID;Data\n'
    batch, reader = written(tmp_path, head + "05T071031805;0;326;0001\n06T000000001;1;18fe592f;ff\n")
    assert reader.format.name == "cl2000"
    assert batch.flags.tolist() == [0, Flag.EXTENDED]
    start = datetime(2023, 10, 5, 7, 10, 31).timestamp()
    assert batch.timestamp_ns[0] == int(start) * 1_000_000_000 + 805_000_000
    milliseconds = np.diff(batch.timestamp_ns) // 1_000_000
    assert milliseconds.tolist() == [(17 * 3600 - 10 * 60 - 31) * 1000 - 805 + 1]


def test_cl2000_has_types_for_sent_frames(tmp_path):
    head = '# Logger type: CL2000\n# Time: 20231005T071031\n# Value separator: ";"\nTimestamp;Type;ID;Data\n'
    batch, reader = written(
        tmp_path, head + "".join(f"05T07103180{kind};{kind};10;00\n" for kind in (0, 1, 8, 9))
    )
    assert reader.skipped == 0
    assert batch.flags.tolist() == [0, Flag.EXTENDED, Flag.TX, Flag.TX | Flag.EXTENDED]


@pytest.mark.parametrize("date", ["99231005T071031", "nonsense", "00001305"])
def test_an_invalid_month_counts_from_1970(date, tmp_path):
    head = f'# Logger type: CL2000\n# Time: {date}\n# Value separator: ";"\nTimestamp;Type;ID;Data\n'
    batch, _ = written(tmp_path, head + "01T000000001;0;326;0001\n")
    assert batch.timestamp_ns.tolist() == [1_000_000]


def canhacker(times: list[str]) -> str:
    head = f"@ TEXT @ 3 @ 64 @ 0 @ {len(times)} @ 125000 @ 00:02:05.000 @\r\n"
    return head + "".join(f"{time}\t1\t0004\t123\t1\tAA\t00000000\t \t\n" for time in times)


def milliseconds(batch: FrameBatch) -> list[int]:
    return (batch.timestamp_ns // 1_000_000).tolist()


def test_canhacker_counts_seconds_of_a_minute(tmp_path):
    times = ["30,000", "59,999", "00,001", "59,998", "00,002", "50,000", "10,000", "35,000"]
    expected = [30_000, 59_999, 60_001, 59_998, 60_002, 110_000, 130_000, 155_000]
    batch, reader = written(tmp_path, canhacker(times))
    assert (reader.format.name, reader.skipped) == ("canhacker", 0)
    assert milliseconds(batch) == expected
    old = "Time   ID     DLC Data                    Comment\n"
    lines = [f"{time.replace(',', '.')} 123 1   AA\n" for time in times]
    batch, reader = written(tmp_path, old + "".join(lines))
    assert (reader.format.name, milliseconds(batch)) == ("canhacker", expected)


def test_pauses_that_canhacker_cannot_show_are_reported(tmp_path):
    _, reader = written(tmp_path, canhacker(["30,000", "59,999", "35,000"]))
    assert [finding.sentence for finding in reader.findings] == [
        "the times in the file span 65 s, but its head says 125 s: pauses of more than a minute are missing"
    ]
    _, reader = written(tmp_path, canhacker(["30,000", "59,999", "35,000", "33,000"]))
    assert reader.findings == []
    _, reader = written(
        tmp_path, canhacker(["30,000", "58,000", "31,000", "33,000", "10,000", "05,000", "03,000"])
    )
    assert [finding.sentence.partition(": ")[2] for finding in reader.findings] == [
        "a damaged time may count as one of the next minute"
    ]


def test_seconds_above_a_minute_are_not_changed(tmp_path):
    batch, _ = written(tmp_path, canhacker(["59,000", "61,000", "130,000", "129,000", "10,000"]))
    assert milliseconds(batch) == [59_000, 61_000, 130_000, 129_000, 10_000]


def test_times_wrap_in_the_middle_of_a_large_file(tmp_path):
    seconds = np.arange(60_000) * 0.0125 + 7  # ten minutes, several blocks
    batch, reader = written(tmp_path, canhacker([f"{second % 60:09.6f}" for second in seconds.tolist()]))
    assert (len(batch), reader.skipped) == (60_000, 0)
    assert np.abs(batch.timestamp_ns - seconds * 1e9).max() < 1001


WRAPPING = {
    "a time of day": (
        ["23:59:59.5", "00:00:00.25", "14:00:00.25", "01:00:00.25"],
        [750, 50_400_750, 90_000_750],
    ),
    "minutes and seconds": (["59:59.5", "00:00.25", "45:00.25", "02:00.25"], [750, 2_700_750, 3_720_750]),
    "less than half a day": (["10:00:00.5", "09:00:00.25", "09:00:01.5"], [-3_600_250, -3_599_000]),
}


@pytest.mark.parametrize("name", WRAPPING)
def test_clocks_that_start_again(name, tmp_path):
    clocks, expected = WRAPPING[name]
    batch, _ = written(tmp_path, "Time,ID,Data\n" + "".join(f"{clock},123,AA\n" for clock in clocks))
    assert milliseconds(batch) == [milliseconds(batch)[0] + step for step in [0, *expected]]


def test_microseconds_of_32_bits_that_start_again(tmp_path):
    row = ",00000123,false,Rx,0,1,AA\n"
    head = GVRET.splitlines()[0] + "\n"
    batch, _ = written(tmp_path, head + f"{2**32 - 5}{row}5{row}{3_000_000_000}{row}4{row}")
    assert np.diff(batch.timestamp_ns).tolist() == [10_000, 2_999_999_995_000, -2_999_999_996_000]


def test_cl2000_times_continue_in_the_next_month(tmp_path):
    head = '# Logger type: CL2000\n# Time: {}\n# Value separator: ";"\nTimestamp;Type;ID;Data\n'
    lines = "30T235959500;0;326;00\n01T000000500;0;326;00\n"
    batch, _ = written(tmp_path, head.format("20230930T071031") + lines)
    assert np.diff(batch.timestamp_ns).tolist() == [1_000_000_000]
    lines = "23:59:59500;0;326;00\n00:00:00500;0;326;00\n"
    batch, _ = written(tmp_path, head.format("20230930T071031") + lines)
    start = int(datetime(2023, 9, 30).timestamp()) * 1000
    assert milliseconds(batch) == [start + 86_399_500, start + 86_400_500]


def test_cancapture_counts_milliseconds(tmp_path):
    head = "ParserFlags\tCh\tCounter\tT/R\tTime\tFlags\tCAN ID\tLen\tData\tParser Name\tdefault\n"
    batch, reader = written(tmp_path, head + "1\t0\t708\tTX\t1500\t\t0x00000681\t3\t0xf0 20 0a \tParser\t\n")
    assert (reader.format.name, batch.timestamp_ns.tolist()) == ("cancapture", [1_500_000_000])
    assert (batch.payload(0).hex(), batch.flags.tolist()) == ("f0200a", [Flag.TX])


def test_can_fd_and_remote_frames(tmp_path):
    text = (
        CSS.splitlines()[0] + "\n1.0;1;123;0;9;12;0;1;1;1;0;" + "AB" * 12 + "\n2.0;1;124;0;5;0;0;0;0;0;1;\n"
    )
    batch, _ = written(tmp_path, text)
    assert batch.flags.tolist() == [Flag.FD | Flag.BRS | Flag.ESI, Flag.REMOTE]
    assert (batch.length.tolist(), batch.dlc.tolist()[0]) == ([12, 0], 9)
    assert batch.payload(0) == b"\xab" * 12


def test_bad_lines_are_counted_and_located(tmp_path):
    lines = GVRET.splitlines()
    lines[2:2] = ["", "garbage, more", "1000001,00000123,false,Rx,0,8,AA,0B", "x,123,false,Rx,0,1,00"]
    batch, reader = written(tmp_path, "\n".join(lines))
    assert (len(batch), reader.skipped) == (3, 3)
    assert [problem.partition(":")[0] for problem in reader.problems] == ["line 4", "line 5", "line 6"]


def test_any_table_is_read_with_a_given_layout(tmp_path):
    text = "no names here\n12:00:01,5;1A;17 0 255\n12:00:02,25;7FF;1 2 3\n12:00:03;7FE;1 2 256\n"
    layout = TableLayout(
        delimiter=";", skip_lines=1, time=0, time_kind="clock", identifier=1, data=2, data_base=10
    )
    batch, reader = written(tmp_path, text, layout)
    assert (batch.timestamp_ns // 1_000_000 - 43_200_000).tolist() == [1500, 2250]
    assert [batch.payload(row) for row in range(2)] == [b"\x11\0\xff", b"\1\2\3"]
    assert reader.problems == ["line 4: not a frame: '12:00:03;7FE;1 2 256'"]
    with pytest.raises(UnknownColumnsError, match="which column is what"):
        read_batches(tmp_path / "log.txt")


def test_dates_are_local_time_and_relative_times_are_summed(tmp_path):
    layout = TableLayout(skip_lines=0, time=0, time_kind="date", identifier=1)
    batch, _ = written(tmp_path, "2018/06/29 13:00:47.5,1\n2018-06-29T13:00:48.25,2\n", layout)
    assert np.diff(batch.timestamp_ns).tolist() == [750_000_000]
    layout = TableLayout(time=0, time_kind="ms", identifier=1, relative=True, start_ns=1)
    batch, _ = written(tmp_path, "5,1\n5,2\n5,3\n", layout)
    assert batch.timestamp_ns.tolist() == [5_000_001, 10_000_001, 15_000_001]


def test_blocks_are_joined(tmp_path):
    row = "1000001,00000123,false,Rx,0,8,AA,0B,01,02,03,04,05,06,"
    batch, reader = written(tmp_path, GVRET.splitlines()[0] + "\n" + (row + "\n") * 40_000 + "end\n")
    assert (len(batch), reader.problems) == (40_000, ["line 40002: not a frame: 'end'"])
    assert len(np.unique(batch.data, axis=0)) == 1


cell_texts = st.sampled_from(["AA", "0b", "ff", "7", "", "xx", " 3C", "0x1F", "100", "2.", "\t5d "])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(cell_texts, max_size=11), min_size=1, max_size=6),
    cells=st.sampled_from([3, 8, 10]),
)
def test_a_payload_of_many_cells_ends_before_the_first_invalid_byte(rows, cells, tmp_path_factory):
    layout = TableLayout(identifier=0, data=1, data_cells=cells)
    text = "\n".join(",".join(["1", *row]) for row in rows)
    batch, reader = written(tmp_path_factory.mktemp("cells"), text, layout)
    assert reader.skipped == 0
    assert [list(batch.payload(row)) for row in range(len(rows))] == [_bytes_in(row[:cells]) for row in rows]


def _bytes_in(cells: list[str]) -> list[int]:
    values = []
    for cell in cells:
        digits = cell.strip().removeprefix("0x")
        if not digits or set(digits) - set("0123456789abcdefABCDEF") or int(digits, 16) > 255:
            break
        values.append(int(digits, 16))
    return values


def test_payloads_in_one_cell_with_and_without_separators(tmp_path):
    cells = ["AA 0B", "aa0b", "AA-0B", "", "a b", "0xAA0B", "AA0", "AA0B0G", "AA " * 30 + "0B", "AA.0B"]
    layout = TableLayout(delimiter=";", identifier=0, data=1)
    batch, reader = written(tmp_path, "".join(f"1;{cell}\n" for cell in cells), layout)
    expected = ["aa0b", "aa0b", "aa0b", "", "0a0b", "aa0b", "aa" * 30 + "0b", "aa0b"]
    assert [batch.payload(row).hex() for row in range(len(batch))] == expected
    assert [problem.partition(":")[0] for problem in reader.problems] == ["line 7", "line 8"]


def test_channels_by_name_are_numbered_in_turn(tmp_path):
    names = ["HS", "MS", "HS", "a bus with a long name", *(f"net {letter}" for letter in "abcdefgh"), "MS"]
    batch, _ = written(tmp_path, "".join(f"1,{name}\n" for name in names), TableLayout(channel=1))
    assert batch.channel.tolist() == [1, 2, 1, *range(3, 12), 2]
    batch, _ = written(tmp_path, "1,A\n1,B\n1,A\n1,C\n", TableLayout(channel=1))
    assert batch.channel.tolist() == [1, 2, 1, 3]


def test_a_line_without_end_is_counted(tmp_path):
    batch, reader = written(tmp_path, GVRET + "z" * 3_000_000)
    assert (len(batch), reader.problems[0][:28]) == (3, "line 5: not a frame: 'zzzzzz")


columns = st.one_of(st.none(), st.integers(0, 6))


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(alphabet="0123456789abcdefxXRT,;. \t\"'#:-\n\r", max_size=200),
    layout=st.builds(
        TableLayout,
        delimiter=st.sampled_from([*",; \t", "  "]),
        skip_lines=st.integers(0, 3),
        time=columns,
        time_kind=st.sampled_from([*TIME_UNITS, "clock", "date", "logger"]),
        identifier=st.integers(0, 6),
        id_base=st.sampled_from([10, 16]),
        data=columns,
        data_cells=st.integers(1, 64),
        data_base=st.sampled_from([10, 16]),
        length=columns,
        dlc=columns,
        channel=columns,
        direction=columns,
        fd=columns,
        remote=columns,
        error=columns,
        relative=st.booleans(),
    ),
)
def test_no_text_and_no_layout_raises_anything_but_a_file_error(text, layout, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "log"
    path.write_text(text)
    try:
        for batch in read_batches(path, layout=layout):
            batch.to_messages()
    except FileError as error:
        assert "\n" not in str(error)


def test_layouts_as_plain_values():
    layout = TableLayout(delimiter=";", time=3, data=None, data_cells=8, relative=True)
    assert load(TableLayout, dump(layout)) == (layout, [])
    found, problems = load(TableLayout, {"time": "x", "delimiter": 5, "unknown": 1})
    assert (found, len(problems)) == (TableLayout(), 3)


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_short_tables_are_shown_and_suggested_with_all_of_their_lines(count, end):
    rows = "\n".join(f"0,{number:03};0x{122 + number};01 02 {number:02X}" for number in range(1, count + 1))
    head = ("Zeit;Kennung;Wert\n" + rows + end).encode()
    layout = suggest_layout(head)
    assert (layout.time, layout.identifier, layout.data, layout.id_base) == (0, 1, 2, 16)
    assert [row[0] for row in rows_of(head, layout)] == [f"0,{number:03}" for number in range(1, count + 1)]


def test_a_line_that_is_cut_by_the_end_of_the_head_is_not_shown():
    head = (b"0.001;123;0102030405060708\n" * 4000)[:HEAD_BYTES]
    layout = suggest_layout(head)
    assert (layout.time, layout.identifier, layout.data) == (0, 1, 2)
    assert all(len(row) == 3 for row in rows_of(head, layout, 10_000))


def test_only_columns_that_look_like_ids_are_suggested_as_ids():
    layout = suggest_layout(b"Zeit;Text\n0,001;hello\n0,002;world\n")
    assert (layout.time, layout.identifier) == (0, -1)

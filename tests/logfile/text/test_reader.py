"""Reading blocks of lines as columns gives the same frames as parsing single lines, for any content."""

import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import save
from canmcast_gui.logfile.asc.parser import AscParser
from canmcast_gui.logfile.busmaster.parser import BusmasterParser
from canmcast_gui.logfile.candump.parser import CandumpParser
from canmcast_gui.logfile.candump.screen import counts_from_line_before
from canmcast_gui.logfile.crtd import CrtdParser
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.python_can_csv import CsvParser
from canmcast_gui.logfile.text.reader import ColumnParser, TextReader
from canmcast_gui.logfile.trc.parser import TrcParser
from tests.logfile.frames import batches
from tests.support.corpus import CORPUS, corpus_file

# What Python says of texts that it cannot convert, and of sequences: no sentence about a file.
PYTHONS_OWN_WORDS = re.compile(
    r"invalid literal|unpack|convert|fromhex|base64.*only|padding|range\(|object|Iso|None"
)

PARSERS = {"asc": AscParser, "candump": CandumpParser, "csv": CsvParser, "trc": TrcParser}
READ_ONLY = {"crtd": CrtdParser, "busmaster": BusmasterParser}
SUFFIXES = {"asc": ".asc", "candump": ".log", "csv": ".csv", "trc": ".trc"}


class LineByLine:
    """A parser without its columns."""

    def __init__(self, parser) -> None:
        self._parser = parser
        self.parse = parser.parse

    @property
    def start_ns(self) -> int:
        return self._parser.start_ns


def parser_of(name: str, path):
    return (
        CandumpParser(counts_from_line_before(path)) if name == "candump" else (PARSERS | READ_ONLY)[name]()
    )


def outcome(path, parser) -> tuple:
    problems = Problems()
    log = TextReader(path, parser, problems)
    batch = FrameBatch.concatenate(list(log.batches(65536)))
    records = batch.records.copy()
    records["payload_offset"] = 0
    payloads = [batch.payload(row) for row in range(len(batch))]
    columns = {name: records[name].tolist() for name in records.dtype.names}
    return payloads, columns, problems.skipped, problems.messages, log.marks.kept, log.start_ns


def assert_same(path, name: str) -> list:
    by_line = LineByLine(parser_of(name, path))
    assert not isinstance(by_line, ColumnParser)
    expected = outcome(path, by_line)
    found = outcome(path, parser_of(name, path))
    for one, other in zip(found, expected, strict=True):
        assert one == other
    assert not any(map(PYTHONS_OWN_WORDS.search, found[3])), found[3]
    return found[0]


HEADS = {
    "asc": st.sampled_from(
        [
            "base hex  timestamps absolute\n",
            "date Wed Nov 05 12:00:00.250 pm 2025\nbase hex  timestamps absolute\n",
            "base hex  timestamps relative\n",
            "base dec  timestamps relative\n",
            "base dec  timestamps absolute\n",
        ]
    ),
    "candump": st.sampled_from(
        [
            "(1.5) can0 123#00\n(1.5) a_very_long_name 123#00\n",
            " (1.5)  can0  123   [1]  00\n",
            "  can0  123   [1]  00\n",
            " (2015-07-10 09:50:52.000000)  can0  RX - -  123   [1]  00\n",
            " (1.5)  can0  TX B -  123  [01]  00\n",
            " (1.5)  can0  123   [1]  00\n (0.5)  can0  123   [1]  00\n",
            "(  1.5) can0 123#00\n",
            " (  1.5)  can0  A8   [1]  00\n",
            "(1.5) RX0 A8 [1] 00\n(1.5) TX1 A8 [1] 00\n",
        ]
    ),
    "csv": st.just("timestamp,arbitration_id,extended,remote,error,dlc,data\n"),
    "trc": st.sampled_from(
        [
            "",
            ";$FILEVERSION=1.1\n",
            ";$FILEVERSION=1.3\n",
            ";$FILEVERSION=2.1\n;$STARTTIME=43008.5\n;$COLUMNS=N,O,T,B,I,d,R,L,D\n",
            ";$FILEVERSION=2.0\n;$STARTTIME=43008.5\n;$COLUMNS=N,O,T,I,d,l,D\n",
            ";$COLUMNS=O,T,l,D,I\n",
        ]
    ),
    "crtd": st.just("1.5 CXX Info Type:crtd;\n"),
    "busmaster": st.sampled_from(
        [
            "***PROTOCOL CAN***\n***HEX***\n",
            "***START DATE AND TIME 14:5:2013 23:59:59:524***\n***DEC***\n***SYSTEM MODE***\n",
            "***HEX***\n***RELATIVE MODE***\n",
            "***PROTOCOL J1939***\n***HEX***\n***ABSOLUTE MODE***\n",
            "***PROTOCOL LIN***\n",
        ]
    ),
}
WORDS = {
    "asc": """0.5 12.345678 1 2 300 7FF 1ABCDEF0x 18DA00F1X FFFFFFFFx Rx Tx TxRq r d D 0 1 8 9 f 64 CANFD
        ErrorFrame Name 200000 301000 00 11 AB 0 12 Length = x 00000001 base dec hex Statistic: // -0.1
        1.2345678901 99999999999.5 .5 5.""",
    "candump": """(1.5) (1436509052.249713) (1.123456789) (-1.0) (12) can0 can1 vcan0 a_very_long_name 123#11
        ( 1.25) TX1 A8 5 [1] [8] <0x123> 00 90
        7FF# 1ABCDEF0#1122334455667788 123##1112233 123#R 123#R8 20000080#00 12#00 123#1.2 123#112
        123#112233445566778899 R T r # x 1ABCDEF0##F 800#00 FFFFFFFF#""",
    "csv": """1.5 1436509052.249713 1e5 -1.0 0x123 0x1ABCDEF0 123 0xG 0 1 2 8 AAECAwQFBgc= AA== AAE= AAEC
        A=== AAAAAAAAAAAA AAAAAAAAAAAAAAAA AB=C , ,, timestamp""",
    "trc": """1) 1 0.5 1841.9 17535.400 -1.0 Rx Tx Error DT FD FB FE BI RR ER ST EC 1 2 17 0300 00000300
        18EFC034 FFFFFFFF 300 - 0 3 8 9 15 64 00 11 AB RTR ;$FILEVERSION=1.1 ; 0 1ABCDEF00""",
    "crtd": """0.5 166.064001 R11 2T29 1R29 R12 CXX 2CER CST CEV CZZ 7FF 0000021A 1ABCDEF0 FE 36 0 100
        # text""",
    "busmaster": """9:7:15:2 09:07:15:0002 23:59:59:999 0:0:0:1234567 9:7 Rx Tx rx 0 1 300 0x123 7FF
        18eeff00 s x sr xr 2 8 9 00 11 255 256 AB ACL 006 ***HEX*** ***DEC*** 0x00EE00""",
}
TAIL = "102203  133   303000 e0006659 46500250 4b140250 20011736 2001040d"
SCREEN = {
    "a": " (1436509052.{row:06d})  can0  1ABCDEF0   [{size}]  11 22 33 44 55 66 77 88",
    "d": " (000.{row:06d})  can0  123   [{size}]  11 22 33 44 55 66 77 88   '.\"3DUfw.'",
    "none": "  vcan0  123   [{size}]  11 22 33 44 55 66 77 88",
    "A": " (2015-07-10 09:50:52.{row:06d})  can0  RX - -  123   [{size}]  11 22 33 44 55 66 77 88",
    "blanks": " (   052.{row:06d})  can0  A8   [{size}]  11 22 33 44 55 66 77 88",
    "devices": "(052.{row:06d}) TX1 8 [{size}] 11 22 33 44 55 66 77 88",
    "x": " (1436509052.{row:06d})  can1  TX B E  123  [{size:02d}]  11 22 33 44 55 66 77 88 99 AA BB CC",
}
USUAL = {
    "asc": [
        "   2.501000 1  123             Rx   d 8 00 11 22 33 44 55 66 77",
        "   2.501000 1  18EBFF00x       Tx   d 3 01 A0 0F  Length = 273910 BitCount = 141 ID = 418119424x",
        f"  30.0 CANFD   2 Rx        300  Generic_Name_12     1 0 8  8 01 02 03 04 05 06 07 08   {TAIL}",
        "   2.501000 1  419           Rx   d 8 0 17 34 255 255 100 7 8",
        "   2.501000 1  418119424x    Tx   d 3   1 160  15  Length = 273910 BitCount = 141 ID = 418119424x",
        f"  30.0 CANFD   2 Rx        300  Name  0 0 8  8 01 02 03 04 05 06 07 08 23800 125 200000 {TAIL}",
        "  30.0 CANFD   2 Tx   300   0 0 2  2 01 02   102203  133   200040",
        f"  30.0 CANFD   2 Tx   1999           1 0 9 12 1 2 3 4 5 6 7 8 10 11 255 256 {TAIL}",
        "   0.1 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%",
        f"  30.0 CANFD   2 Tx   1ABCDEFx            0 1 9 12 01 02 03 04 05 06 07 08 0A 0B 0C 0D {TAIL}",
    ],
    "candump": ["(1436509052.249713) can0 123#11223344 R", "(1.5) a_very_long_name 1ABCDEF0##3" + "11" * 64]
    + ["(    2.249713) can0 123#11223344 R", "can0 309#40", "43E# 00 90"]
    + [SCREEN[style].format(row=500_001, size=8) for style in SCREEN]
    + ["  can0  123   [0]  remote request", "  can0  20000080   [8]  00 00 00 00 00 00 00 01   ERRORFRAME"]
    + ["  can0  123   [2]  22`11", "  can0  123   [2]  00010001 00100010", "\terror-counter-tx-rx{{0}{1}}"],
    "crtd": ["166.064001 1R11 7FF 00 11 22", "1.5 2T29 18DAF110 FF", "1.5 2CER rxerr=1", "1.5 R11 1"],
    "busmaster": [
        "09:07:15:0002 Rx 1 0x123 s 3 00 11 22 ",
        "9:7:15:2 Tx 2 18DAF110 x 2 01 02",
        "9:7:15:200 Rx 1 0021 s 2 016 255 ",
        "12:38:30:5344 1 18eeff00 0x00EE00 ACL 00  FF  006 Tx 3 01 00 80 ",
        "***START DATE AND TIME 17:7:2014 12:38:30:483***",
    ],
    "csv": ["1436509052.249713,0x123,0,0,0,8,AAECAwQFBgc="],
    "trc": [
        "      1      1059.900 DT  1     0300 Rx -  7    00 11 22 33 44 55 66",
        "     1)      1841.9  Rx         0001  2  11 22",
        "     2)      1841  0001  2  11 22",
        "     3)      1841  0008  4  00 19 08 08 -- -- -- -- ERROR",
    ],
}


def lines(name: str) -> st.SearchStrategy[str]:
    """Usual lines, such with a character or a word changed, and words at random."""
    words = st.sampled_from(WORDS[name].split())
    separator = "," if name == "csv" else " "
    usual = st.sampled_from(USUAL[name])
    changed = st.builds(
        lambda line, place, text: line[: place % len(line)] + text + line[place % len(line) + 1 :],
        usual,
        st.integers(0, 200),
        st.text(alphabet="0123456789abxX \t.,#=RrTd\x00\x0b\x85é", max_size=2),
    )

    def with_word(line: str, place: int, word: str) -> str:
        cells = line.split(separator)
        cells[place % len(cells)] = word
        return separator.join(cells)

    replaced = st.builds(with_word, usual, st.integers(0, 200), words)
    cut = st.builds(lambda line, size: line[: size % len(line)], usual, st.integers(0, 300))
    return st.one_of(
        usual, changed, replaced, cut, st.lists(words, max_size=12).map(separator.join), st.just("")
    )


@pytest.mark.parametrize("name", PARSERS | READ_ONLY)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_lines_of_any_kind(name, tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / f"any.{name}"
    ending = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = data.draw(HEADS[name]) + "\n".join(data.draw(st.lists(lines(name), max_size=25)))
    path.write_bytes(text.replace("\n", ending).encode(data.draw(st.sampled_from(["latin-1", "utf-8"]))))
    assert_same(path, name)


@pytest.mark.parametrize(
    "line", ["1436509052.249713,,0x123,0,0,0,8,AAE=", ",1436509052.249713,0x123,0,0,0,8,AAE=", "1.5,0x1"]
)
def test_a_table_of_python_can_has_no_empty_cells(line, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(f"timestamp,arbitration_id,extended,remote,error,dlc,data\n{line}\n")
    assert assert_same(path, "csv") == []


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_our_files(name, tmp_path_factory, data):
    batch = data.draw(batches(name))
    path = tmp_path_factory.getbasetemp() / f"own{SUFFIXES[name]}"
    save(path, [batch])
    assert len(assert_same(path, name)) == len(batch)


@pytest.mark.parametrize("name", PARSERS)
def test_files_of_many_blocks(name, tmp_path):
    """Long enough that columns are read in blocks of full size, with an odd line now and then."""
    count = 30_000
    random = np.random.default_rng(1)
    batch = FrameBatch.from_columns(
        1_762_345_678_000_000_000 + np.arange(count) * 250_000,
        random.integers(0, 0x800, count),
        random.integers(0, 256, (count, 8)),
        length=random.integers(0, 9, count),
        channel=1,
    )
    path = tmp_path / f"log{SUFFIXES[name]}"
    save(path, [batch])
    content = path.read_bytes().split(b"\n")
    content[1000::7001] = [b"garbage"] * len(content[1000::7001])
    path.write_bytes(b"\n".join(content))
    assert len(assert_same(path, name)) == count - len(content[1000::7001])


@pytest.mark.parametrize("base", ["hex", "dec"])
@pytest.mark.parametrize("times", ["absolute", "relative"])
def test_asc_of_every_base_and_kind_of_times(base, times, tmp_path):
    random = np.random.default_rng(1)
    form = "{:02X}".format if base == "hex" else str
    lines = [f"base {base}  timestamps {times}"]
    for row in range(20_000):
        payload = random.integers(0, 256, random.integers(0, 9)).tolist()
        number = (
            form(int(random.integers(0, 1 << 29))) + "x" if row % 3 else form(int(random.integers(0, 0x800)))
        )
        way = "Tx" if row % 5 else "Rx"
        lines.append(
            f"   {row % 7}.000125 1  {number}  {way}   d {len(payload)} {' '.join(map(form, payload))}"
        )
        if row % 1001 == 1000:
            lines.append("   0.5 1  Statistic: D 0 R 0 XD 0 XR 0 E 0 O 0 B 0.00%")
        if row == 12_000:
            lines.append("base hex  timestamps absolute" if times == "relative" else "// a comment")
    path = tmp_path / "log.asc"
    path.write_text("\n".join(lines))
    assert len(assert_same(path, "asc")) > 12_000


@pytest.mark.parametrize("style", SCREEN)
@pytest.mark.parametrize("differences", [False, True])
def test_candump_screens(style, differences, tmp_path):
    lines = []
    for row in range(20_000):
        lines.append(SCREEN[style].format(row=row * 37 % 1000 if differences else row, size=row % 9))
        if row % 2003 == 2002:
            lines.append("  can0  123   [4]  remote request")
        if row % 5003 == 5002:
            lines.append("garbage")
    path = tmp_path / "log.log"
    path.write_text("\n".join(lines).replace("[0]  11", "[0]  ").replace("[00]  11", "[00]  "))
    assert len(assert_same(path, "candump")) > 17_000


LOGS = sorted(
    str(path.relative_to(CORPUS))
    for folder in ("asc", "candump", "trc")
    for path in (CORPUS / folder).glob("**/*")
    if path.is_file()
)


@pytest.mark.parametrize("name", LOGS)
def test_files_of_others(name):
    assert_same(corpus_file(name), name.partition("/")[0])


@settings(deadline=None)
@given(st.binary(max_size=60).map(lambda text: text.replace(b"\x00", b"\r")))
@example(b"a\rb\r\nc\r")
def test_blocks_hold_all_lines_with_any_line_end(content):
    import io

    from canmcast_gui.logfile.text.lines import blocks

    found = b"".join(blocks(io.BytesIO(content)))
    assert [line.rstrip(b"\r") for line in found.split(b"\n")] == (
        content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    )

"""The table of log formats, one entry for each; dialogs, commands, readers and writers use it.

An entry says how files of the format are recognized by their content, and which classes read and write them.
These are imported when a file of the format is first read or written: all of them would take a tenth of the
time in which the window starts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canmcast_gui.frames import Flag
from canmcast_gui.logfile.writing import losses

if TYPE_CHECKING:
    from canmcast_gui.logfile.interfaces import FormatReader, Sink
    from canmcast_gui.logfile.problems import Problems

_NOTHING = Flag(0)

# More marks than users set; some writers keep them in memory until the file is complete.
_MOST_MARKS = 10_000


@dataclass(frozen=True, slots=True)
class Format:
    """A log format.

    ``suffixes`` are lower case with their dot, the usual one first. A file is of this format when it starts
    with one of the ``magics``, or when ``line`` returns a true value for the first line (stripped) that any
    format accepts; formats are tried in the order of the table. ``reader`` is called with a path and the
    Problems of the file, ``sink`` with the open file (text with line ends as written, unless ``binary``) and
    its final path; None where the format cannot be read, or not written. ``cannot_hold`` are flags of frames
    that it refuses, ``holds_marks`` is whether its sink is a MarkSink, ``resolution_ns`` the resolution of
    its timestamps, ``reads_unfinished`` whether an incomplete file can be read. ``loses`` are its kinds of
    losses, ``most_marks`` is the maximum number of marks, 0 without one.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    magics: tuple[bytes, ...] = ()
    line: Callable[[str], object] | None = None
    reader: Callable[[Path, Problems], FormatReader] | None = None
    sink: Callable[[Any, Path], Sink] | None = None
    binary: bool = False
    cannot_hold: Flag = _NOTHING
    holds_marks: bool = False
    resolution_ns: int = 1000
    reads_unfinished: bool = True
    loses: tuple[losses.Loss, ...] = ()
    most_marks: int = 0

    @property
    def can_read(self) -> bool:
        """Whether files of this format can be opened."""
        return self.reader is not None

    @property
    def can_write(self) -> bool:
        """Whether files of this format can be written."""
        return self.sink is not None


def _at(target: str) -> Callable[..., Any]:
    """The function or class "module:name" of this package, imported when it is first called."""

    @cache
    def imported() -> Callable[..., Any]:
        module, _, name = target.partition(":")
        function: Callable[..., Any] = getattr(import_module(f"{__package__}.{module}"), name)
        return function

    return lambda *arguments: imported()(*arguments)


def _text(parser: str) -> Callable[[Path, Problems], FormatReader]:
    """The reader of a text format, given the "module:name" of its parser."""

    def read(path: Path, problems: Problems) -> FormatReader:
        from canmcast_gui.logfile.text.reader import TextReader

        return TextReader(path, _at(parser)(), problems)

    return read


def _table(name: str, title: str, suffix: str, header: str) -> Format:
    """A table of a tool, recognized by its header."""
    line = re.compile(header, re.IGNORECASE).match
    return Format(name, title, (suffix,), line=line, reader=_TABLE)


_TABLE = _at("table.reader:TableReader")

FORMATS: tuple[Format, ...] = (
    Format(
        "asc",
        "Vector ASC",
        (".asc",),
        line=re.compile(
            r"date\s+\w{3}\s+\w{3}\s+\d|base\s+(hex|dec)\b|begin\s+triggerblock\b|internal events logged"
            r"|\d+\.\d+\s+\d+\s+([0-9A-Fa-f]+x?\s+(Rx|Tx|TxRq)\s|ErrorFrame)"
            r"|\d+\.\d+\s+CANFD\s+\d+\s+(Rx|Tx|TxRq)\s",
            re.IGNORECASE,
        ).match,
        reader=_at("asc.parser:asc_reader"),
        sink=_at("asc.sink:AscSink"),
        binary=True,
        holds_marks=True,
        loses=losses.ASC,
    ),
    Format(
        "blf",
        "Vector BLF",
        (".blf",),
        # The header of an incomplete recording may be zeros.
        magics=(b"LOGG", bytes(144) + b"LOBJ"),
        reader=_at("blf.reader:BlfReader"),
        sink=_at("blf.writer:BlfSink"),
        binary=True,
        holds_marks=True,
        resolution_ns=1,
        loses=losses.BLF,
    ),
    Format(
        "mf4",
        "ASAM MF4",
        (".mf4",),
        magics=(b"MDF     4", b"UnFinMF 4"),
        reader=_at("mf4.reader:Mf4Reader"),
        sink=_at("mf4.writer:Mf4Sink"),
        holds_marks=True,
        binary=True,
        resolution_ns=1,
        loses=losses.MF4,
        most_marks=_MOST_MARKS,
    ),
    Format(
        "parquet",
        "Parquet",
        (".parquet",),
        magics=(b"PAR1",),
        reader=_at("parquet:ParquetReader"),
        sink=_at("parquet:ParquetSink"),
        binary=True,
        holds_marks=True,
        resolution_ns=1,
        reads_unfinished=False,
        loses=(losses.SOURCE,),
        most_marks=_MOST_MARKS,
    ),
    Format(
        "pcap",
        "network capture",
        (".pcap", ".pcapng"),
        magics=(
            *(b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1"),
            b"\x0a\x0d\x0d\x0a",
        ),
        reader=_at("pcap.reader:PcapReader"),
        binary=True,
        resolution_ns=1,
    ),
    Format(
        "candump",
        "candump log",
        (".log",),
        line=_at("candump.parser:is_candump_line"),
        reader=_at("candump.parser:CandumpReader"),
        sink=_at("candump.sink:CandumpSink"),
        binary=True,
        loses=losses.CANDUMP,
    ),
    Format(
        "trc",
        "PEAK TRC",
        (".trc",),
        line=re.compile(
            r";\$FILEVERSION|;\s*PCAN|;#{20}"
            r"|\d+\)\s+\d+(\.\d+)?\s+(Rx |Tx |\d )?\s*"
            r"([0-9A-Fa-f]{4,8} |[0-9A-Fa-f]{1,3}\s+[0-8](\s+[0-9A-Fa-f]{2})*$)"
        ).match,
        reader=_text("trc.parser:TrcParser"),
        sink=_at("trc.sink:TrcSink"),
        binary=True,
        holds_marks=True,
        loses=losses.TRC,
    ),
    Format(
        "csv",
        "python-can CSV",
        (".csv",),
        line=re.compile(r"timestamp,arbitration_id,extended,remote,error,dlc,data\s*$").match,
        reader=_text("python_can_csv:CsvParser"),
        sink=_at("python_can_csv:CsvSink"),
        binary=True,
        cannot_hold=Flag.FD,
        resolution_ns=1,
        loses=losses.CSV,
    ),
    Format(
        "csv-plain",
        "plain CSV",
        (".plain.csv",),
        line=_at("plain_csv:is_header"),
        reader=_at("plain_csv:plain_csv_reader"),
        sink=_at("plain_csv:PlainCsvSink"),
        binary=True,
        holds_marks=True,
        resolution_ns=1,
        loses=(losses.SOURCE,),
    ),
    Format("crtd", "CRTD", (".crtd", ".crt"), line=_at("crtd:is_line"), reader=_text("crtd:CrtdParser")),
    Format(
        "yacht",
        "Yacht Devices RAW",
        (".raw",),
        line=_at("yacht:is_line"),
        reader=_text("yacht:YachtParser"),
    ),
    Format(
        "busmaster",
        "BUSMASTER log",
        (".log",),
        line=_at("busmaster.parser:is_line"),
        reader=_at("busmaster.parser:busmaster_reader"),
    ),
    # Tables: their titles name the columns; the entry only names the tool.
    _table("gvret", "SavvyCAN or GVRET CSV", ".csv", r"time ?stamp,id,extended,(dir,)?bus,len,d1"),
    _table("css", "CSS Electronics CSV", ".csv", r"timestampepoch;buschannel;id;"),
    _table("cl2000", "CSS Electronics CL1000 or CL2000 text", ".txt", r"timestamp;type;id;data$"),
    _table("vehiclespy", "Vehicle Spy CSV", ".csv", r"line,abs time ?\(sec\),"),
    _table("canhacker", "CANHacker trace", ".trc", r"@ text @|time\s+id\s+dlc\s+data\s+comment"),
    _table(
        "microchip",
        "Microchip CAN BUS Analyzer log",
        ".can",
        r"microchip technology inc|\d+;[rt]x;0x[0-9a-f]+;\d;",
    ),
    Format(
        "zlg",
        "ZLG or Chuangxin USB-CAN table",
        (".csv", ".txt"),
        line=_at("table.guess:is_chinese_header"),
        reader=_TABLE,
    ),
    _table("cancapture", "CANCapture log", ".log", r"parserflags\tch\tcounter"),
    Format(
        "table", "table of frames", (".csv", ".txt"), line=_at("table.guess:is_frame_header"), reader=_TABLE
    ),
)

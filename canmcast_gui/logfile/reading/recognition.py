"""Recognizes the format of a log file by its content, never by its name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from canmcast_gui.logfile.format_choice import format_named
from canmcast_gui.logfile.formats import FORMATS, Format
from canmcast_gui.logfile.interfaces import FormatReader
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import FileError, Problems, UnknownColumnsError, os_message
from canmcast_gui.logfile.table.layout import TableLayout

# Comments and bus names before the first frame are a few kilobytes at most.
_HEAD_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Recognized:
    """A log file and its format; ``layout`` is given for a table whose columns have no titles."""

    path: Path
    format: Format
    layout: TableLayout | None = None

    def open(self, problems: Problems) -> FormatReader:
        """A reader of the file from its beginning. Raises FileError."""
        if self.layout is not None:
            from canmcast_gui.logfile.table.reader import TableReader  # loaded when used, as in formats.py

            return TableReader(self.path, problems, self.layout)
        assert self.format.reader is not None  # recognize() returns only formats that can be read
        return self.format.reader(self.path, problems)


def recognize(path: Path, layout: TableLayout | None = None) -> Recognized:
    """The format of a file; with a ``layout`` it is read as a table without looking at its content.

    Raises FileError for a file that does not exist, is empty or is not a log file, and UnknownColumnsError
    for a table without titles.
    """
    if layout is not None:
        return Recognized(path, format_named("table"), layout)
    head = _head(path)
    found = _by_magic(head) or _by_lines(head.decode("latin-1"))
    if found is not None:
        return Recognized(path, found)
    kind = foreign_kind(head)
    if kind is not None:
        raise FileError(f"{path.name} is not a CAN log: it looks like {kind}")
    if is_table(head):
        raise UnknownColumnsError(path, head)
    *most, last = (one.title for one in FORMATS if one.can_read)
    raise FileError(f"{path.name} is not in a supported log format: {', '.join(most)} or {last}")


def _head(path: Path) -> bytes:
    """The first bytes of a file, decompressed."""
    problems = Problems()
    try:
        with open_log(path, problems) as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise FileError(os_message(path, error, "read")) from error
    if not head and problems.skipped:
        raise FileError(f"{path.name} cannot be decompressed: {problems.messages[0]}")
    if not head:
        raise FileError(f"{path.name} is empty")
    return head


def _by_magic(head: bytes) -> Format | None:
    return next((one for one in FORMATS if one.can_read and one.magics and head.startswith(one.magics)), None)


def _by_lines(head: str) -> Format | None:
    """The format that accepts the first line that any format accepts."""
    tests = [(one, one.line) for one in FORMATS if one.can_read and one.line is not None]
    # Not split at the other line ends of str.splitlines(), which may be halves of Chinese characters.
    for line in head.replace("\r", "\n").split("\n"):
        stripped = line.strip(" \t\r")
        for one, accepts in tests:
            if accepts(stripped):
                return one
    return None


# -- files that are not logs ---------------------------------------------------------------------------------

# By the first bytes.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it first"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"BZh", "compressed by bzip2: unpack it first"),
    (b"\xfd7zXZ", "compressed by xz: unpack it first"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\xd0\xcf\x11\xe0", "an old Office document: export the table as CSV"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program or library of Windows"),
    (b"SQLite format 3", "an SQLite database, such as a ROS bag"),
    (b"\x89HDF", "an HDF5 file, such as a MATLAB one"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"MDF     3", "an MDF file of version 3, which holds measured values and no frames"),
    (b"MDF     ", "an MDF file that this program does not read"),
    (b"ULog", "a PX4 flight log"),
    (b"#ROSBAG", "a ROS bag"),
    (b"\x89MCAP", "an MCAP recording"),
    (b"OSBAG", "a ROS bag"),
    (b"{\\rtf", "a text document (RTF)"),
)

# By one of the first lines, the most certain patterns first.
_LINES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r'VERSION\s+"|NS_\s*:|BU_\s*:|BO_\s+\d+\s', re.IGNORECASE),
        "a DBC database: load it as database",
    ),
    (re.compile(r"FormatVersion\s*=\s*\d"), "a SYM database: load it as database"),
    (re.compile(r"<\w*:?NetworkDefinition"), "a KCD database: load it as database"),
    (re.compile(r"<AUTOSAR"), "an ARXML database: load it as database"),
    (re.compile(r"LIN_description_file"), "an LDF description of a LIN bus"),
    (re.compile(r"/begin\s+PROJECT|ASAP2_VERSION"), "an A2L description"),
    (re.compile(r"<\?xml"), "an XML file"),
    (re.compile(r"<!DOCTYPE html|<html", re.IGNORECASE), "a web page: was the download complete?"),
    (re.compile(r'\{\s*$|\{\s*"|\[\s*\{'), "a JSON file"),
    (re.compile(r":[0-9A-Fa-f]{8,}$"), "an Intel HEX file"),
    (re.compile(r"S[0-3][0-9A-Fa-f]{8,}$"), "a Motorola S-record file"),
    (re.compile(r"version https://git-lfs"), "a pointer of Git LFS: fetch the file itself"),
)

_MOST_LINES = 200

# The gaps between columns of a table without delimiters.
_RUNS = re.compile(r"(?:\t|  )[ \t]*")


def foreign_kind(head: bytes) -> str | None:
    """What kind of file starts with these bytes, if it is a known kind that is not a log."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if not head.strip(b"\0"):
        return "a file of zeros, which was never written completely"
    if _is_binary(head):
        return None
    lines = [line.strip(" \t\r") for line in head.decode("utf-8", "replace").splitlines()[:_MOST_LINES]]
    for pattern, kind in _LINES:
        if any(map(pattern.match, lines)):
            return kind
    return None


def is_table(head: bytes) -> bool:
    """Whether these are the first bytes of a text in which most lines have the same number of cells."""
    if _is_binary(head):
        return False
    lines = [line for line in head.decode("utf-8", "replace").splitlines() if line.strip()][-51:-1]
    if len(lines) < 2:
        return False
    in_runs = Counter(len(_RUNS.findall(line.strip())) for line in lines if line.lstrip()[:1].isdigit())
    if in_runs:
        runs, times = in_runs.most_common(1)[0]
        if runs > 1 and times * 2 > len(lines):
            return True
    for delimiter in ",;\t":
        count, times = Counter(line.count(delimiter) for line in lines).most_common(1)[0]
        if count and times * 2 > len(lines):
            return True
    return False


def _is_binary(head: bytes) -> bool:
    control = sum(byte < 9 or 13 < byte < 32 for byte in head[:4096])
    return control * 20 > len(head[:4096])

"""Which format a file is in, by its content; its name has no say."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from canmcast_gui.logfile.formats import FORMATS, Format
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import FileError, Problems, UnknownColumnsError, os_message

# Headers of comments and bus names before the first frame are a few kilobytes at most.
_HEAD_BYTES = 65536


def recognise(path: Path) -> Format:
    """The format of a file. Raises FileError where it is absent, empty or in a format that is not read."""
    try:
        problems = Problems()
        with open_log(path, problems) as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise FileError(os_message(path, error, "read")) from error
    if not head and problems.skipped:
        raise FileError(f"{path.name} cannot be unpacked: {problems.messages[0]}")
    if not head:
        raise FileError(f"{path.name} is empty")
    found = _by_magic(head) or _by_lines(head.decode("latin-1"))
    if found is not None:
        return found
    words = looks_like(head)
    if words is not None:
        raise FileError(f"{path.name} is no CAN log: it looks like {words}")
    if is_table(head):
        reason = "is a table without names that say which column is what; the window asks for that"
        raise UnknownColumnsError(f"{path.name} {reason}")
    *most, last = (one.title for one in FORMATS if one.can_read)
    known = f"{', '.join(most)} and {last}"
    raise FileError(f"{path.name} is not in a log format that canmcast can read; it reads {known}")


def _by_magic(head: bytes) -> Format | None:
    return next((one for one in FORMATS if one.can_read and one.magics and head.startswith(one.magics)), None)


def _by_lines(head: str) -> Format | None:
    """The first format that any line of a text looks like."""
    judges = [(one, one.line) for one in FORMATS if one.can_read and one.line is not None]
    # Not at the characters that str.splitlines() knows as well: they may be halves of Chinese ones.
    for line in head.replace("\r", "\n").split("\n"):
        stripped = line.strip(" \t\r")
        for one, accepts in judges:
            if accepts(stripped):
                return one
    return None


# By their first bytes: signatures of common kinds of files.
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

# By a line near the top, the surest signs first.
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

# Between columns; a table of frames has three at least, and its lines begin with a number.
_RUNS = re.compile(r"(?:\t|  )[ \t]*")


def looks_like(head: bytes) -> str | None:
    """What a file with these first bytes is; None where nothing is known of it."""
    for signature, words in _SIGNATURES:
        if head.startswith(signature):
            return words
    if not head.strip(b"\0"):
        return "nothing but zeros: it was never written to the end"
    if _is_binary(head):
        return None
    lines = [line.strip(" \t\r") for line in head.decode("utf-8", "replace").splitlines()[:_MOST_LINES]]
    for pattern, words in _LINES:
        if any(map(pattern.match, lines)):
            return words
    return None


def is_table(head: bytes) -> bool:
    """Whether these first bytes are text in which most lines have the same number of cells."""
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

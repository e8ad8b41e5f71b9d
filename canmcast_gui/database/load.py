"""Load database files: decode the text, recognize the format, parse, and convert to our own values."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from canmcast_gui.database.database import Database
from canmcast_gui.database.formats import DatabaseFormat, format_of
from canmcast_gui.database.from_cantools import convert_messages, convert_nodes
from canmcast_gui.database.parse import (
    CantoolsParser,
    LoadingCanceledError,
    Report,
    reason_of,
    without_log_records,
)
from canmcast_gui.database.problems import LEFT_OUT, DatabaseError, Problems, UnreadableError
from canmcast_gui.frames.files import read_regular

# The largest known public databases have 20 MB (ARXML) and 0.5 MB (others).
MAX_FILE_BYTES = 100_000_000

# One load at a time: each takes about 100 times the size of its text in memory. Several would not be faster,
# as they compute in Python.
_loading = threading.Lock()

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# GB 2312: the first bytes of its symbols and of its common characters, and the second bytes of all of them.
_COMMON_LEADS = (range(0xA1, 0xA4), range(0xB0, 0xD8))
_TRAILS = range(0xA1, 0xFF)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")


def load_database(path: str | os.PathLike[str], report: Report = lambda _part: True) -> Database:
    """Load a DBC, KCD, SYM or ARXML file. Takes 0.1 to 2 s: call it from a worker thread.

    The result's ``problems`` say what was repaired, left out or is doubtful. ``report`` is called with the
    part that is done, 0 to 1, and cancels the loading by returning False. Raises DatabaseError, with one
    sentence, for a file that cannot be read or is not a database, and where the loading was canceled.
    """
    path = Path(path)
    problems = Problems()
    text = decode_text(path, _read(path), problems).replace("\r\n", "\n").replace("\r", "\n")
    format_ = format_of(text)
    if format_ is None:
        raise DatabaseError(f"{path.name} is not a database: it does not look like DBC, KCD, SYM or ARXML")
    if len(text) > format_.max_characters:
        raise DatabaseError(
            f"{path.name} has {len(text):,} characters; "
            f"a {format_.title} file may have {format_.max_characters:,}"
        )
    try:
        with _exclusive(report), without_log_records():
            return _parse(path, text, format_, report, problems)
    except DatabaseError:
        raise
    except Exception as error:  # any error of a parser means that the file is invalid
        reason = str(error) if isinstance(error, UnreadableError) else reason_of(error)
        raise DatabaseError(f"{path.name} cannot be read as {format_.title}: {reason}") from error


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, MAX_FILE_BYTES)
    except OSError as error:
        raise DatabaseError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _parse(path: Path, text: str, format_: DatabaseFormat, report: Report, problems: Problems) -> Database:
    parser = CantoolsParser(report, text.count(format_.message_start))
    parsed, lines = format_.parse(text, problems, parser)
    parser.report_left_out(parsed, problems, lines)
    first_left_out = next((problem for problem in problems if problem.kind == LEFT_OUT), None)
    if not parsed.messages and first_left_out is not None:
        raise UnreadableError(str(first_left_out))
    messages = convert_messages(parsed.messages, problems, lines)
    return Database(path, messages, problems, parsed, convert_nodes(parsed.nodes))


@contextmanager
def _exclusive(report: Report) -> Iterator[None]:
    """Wait until no other thread loads a database; raises LoadingCanceledError."""
    while not _loading.acquire(timeout=0.1):
        if not report(0.0):
            raise LoadingCanceledError("The loading was canceled.")
    try:
        yield
    finally:
        _loading.release()


# -- encodings -------------------------------------------------------------------------------------------


def decode_text(path: Path, content: bytes, problems: Problems) -> str:
    """The text of a file in UTF-8 or UTF-16, or in Chinese (GBK) or western (Windows 1252) encoding.

    Raises DatabaseError for a binary file.
    """
    utf_16 = _utf_16(content)
    if utf_16:
        text = content.decode(utf_16, errors="replace").lstrip("\ufeff")
        if text.endswith("\ufffd"):
            problems.doubtful(0, "the text ends within a character: the file may be incomplete")
        return text
    if b"\0" in content[:4096]:
        raise DatabaseError(f"{path.name} is not a database: it is a binary file")
    try:
        return content.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError:
        pass
    if is_gbk(content):
        problems.repaired(_first_line(content), "Chinese text: read as GBK")
        return content.decode("gb18030", errors="replace")
    try:
        return content.decode("cp1252")  # the encoding of the tools that write DBC files
    except UnicodeDecodeError:
        problems.repaired(_first_line(content), "neither UTF-8, GBK nor Windows 1252: read as Latin-1")
        return content.decode("latin-1")


def _utf_16(content: bytes) -> str:
    """The name of the encoding of UTF-16 text, with or without a byte order mark; "" for any other."""
    if content.startswith(_UTF_16):
        return "utf-16"
    # Without the mark it is recognized by ASCII characters, of which every other byte is zero.
    even, odd = content[0:4096:2], content[1:4096:2]
    if odd and 0 not in even and odd.count(0) > 0.9 * len(odd):
        return "utf-16-le"
    if odd and 0 not in odd and even.count(0) > 0.9 * len(even):
        return "utf-16-be"
    return ""


def is_gbk(content: bytes) -> bool:
    """Whether bytes beyond ASCII are Chinese characters: in pairs, and most of them common ones.

    Western letters with accents are mostly single bytes between ASCII ones, which are not the second bytes of
    common characters.
    """
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    common = others = 0
    for run in _BEYOND_ASCII.findall(content):
        for index in range(0, len(run), 2):
            trail = run[index + 1] if index + 1 < len(run) else 0
            is_common = trail in _TRAILS and any(run[index] in leads for leads in _COMMON_LEADS)
            common, others = common + is_common, others + (not is_common)
    return common > others


def _first_line(content: bytes) -> int:
    """The line of the first byte beyond ASCII."""
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.isascii():
            return number
    return 0

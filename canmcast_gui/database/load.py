"""Load database files: DBC, KCD, SYM and ARXML, recognized by their content and parsed by cantools."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from canmcast_gui.database.database import Database
from canmcast_gui.database.from_cantools import adopt_messages, adopt_nodes
from canmcast_gui.database.parse import LoadingStoppedError, Parse, Report, quiet_parser, reason_of
from canmcast_gui.database.problems import LEFT_OUT, DatabaseError, Problems, UnreadableError
from canmcast_gui.frames.files import read_regular

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase

    Parsed = tuple[ParsedDatabase, Mapping[tuple[str, str], int]]

# The largest known public databases have 20 MB (ARXML, whose text is mostly tags) and 0.5 MB (others).
MAX_BYTES = 100_000_000
# Parsers need about 100 times the text in memory, and a second for half a million characters.
MOST_CHARACTERS = 10_000_000

# cantools reports what it passes over to its loggers, which belong to the process: one load at a time.
_loading = threading.Lock()


def load_database(path: str | os.PathLike[str], report: Report = lambda _part: True) -> Database:
    """Load a DBC, KCD, SYM or ARXML file. Takes 0.1 to 2 s: call it from a worker thread.

    The result's ``problems`` say what was repaired, left out or is doubtful. ``report`` is called with the
    part that is done, 0 to 1, and stops the loading by returning False. Raises DatabaseError, with one
    sentence, for a file that cannot be read or is no database, and where the loading was stopped.
    """
    path = Path(path)
    problems = Problems()
    text = decode_text(path, _read(path), problems).replace("\r\n", "\n").replace("\r", "\n")
    kind = _kind_of(text)
    if kind is None:
        raise DatabaseError(f"{path.name} is no database: it does not look like DBC, KCD, SYM or ARXML")
    if kind != "arxml" and len(text) > MOST_CHARACTERS:
        raise DatabaseError(
            f"{path.name} has {len(text):,} characters; a {kind.upper()} file may have {MOST_CHARACTERS:,}"
        )
    try:
        with _turn(report), quiet_parser():
            return _load(path, text, kind, report, problems)
    except DatabaseError:
        raise
    except Exception as error:  # whatever a parser trips over is the file's fault
        reason = str(error) if isinstance(error, UnreadableError) else reason_of(error)
        raise DatabaseError(f"{path.name} cannot be read as {kind.upper()}: {reason}") from error


def _load(path: Path, text: str, kind: str, report: Report, problems: Problems) -> Database:
    parse = Parse(report, text.count(_MESSAGE_MARKS[kind]))
    parsed, lines = _PARSERS[kind](text, problems, parse)
    parse.tell(parsed, problems, lines)
    lost = next((problem for problem in problems if problem.kind == LEFT_OUT), None)
    if not parsed.messages and lost is not None:
        raise UnreadableError(str(lost))
    messages = adopt_messages(parsed.messages, problems, lines)
    return Database(path, messages, problems, parsed, adopt_nodes(parsed.nodes))


@contextmanager
def _turn(report: Report) -> Iterator[None]:
    """Wait for others that load; raises LoadingStoppedError."""
    while not _loading.acquire(timeout=0.1):
        if not report(0.0):
            raise LoadingStoppedError("The loading was stopped.")
    try:
        yield
    finally:
        _loading.release()


def _parse_dbc(text: str, problems: Problems, parse: Parse) -> Parsed:
    from canmcast_gui.database.dbc import repair_dbc  # its patterns take the time of a dozen modules

    repaired = repair_dbc(text, problems)
    try:
        parsed = parse.run(repaired.text, "dbc")
    except UnreadableError as error:
        # Attributes are what files of other tools disagree about most; frames can be named without them.
        parsed = parse.run(repaired.without_attributes, "dbc")
        problems.left_out(0, f"all attributes: {error}")
    repaired.names.restore(parsed)
    return parsed, repaired.lines


def _parse_sym(text: str, problems: Problems, parse: Parse) -> Parsed:
    from canmcast_gui.database.sym import repair_sym

    repaired, lines = repair_sym(text, problems)
    return parse.run(repaired, "sym"), lines


def _parse_kcd(text: str, problems: Problems, parse: Parse) -> Parsed:
    from canmcast_gui.database.kcd import repair_kcd
    from canmcast_gui.database.xml_file import XmlFile

    file = XmlFile(text)
    lines = repair_kcd(file, problems)
    return parse.run(file.text, "kcd"), lines


def _parse_arxml(text: str, problems: Problems, parse: Parse) -> Parsed:
    from canmcast_gui.database.arxml import parse_what_can_be, repair_arxml, restore_names
    from canmcast_gui.database.xml_file import XmlFile

    file = XmlFile(text)
    lines = repair_arxml(file, problems)
    parsed = parse_what_can_be(file, problems, lambda text: parse.run(text, "arxml"))
    if file.changed:
        restore_names(parsed)
    return parsed, lines


_PARSERS: dict[str, Callable[[str, Problems, Parse], Parsed]] = {
    "dbc": _parse_dbc,
    "sym": _parse_sym,
    "kcd": _parse_kcd,
    "arxml": _parse_arxml,
}
# A kind shows after comments, which may be long.
_HEAD = 200_000
_AUTOSAR = re.compile(r"<(?:[\w.-]{1,50}:)?AUTOSAR\b")
_SYM_STARTS = ("formatversion", "{enums}", "{signals}", "{send}", "{receive}", "{sendreceive}")
_DBC_STARTS = ("VERSION", "NS_", "BS_", "BU_", "BO_", "CM_", "VAL_TABLE_")
# What every message begins with, to say how much is done.
_MESSAGE_MARKS = {"dbc": "BO_ ", "sym": "[", "kcd": "<Message", "arxml": "<CAN-FRAME-TRIGGERING "}


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, MAX_BYTES)
    except OSError as error:
        raise DatabaseError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _kind_of(text: str) -> str | None:
    """Which of cantools' formats a text is, by what it begins with."""
    head = text[:_HEAD].lstrip()
    if head.startswith("<"):
        return "arxml" if _AUTOSAR.search(head) else "kcd" if "NetworkDefinition" in head else None
    lines = [line for line in map(str.strip, head.splitlines()) if line and not line.startswith("//")]
    if lines and lines[0].lower().startswith(_SYM_STARTS):
        return "sym"
    return "dbc" if any(line.startswith(_DBC_STARTS) for line in lines) else None


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# GB 2312: the lead bytes of its signs and of its common characters, and of trail bytes of all of them.
_COMMON_LEADS = (range(0xA1, 0xA4), range(0xB0, 0xD8))
_TRAILS = range(0xA1, 0xFF)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")


def decode_text(path: Path, content: bytes, problems: Problems) -> str:
    """The text of a file in UTF-8 or UTF-16, or in Chinese (GBK) or western (Windows 1252) encoding.

    Raises DatabaseError for a binary file.
    """
    wide = _utf_16(content)
    if wide:
        text = content.decode(wide, errors="replace").lstrip("\ufeff")
        if text.endswith("\ufffd"):
            problems.doubtful(0, "the text ends within a character: the file may be cut off")
        return text
    if b"\0" in content[:4096]:
        raise DatabaseError(f"{path.name} is no database: it is a binary file")
    try:
        return content.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError:
        pass
    if is_gbk(content):
        problems.repaired(_first_line(content), "Chinese text: read as GBK")
        return content.decode("gb18030", errors="replace")
    try:
        # what the format's makers write
        return content.decode("cp1252")
    except UnicodeDecodeError:
        problems.repaired(_first_line(content), "neither UTF-8, GBK nor Windows 1252: read as Latin-1")
        return content.decode("latin-1")


def _utf_16(content: bytes) -> str:
    """The encoding of text in UTF-16, with or without a mark of its byte order; "" for any other."""
    if content.startswith(_UTF_16):
        return "utf-16"
    # Without the mark it is told by ASCII characters, of which every other byte is zero.
    even, odd = content[0:4096:2], content[1:4096:2]
    if odd and 0 not in even and odd.count(0) > 0.9 * len(odd):
        return "utf-16-le"
    if odd and 0 not in odd and even.count(0) > 0.9 * len(even):
        return "utf-16-be"
    return ""


def is_gbk(content: bytes) -> bool:
    """Whether bytes beyond ASCII are Chinese characters: in pairs, and most of them common ones.

    Western letters with accents mostly stand alone between ASCII ones, which are no trail bytes of common
    characters.
    """
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    common = others = 0
    for run in _BEYOND_ASCII.findall(content):
        for place in range(0, len(run), 2):
            trail = run[place + 1] if place + 1 < len(run) else 0
            is_common = trail in _TRAILS and any(run[place] in leads for leads in _COMMON_LEADS)
            common, others = common + is_common, others + (not is_common)
    return common > others


def _first_line(content: bytes) -> int:
    """The line of the first byte beyond ASCII."""
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.isascii():
            return number
    return 0

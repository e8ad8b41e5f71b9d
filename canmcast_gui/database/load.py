"""Database files: DBC, KCD, SYM and ARXML, recognised by their content and parsed by cantools."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from canmcast_gui.database.adopt import adopt_messages, adopt_nodes
from canmcast_gui.database.database import Database
from canmcast_gui.database.errors import DatabaseError
from canmcast_gui.database.notes import LEFT_OUT, Notes
from canmcast_gui.database.text import decode_text
from canmcast_gui.database.xml_text import check_xml, lines_of_names, mend_kcd
from canmcast_gui.frames.regular_file import read_regular

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase

    Parsed = tuple[ParsedDatabase, Mapping[tuple[str, str], int]]

# The largest known public databases have 20 MB (ARXML, whose text is mostly tags) and 0.5 MB (others).
MAX_BYTES = 100_000_000
# Parsers need about 100 times the text in memory, and a second for half a million characters.
MOST_CHARACTERS = 10_000_000

# cantools reports what it passes over to its loggers, which belong to the process: one load at a time.
_loading = threading.Lock()


def load_database(path: str | os.PathLike[str]) -> Database:
    """Load a DBC, KCD, SYM or ARXML file. Takes 0.1 to 2 s: call it from a worker thread.

    What had to be mended, left out or is doubtful is in the result's ``notes``. Raises DatabaseError, with
    one sentence, for a file that cannot be read or is no database.
    """
    path = Path(path)
    notes = Notes()
    text = decode_text(path, _read(path), notes).replace("\r\n", "\n").replace("\r", "\n")
    kind = _kind_of(text)
    if kind is None:
        raise DatabaseError(f"{path.name} is no database: it does not look like DBC, KCD, SYM or ARXML")
    if kind != "arxml" and len(text) > MOST_CHARACTERS:
        raise DatabaseError(
            f"{path.name} has {len(text):,} characters; a {kind.upper()} file may have {MOST_CHARACTERS:,}"
        )
    with _loading, _quiet_parser():
        parsed, lines = _PARSERS[kind](path, text, notes)
    lost = next((note for note in notes if note.kind == LEFT_OUT), None)
    if not parsed.messages and lost is not None:
        raise DatabaseError(f"{path.name} cannot be read as {kind.upper()}: {lost}")
    messages = adopt_messages(parsed.messages, notes, lines)
    return Database(path, messages, notes, parsed, adopt_nodes(parsed.nodes))


def _parse_dbc(path: Path, text: str, notes: Notes) -> Parsed:
    from canmcast_gui.database.dbc import mend_dbc  # its patterns take the time of a dozen modules

    mended = mend_dbc(text, notes)
    try:
        parsed = _parse(path, mended.text, "dbc")
    except DatabaseError as error:
        # Attributes are what files of other tools disagree about most; frames can be named without them.
        parsed = _parse(path, mended.without_attributes, "dbc")
        notes.left_out(0, f"all attributes: {error}")
    mended.names.restore(parsed)
    return parsed, mended.lines


def _parse_sym(path: Path, text: str, notes: Notes) -> Parsed:
    from canmcast_gui.database.sym import mend_sym

    mended, lines = mend_sym(text, notes)
    return _parse(path, mended, "sym"), lines


def _parse_kcd(path: Path, text: str, notes: Notes) -> Parsed:
    check_xml(path.name, text)
    return _parse(path, mend_kcd(text, notes), "kcd"), lines_of_names(text)


def _parse_arxml(path: Path, text: str, _notes: Notes) -> Parsed:
    check_xml(path.name, text)
    return _parse(path, text, "arxml"), {}


_PARSERS: dict[str, Callable[[Path, str, Notes], Parsed]] = {
    "dbc": _parse_dbc,
    "sym": _parse_sym,
    "kcd": _parse_kcd,
    "arxml": _parse_arxml,
}


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, MAX_BYTES)
    except OSError as error:
        raise DatabaseError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _kind_of(text: str) -> str | None:
    """Which of cantools' formats a text is, by its first few thousand characters."""
    head = text[:20_000].lstrip()
    if head.startswith("<"):
        return "arxml" if "<AUTOSAR" in head else "kcd" if "NetworkDefinition" in head else None
    if head.startswith("FormatVersion"):
        return "sym"
    starts = ("VERSION", "NS_", "BS_", "BU_", "BO_", "CM_", "VAL_TABLE_", "//")
    lines = [line.lstrip() for line in head.splitlines()]
    return "dbc" if any(line.startswith(starts) for line in lines) else None


def _parse(path: Path, text: str, kind: str) -> ParsedDatabase:
    from cantools.database import load_string
    from cantools.database.errors import UnsupportedDatabaseFormatError

    try:
        # Not strict: overlapping signals are common in the wild, and each decodes well by itself.
        parsed = load_string(text, database_format=kind, strict=False)
    except UnsupportedDatabaseFormatError as error:
        reason = " ".join(str(getattr(error, f"e_{kind}", None) or error).split())
        raise DatabaseError(f"{path.name} cannot be read as {kind.upper()}: {reason}") from error
    except Exception as error:  # whatever a parser trips over is the file's fault
        raise DatabaseError(f"{path.name} cannot be read as {kind.upper()}: {error}") from error
    return parsed  # type: ignore[return-value]


@contextmanager
def _quiet_parser() -> Iterator[None]:
    """Keep what cantools logs while it parses from stderr; what matters of it is in the notes."""
    logger = logging.getLogger("cantools")
    disabled, logger.disabled = logger.disabled, True
    children = [one for name, one in logging.root.manager.loggerDict.items() if name.startswith("cantools.")]
    loud = [one for one in children if isinstance(one, logging.Logger) and not one.disabled]
    for one in loud:
        one.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled
        for one in loud:
            one.disabled = False

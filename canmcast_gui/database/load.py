"""Database files: DBC, KCD, SYM and ARXML, recognised by their content and parsed by cantools."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from canmcast_gui.database.adopt import adopt_message
from canmcast_gui.database.database import Database
from canmcast_gui.database.errors import DatabaseError

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase

# The largest known public database has 20 MB; a parser needs about 50 times its text in memory.
MAX_BYTES = 100_000_000

# cantools reports what it passes over to its loggers, which belong to the process: one load at a time.
_loading = threading.Lock()


def load_database(path: str | os.PathLike[str]) -> Database:
    """Load a DBC, KCD, SYM or ARXML file. Takes 0.1 to 2 s: call it from a worker thread.

    What had to be passed over is in the result's ``problems``. Raises DatabaseError, with one sentence, for
    a file that cannot be read or is no database.
    """
    path = Path(path)
    text = _decode_text(path, _read(path))
    kind = _kind_of(text)
    if kind is None:
        raise DatabaseError(f"{path.name} is no database: it does not look like DBC, KCD, SYM or ARXML")
    with _loading, _collected_warnings() as problems:
        parsed = _parse(path, text, kind)
    return Database(path, [adopt_message(message, problems) for message in parsed.messages], problems, parsed)


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DatabaseError(f"{path.name} has {size:,} bytes; a database may have {MAX_BYTES:,}")
        return path.read_bytes()
    except OSError as error:
        raise DatabaseError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _decode_text(path: Path, content: bytes) -> str:
    """The text of a file in UTF-8 or, as older editors write them, Windows' western code page."""
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DatabaseError(f"{path.name} is no database: it is a binary file")
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


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


class _Collector(logging.Handler):
    def __init__(self, problems: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._problems = problems

    def emit(self, record: logging.LogRecord) -> None:
        self._problems.append(record.getMessage())


@contextmanager
def _collected_warnings() -> Iterator[list[str]]:
    """Take what cantools says to its loggers while it parses, instead of letting it out on stderr."""
    problems: list[str] = []
    logger = logging.getLogger("cantools")
    collector = _Collector(problems)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(collector)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield problems
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate

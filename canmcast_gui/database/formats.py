"""The formats of databases: suffixes, how a text is recognized, and the parser of each.

Each parser repairs the text or the tree of a file in front of cantools' parser, and returns the parsed
database with the lines of its messages and signals. Parsers are imported when they are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canmcast_gui.database.parse import CantoolsParser
from canmcast_gui.database.problems import Lines, Problems, UnreadableError

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase

Parsed = tuple["ParsedDatabase", Lines]

# A format is recognized after comments, which may be long.
_HEAD_CHARACTERS = 200_000
_AUTOSAR = re.compile(r"<(?:[\w.-]{1,50}:)?AUTOSAR\b")
_SYM_STARTS = ("formatversion", "{enums}", "{signals}", "{send}", "{receive}", "{sendreceive}")
_DBC_STARTS = ("VERSION", "NS_", "BS_", "BU_", "BO_", "CM_", "VAL_TABLE_")

# Parsers need about 100 times the text in memory, and one second for half a million characters. The text of
# ARXML is mostly tags.
_MAX_CHARACTERS = 10_000_000
_MAX_ARXML_CHARACTERS = 100_000_000


@dataclass(frozen=True)
class DatabaseFormat:
    """A format. ``name`` is cantools' name for it, ``message_start`` the first text of each message."""

    name: str
    suffixes: tuple[str, ...]
    message_start: str
    recognize: Callable[[str], bool]
    parse: Callable[[str, Problems, CantoolsParser], Parsed]
    max_characters: int = _MAX_CHARACTERS

    @property
    def title(self) -> str:
        """The name of the format as users read it."""
        return self.name.upper()


def format_of(text: str) -> DatabaseFormat | None:
    """The format of a text, from its first lines."""
    head = text[:_HEAD_CHARACTERS].lstrip()
    return next((one for one in FORMATS if one.recognize(head)), None)


def _is_arxml(head: str) -> bool:
    return head.startswith("<") and _AUTOSAR.search(head) is not None


def _is_kcd(head: str) -> bool:
    return head.startswith("<") and "NetworkDefinition" in head


def _is_sym(head: str) -> bool:
    first = next(iter(_text_lines(head)), "")
    return first.lower().startswith(_SYM_STARTS)


def _is_dbc(head: str) -> bool:
    return not head.startswith("<") and any(line.startswith(_DBC_STARTS) for line in _text_lines(head))


def _text_lines(head: str) -> list[str]:
    """The lines that are not empty or comments."""
    return [line for line in map(str.strip, head.splitlines()) if line and not line.startswith("//")]


def _parse_dbc(text: str, problems: Problems, parser: CantoolsParser) -> Parsed:
    from canmcast_gui.database.dbc import (
        repair_dbc,  # compiling its patterns takes as long as a dozen modules
    )

    repaired = repair_dbc(text, problems)
    try:
        parsed = parser.run(repaired.text, "dbc")
    except UnreadableError as error:
        # Files of different tools disagree about attributes most of all. Frames are named without them.
        parsed = parser.run(repaired.without_attributes, "dbc")
        problems.left_out(0, f"all attributes: {error}")
    repaired.names.restore(parsed)
    return parsed, repaired.lines


def _parse_sym(text: str, problems: Problems, parser: CantoolsParser) -> Parsed:
    from canmcast_gui.database.sym import repair_sym

    repaired, lines = repair_sym(text, problems)
    return parser.run(repaired, "sym"), lines


def _parse_kcd(text: str, problems: Problems, parser: CantoolsParser) -> Parsed:
    from canmcast_gui.database.kcd import repair_kcd
    from canmcast_gui.database.xml_file import XmlFile

    file = XmlFile(text)
    lines = repair_kcd(file, problems)
    return parser.run(file.text, "kcd"), lines


def _parse_arxml(text: str, problems: Problems, parser: CantoolsParser) -> Parsed:
    from canmcast_gui.database.arxml import parse_readable_frames, repair_arxml, restore_names
    from canmcast_gui.database.xml_file import XmlFile

    file = XmlFile(text)
    lines = repair_arxml(file, problems)
    parsed = parse_readable_frames(file, problems, lambda text: parser.run(text, "arxml"))
    if file.changed:
        restore_names(parsed)
    return parsed, lines


FORMATS = (
    DatabaseFormat(
        "arxml", (".arxml",), "<CAN-FRAME-TRIGGERING ", _is_arxml, _parse_arxml, _MAX_ARXML_CHARACTERS
    ),
    DatabaseFormat("kcd", (".kcd",), "<Message", _is_kcd, _parse_kcd),
    DatabaseFormat("sym", (".sym",), "[", _is_sym, _parse_sym),
    DatabaseFormat("dbc", (".dbc",), "BO_ ", _is_dbc, _parse_dbc),
)

# The suffixes of all formats, for file dialogs and for files that are dropped on the window.
SUFFIXES = tuple(suffix for one in reversed(FORMATS) for suffix in one.suffixes)

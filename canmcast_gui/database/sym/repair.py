"""The text of a SYM file as cantools accepts it: version 6.0, with sections."""

from __future__ import annotations

from collections.abc import Iterator

from canmcast_gui.database.problems import Lines, Problems
from canmcast_gui.database.sym import fields
from canmcast_gui.database.sym.symbols import Symbols

# An enumeration of more lines lacks its closing bracket.
MAX_ENUM_LINES = 2_000
# cantools needs 200 times the memory of each text between quotes.
MAX_LINE = 100_000

_SECTIONS = ("{ENUMS}", "{SIGNALS}", "{SEND}", "{RECEIVE}", "{SENDRECEIVE}")


def repair_sym(text: str, problems: Problems) -> tuple[str, Lines]:
    """The repaired text, and the lines of messages (name, "") and signals (message, signal).

    Changes are added to ``problems``.
    """
    sections: dict[str, list[tuple[int, str]]] = {name: [] for name in _SECTIONS}
    section, has_section = "{SENDRECEIVE}", False
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > MAX_LINE:
            problems.left_out(number, f"a line of {len(line):,} characters")
            continue
        stripped = line.strip()
        if stripped.upper() in _SECTIONS:
            section, has_section = stripped.upper(), True
        elif stripped.startswith("[") and section in ("{ENUMS}", "{SIGNALS}"):
            section, has_section = "{SENDRECEIVE}", False
        if stripped.startswith("[") and not has_section:
            problems.repaired(number, "symbols without a section: read as sent and received")
            has_section = True
        if stripped.lower().startswith("formatversion"):
            _report_version(number, stripped, problems)
        elif stripped and not stripped.startswith("//") and stripped.upper() not in _SECTIONS:
            sections[section].append((number, stripped))
    return _assemble(sections, problems)


def _report_version(line: int, text: str, problems: Problems) -> None:
    version = text.partition("=")[2].split("//")[0].strip()
    if version and not version.startswith("6"):
        problems.repaired(line, f"format version {version[:20]}: read as 6.0")


def _assemble(sections: dict[str, list[tuple[int, str]]], problems: Problems) -> tuple[str, Lines]:
    enums: dict[str, str] = {}
    enum_texts = [_enum(line, text, enums, problems) for line, text in _joined(sections["{ENUMS}"])]
    symbols = Symbols(enums, problems)
    signal_texts = [symbols.signal(line, text) for line, text in sections["{SIGNALS}"]]
    parts = ["FormatVersion=6.0 // Do not edit this line!", 'Title="-"']
    parts += ["{ENUMS}", *filter(None, enum_texts), "{SIGNALS}", *filter(None, signal_texts)]
    for name in _SECTIONS[2:]:
        parts += [name, *symbols.section(sections[name])]
    return "\n".join(parts) + "\n", symbols.lines


def _joined(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join the lines of each enumeration, without comments."""
    pending: list[str] = []
    first = 0
    for number, line in lines:
        text = fields.split_comment(line).text
        if not pending:
            first = number
        pending.append(text)
        if text.endswith(")") or len(pending) > MAX_ENUM_LINES:
            yield first, " ".join(pending)
            pending = []
    if pending:
        yield first, " ".join(pending)


def _enum(line: int, text: str, enums: dict[str, str], problems: Problems) -> str:
    found = fields.ENUM.match(text)
    values = []
    for one in fields.ENUM_VALUE.finditer(found["values"]) if found else ():
        try:
            values.append(f"{fields.number(one['number'])}={one['text']}")
        except ValueError:
            problems.left_out(line, f"value {one['number']} of an enumeration is not a number")
    if found is None:
        problems.left_out(line, f"an enumeration that cannot be read: {text[:40]}")
        return ""
    name = fields.unquoted(found["name"])
    enums[name] = f"Enum{len(enums)}"
    return f"Enum={enums[name]}({', '.join(values)})"

"""The text of a database file, whatever its makers' editor wrote it in."""

from __future__ import annotations

import re
from pathlib import Path

from canmcast_gui.database.errors import DatabaseError
from canmcast_gui.database.notes import Notes

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# GB 2312: the lead bytes of its signs and of its common characters, and of trail bytes of all of them.
_COMMON_LEADS = (range(0xA1, 0xA4), range(0xB0, 0xD8))
_TRAILS = range(0xA1, 0xFF)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")


def decode_text(path: Path, content: bytes, notes: Notes) -> str:
    """The text of a file in UTF-8 or UTF-16, or in Chinese (GBK) or western (Windows 1252) encoding.

    Raises DatabaseError for a binary file.
    """
    wide = _utf_16(content)
    if wide:
        text = content.decode(wide, errors="replace").lstrip("\ufeff")
        if text.endswith("\ufffd"):
            notes.doubtful(0, "the text ends within a character: the file may be cut off")
        return text
    if b"\0" in content[:4096]:
        raise DatabaseError(f"{path.name} is no database: it is a binary file")
    try:
        return content.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError:
        pass
    if is_gbk(content):
        notes.mended(_first_line(content), "Chinese text: read as GBK")
        return content.decode("gb18030", errors="replace")
    try:
        # what the format's makers write
        return content.decode("cp1252")
    except UnicodeDecodeError:
        notes.mended(_first_line(content), "neither UTF-8, GBK nor Windows 1252: read as Latin-1")
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

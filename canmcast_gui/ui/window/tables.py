"""Tables that do not say which column is what: asking for it, and remembering the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.files import within
from canmcast_gui.logfile import TableLayout
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import UnknownColumnsError
from canmcast_gui.logfile.reading.recognition import recognise
from canmcast_gui.logfile.table.layout import HEAD_BYTES, rows_of
from canmcast_gui.logfile.table.suggest import suggest_layout
from canmcast_gui.ui.dialogs.table import TableDialog

# Answers for that many kinds of tables are kept, the newest first.
MOST_REMEMBERED = 20
# The window stands still for so long at most; a file that is slower is opened beside it.
PATIENCE_SECONDS = 2.0


def with_layout(
    path: Path, settings: AppSettings, window: QWidget, then: Callable[[TableLayout | None], None]
) -> None:
    """Go on with ``then``: at once with None, or, where the columns are not known, with the user's answer.

    Looks at the first 64 KiB only; what else is wrong with the file, opening it will say.
    """
    try:
        head = within(PATIENCE_SECONDS, partial(_unknown_head, path))
    except (UserError, OSError):
        head = None
    if head is None:
        return then(None)
    dialog = TableDialog(path, head, _remembered(head, settings), window)
    dialog.chosen.connect(lambda layout: _remember(head, layout, settings))
    dialog.chosen.connect(then)
    dialog.open()
    return None


def _unknown_head(path: Path) -> bytes | None:
    """The beginning of a table without known columns; None for all other files."""
    try:
        recognise(path)
    except UnknownColumnsError:
        with open_log(path) as file:
            return file.read(HEAD_BYTES)
    return None


def _key(head: bytes) -> str:
    """The same for tables of the same tool: by the first line, and how many cells the lines have."""
    layout = suggest_layout(head)
    rows = rows_of(head, layout, 1)
    first = head.split(b"\n", 1)[0] if layout.skip_lines else b""
    return hashlib.sha256(first + b"%d" % (len(rows[0]) if rows else 0)).hexdigest()[:16]


def _remembered(head: bytes, settings: AppSettings) -> TableLayout:
    key = _key(head)
    for entry in settings.table_layouts.value:
        if isinstance(entry, dict) and entry.get("key") == key and isinstance(entry.get("layout"), dict):
            return TableLayout.from_dict(entry["layout"])
    return suggest_layout(head)


def _remember(head: bytes, layout: TableLayout, settings: AppSettings) -> None:
    key = _key(head)
    others = [
        entry for entry in settings.table_layouts.value if isinstance(entry, dict) and entry.get("key") != key
    ]
    settings.table_layouts.set([{"key": key, "layout": layout.to_dict()}, *others][:MOST_REMEMBERED])

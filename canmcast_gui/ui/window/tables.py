"""Tables without titles: the user is asked for the layout, and the answer is remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.logfile import TableLayout
from canmcast_gui.logfile.table.layout import rows_of
from canmcast_gui.logfile.table.suggest import suggest_layout
from canmcast_gui.ui.dialogs.table import TableDialog

# Answers for that many kinds of tables are kept, the newest first.
MOST_REMEMBERED = 20


def ask_layout(
    path: Path, head: bytes, settings: AppSettings, window: QWidget, then: Callable[[TableLayout], None]
) -> None:
    """Ask for the layout of the table that starts with ``head``, and call ``then`` with the answer."""
    dialog = TableDialog(path, head, _remembered(head, settings), window)
    dialog.chosen.connect(lambda layout: _remember(head, layout, settings))
    dialog.chosen.connect(then)
    dialog.open()


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

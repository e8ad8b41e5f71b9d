"""Drag and drop of messages and signals: as signals for plots, transmit rows, and text."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QMimeData

from canmcast_gui.app.transmit.message_rows import row_for_message
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import Database, Message, Signal
from canmcast_gui.frames.schema import dump, load_list

SIGNALS_MIME = "application/x-canmcast-signals"
ROWS_MIME = "application/x-canmcast-transmit-rows"

# Rows are encoded when the drag starts. More are not useful in the transmit list.
MOST_ROWS = 64


@dataclass(frozen=True, slots=True)
class Dragged:
    """A message of a database, or one of its signals."""

    database: Database
    message: Message
    signal: Signal | None = None

    @property
    def name(self) -> str:
        """ "Message.Signal", or the message's name."""
        return f"{self.message.name}.{self.signal.name}" if self.signal else self.message.name


def mime_of(items: Iterable[Dragged]) -> QMimeData:
    """Messages and signals as MIME data for views and text fields."""
    dragged = list({(item.database.path, item.name): item for item in items}.values())
    mime = QMimeData()
    names = [item.name for item in dragged if item.signal is not None]
    if names:
        mime.setData(SIGNALS_MIME, "\n".join(names).encode())
    mime.setText("\n".join(item.name for item in dragged))
    messages = {(item.database.path, item.message.name): item for item in dragged}
    rows = []
    for item in list(messages.values())[:MOST_ROWS]:
        with contextlib.suppress(RowError):  # too long for a frame: it cannot be a transmit row
            rows.append(dump(row_for_message(item.database, item.message)))
    if rows:
        _put_rows(mime, rows)
    return mime


def rows_to_mime(rows: Iterable[TransmitRow]) -> QMimeData:
    """Transmit rows as MIME data for transmit lists."""
    mime = QMimeData()
    _put_rows(mime, [dump(row) for row in rows])
    return mime


def _put_rows(mime: QMimeData, rows: list[dict[str, Any]]) -> None:
    mime.setData(ROWS_MIME, json.dumps(rows).encode())


def signals_of_mime(mime: QMimeData) -> list[str]:
    """The names of the dragged signals; empty for other data."""
    if not mime.hasFormat(SIGNALS_MIME):
        return []
    return bytes(mime.data(SIGNALS_MIME).data()).decode(errors="replace").split("\n")


def rows_of_mime(mime: QMimeData) -> list[TransmitRow]:
    """The transmit rows of the dragged messages; empty for other data."""
    if not mime.hasFormat(ROWS_MIME):
        return []
    try:
        stored = json.loads(bytes(mime.data(ROWS_MIME).data()))
    except ValueError:
        return []
    return load_list(TransmitRow, stored)[0]


def files_of_mime(mime: QMimeData) -> list[str]:
    """The paths of the files of this computer in dragged data."""
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]

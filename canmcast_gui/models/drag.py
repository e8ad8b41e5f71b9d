"""What is dragged out of a database: signals for plots, rows for the transmit list, names for any text."""

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

# Each row is encoded while the mouse begins to move; a hand that drags more means something else.
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


def mime_of(things: Iterable[Dragged]) -> QMimeData:
    """Messages and signals as what the program's views, and any text field, take."""
    dragged = list({(one.database.path, one.name): one for one in things}.values())
    mime = QMimeData()
    names = [one.name for one in dragged if one.signal is not None]
    if names:
        mime.setData(SIGNALS_MIME, "\n".join(names).encode())
    mime.setText("\n".join(one.name for one in dragged))
    messages = {(one.database.path, one.message.name): one for one in dragged}
    rows = []
    for one in list(messages.values())[:MOST_ROWS]:
        with contextlib.suppress(RowError):  # no frame can hold it: it is not offered to the transmit list
            rows.append(dump(row_for_message(one.database, one.message)))
    if rows:
        _put_rows(mime, rows)
    return mime


def rows_to_mime(rows: Iterable[TransmitRow]) -> QMimeData:
    """Rows of a transmit list as what such lists take."""
    mime = QMimeData()
    _put_rows(mime, [dump(row) for row in rows])
    return mime


def _put_rows(mime: QMimeData, rows: list[dict[str, Any]]) -> None:
    mime.setData(ROWS_MIME, json.dumps(rows).encode())


def signals_of_mime(mime: QMimeData) -> list[str]:
    """The names of dragged signals; none where something else is dragged."""
    if not mime.hasFormat(SIGNALS_MIME):
        return []
    return bytes(mime.data(SIGNALS_MIME).data()).decode(errors="replace").split("\n")


def rows_of_mime(mime: QMimeData) -> list[TransmitRow]:
    """The rows that dragged messages are; none where something else is dragged."""
    if not mime.hasFormat(ROWS_MIME):
        return []
    try:
        stored = json.loads(bytes(mime.data(ROWS_MIME).data()))
    except ValueError:
        return []
    return load_list(TransmitRow, stored)[0]

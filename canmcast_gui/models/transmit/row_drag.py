"""Transmit rows that are dragged: their table moves them, the table of another window copies them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from PySide6.QtCore import QByteArray, QMimeData

from canmcast_gui.app.transmit.row_list import TransmitRows
from canmcast_gui.models.drag import rows_to_mime

# The table, and the job ids of the rows, beside their values.
ENTRIES_MIME = "application/x-canmcast-transmit-entries"


class RowDrag:
    """The dragged data of the rows of one table."""

    def __init__(self, rows: TransmitRows) -> None:
        self._rows = rows
        # Identifies this table among those of all programs.
        self._owner = uuid.uuid4().hex

    def mime(self, numbers: Iterable[int]) -> QMimeData:
        """The data of rows with these numbers."""
        dragged = sorted(numbers)
        mime = rows_to_mime([self._rows[number] for number in dragged])
        ids = ",".join(str(self._rows.job_id(number)) for number in dragged)
        mime.setData(ENTRIES_MIME, QByteArray(f"{self._owner}:{ids}".encode()))
        return mime

    def own_rows(self, data: QMimeData) -> list[int]:
        """The numbers of dragged rows; none where they are rows of another table."""
        owner, _, ids = bytes(data.data(ENTRIES_MIME).data()).decode(errors="replace").partition(":")
        if owner != self._owner:
            return []
        numbers = (self._rows.index_of(int(job_id)) for job_id in ids.split(","))
        return [number for number in numbers if number is not None]

"""What stands behind a line of the transmit table: a row, what it is doing, and its cells' text."""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.app.transmit.row import FRAME_TYPES, TransmitRow
from canmcast_gui.models.transmit.columns import (
    CHANGES,
    COMMENT,
    COUNT,
    DATA,
    JITTER,
    MEASURED,
    NAME,
    PERIOD,
    SEND,
    SENT,
    TRIGGER,
    TYPE,
    TransmitColumn,
)


@dataclass
class Entry:
    """A row and what goes with it while the program runs. Job ids are never given twice."""

    job_id: int
    row: TransmitRow
    armed: bool = False
    sent: int = 0
    late: int = 0
    left: int | None = None
    period_ns: float = 0.0
    jitter_ns: float = 0.0

    def begin(self) -> None:
        """It is armed, and has done nothing yet."""
        self.armed, self.left, self.period_ns, self.jitter_ns = True, self.row.count, 0.0, 0.0

    @property
    def label(self) -> str:
        """What to call it in a sentence: its name, else its id."""
        return self.row.name or f"{self.row.arbitration_id:X}"


def cell_text(entry: Entry, column: TransmitColumn, decimal: bool) -> str | None:
    """What a cell shows; None where it is no text."""
    if column is SENT:
        return f"{entry.sent:,}"
    if column is COUNT:
        left = entry.left if entry.armed else entry.row.count
        return "∞" if left is None else f"{left:,}"
    if column is MEASURED:
        return f"{entry.period_ns / 1e6:.3f}" if entry.period_ns else ""
    if column is JITTER:
        return f"{entry.jitter_ns / 1e3:,.0f}" if entry.period_ns else ""
    return column.text(entry.row, decimal) if column.text else None


def cell_tip(entry: Entry, column: TransmitColumn) -> str:
    """What a cell says about itself."""
    row = entry.row
    if column is TYPE:
        return next(name for name, flags in FRAME_TYPES if flags == row.flags)
    if column in (NAME, COMMENT, CHANGES, TRIGGER) and column.text and (text := column.text(row, False)):
        return text
    if column is PERIOD and row.trigger:
        return "Not used while the row has a trigger: it is sent when a matching frame comes"
    if column is DATA and row.is_remote:
        return "A remote frame carries no data: it asks for this many bytes."
    if column is SENT and entry.late:
        missed = "matching frames were not answered" if row.trigger else "due times passed without a frame"
        return f"{entry.late:,} {missed}"
    if column is SEND:
        return f"Send {row.name or 'this frame'} once, now"
    return column.tip

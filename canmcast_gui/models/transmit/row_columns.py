"""The columns of the transmit table: titles, widths, the texts of cells, and how edits change rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from canmcast_gui.app.transmit.parsing.channel_text import channel_text, parse_channel_number
from canmcast_gui.app.transmit.parsing.row_text import (
    parse_count,
    parse_data,
    parse_id,
    parse_length,
    parse_period,
    period_text,
)
from canmcast_gui.app.transmit.row import FRAME_TYPES, RowError, TransmitRow
from canmcast_gui.app.transmit.row_list import Entry
from canmcast_gui.frames.text import data_text, id_text, type_text
from canmcast_gui.wording import counted, were

MAX_EXPRESSION = 4000
MAX_COMMENT = 200  # so that pasted text cannot fill the settings file


@dataclass(frozen=True)
class TransmitColumn:
    """One column. ``width`` is in characters; ``numeric`` cells use the number font.

    ``text`` makes the text of a cell from a row and whether numbers are decimal. ``edit`` makes the changed
    row from a row, a typed text and the same; it raises RowError. Columns without them do not show the frame.
    """

    key: str
    title: str
    width: int
    tip: str
    text: Callable[[TransmitRow, bool], str] | None = None
    edit: Callable[[TransmitRow, str, bool], TransmitRow] | None = None
    numeric: bool = False
    align: str = "left"


def _edit_comment(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return replace(row, comment=text.strip()[:MAX_COMMENT])


def _edit_name(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return replace(row, name=text.strip()[:MAX_COMMENT])


def _edit_group(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return replace(row, group=text.strip()[:MAX_COMMENT])


def _edit_generators(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return replace(row, generators=text.strip()[:MAX_EXPRESSION])


def _edit_trigger(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return replace(row, trigger=text.strip()[:MAX_EXPRESSION])


def _edit_key(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    keys = QKeySequence(text.strip())
    combinations = list(keys)  # type: ignore[call-overload]  # a sequence, but not in PySide's type hints
    if text.strip() and (len(combinations) != 1 or combinations[0].key() == Qt.Key.Key_unknown):
        raise RowError(f"{text.strip()} is not a key: type one such as F, F9 or Ctrl+1.")
    return replace(row, key=keys.toString())


def _edit_channel(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return replace(row, channel=parse_channel_number(text, {}))


def _edit_count(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return replace(row, count=parse_count(text))


def _edit_id(row: TransmitRow, text: str, decimal: bool) -> TransmitRow:
    return replace(row, arbitration_id=parse_id(text, row.extended, decimal))


def _edit_length(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return row.with_length(parse_length(text, row.is_fd))


def _edit_data(row: TransmitRow, text: str, decimal: bool) -> TransmitRow:
    return replace(row, data=parse_data(text, row.is_fd, decimal))


def _edit_period(row: TransmitRow, text: str, _decimal: bool) -> TransmitRow:
    return replace(row, period_ns=parse_period(text))


def _data_text(row: TransmitRow, decimal: bool) -> str:
    return "" if row.is_remote else data_text(row.data, decimal)


ARMED = TransmitColumn(
    "armed", "On", 3, "Send cyclically, or when the trigger matches, while this is checked"
)
NAME = TransmitColumn("name", "Name", 18, "The name of this row", lambda row, _decimal: row.name, _edit_name)
COMMENT = TransmitColumn(
    "comment", "Comment", 14, "The purpose of this row", lambda row, _decimal: row.comment, _edit_comment
)
GROUP = TransmitColumn(
    "group",
    "Group",
    7,
    "Rows of one group are started and stopped together",
    lambda row, _decimal: row.group,
    _edit_group,
)
COUNT = TransmitColumn(
    "count",
    "Remaining",
    6,
    "Frames that are still to be sent; type how many, or nothing for no limit",
    None,
    _edit_count,
    numeric=True,
    align="right",
)
IDENTIFIER = TransmitColumn(
    "id",
    "ID",
    8,
    "Arbitration id: up to 7FF for standard frames, up to 1FFFFFFF for extended ones",
    lambda row, decimal: id_text(row.arbitration_id, row.extended, decimal),
    _edit_id,
    numeric=True,
)
CHANNEL = TransmitColumn(
    "channel",
    "Chn",
    4,
    "The channel that the row is sent on: type its number or name; nothing for the first channel",
    lambda row, _decimal: str(row.channel or ""),
    _edit_channel,
    numeric=True,
    align="center",
)
TYPE = TransmitColumn(
    "type",
    "Type",
    7,
    "S standard, X extended, R remote, FD, BRS bit rate switch, ESI error state, E error frame",
    lambda row, _decimal: type_text(row.flags),
)
LENGTH = TransmitColumn(
    "length",
    "Len",
    3,
    "Bytes of data; added bytes are 00, removed ones are cut at the end",
    lambda row, _decimal: str(len(row.data)),
    _edit_length,
    numeric=True,
    align="center",
)
DATA = TransmitColumn(
    "data",
    "Data",
    25,
    "Payload, such as DE AD BE EF; sets the length, too",
    _data_text,
    _edit_data,
    numeric=True,
)
PERIOD = TransmitColumn(
    "period",
    "Period ms",
    9,
    "Time between two frames while the row is on, in milliseconds",
    lambda row, _decimal: period_text(row.period_ns),
    _edit_period,
    numeric=True,
    align="right",
)
SENT = TransmitColumn("sent", "Sent", 6, "Frames sent by this row", numeric=True, align="right")
MEASURED = TransmitColumn(
    "measured",
    "Real ms",
    9,
    "Mean time between the last frames of this row, measured where they are sent",
    numeric=True,
    align="right",
)
JITTER = TransmitColumn(
    "jitter",
    "Jitter µs",
    8,
    "Mean deviation of the times between frames",
    numeric=True,
    align="right",
)
SEND = TransmitColumn("send", "", 4, "Send the frame once, now")

TRIGGER = TransmitColumn(
    "trigger",
    "Trigger",
    18,
    "Send the row when a received frame matches this filter, instead of periodically, such as\n"
    "id == 0x100 and data[0] & 1 after 20 ms. Without a delay (us, ms, s) it is sent at once.",
    lambda row, _decimal: row.trigger,
    _edit_trigger,
)
KEY = TransmitColumn(
    "key",
    "Key",
    6,
    "A key of the window that sends the frame once, such as F or Ctrl+1",
    lambda row, _decimal: row.key,
    _edit_key,
)
GENERATORS = TransmitColumn(
    "generators",
    "Counter / checksum",
    22,
    "Generated data, such as counter(byte 6, 0..15); checksum(byte 7, CRC-8/SAE-J1850).\n"
    "Also sine, ramp, triangle, step, random, list, csv on a signal or on bits, and e2e1, e2e2, e2e5.",
    lambda row, _decimal: row.generators,
    _edit_generators,
)
COLUMNS = (
    ARMED, SEND, NAME, IDENTIFIER, DATA, PERIOD, SENT, CHANNEL, TYPE, LENGTH, COUNT, TRIGGER, MEASURED,
    JITTER, KEY, GENERATORS, GROUP, COMMENT,
)  # fmt: skip
# A narrow panel has room for these. The others can be shown, and the details of a row have their values.
USUAL_COLUMNS = (ARMED, SEND, NAME, IDENTIFIER, DATA, PERIOD, SENT)
# In this order users type a row.
TYPED_COLUMNS = (NAME, IDENTIFIER, DATA, PERIOD)
# Marks data that is generated.
GENERATED_MARK = " \u0192"


_NO_CHANNELS: Mapping[int, str] = MappingProxyType({})


def cell_text(entry: Entry, column: TransmitColumn, decimal: bool) -> str | None:
    """The text of a cell; None if the cell shows no text."""
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


def shown_text(entry: Entry, column: TransmitColumn, decimal: bool) -> str | None:
    """The text of a cell while it is not edited."""
    row, text = entry.row, cell_text(entry, column, decimal)
    if column is DATA and row.is_remote:
        return f"remote, {counted(len(row.data), 'byte')}"
    if column is DATA and row.generators:
        return f"{text}{GENERATED_MARK}"
    return "trigger" if column is PERIOD and row.trigger else text


def cell_tip(
    entry: Entry, column: TransmitColumn, decimal: bool = False, channels: Mapping[int, str] = _NO_CHANNELS
) -> str:
    """The tooltip of a cell. ``channels`` are the names of the open channels by number."""
    row = entry.row
    if column is CHANNEL and row.channel and channels:
        is_open = "" if row.channel in channels else ", which is not open"
        return f"Channel {channel_text(row.channel, channels)}{is_open}"
    if column in (TYPE, IDENTIFIER):
        return next(name for name, flags in FRAME_TYPES if flags == row.flags)
    if column is DATA and row.data and not row.is_remote:
        generated = f"\nGenerated: {row.generators}" if row.generators else ""
        return f"{data_text(row.data, decimal)}{generated}"
    if column is PERIOD and row.trigger:
        return f"Sent when a received frame matches: {row.trigger}"
    if column in (NAME, COMMENT, GENERATORS, TRIGGER) and column.text and (text := column.text(row, False)):
        return text
    if column is DATA and row.is_remote:
        return "A remote frame carries no data: it requests this number of bytes."
    if column is SENT and entry.late:
        if row.trigger:
            return f"{counted(entry.late, 'matching frame')} {were(entry.late)} not answered"
        late = f"{counted(entry.late, 'frame')} {were(entry.late)} not sent in time"
        return f"{late}, {entry.left_out:,} of them {were(entry.left_out)} left out"
    if column is SEND:
        return f"Send {row.name or 'this frame'} once, now"
    return column.tip

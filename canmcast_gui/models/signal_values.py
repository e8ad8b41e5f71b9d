"""The newest values of the messages in the signal tree, and whether their frames still come."""

from __future__ import annotations

import numpy as np

from canmcast_gui.database import Message, Scope, SignalValue
from canmcast_gui.frames import Flag
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.signal_nodes import MessageNode
from canmcast_gui.models.trace.info import INVALID, SEPARATOR
from canmcast_gui.recording import NewestById

# A collapsed message shows its first values; more do not fit.
SUMMARY_SIGNALS = 6

# A message is alive up to this age of its newest frame, or up to some of its periods.
SILENT_NS = 3 * NS_PER_SECOND
PERIODS_MISSED = 3


class NewestValues:
    """Brings messages up to date with the entries of NewestById, as they are now."""

    def __init__(self, newest: NewestById, now_ns: int | None = None) -> None:
        """``now_ns`` is the time from which ages count, in the clock of frames; by default the newest one."""
        self._newest = newest
        self._frames = newest.frames
        self._periods = newest.period_mean_ns
        if now_ns is None:
            now_ns = int(newest.last_timestamp_ns.max()) if len(newest) else 0
        self._now_ns = now_ns

    def update(self, node: MessageNode, scope: Scope) -> bool:
        """Set the values and the state of a message; returns whether any of them may be another one."""
        newest = self._newest
        entry = newest_entry(newest, node.message)
        if entry is None or not scope.covers(int(newest.channel[entry]), None):
            return False
        period, age = float(self._periods[entry]), self._now_ns - int(newest.last_timestamp_ns[entry])
        alive = is_alive(node.message, period, age)
        before, now = (node.alive, node.status), (alive, status_text(period, age, alive))
        node.alive, node.status = now
        node.count = int(newest.count[entry])
        if int(newest.last_row[entry]) == node.last_row:
            return before != now
        node.last_row = int(newest.last_row[entry])
        frame = self._frames[entry : entry + 1]
        most = None if node.expanded else SUMMARY_SIGNALS
        _show(
            node,
            node.database.decode_frame(
                int(frame.arbitration_id[0]), node.message.extended, frame.payload(0), most
            ),
        )
        return True


def _show(node: MessageNode, values: list[SignalValue]) -> None:
    known = {value.name: value for value in values}
    for signal in node.signals if node.expanded else ():
        value = known.get(signal.signal.name)
        if value is None and signal.signal.multiplexer is not None:
            continue  # the value that it had when it was selected last
        signal.warning = value.warning if value else ""
        signal.value = _text(value) if value else ""
    node.summary = SEPARATOR.join(_text(value) for value in values[:SUMMARY_SIGNALS])


def _text(value: SignalValue) -> str:
    text = f"{value.text} {value.unit}".rstrip()
    return f"{text} {INVALID}" if value.warning else text


def newest_entry(newest: NewestById, message: Message) -> int | None:
    """The entry of the newest frame of a message, of a parameter group by any sender."""
    if not message.by_parameter_group:
        return newest.find(message.arbitration_id, message.extended)
    same = (newest.arbitration_id & np.uint32(message.id_mask)) == np.uint32(
        message.arbitration_id & message.id_mask
    )
    data_frames = (newest.flags & np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)) == Flag.EXTENDED
    entries = np.flatnonzero(same & data_frames)
    return int(entries[newest.last_row[entries].argmax()]) if len(entries) else None


def is_alive(message: Message, period_ns: float, age_ns: int) -> bool:
    """Whether the next frames of a message are still to be expected, after the age of its newest one."""
    known = [period for period in (period_ns, (message.cycle_ms or 0) * 1e6) if period == period]
    return age_ns < max(SILENT_NS, PERIODS_MISSED * max(known, default=0))


def status_text(period_ns: float, age_ns: int, alive: bool) -> str:
    """How often frames come, or how long ago the last one was."""
    if alive and period_ns == period_ns and period_ns > 0:
        milliseconds = period_ns / 1e6
        return f"every {milliseconds:,.0f} ms" if milliseconds >= 9.5 else f"every {milliseconds:.1f} ms"
    seconds = max(age_ns, 0) / NS_PER_SECOND
    return f"{seconds:.0f} s ago" if seconds < 120 else f"{seconds / 60:,.0f} min ago"

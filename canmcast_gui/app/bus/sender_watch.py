"""An alarm for ids from the wrong sender: two hosts send one id, or a host sends an id of another node."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.frames import Flag
from canmcast_gui.frames.text import id_text
from canmcast_gui.recording import NewestById
from canmcast_gui.recording.entry_numbers import Kind
from canmcast_gui.recording.id_statistics import OWN

CHECK_MS = 1000

# Ids that are checked in one turn; each takes far less than a millisecond. A bus has some hundred.
MAX_AT_ONCE = 256

# A node that has sent nothing for this time may be off, and another host may send its ids for it.
ACTIVE_NS = 5_000_000_000

MAX_NAMED = 5


@dataclass(frozen=True)
class WrongSender:
    """The content of an alarm: a message, and a filter that shows the frames."""

    message: str
    filter_text: str


@dataclass
class _Known:
    """What is known of one recording: the source of each id at the last check, and the reported ids."""

    newest: NewestById
    sources: dict[int, int] = field(default_factory=dict)
    node_of: dict[int, str] = field(default_factory=dict)
    entries_of: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    reported: set[int] = field(default_factory=set)


class SenderWatch(QObject):
    """Checks once a second while a bus is open. ``alarm`` carries a WrongSender, once for each id.

    ``name_of`` returns the name of a sender by its number in the source table.
    """

    alarm = Signal(WrongSender)

    def __init__(
        self, session: Session, name_of: Callable[[int], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._name_of = name_of
        self._known = _Known(session.document.newest)
        session.databases.changed.connect(self._forget_nodes)
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_MS)
        self._timer.timeout.connect(self.check)
        self._timer.start()

    def check(self) -> None:
        """Check the frames since the last call."""
        newest = self._session.document.newest
        if newest is not self._known.newest:
            self._known = _Known(newest)
        if self._session.state is not SessionState.LIVE or not len(newest):
            return
        self._check_shared(newest)
        self._check_nodes(newest)

    def _forget_nodes(self) -> None:
        self._known.sources.clear()
        self._known.node_of.clear()
        self._known.entries_of.clear()

    # -- two hosts send one id ---------------------------------------------------------------------------

    def _check_shared(self, newest: NewestById) -> None:
        shared = np.flatnonzero((newest.senders.returns > 0) & (newest.kind == Kind.DATA)).tolist()
        new = [entry for entry in shared if entry not in self._known.reported]
        if not new:
            return
        self._known.reported.update(new)
        senders = newest.senders
        first, second = int(senders.before[new[0]]), int(senders.source[new[0]])
        who = f"{self._name_of(first)} and {self._name_of(second)}"
        if len(new) == 1:
            message = f"Duplicate sender: {self._names(newest, new)} is sent by {who}."
        else:
            message = (
                f"Duplicate senders: {self._names(newest, new)} are sent by two each, the first by {who}."
            )
        self._report(message + " Only one node of a bus may send an id.", newest, new)

    # -- a host sends what the database gives to another --------------------------------------------------

    def _check_nodes(self, newest: NewestById) -> None:
        """Report ids of a node from another source than the one that sends most of its ids."""
        nodes = {self._note_source(newest, entry) for entry in self._changed(newest)} - {""}
        for node in sorted(nodes):
            home = self._home(newest, node)
            for entry in sorted(self._known.entries_of[node] - self._known.reported):
                source = self._known.sources.get(entry, home)
                if home is not None and source is not None and source != home:
                    self._report_wrong_node(newest, entry, node, source, home)

    def _note_source(self, newest: NewestById, entry: int) -> str:
        self._known.sources[entry] = int(newest.senders.source[entry])
        return self._node(newest, entry)

    def _report_wrong_node(self, newest: NewestById, entry: int, node: str, source: int, home: int) -> None:
        self._known.reported.add(entry)
        who = "You are sending" if source == OWN else f"{self._name_of(source)} sends"
        there = "sent by you" if home == OWN else f"sent by {self._name_of(home)}"
        what = f"{self._names(newest, [entry])}, which the database assigns to node {node} ({there})"
        self._report(f"{who} {what}.", newest, [entry])

    def _changed(self, newest: NewestById) -> list[int]:
        sources = newest.senders.source
        known = np.zeros(len(newest), dtype=sources.dtype)
        indexes = np.fromiter(self._known.sources, dtype=np.intp, count=len(self._known.sources))
        known[indexes] = np.fromiter(self._known.sources.values(), dtype=known.dtype, count=len(indexes))
        changed = np.flatnonzero((sources != known) & (newest.kind == Kind.DATA))
        entries: list[int] = changed[:MAX_AT_ONCE].tolist()
        return entries

    def _node(self, newest: NewestById, entry: int) -> str:
        """The only node that sends the message of an id, else ""; parameter groups have addresses instead."""
        if entry not in self._known.node_of:
            message = self._session.databases.loaded.message(*_key(newest, entry))
            alone = message is not None and len(message.senders) == 1 and not message.by_parameter_group
            node = message.senders[0] if message is not None and alone else ""
            self._known.node_of[entry] = node
            if node:
                self._known.entries_of[node].add(entry)
        return self._known.node_of[entry]

    def _home(self, newest: NewestById, node: str) -> int | None:
        """The source that sends most ids of a node, at least two; None if there is no such source."""
        entries = self._known.entries_of[node]
        times = newest.last_timestamp_ns
        since = int(times.max()) - ACTIVE_NS
        counts = Counter(
            self._known.sources[entry]
            for entry in entries
            if entry in self._known.sources and times[entry] >= since
        )
        (source, most), *others = counts.most_common(2) or [(0, 0)]
        return source if most >= 2 and (not others or others[0][1] < most) else None

    # -- reporting ---------------------------------------------------------------------------------------

    def _report(self, message: str, newest: NewestById, entries: list[int]) -> None:
        numbers = [f"0x{int(newest.arbitration_id[entry]):X}" for entry in entries[:MAX_AT_ONCE]]
        text = f"id == {numbers[0]}" if len(numbers) == 1 else f"id in ({', '.join(numbers)})"
        self.alarm.emit(WrongSender(message, text))

    def _names(self, newest: NewestById, entries: list[int]) -> str:
        texts = [self._id_name(newest, entry) for entry in entries[:MAX_NAMED]]
        more = len(entries) - len(texts)
        return ", ".join(texts) + (f" and {more:,} more" if more else "")

    def _id_name(self, newest: NewestById, entry: int) -> str:
        number, extended, channel = _key(newest, entry)
        name = self._session.databases.loaded.name(number, extended, channel)
        text = id_text(number, extended)
        return f"{text} ({name})" if name else text


def _key(newest: NewestById, entry: int) -> tuple[int, bool, int]:
    """Arbitration id, whether it is extended, and channel."""
    record = newest.records[entry]
    return int(record["arbitration_id"]), bool(record["flags"] & Flag.EXTENDED), int(record["channel"])

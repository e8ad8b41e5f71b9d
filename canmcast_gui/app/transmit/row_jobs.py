"""Sends the rows: single frames, and a periodic or triggered job for each armed row."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.row_list import MAX_ROWS, TransmitRows
from canmcast_gui.app.transmit.transmit_link import SWITCHED_OFF, TransmitLink
from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import (
    Discarded,
    HeldBack,
    Job,
    JobStatus,
    SendFailed,
    TransmitError,
    TransmitEvent,
    Trigger,
)
from canmcast_gui.wording import counted

# More than the single frames that can wait in the transmit process.
MAX_REQUESTED = 200_000
# Rows that a message names.
MAX_NAMES = 5
# The last counts of jobs that have ended may still arrive, at most for as many as the table has rows.
MAX_JOBS = 2 * MAX_ROWS

NOTHING_SENT = "Nothing was sent: connect to a bus first (F5)."


@dataclass
class _Job:
    """What one arming of a row has sent so far. Each arming has a number of its own in the transmit process.

    ``sent_before`` frames were sent before its count was last changed.
    """

    row_id: int
    sent: int = 0
    late: int = 0
    left_out: int = 0
    count: int | None = None
    sent_before: int = 0
    trigger: Trigger | None = None

    @property
    def left(self) -> int | None:
        """Frames that are still to be sent; None if there is no limit."""
        return None if self.count is None else max(0, self.count - (self.sent - self.sent_before))


class TransmitJobs(QObject):
    """Arms and disarms jobs as the rows say, and counts in the rows what was sent.

    ``failed`` carries a message for the panel.
    """

    failed = Signal(str)

    def __init__(
        self, link: TransmitLink, rows: TransmitRows, messages: Messages, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._rows = rows
        self._messages = messages
        self._numbers = itertools.count(1)
        # The number of the job of each armed row, and the jobs by their numbers.
        self._running: dict[int, int] = {}
        self._jobs: dict[int, _Job] = {}
        # The rows of requested single frames in order, for those that are dropped before they are sent.
        self._requested: deque[int] = deque(maxlen=MAX_REQUESTED)
        rows.armed.connect(self._on_armed)
        rows.disarmed.connect(self._on_disarmed)
        link.events.connect(self._on_events)
        link.changed.connect(self._on_link_changed)
        link.switch.changed.connect(self._on_switched)

    # -- sending -----------------------------------------------------------------------------------------

    def send(self, indexes: Iterable[int]) -> None:
        """Send the rows at these indexes once, in this order."""
        indexes = list(indexes)
        if not self._link.switch.on:
            self.failed.emit(SWITCHED_OFF)
            return
        closed = [index for index in indexes if self._link.channel_problem(self._rows[index].channel)]
        self._say_closed((self._rows.job_id(index), self._rows[index]) for index in closed)
        indexes = [index for index in indexes if index not in closed]
        batch = FrameBatch.concatenate([self._rows[index].frame() for index in indexes])
        if not indexes or not self.send_frames(batch):
            return
        for index in indexes:
            row_id = self._rows.job_id(index)
            self._requested.append(row_id)
            self._rows.count_sent(row_id, 1)

    def send_frames(self, batch: FrameBatch) -> bool:
        """Send frames once, now, in order; False, with a message, if that is not possible."""
        if self._link.client is None:
            self._messages.warning(NOTHING_SENT, "bus")
            return False
        try:
            self._link.client.send(batch)
        except TransmitError as error:
            self._messages.error(str(error), "bus")
            return False
        return True

    def stop_all(self) -> None:
        """End everything that is being sent, drop the frames that wait, and disarm all rows."""
        if self._link.client is not None:
            self._link.client.stop_all()
        self._rows.disarm_all()

    def refresh_triggers(self) -> None:
        """Change the jobs whose triggers mean something else since the databases have changed."""
        for row_id, number in list(self._running.items()):
            index, job = self._rows.index_of(row_id), self._jobs[number]
            if index is None or job.trigger is None:
                continue
            row = self._rows[index]
            try:
                is_same = self._rows.trigger_of(row) == job.trigger
            except RowError:
                is_same = False
            if not is_same:
                self._arm(row_id, replace(row, count=job.left))

    # -- arming ------------------------------------------------------------------------------------------

    def _on_armed(self, rows: list[tuple[int, TransmitRow]]) -> None:
        if not self._link.switch.on:
            self.failed.emit(SWITCHED_OFF)
            for row_id, _row in rows:
                self._rows.job_ended(row_id)
            return
        closed = [(row_id, row) for row_id, row in rows if self._link.channel_problem(row.channel)]
        self._say_closed(closed)
        for row_id, _row in closed:
            self._end(row_id)
        client = self._link.client
        with client.together() if client is not None else nullcontext():
            for row_id, row in rows:
                if (row_id, row) not in closed:
                    self._arm(row_id, row)

    def _say_closed(self, rows: Iterable[tuple[int, TransmitRow]]) -> None:
        """Say, in one message for all rows, which are not sent because their channel is not open."""
        names: dict[str, list[str]] = {}
        for row_id, row in rows:
            names.setdefault(self._link.channel_problem(row.channel), []).append(self._rows.label(row_id))
        parts = [f"{_some(labels)}: {problem}." for problem, labels in names.items()]
        if parts:
            self.failed.emit(f"Not sent: {' '.join(parts)}")

    def _arm(self, row_id: int, row: TransmitRow) -> None:
        number = self._running.get(row_id) or self._new_job(row_id)
        job = self._jobs[number]
        job.count, job.sent_before = row.count, job.sent
        try:
            generators, job.trigger = self._rows.generators_of(row), self._rows.trigger_of(row)
        except RowError as error:
            self.failed.emit(f"{self._rows.label(row_id)}: {error}")
            self._end(row_id)
            return
        client = self._link.client
        if client is None:
            self._messages.warning(NOTHING_SENT, "bus")
            self._end(row_id)
            return
        name = self._rows.label(row_id)
        try:
            client.jobs.arm(Job(number, row.frame(), row.period_ns, row.count, generators, name, job.trigger))
        except TransmitError as error:
            self._messages.error(str(error), "bus")
            self._end(row_id)

    def _new_job(self, row_id: int) -> int:
        number = self._running[row_id] = next(self._numbers)
        self._jobs[number] = _Job(row_id)
        while len(self._jobs) > MAX_JOBS:
            del self._jobs[next(iter(self._jobs))]
        return number

    def _end(self, row_id: int) -> None:
        self._on_disarmed(row_id)
        self._rows.job_ended(row_id)

    def _on_disarmed(self, row_id: int) -> None:
        number = self._running.pop(row_id, None)
        if number is not None and self._link.client is not None:
            self._link.client.jobs.disarm(number)

    def _on_switched(self, on: bool) -> None:
        if not on:
            self.stop_all()

    def _on_link_changed(self) -> None:
        """Disarm all rows without a bus, and those whose jobs ended with the transmit process."""
        client = self._link.client
        armed = client.jobs.armed if client is not None else frozenset()
        ended = [row_id for row_id, number in self._running.items() if number not in armed]
        for row_id in ended:
            del self._running[row_id]
            self._rows.job_ended(row_id)
        if client is None:
            self._requested.clear()
            self._rows.disarm_all()
        elif ended:
            names = _some([self._rows.label(row_id) for row_id in ended])
            self.failed.emit(f"No longer being sent: {names}. Switch them on again.")

    # -- events of the transmit process ------------------------------------------------------------------

    def _on_events(self, events: list[TransmitEvent]) -> None:
        for event in events:
            if isinstance(event, JobStatus):
                self._on_status(event)
            elif isinstance(event, SendFailed):
                self.failed.emit(event.sentence)
            elif isinstance(event, HeldBack):
                self.failed.emit(f"The rate limit held back {counted(event.frames, 'frame')}.")
            elif isinstance(event, Discarded):
                self._on_discarded(event.frames)

    def _on_discarded(self, frames: int) -> None:
        """Take the last single frames that were requested out of the counts: they were dropped."""
        for _ in range(min(frames, len(self._requested))):
            self._rows.count_sent(self._requested.pop(), -1)
        self.failed.emit(f"Stopped: {counted(frames, 'frame')} that waited to leave will not be sent.")

    def _on_status(self, status: JobStatus) -> None:
        job = self._jobs.get(status.job_id)
        if job is None:
            return
        late, left_out = status.late - job.late, status.left_out - job.left_out
        self._rows.count_sent(job.row_id, status.sent - job.sent, late, left_out)
        job.sent, job.late, job.left_out = status.sent, status.late, status.left_out
        self._rows.set_measured(job.row_id, job.left, status.period_ns, status.jitter_ns)
        if status.finished and self._running.get(job.row_id) == status.job_id:
            del self._running[job.row_id]
            self._rows.job_ended(job.row_id)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more

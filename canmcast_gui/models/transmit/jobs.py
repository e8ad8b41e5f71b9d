"""Between the transmit table and the session: what is armed there is sent, what was sent is counted here."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.switch import SWITCHED_OFF, TransmitSwitch
from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.transmit.model import MAX_ROWS, TransmitModel
from canmcast_gui.transmit import Discarded, HeldBack, Job, JobStatus, SendFailed, Trigger
from canmcast_gui.wording import counted

# As many single frames as can wait in the transmit process, and some more.
MOST_ASKED = 200_000
# Rows that a sentence names.
MOST_NAMES = 5
# Of runs that have ended the last counts may still come; as many as the table has rows are waited for.
MAX_RUNS = 2 * MAX_ROWS


@dataclass
class _Run:
    """What one arming of a row has sent so far; each has a number of its own towards the session."""

    job_id: int
    sent: int = 0
    late: int = 0
    count: int | None = None
    before: int = 0
    trigger: Trigger | None = None

    @property
    def left(self) -> int | None:
        """Frames that are still to be sent, None without end."""
        return None if self.count is None else max(0, self.count - (self.sent - self.before))


class TransmitJobs(QObject):
    """Keeps the session's periodic jobs as the table says, and the table's counts as the session says.

    ``failed`` carries a sentence where sending failed.
    """

    failed = Signal(str)

    def __init__(
        self, session: Session, model: TransmitModel, switch: TransmitSwitch, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.switch = switch
        self._session = session
        self._model = model
        self._numbers = itertools.count(1)
        self._running: dict[int, int] = {}
        self._runs: dict[int, _Run] = {}
        # Whose single frames were asked for, in their order, for those that are dropped before they leave.
        self._asked: deque[int] = deque(maxlen=MOST_ASKED)
        model.armed.connect(self._on_armed)
        model.disarmed.connect(self._on_disarmed)
        session.bus.transmit_events.connect(self._on_news)
        session.state_changed.connect(self._on_state)
        session.databases_changed.connect(self._on_databases)
        session.message.connect(self._disarm_what_has_ended)
        switch.changed.connect(lambda on: None if on else self.stop_all())

    @property
    def can_send(self) -> bool:
        """Whether there is a bus to send on."""
        return self._session.bus.transmitter is not None

    def send(self, numbers: Iterable[int]) -> None:
        """Send the rows at these places once, in this order."""
        wanted = list(numbers)
        if not self.switch.on:
            self.failed.emit(SWITCHED_OFF)
            return
        batch = FrameBatch.concatenate([self._model.row(number).frame() for number in wanted])
        if wanted and self._session.bus.send(batch):
            for number in wanted:
                self._asked.append(self._model.job_id(number))
                self._model.count_sent(self._model.job_id(number), 1)

    def stop_all(self) -> None:
        """End all periodic sending at once."""
        self._session.bus.stop_all()
        self._model.disarm_all()

    def _on_armed(self, jobs: list[tuple[int, TransmitRow]]) -> None:
        if not self.switch.on:
            self.failed.emit(SWITCHED_OFF)
            for job_id, _row in jobs:
                self._model.job_ended(job_id)
            return
        transmitter = self._session.bus.transmitter
        with transmitter.together() if transmitter is not None else nullcontext():
            for job_id, row in jobs:
                self._arm(job_id, row)

    def _arm(self, job_id: int, row: TransmitRow) -> None:
        run_id = self._running.get(job_id) or self._begin(job_id)
        run = self._runs[run_id]
        run.count, run.before = row.count, run.sent
        try:
            changes, run.trigger = self._model.changes_of(row), self._model.trigger_of(row)
        except RowError as error:
            self.failed.emit(f"{self._model.name_of(job_id)}: {error}")
            self._on_disarmed(job_id)
            self._model.job_ended(job_id)
            return
        name = self._model.name_of(job_id)
        job = Job(run_id, row.frame(), row.period_ns, row.count, changes, name, run.trigger)
        if not self._session.bus.arm(job):
            self._on_disarmed(job_id)
            self._model.job_ended(job_id)

    def _on_databases(self) -> None:
        """Triggers that name messages or signals mean what the databases of now say."""
        for job_id, run_id in list(self._running.items()):
            number, run = self._model.number_of(job_id), self._runs[run_id]
            if number is None or run.trigger is None:
                continue
            row = self._model.row(number)
            try:
                same = self._model.trigger_of(row) == run.trigger
            except RowError:
                same = False
            if not same:
                self._arm(job_id, replace(row, count=run.left))

    def _begin(self, job_id: int) -> int:
        run_id = self._running[job_id] = next(self._numbers)
        self._runs[run_id] = _Run(job_id)
        while len(self._runs) > MAX_RUNS:
            del self._runs[next(iter(self._runs))]
        return run_id

    def _on_disarmed(self, job_id: int) -> None:
        run_id = self._running.pop(job_id, None)
        if run_id is not None:
            self._session.bus.disarm(run_id)

    def _on_state(self) -> None:
        """Without a bus nothing is being sent, and nothing begins by itself when the next one opens."""
        if not self.can_send:
            self._asked.clear()
            self._model.disarm_all()

    def _disarm_what_has_ended(self) -> None:
        """After trouble, such as a transmit process that had to be started again, show what is left."""
        transmitter = self._session.bus.transmitter
        alive = transmitter.jobs.armed if transmitter is not None else frozenset()
        ended = [job_id for job_id, run_id in self._running.items() if run_id not in alive]
        for job_id in ended:
            del self._running[job_id]
            self._model.job_ended(job_id)
        if ended and transmitter is not None:
            names = ", ".join(self._model.name_of(job_id) for job_id in ended[:MOST_NAMES])
            more = f" and {len(ended) - MOST_NAMES} more" if len(ended) > MOST_NAMES else ""
            self.failed.emit(f"No longer being sent: {names}{more}. Switch them on again.")

    def _on_news(self, news: list[object]) -> None:
        for one in news:
            if isinstance(one, JobStatus):
                self._on_status(one)
            elif isinstance(one, SendFailed):
                self.failed.emit(one.sentence)
            elif isinstance(one, HeldBack):
                self.failed.emit(f"The rate limit held back {counted(one.frames, 'frame')}.")
            elif isinstance(one, Discarded):
                self._on_discarded(one.frames)

    def _on_discarded(self, frames: int) -> None:
        """The last single frames that were asked for have not left after all."""
        for _ in range(min(frames, len(self._asked))):
            self._model.count_sent(self._asked.pop(), -1)
        what = f"{counted(frames, 'frame')} that"
        self.failed.emit(f"Stopped: {what} waited to leave will not be sent.")

    def _on_status(self, status: JobStatus) -> None:
        run = self._runs.get(status.job_id)
        if run is None:
            return
        self._model.count_sent(run.job_id, status.sent - run.sent, status.late - run.late)
        run.sent, run.late = status.sent, status.late
        self._model.show_run(run.job_id, run.left, status.period_ns, status.jitter_ns)
        if status.finished and self._running.get(run.job_id) == status.job_id:
            del self._running[run.job_id]
            self._model.job_ended(run.job_id)

"""The armed jobs in the transmit process: those with a period, and those that a received frame triggers."""

from __future__ import annotations

import time
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.budget import Budget
from canmcast_gui.transmit.conditions import compile_condition
from canmcast_gui.transmit.event_sender import Reporter
from canmcast_gui.transmit.jobs.datagrams import maker
from canmcast_gui.transmit.jobs.job import ArmedJob, MakeDatagram
from canmcast_gui.transmit.jobs.schedule import Schedule
from canmcast_gui.transmit.jobs.triggers import Triggers
from canmcast_gui.transmit.listener import Listener, arrival_times
from canmcast_gui.transmit.sender import Sender

# Below this many frames it is quicker to send each by itself.
FEW = 4


class Jobs:
    """All jobs, by the numbers that the client gave them."""

    def __init__(self, sender: Sender, reporter: Reporter, budget: Budget, listener: Listener) -> None:
        self._sender = sender
        self._reporter = reporter
        self._budget = budget
        self._listener = listener
        self._schedule = Schedule()
        self._triggers = Triggers()

    def __len__(self) -> int:
        return len(self._schedule) + len(self._triggers)

    # -- commands ----------------------------------------------------------------------------------------

    def arm(
        self,
        now_ns: int,
        job_id: int,
        version: int,
        plain: wire.Plain,
        changes: list[dict[str, Any]],
        period_ns: int,
        count: int | None,
        trigger: list[Any] | None,
    ) -> None:
        """Begin a job, or change an armed one; one that is not possible is refused, and armed no more."""
        earlier = self._schedule.job(job_id) or self._triggers.job(job_id)
        try:
            make = maker(self._sender, plain, changes, earlier.make if earlier else None)
            if trigger is None:
                self._triggers.disarm(job_id)
                job = self._schedule.arm(job_id, make, period_ns, count, now_ns)
            else:
                job = self._arm_trigger(now_ns, job_id, make, count, trigger)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, or with the ears, the user is told
            self.disarm(job_id)
            self._reporter.note_failure(str(error))
            self._reporter.note_refused(job_id, version)
            return
        job.version = version
        if earlier is not None:
            job.sent, job.late = earlier.sent, earlier.late

    def _arm_trigger(
        self, now_ns: int, job_id: int, make: MakeDatagram, count: int | None, trigger: list[Any]
    ) -> ArmedJob:
        condition, delay_ns = trigger
        self._listener.open()
        compiled = compile_condition(condition, self._listener.sources)
        self._schedule.disarm(job_id)
        job = self._triggers.job(job_id) or ArmedJob(job_id, make, 0, count, 0)
        job.make, job.remaining = make, count
        self._triggers.arm(job, compiled, delay_ns, now_ns)
        return job

    def disarm(self, job_id: int) -> None:
        """End a job, and tell what it has sent in all."""
        self._end(self._schedule.disarm(job_id))
        self._end(self._triggers.disarm(job_id))

    def stop_all(self) -> None:
        """End all jobs."""
        for job in (*self._schedule.clear(), *self._triggers.clear()):
            self._end(job)

    def _end(self, job: ArmedJob | None) -> None:
        if job is not None:
            job.ended = True
            self._reporter.note_job(job)

    # -- time --------------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        """When the next frame is due."""
        times = (self._schedule.next_due(), self._triggers.next_due())
        return min((due_ns for due_ns in times if due_ns is not None), default=None)

    @property
    def listening(self) -> bool:
        """Whether any of them waits for frames of others."""
        return len(self._triggers) > 0

    def hear(self, batch: FrameBatch) -> None:
        """Frames of others; a delay after one counts from its arrival."""
        if len(batch) and len(self._triggers):
            for job in self._triggers.hear(batch, arrival_times(batch)):
                self._reporter.note_job(job)

    def send_due(self) -> None:
        """Send what is due."""
        now_ns = time.monotonic_ns()
        due = [(job.due_ns, job) for job in self._schedule.take_due(now_ns)]
        due += self._triggers.take_due(now_ns)
        if not due:
            return
        allowed = self._budget.allowed(len(due), now_ns)
        for _due_ns, job in due[allowed:]:
            job.late += 1
            self._reporter.note_job(job)
        self._reporter.note_held(len(due) - allowed)
        self._send(due[:allowed])

    def _send(self, due: list[tuple[int, ArmedJob]]) -> None:
        """Send what jobs have to send, in as few calls as possible."""
        try:
            if len(due) < FEW:
                for due_ns, job in due:
                    self._sender.send_datagram(job.make(due_ns))
            else:
                self._sender.send_datagrams([job.make(due_ns) for due_ns, job in due])
        except Exception as error:  # noqa: BLE001 - whatever a sender raises, the other jobs go on
            self._reporter.note_failure(str(error))
        else:
            now_ns = time.monotonic_ns()
            self._reporter.note_sent(len(due))
            for _due_ns, job in due:
                job.sent += 1
                job.measured.note(now_ns)
        for _due_ns, job in due:
            self._reporter.note_job(job)

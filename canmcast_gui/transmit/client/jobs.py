"""The client's part for jobs: frames that are sent periodically, or when a received frame triggers them."""

from __future__ import annotations

from typing import Any

from canmcast_gui.frames.filters import FilterError
from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.conditions import compile_condition
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.events import JobStatus
from canmcast_gui.transmit.jobs.job import Job
from canmcast_gui.transmit.payload.generators import compile_changes


class Jobs:
    """Jobs, by numbers that the caller gives them."""

    def __init__(self, link: ClientLink) -> None:
        self._link = link
        # The version of each armed job's last command: events about an earlier one are not about this job.
        self._versions: dict[int, int] = {}
        # The same of jobs that were told to end, and whose last counts are still to come.
        self._ending: dict[int, int] = {}
        self._names: dict[int, str] = {}

    @property
    def armed(self) -> frozenset[int]:
        """The jobs that are armed, by the events read so far."""
        return frozenset(self._versions)

    def arm(self, job: Job) -> None:
        """Begin a job, or change one that is armed already.

        An armed job changes its frame, period and count at its next due time; frames that a trigger has made
        pending stay pending. Raises TransmitError for a wrong frame, period, count, change or condition.
        """
        job.validate()
        compile_changes(job.changes, int(job.frame.length[0]))
        trigger = None
        if job.trigger is not None:
            try:
                compile_condition(job.trigger.validated().condition)
            except FilterError as error:
                raise TransmitError(f"The trigger of this job is wrong: {error}.") from error
            trigger = [job.trigger.condition, job.trigger.delay_ns]
        version = self._link.next_number()
        if job.job_id not in self._versions:
            self._drop_events(job.job_id)
        self._link.send(
            wire.ARM, job.job_id, version, wire.frame_to_plain(job.frame), list(job.changes), job.period_ns,
            job.count, trigger,
        )  # fmt: skip
        self._versions[job.job_id] = version
        self._ending.pop(job.job_id, None)
        self._names[job.job_id] = job.name or f"{int(job.frame.arbitration_id[0]):X}"

    def _drop_events(self, job_id: int) -> None:
        """Drop the events of an earlier job with that number."""
        self._link.events = [
            event
            for event in self._link.events
            if not (isinstance(event, JobStatus) and event.job_id == job_id)
        ]

    def disarm(self, job_id: int) -> None:
        """End a job; a last JobStatus reports what it has sent. Does nothing if it is not armed."""
        version = self._versions.pop(job_id, None)
        if version is not None:
            self._ending[job_id] = version
            self._names.pop(job_id, None)
            self._link.send_if_running(wire.DISARM, job_id)

    def stopped(self) -> None:
        """Note that the process is told to end all jobs."""
        self._ending.update(self._versions)
        self._versions.clear()
        self._names.clear()

    def on_status(self, rows: list[list[Any]]) -> None:
        """Add the events for what the process reports of jobs."""
        for job_id, version, *status in rows:
            if version not in (self._versions.get(job_id), self._ending.get(job_id)):
                continue
            event = JobStatus(job_id, *status)
            self._link.events.append(event)
            if event.finished:
                for known in (self._versions, self._ending, self._names):
                    known.pop(job_id, None)

    def forget(self) -> list[str]:
        """Forget all jobs, because the process has ended; returns the names of those that were armed."""
        lost = [self._names[job_id] for job_id in sorted(self._versions)]
        self._versions.clear()
        self._ending.clear()
        self._names.clear()
        return lost

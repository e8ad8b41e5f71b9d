"""The client's part for jobs: frames that are sent periodically, or when a received frame triggers them."""

from __future__ import annotations

from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.commands import ArmJob, DisarmJob
from canmcast_gui.transmit.events import JobReport, JobStatus
from canmcast_gui.transmit.jobs.job import Job


class Jobs:
    """Jobs, by numbers that the caller gives them."""

    def __init__(self, link: ClientLink) -> None:
        self._link = link
        link.dispatcher.add(JobReport, self._on_report)
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
        pending stay pending. Raises TransmitError for a job that is not possible.
        """
        job.validated()
        version = self._link.next_number()
        if job.job_id not in self._versions:
            self._drop_events(job.job_id)
        self._link.send(ArmJob(job, version))
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
            self._link.send_if_running(DisarmJob(job_id))

    def stopped(self) -> None:
        """Note that the process is told to end all jobs."""
        self._ending.update(self._versions)
        self._versions.clear()
        self._names.clear()

    def _on_report(self, report: JobReport) -> None:
        status = report.status
        if report.version not in (self._versions.get(status.job_id), self._ending.get(status.job_id)):
            return
        self._link.events.append(status)
        if status.finished:
            for known in (self._versions, self._ending, self._names):
                known.pop(status.job_id, None)

    def forget(self) -> list[str]:
        """Forget all jobs, because the process has ended; returns the names of those that were armed."""
        lost = [self._names[job_id] for job_id in sorted(self._versions)]
        self._versions.clear()
        self._ending.clear()
        self._names.clear()
        return lost

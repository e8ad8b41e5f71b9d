"""When which periodic frame is due. No clock and no I/O in here: the time is handed in.

Due times are absolute: each job has a grid that begins when it is armed, and being late moves nothing. What
a short hiccup of the machine held back is made good at half the period, so that neither a frame nor the mean
period is lost; a job that is further behind than that goes on from now, on its grid. Frames are never
bunched.
"""

from __future__ import annotations

import heapq
import itertools

from canmcast_gui.transmit.job import Job

# A stop of the machine that is made good: longer than a scheduler or a virtual machine usually takes away.
HICCUP_NS = 100_000_000

# Entries of ended jobs stay in the heap until they come up; so many of them are not worth tidying up.
_STALE_ENTRIES = 64


class Schedule:
    """The armed jobs, ordered by the time at which each is due next. All times are int nanoseconds."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        # One entry for each armed job: due time, a running number that keeps the order of equals, the job.
        self._heap: list[tuple[int, int, Job]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._jobs)

    def arm(self, job_id: int, encoded: bytes, period_ns: int, count: int | None, now_ns: int) -> Job:
        """Begin a job, its first frame due now. ``encoded`` is the frame in its sender's form.

        For a job that is armed already, frame, period and count change with its next due time, which stays.
        """
        job = self._jobs.get(job_id)
        if job is None:
            job = self._jobs[job_id] = Job(job_id, encoded, period_ns, count, now_ns)
            self._enter(now_ns, job)
        else:
            job.encoded, job.period_ns, job.remaining = encoded, period_ns, count
        return job

    def disarm(self, job_id: int) -> Job | None:
        """End a job; None comes back where there is none."""
        job = self._jobs.pop(job_id, None)
        if len(self._heap) > 2 * len(self._jobs) + _STALE_ENTRIES:
            self._heap = [entry for entry in self._heap if self._is_armed(entry[2])]
            heapq.heapify(self._heap)
        return job

    def clear(self) -> list[Job]:
        """End all jobs."""
        jobs = list(self._jobs.values())
        self._jobs.clear()
        self._heap.clear()
        return jobs

    def next_due(self) -> int | None:
        """When the next frame is due; None without jobs."""
        while self._heap and not self._is_armed(self._heap[0][2]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now_ns: int) -> list[Job]:
        """The jobs whose frame is due, each once, in the order of their due times; they go on from there.

        A finished job leaves the schedule.
        """
        due: list[Job] = []
        while (due_ns := self.next_due()) is not None and due_ns <= now_ns:
            job = heapq.heappop(self._heap)[2]
            due.append(job)
            if job.remaining is not None:
                job.remaining -= 1
            if job.finished:
                del self._jobs[job.job_id]
            else:
                self._enter(_go_on(job, now_ns), job)
        return due

    def _enter(self, due_ns: int, job: Job) -> None:
        heapq.heappush(self._heap, (due_ns, next(self._numbers), job))

    def _is_armed(self, job: Job) -> bool:
        return self._jobs.get(job.job_id) is job


def _go_on(job: Job, now_ns: int) -> int:
    """When the next frame of a job is due whose frame leaves now; moves the job's grid on."""
    job.grid_ns += job.period_ns
    behind_ns = now_ns - job.grid_ns
    if behind_ns > HICCUP_NS:
        missed = behind_ns // job.period_ns + 1
        job.late += missed
        job.grid_ns += missed * job.period_ns
    elif behind_ns >= 0:
        job.late += 1
    return max(job.grid_ns, now_ns + job.period_ns // 2)

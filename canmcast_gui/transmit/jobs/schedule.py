"""When which periodic frame is due. No clock and no I/O in here: the time is handed in.

Due times are absolute: each job has a grid that begins when it is armed, and being late moves nothing. What
a short hiccup of the machine held back is made good at half the period, so that neither a frame nor the mean
period is lost; a job that is further behind than that goes on from now, on its grid. Frames are never
bunched.
"""

from __future__ import annotations

import heapq
import itertools

from canmcast_gui.transmit.jobs.job import ArmedJob, MakeDatagram

# A stop of the machine that is made good: longer than a scheduler or a virtual machine usually takes away.
HICCUP_NS = 100_000_000

# Jobs begin on a lattice, so that those of a bus leave together: one waking up for many frames instead of one
# for each. A new job waits for it at most so long, and at most half its period.
LATTICE_NS = 5_000_000
LATTICE_SHARE = 2

# Entries of ended jobs stay in the heap until they come up; so many of them are not worth tidying up.
_STALE_ENTRIES = 64


class Schedule:
    """The armed jobs, ordered by the time at which each is due next. All times are int nanoseconds."""

    def __init__(self) -> None:
        self._jobs: dict[int, ArmedJob] = {}
        # One entry for each armed job: due time, a running number that keeps the order of equals, the job.
        self._heap: list[tuple[int, int, ArmedJob]] = []
        self._numbers = itertools.count()
        self._origin_ns = 0

    def __len__(self) -> int:
        return len(self._jobs)

    def arm(
        self, job_id: int, make: MakeDatagram, period_ns: int, count: int | None, now_ns: int
    ) -> ArmedJob:
        """Begin a job, its first frame due now, or on the lattice that the jobs before it began.

        ``make`` gives the frame in its sender's form.

        For a job that is armed already, frame, period and count change with its next due time, which stays.
        """
        job = self._jobs.get(job_id)
        if job is None:
            start_ns = self._start(period_ns, now_ns)
            job = self._jobs[job_id] = ArmedJob(job_id, make, period_ns, count, start_ns)
            heapq.heappush(self._heap, (start_ns, next(self._numbers), job))
            return job
        if period_ns != job.period_ns:
            job.measured.restart()
        job.make, job.period_ns, job.remaining = make, period_ns, count
        return job

    def job(self, job_id: int) -> ArmedJob | None:
        """An armed job; None where it is not."""
        return self._jobs.get(job_id)

    def disarm(self, job_id: int) -> ArmedJob | None:
        """End a job; None comes back where there is none."""
        job = self._jobs.pop(job_id, None)
        if len(self._heap) > 2 * len(self._jobs) + _STALE_ENTRIES:
            self._heap = [entry for entry in self._heap if self._is_armed(entry[2])]
            heapq.heapify(self._heap)
        return job

    def clear(self) -> list[ArmedJob]:
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

    def take_due(self, now_ns: int) -> list[ArmedJob]:
        """The jobs whose frame is due, each once, in the order of their due times; they go on from there.

        A finished job leaves the schedule.
        """
        due: list[ArmedJob] = []
        heap, jobs, numbers, replace = self._heap, self._jobs, self._numbers, heapq.heapreplace
        while heap and heap[0][0] <= now_ns:
            job = heap[0][2]
            if jobs.get(job.job_id) is not job:
                heapq.heappop(heap)
                continue
            job.due_ns = grid_ns = job.grid_ns
            due.append(job)
            if job.remaining is not None:
                job.remaining -= 1
                if not job.remaining:
                    heapq.heappop(heap)
                    del jobs[job.job_id]
                    continue
            period_ns = job.period_ns
            job.grid_ns = next_ns = grid_ns + period_ns
            if next_ns <= now_ns:
                _catch_up(job, now_ns)
                next_ns = job.grid_ns
            replace(heap, (max(next_ns, now_ns + period_ns // 2), next(numbers), job))
        return due

    def _start(self, period_ns: int, now_ns: int) -> int:
        """When a new job begins: now where it is the only one, else at the next place of the lattice."""
        if not self._jobs:
            self._origin_ns = now_ns
            return now_ns
        places = max(LATTICE_SHARE, -(-period_ns // LATTICE_NS))
        since_ns = (now_ns - self._origin_ns) % period_ns
        place = -(-since_ns * places // period_ns)
        return now_ns - since_ns + place * period_ns // places

    def _is_armed(self, job: ArmedJob) -> bool:
        return self._jobs.get(job.job_id) is job


def _catch_up(job: ArmedJob, now_ns: int) -> None:
    """Count what a job has missed whose next place has passed already, and move it on where that is much."""
    behind_ns = now_ns - job.grid_ns
    if behind_ns > HICCUP_NS:
        missed = behind_ns // job.period_ns + 1
        job.late += missed
        job.grid_ns += missed * job.period_ns
    else:
        job.late += 1

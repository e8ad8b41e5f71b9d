"""When which job is due: periodically, or a delay after a received frame. No clock and no I/O.

The due times of periodic jobs are absolute: each job has a grid that begins when it is armed, and lateness
moves nothing. A job that is late by more than a period has missed due times. They are left out: the next
frame is sent at its time. Or the job catches up: what a short stop of the computer delayed is sent at half
the period, so that neither a frame nor the mean period is lost, and only what a longer stop delayed is left
out. Missed due times are counted either way, and frames are never bunched.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter
from canmcast_gui.transmit.jobs.job import ArmedJob, MakeDatagram

# A stop of the computer after which all frames are sent: longer than a scheduler or a virtual machine usually
# stops a process.
HICCUP_NS = 100_000_000

# Jobs begin on a lattice, so that those of a bus are due together: one wake-up for many frames instead of one
# for each. A new job waits for it at most this long, and at most half its period.
LATTICE_NS = 5_000_000
LATTICE_SHARE = 2

# Sends of one job that wait for their time: a whole second of a usual message with a delay of a second. More
# would be a backlog, not responses; they are counted as late.
MAX_PENDING = 256
# Frames that are sent in one go, so that other work has its turn; about 0.6 ms of a slow sender.
PORTION = 64

# Entries of ended jobs stay in the heap until their time; this number of them is not worth a cleanup.
_STALE_ENTRIES = 64


class Schedule:
    """The armed periodic jobs, ordered by the time at which each is due. All times are int nanoseconds.

    With ``catch_up`` frames that a short stop delayed are sent late, otherwise they are left out.
    """

    def __init__(self, catch_up: bool = False) -> None:
        self.catch_up = catch_up
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

        A job that is armed already changes its frame, period and count at its next due time, which stays.
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
        """An armed job; None if it is not armed."""
        return self._jobs.get(job_id)

    def disarm(self, job_id: int) -> ArmedJob | None:
        """End a job and return it; None if it is not armed."""
        job = self._jobs.pop(job_id, None)
        if len(self._heap) > 2 * len(self._jobs) + _STALE_ENTRIES:
            self._heap = [entry for entry in self._heap if self._is_armed(entry[2])]
            heapq.heapify(self._heap)
        return job

    def clear(self) -> list[ArmedJob]:
        """End all jobs and return them."""
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
        """The jobs whose frame is due, each once, in the order of their due times; advances them.

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
                _count_missed(job, now_ns, HICCUP_NS if self.catch_up else -1)
                next_ns = job.grid_ns
            replace(heap, (max(next_ns, now_ns + period_ns // 2), next(numbers), job))
        return due

    def _start(self, period_ns: int, now_ns: int) -> int:
        """When a new job begins: now if it is the only one, else at the next point of the lattice."""
        if not self._jobs:
            self._origin_ns = now_ns
            return now_ns
        points = max(LATTICE_SHARE, -(-period_ns // LATTICE_NS))
        since_ns = (now_ns - self._origin_ns) % period_ns
        point = -(-since_ns * points // period_ns)
        return now_ns - since_ns + point * period_ns // points

    def _is_armed(self, job: ArmedJob) -> bool:
        return self._jobs.get(job.job_id) is job


def _count_missed(job: ArmedJob, now_ns: int, most_ns: int) -> None:
    """Count what a job has missed if its next due time has passed; leave it out if it is later than most_ns.

    The frame that is sent now is then the one of the newest due time.
    """
    late_ns = now_ns - job.grid_ns
    if late_ns > most_ns:
        missed = late_ns // job.period_ns + 1
        job.leave_out(missed)
        job.due_ns = job.grid_ns + (missed - 1) * job.period_ns
        job.grid_ns = job.due_ns + job.period_ns
    else:
        job.late += 1


@dataclass(slots=True, eq=False)
class _Armed:
    job: ArmedJob
    condition: Filter
    delay_ns: int
    since_ns: int
    pending: int = 0


class TriggeredJobs:
    """The armed jobs that wait for frames. All times are int nanoseconds of one clock.

    Conditions are compared by their text: jobs that wait for the same frames share one evaluation.
    """

    def __init__(self) -> None:
        self._armed: dict[int, _Armed] = {}
        # One entry for each send that waits: when, a running number that keeps the order of equals, of what.
        self._heap: list[tuple[int, int, _Armed]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._armed)

    def job(self, job_id: int) -> ArmedJob | None:
        """An armed job; None if it is not armed."""
        armed = self._armed.get(job_id)
        return armed.job if armed else None

    def arm(self, job: ArmedJob, condition: Filter, delay_ns: int, now_ns: int) -> None:
        """Let a job wait for frames that arrive from now on.

        If it is armed already, with another frame or count, its pending sends stay.
        """
        armed = self._armed.get(job.job_id)
        if armed is None:
            self._armed[job.job_id] = _Armed(job, condition, delay_ns, now_ns)
        else:
            armed.job, armed.condition, armed.delay_ns = job, condition, delay_ns

    def disarm(self, job_id: int) -> ArmedJob | None:
        """End a job, drop its pending sends, and return it; None if it is not armed."""
        armed = self._armed.pop(job_id, None)
        if armed is None:
            return None
        if armed.pending:
            self._heap = [entry for entry in self._heap if entry[2] is not armed]
            heapq.heapify(self._heap)
        return armed.job

    def clear(self) -> list[ArmedJob]:
        """End all jobs and return them."""
        jobs = [armed.job for armed in self._armed.values()]
        self._armed.clear()
        self._heap.clear()
        return jobs

    def next_due(self) -> int | None:
        """When the next send is due; None if none is pending."""
        return self._heap[0][0] if self._heap else None

    def on_frames(self, batch: FrameBatch, times_ns: npt.NDArray[np.int64]) -> list[ArmedJob]:
        """Received frames and when each arrived; returns the jobs that could not take all of theirs."""
        matches: dict[str, npt.NDArray[np.int64]] = {}
        overflowed = []
        for armed in self._armed.values():
            text = armed.condition.text
            if text not in matches:
                matches[text] = times_ns[armed.condition.mask(batch)]
            if len(matches[text]) and self._plan(armed, matches[text]):
                overflowed.append(armed.job)
        return overflowed

    def _plan(self, armed: _Armed, times_ns: npt.NDArray[np.int64]) -> bool:
        """Plan a send for each of the times; whether there were too many."""
        job = armed.job
        times = times_ns[times_ns >= armed.since_ns].tolist()
        if job.remaining is not None:
            del times[max(0, job.remaining - armed.pending) :]
        room = MAX_PENDING - armed.pending
        for time_ns in times[:room]:
            heapq.heappush(self._heap, (time_ns + armed.delay_ns, next(self._numbers), armed))
        armed.pending += min(room, len(times))
        job.leave_out(max(0, len(times) - room))
        return len(times) > room

    def take_due(self, now_ns: int, most: int = PORTION) -> list[tuple[int, ArmedJob]]:
        """What is due, at most ``most``: when it was to be sent, and the job whose frame it is, in order.

        A finished job is no longer armed.
        """
        due: list[tuple[int, ArmedJob]] = []
        while self._heap and self._heap[0][0] <= now_ns and len(due) < most:
            due_ns, _number, armed = heapq.heappop(self._heap)
            armed.pending -= 1
            job = armed.job
            due.append((due_ns, job))
            if job.remaining is not None:
                job.remaining -= 1
                if not job.remaining:
                    self.disarm(job.job_id)
        return due

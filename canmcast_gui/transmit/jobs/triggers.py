"""Jobs that are sent when a matching frame is heard, a delay after it. No clock and no I/O in here."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter
from canmcast_gui.transmit.jobs.job import ArmedJob

# Sends of one job that wait for their time: a burst of a whole second of a usual message with a delay as
# long. What comes on top is no answer any more but a backlog; it is counted as late.
MOST_PENDING = 256
# Frames that leave in one go, so that what else is due has its turn; some 0.6 ms of a slow sender.
PORTION = 64


@dataclass(slots=True, eq=False)
class _Armed:
    job: ArmedJob
    condition: Filter
    delay_ns: int
    since_ns: int
    pending: int = 0


class Triggers:
    """The armed jobs that wait for frames. All times are int nanoseconds of one clock.

    Conditions are compared by their text: jobs that wait for the same frames have one filter asked.
    """

    def __init__(self) -> None:
        self._armed: dict[int, _Armed] = {}
        # One entry for each send that waits: when, a running number that keeps the order of equals, of what.
        self._heap: list[tuple[int, int, _Armed]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._armed)

    def job(self, job_id: int) -> ArmedJob | None:
        """An armed job; None where it is not."""
        armed = self._armed.get(job_id)
        return armed.job if armed else None

    def arm(self, job: ArmedJob, condition: Filter, delay_ns: int, now_ns: int) -> None:
        """Let a job wait for frames that arrive from now on.

        Of a job that is armed already, given again with its new frame and count, what is pending stays.
        """
        armed = self._armed.get(job.job_id)
        if armed is None:
            self._armed[job.job_id] = _Armed(job, condition, delay_ns, now_ns)
        else:
            armed.job, armed.condition, armed.delay_ns = job, condition, delay_ns

    def disarm(self, job_id: int) -> ArmedJob | None:
        """End a job, and forget what was pending; None comes back where there is none."""
        armed = self._armed.pop(job_id, None)
        if armed is None:
            return None
        if armed.pending:
            self._heap = [entry for entry in self._heap if entry[2] is not armed]
            heapq.heapify(self._heap)
        return armed.job

    def clear(self) -> list[ArmedJob]:
        """End all jobs."""
        jobs = [armed.job for armed in self._armed.values()]
        self._armed.clear()
        self._heap.clear()
        return jobs

    def next_due(self) -> int | None:
        """When the next send is due; None where none is pending."""
        return self._heap[0][0] if self._heap else None

    def hear(self, batch: FrameBatch, times_ns: npt.NDArray[np.int64]) -> list[ArmedJob]:
        """Frames of others and when each arrived; the jobs that could not take note of all of theirs."""
        found: dict[str, npt.NDArray[np.int64]] = {}
        overflowed = []
        for armed in self._armed.values():
            text = armed.condition.text
            if text not in found:
                found[text] = times_ns[armed.condition.mask(batch)]
            if len(found[text]) and self._note(armed, found[text]):
                overflowed.append(armed.job)
        return overflowed

    def _note(self, armed: _Armed, times_ns: npt.NDArray[np.int64]) -> bool:
        """Plan a send for each of the times; whether there were too many."""
        job = armed.job
        times = times_ns[times_ns >= armed.since_ns].tolist()
        if job.remaining is not None:
            del times[max(0, job.remaining - armed.pending) :]
        room = MOST_PENDING - armed.pending
        for time_ns in times[:room]:
            heapq.heappush(self._heap, (time_ns + armed.delay_ns, next(self._numbers), armed))
        armed.pending += min(room, len(times))
        job.late += max(0, len(times) - room)
        return len(times) > room

    def take_due(self, now_ns: int, most: int = PORTION) -> list[tuple[int, ArmedJob]]:
        """What is due, at most so many: when it was to leave, and the job whose frame it is, in order.

        A finished job is armed no more.
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

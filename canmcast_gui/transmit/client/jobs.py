"""What the client asks of the transmit process for single frames and for jobs, periodic or triggered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.transmit import wire
from canmcast_gui.transmit.changes import compile_changes
from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.conditions import compile_condition
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.job import validate_frame, validate_job
from canmcast_gui.transmit.news import Discarded, HeldBack, JobStatus
from canmcast_gui.transmit.triggers import Trigger

# What is handed over at once, so that commands between do not wait long behind it.
_FRAMES_A_MESSAGE = 4096
# Single frames that wait in the process at most: a second or so of all that a sender can. Beyond that,
# asking waits, and gives up after so long.
_MOST_WAITING = 131_072
_PATIENCE_SECONDS = 5.0


class JobClient(ClientLink):
    """Single frames and jobs."""

    def __init__(self, factory: str, settings: dict[str, Any], ears: str = "") -> None:
        super().__init__(factory, settings, ears)
        self._heard[wire.STATUS] = self._on_status
        # The version of each armed job's last command: news about an earlier one are not about this job.
        self._versions: dict[int, int] = {}
        # The same of jobs that were told to end, and whose last counts are still to come.
        self._ending: dict[int, int] = {}
        # What to call them in a sentence.
        self._names: dict[int, str] = {}
        self._sent_before = 0
        self._sent = 0
        # Single frames that this process was asked for, and those that wait there no more.
        self._asked = self._done = 0

    @property
    def sent(self) -> int:
        """Frames that have left, over all restarts, as far as news have come."""
        self._read()
        return self._sent_before + self._sent

    @property
    def armed(self) -> frozenset[int]:
        """The jobs that are armed, as far as news have come."""
        return frozenset(self._versions)

    def send(self, batch: FrameBatch) -> None:
        """Send frames once, at once, in order. Raises TransmitError, before any leaves, for a wrong one.

        Where very many wait already, because of a rate limit, it waits too, and raises TransmitError where
        nothing moves.
        """
        validate_frame(batch)
        for start in range(0, len(batch), _FRAMES_A_MESSAGE):
            part = batch[start : start + _FRAMES_A_MESSAGE]
            self._wait_for_room()
            self._say(wire.SEND, *wire.batch_to_bytes(part))
            self._asked += len(part)

    def _wait_for_room(self) -> None:
        if self._asked - self._done <= _MOST_WAITING:
            return
        if not self._wait_until(lambda: self._asked - self._done <= _MOST_WAITING, _PATIENCE_SECONDS):
            raise TransmitError(
                f"No more can be sent now: {self._asked - self._done:,} frames wait to leave already."
            )

    def arm(
        self,
        job_id: int,
        frame: FrameBatch,
        period_ns: int,
        count: int | None = None,
        changes: Sequence[dict[str, Any]] = (),
        name: str = "",
        trigger: Trigger | None = None,
    ) -> None:
        """Send one frame every ``period_ns``, from now on; ``count`` times, or without end.

        With a ``trigger`` it is not sent periodically, but once for each frame of others that meets it.

        ``changes`` are done to the data of each frame for the time at which it is due; see changes.py.
        ``name`` is what to call it in a sentence.

        A job that is armed already changes its frame, period and count with its next due time; what a trigger
        has made pending stays. Raises TransmitError for a wrong frame, period, count or condition.
        """
        validate_job(frame, period_ns, count)
        compile_changes(changes, int(frame.length[0]))
        waits_for = None
        if trigger is not None:
            try:
                compile_condition(trigger.validated().condition)
            except FilterError as error:
                raise TransmitError(f"The trigger of this job is wrong: {error}.") from error
            waits_for = [trigger.condition, trigger.delay_ns]
        version = next(self._numbers)
        if job_id not in self._versions:  # what is still to be told of an earlier job with that number
            self._news = [
                one for one in self._news if not (isinstance(one, JobStatus) and one.job_id == job_id)
            ]
        plain = wire.frame_to_plain(frame)
        self._say(wire.ARM, job_id, version, plain, list(changes), period_ns, count, waits_for)
        self._versions[job_id] = version
        self._ending.pop(job_id, None)
        self._names[job_id] = name or f"{int(frame.arbitration_id[0]):X}"

    def disarm(self, job_id: int) -> None:
        """End a job; a last JobStatus tells what it has sent. Nothing happens where it is not armed."""
        version = self._versions.pop(job_id, None)
        if version is not None:
            self._ending[job_id] = version
            self._names.pop(job_id, None)
            self._say_if_running(wire.DISARM, job_id)

    def stop_all(self) -> None:
        """End all jobs, replays and sequences, and drop the single frames that have not left yet.

        Discarded tells how many those were.
        """
        self._ending.update(self._versions)
        self._versions.clear()
        self._names.clear()
        self._say_if_running(wire.STOP_ALL)

    def _on_status(self, sent: int, held: int, dropped: int, done: int, rows: list[list[Any]]) -> None:
        self._sent = sent
        self._done = done
        if held:
            self._news.append(HeldBack(held))
        if dropped:
            self._news.append(Discarded(dropped))
        for job_id, version, *status in rows:
            if version not in (self._versions.get(job_id), self._ending.get(job_id)):
                continue
            news = JobStatus(job_id, *status)
            self._news.append(news)
            if news.finished:
                for known in (self._versions, self._ending, self._names):
                    known.pop(job_id, None)

    def _forget_all(self) -> list[str]:
        self._sent_before, self._sent = self._sent_before + self._sent, 0
        self._asked = self._done = 0
        lost = [self._names[job_id] for job_id in sorted(self._versions)]
        self._versions.clear()
        self._ending.clear()
        self._names.clear()
        return super()._forget_all() + lost

"""Sends the events of the transmit process: the newest state, a few times a second, and never waits."""

from __future__ import annotations

import time
from collections.abc import Callable

from canmcast_gui.frames import FrameBatch, Source
from canmcast_gui.processes.parent import ParentLink
from canmcast_gui.transmit.events import (
    AddressChanged,
    Discarded,
    Flushed,
    FramesMissed,
    FuzzResponse,
    FuzzSent,
    FuzzStatus,
    HeldBack,
    JobReport,
    JobStatus,
    ProcessEvent,
    ReplayStatus,
    SendFailed,
    SendProgress,
    SequenceStatus,
)
from canmcast_gui.transmit.jobs.job import ArmedJob
from canmcast_gui.transmit.messages import MessageEncoder

# Events are for display; those of this time are sent together.
INTERVAL_NS = 100_000_000
# A sender that fails does so at every frame, with the same message.
SAME_FAILURE_NS = 5_000_000_000

MakeStatus = Callable[[], ReplayStatus | SequenceStatus | FuzzStatus]


class EventSender:
    """Collects events and sends them when it is time. Does not grow if the client does not read."""

    def __init__(self, link: ParentLink, addresses: tuple[Source, ...]) -> None:
        self._channel = link.channel
        self._wakeup = link.wakeup
        self._encoder = MessageEncoder()
        self._addresses = addresses
        self._sent = self._held_back = self._missed = self._discarded = self._done = 0
        self._jobs: dict[int, ArmedJob] = {}
        self._refused: list[tuple[int, int]] = []
        # What makes the newest status of each run, by kind and number.
        self._statuses: dict[tuple[str, int], MakeStatus] = {}
        self._fuzz_sent: dict[int, list[FrameBatch]] = {}
        self._fuzz_responses: list[FuzzResponse] = []
        self._moved = False
        self._failure: str | None = None
        self._last_failure = ("", 0)
        self._flushed: list[int] = []
        #: Frames of fuzz runs that wait to be reported; what sends more looks at it.
        self.waiting_fuzz_frames = 0
        self._dirty = False
        self._urgent = False
        self._last_ns = 0

    # -- what has happened -------------------------------------------------------------------------------

    def count_sent(self, frames: int) -> None:
        """Frames were sent."""
        self._sent += frames
        self._dirty = True

    def count_held_back(self, frames: int) -> None:
        """Frames that were due were not sent, because of the rate limit."""
        if frames:
            self._held_back += frames
            self._dirty = True

    def count_missed(self, frames: int) -> None:
        """Received frames were not looked at, because they arrived faster than they were read."""
        if frames:
            self._missed += frames
            self._dirty = True

    def count_done(self, frames: int) -> None:
        """Single frames no longer wait, whether they were sent or could not be."""
        self._done += frames
        self._dirty = True

    def count_discarded(self, frames: int) -> None:
        """Single frames were dropped before they were sent."""
        if frames:
            self._discarded += frames
            self._done += frames
            self._dirty = self._urgent = True

    def job_changed(self, job: ArmedJob) -> None:
        """A job has sent something, or has ended, which is reported at once."""
        self._jobs[job.job_id] = job
        self._dirty = True
        self._urgent |= job.finished

    def job_refused(self, job_id: int, version: int) -> None:
        """A job was not armed: it is reported as finished."""
        self._refused.append((job_id, version))
        self._dirty = self._urgent = True

    def status_changed(self, kind: str, number: int, status: MakeStatus, urgent: bool) -> None:
        """A replay, sequence or fuzz run has another status; an urgent one is reported at once."""
        self._statuses[kind, number] = status
        self._dirty = True
        self._urgent |= urgent

    def fuzz_sent(self, number: int, batch: FrameBatch) -> None:
        """Frames of a fuzz run were sent, at their times. Its status comes after them."""
        self._fuzz_sent.setdefault(number, []).append(batch)
        self.waiting_fuzz_frames += len(batch)

    def fuzz_responded(self, response: FuzzResponse) -> None:
        """A response to a fuzz run was received. Its status comes after it."""
        self._fuzz_responses.append(response)

    def set_addresses(self, addresses: tuple[Source, ...]) -> None:
        """Frames come from these addresses now."""
        if addresses != self._addresses:
            self._addresses = addresses
            self._moved = self._dirty = self._urgent = True

    def failed(self, sentence: str) -> None:
        """Something could not be sent."""
        now_ns = time.monotonic_ns()
        reported, when_ns = self._last_failure
        if sentence != reported or now_ns - when_ns >= SAME_FAILURE_NS:
            self._failure = sentence
            self._last_failure = (sentence, now_ns)
            self._dirty = self._urgent = True

    def flushed(self, token: int) -> None:
        """All single frames before the flush token were sent or dropped."""
        self._flushed.append(token)
        self._dirty = self._urgent = True

    # -- sending -----------------------------------------------------------------------------------------

    def due_ns(self) -> int | None:
        """When to send events; None if there are none."""
        if not self._dirty:
            return None
        if self._urgent and not self._channel.pending:
            return 0
        return self._last_ns + INTERVAL_NS

    def send(self, now_ns: int) -> None:
        """Send the events if it is time, and if the client has read the last ones."""
        due_ns = self.due_ns()
        if due_ns is None or due_ns > now_ns:
            return
        self._last_ns = now_ns
        if not self._channel.flush():
            self._wakeup.set()
            return
        self._channel.send(self._encoder.encode(self._take()))
        self._wakeup.set()
        # The rest of a message that does not fit into the connection is sent with the next events.
        self._dirty, self._urgent = self._channel.pending > 0, False

    def _take(self) -> list[ProcessEvent]:
        """All events, once. Frames and responses are before the status of their run, tokens at the end."""
        events: list[ProcessEvent] = [SendProgress(self._sent, self._done)]
        if self._held_back:
            events.append(HeldBack(self._held_back))
        if self._missed:
            events.append(FramesMissed(self._missed))
        if self._discarded:
            events.append(Discarded(self._discarded))
        events += [_job_report(job) for job in self._jobs.values()]
        events += [JobReport(version, JobStatus(job_id, 0, 0, True)) for job_id, version in self._refused]
        for number, batches in self._fuzz_sent.items():
            events.append(FuzzSent(number, FrameBatch.concatenate(batches)))
        events += self._fuzz_responses
        events += [status() for status in self._statuses.values()]
        if self._moved:
            events.append(AddressChanged(address_pairs(self._addresses)))
        if self._failure is not None:
            events.append(SendFailed(self._failure))
        events += [Flushed(token) for token in self._flushed]
        self._clear()
        return events

    def _clear(self) -> None:
        """Forget what is reported; the counts of sent and done frames continue."""
        waiting = (
            self._jobs, self._refused, self._statuses, self._fuzz_sent, self._fuzz_responses, self._flushed
        )  # fmt: skip
        for collection in waiting:
            collection.clear()
        self._held_back = self._missed = self._discarded = self.waiting_fuzz_frames = 0
        self._moved = False
        self._failure = None


def _job_report(job: ArmedJob) -> JobReport:
    measured = job.measured
    return JobReport(
        job.version,
        JobStatus(
            job.job_id,
            job.sent,
            job.late,
            job.finished,
            measured.period_ns,
            measured.jitter_ns,
            job.left_out,
        ),
    )


def address_pairs(addresses: tuple[Source, ...]) -> tuple[tuple[str, int], ...]:
    """Addresses as ip and port."""
    return tuple((source.address, source.port) for source in addresses)

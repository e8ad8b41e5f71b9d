"""The parts of the client: jobs, and what runs over many frames: replays, sequences and fuzz runs.

A job is a frame that is sent periodically, or when a received frame triggers it. Each run
has a number that the caller gives it; starting another one with the same number replaces it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.commands import (
    ArmJob,
    ControlFuzz,
    ControlReplay,
    ControlSequence,
    DisarmJob,
    GrowReplay,
    SeekReplay,
    SetReplaySpeed,
    StartFuzz,
    StartReplay,
    StartSequence,
)
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.transmit.events import (
    FuzzResponse,
    FuzzSent,
    FuzzStatus,
    JobReport,
    JobStatus,
    ReplayStatus,
    SequenceStatus,
)
from canmcast_gui.transmit.fuzz.options import FuzzOptions
from canmcast_gui.transmit.jobs.job import Job
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.sender import Settings
from canmcast_gui.transmit.sequence import Step, check_steps

# A frame that arrives later than this after the last frame of a fuzz run is not a response.
RESPONSE_SECONDS = 2.0


class _Runs:
    """The numbers of the runs that have not ended."""

    final_states: ClassVar[frozenset[str]] = frozenset(("failed", "stopped"))

    def __init__(self, link: ClientLink) -> None:
        self._link = link
        self._running: set[int] = set()

    @property
    def running(self) -> frozenset[int]:
        """The runs that have not ended, by the events read so far; a paused one has not."""
        return frozenset(self._running)

    def forget(self) -> None:
        """Forget all runs, because the process has ended."""
        self._running.clear()

    def _add_status(self, status: ReplayStatus | SequenceStatus | FuzzStatus) -> None:
        """Add an event for a run; after one with a final state the run is forgotten."""
        if status.number in self._running:
            self._link.events.append(status)
            if status.state in self.final_states:
                self._running.discard(status.number)


class Replays(_Runs):
    """Replays of recordings; ReplayStatus reports their progress."""

    def __init__(self, link: ClientLink) -> None:
        super().__init__(link)
        link.dispatcher.add(ReplayStatus, self._add_status)

    def start(self, number: int, factory: str, settings: Settings, options: ReplayOptions) -> None:
        """Start a replay of what the factory makes of ``settings``: an object with ``rows(start, stop)``.

        No frame is sent before grow() reports that there are rows. Raises TransmitError, and FilterError for
        a wrong filter.
        """
        self._link.send(StartReplay(number, factory, settings, options.validated()))
        self._running.add(number)

    def grow(self, number: int, end_row: int, complete: bool) -> None:
        """The source has rows up to ``end_row`` now; if ``complete``, these are all."""
        self._link.send_if_running(GrowReplay(number, end_row, complete))

    def play(self, number: int) -> None:
        """Continue after a pause, or start again after the end."""
        self._link.send_if_running(ControlReplay(number, "play"))

    def pause(self, number: int) -> None:
        """Pause."""
        self._link.send_if_running(ControlReplay(number, "pause"))

    def step(self, number: int) -> None:
        """While paused: send the next frame."""
        self._link.send_if_running(ControlReplay(number, "step"))

    def seek(self, number: int, row: int) -> None:
        """Continue at another row."""
        self._link.send_if_running(SeekReplay(number, row))

    def set_speed(self, number: int, speed: float | None) -> None:
        """Change the factor; None is as fast as the rate limit allows."""
        self._link.send_if_running(SetReplaySpeed(number, speed))

    def stop(self, number: int) -> None:
        """End a replay; no further event reports on it."""
        self._running.discard(number)
        self._link.send_if_running(ControlReplay(number, "stop"))


class Sequences(_Runs):
    """Sequences of steps; SequenceStatus reports their progress."""

    final_states = frozenset(("ended",))

    def __init__(self, link: ClientLink) -> None:
        super().__init__(link)
        link.dispatcher.add(SequenceStatus, self._add_status)

    def start(self, number: int, steps: Sequence[Step], paused: bool = False) -> None:
        """Start a sequence of steps. Raises TransmitError for a step that is not possible."""
        check_steps(steps)
        self._link.send(StartSequence(number, tuple(steps), paused))
        self._running.add(number)

    def pause(self, number: int) -> None:
        """Pause."""
        self._link.send_if_running(ControlSequence(number, "pause"))

    def resume(self, number: int) -> None:
        """Continue after a pause."""
        self._link.send_if_running(ControlSequence(number, "resume"))

    def step(self, number: int) -> None:
        """While paused: do the next step."""
        self._link.send_if_running(ControlSequence(number, "step"))

    def stop(self, number: int) -> None:
        """End a sequence; no further event reports on it."""
        self._running.discard(number)
        self._link.send_if_running(ControlSequence(number, "stop"))


class FuzzRuns(_Runs):
    """Fuzz runs; FuzzStatus, FuzzSent and FuzzResponse report on them."""

    def __init__(self, link: ClientLink) -> None:
        super().__init__(link)
        link.dispatcher.add(FuzzStatus, self._add_status)
        link.dispatcher.add(FuzzSent, self._add_report)
        link.dispatcher.add(FuzzResponse, self._add_report)

    def start(
        self,
        number: int,
        options: FuzzOptions,
        stop_at: Condition = "",
        report_frames: bool = False,
        paused: bool = False,
        wait: float = RESPONSE_SECONDS,
    ) -> None:
        """Start to send the frames of the options.

        A received frame that meets ``stop_at`` pauses the run (FuzzResponse), also up to ``wait`` seconds
        after the last frame. With ``report_frames``, FuzzSent reports every frame that was sent. Raises
        TransmitError.
        """
        wait_ns = round(wait * 1e9)
        self._link.send(StartFuzz(number, options.validated(), stop_at, report_frames, paused, wait_ns))
        self._running.add(number)

    def play(self, number: int) -> None:
        """Continue after a pause or a response."""
        self._link.send_if_running(ControlFuzz(number, "play"))

    def pause(self, number: int) -> None:
        """Pause."""
        self._link.send_if_running(ControlFuzz(number, "pause"))

    def step(self, number: int) -> None:
        """While paused: send the next frame."""
        self._link.send_if_running(ControlFuzz(number, "step"))

    def stop(self, number: int) -> None:
        """End a run; the state "stopped" is reported after all frames that were sent."""
        self._link.send_if_running(ControlFuzz(number, "stop"))

    def stop_and_wait(self, number: int, timeout: float) -> bool:
        """End a run and wait up to ``timeout`` seconds until that is reported; whether it was."""
        self.stop(number)
        return self._link.wait_until(lambda: number not in self._running, timeout)

    def _add_report(self, event: FuzzSent | FuzzResponse) -> None:
        if event.number in self._running:
            self._link.events.append(event)


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

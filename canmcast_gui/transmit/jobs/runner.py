"""Runs single frames, and jobs with a period or a trigger, in the transmit process."""

from __future__ import annotations

import time
from collections import deque
from functools import partial

from canmcast_gui.frames import FrameBatch, bits
from canmcast_gui.frames.messages import PlainFrame
from canmcast_gui.transmit.commands import ArmJob, DisarmJob, Flush, SendFrames, SetLateFrames
from canmcast_gui.transmit.conditions import compile_condition
from canmcast_gui.transmit.event_sender import EventSender
from canmcast_gui.transmit.jobs.job import ArmedJob, Job, MakeDatagram, Trigger
from canmcast_gui.transmit.jobs.schedule import Schedule, TriggeredJobs
from canmcast_gui.transmit.listener import Listener, arrival_times
from canmcast_gui.transmit.messages import Dispatcher
from canmcast_gui.transmit.payload.generator import GeneratedPayload
from canmcast_gui.transmit.sender import RateLimit, Sender

# Single frames that are sent before the loop looks at the clock again while jobs are armed: about 0.6 ms of a
# slow sender.
SINGLE_PORTION = 64
# Without jobs nothing is due, and a sender is faster with many at once.
LARGE_PORTION = 1024
# Below this number of frames it is faster to send each by itself.
FEW = 4


class OneShotRunner:
    """The queue of single frames. The client limits how many wait; see Transmitter.send()."""

    def __init__(self, sender: Sender, events: EventSender, limit: RateLimit) -> None:
        self._sender = sender
        self._events = events
        self._limit = limit
        self._waiting: deque[FrameBatch | int] = deque()

    def handle(self, dispatcher: Dispatcher) -> None:
        """Handle the commands for single frames."""
        dispatcher.add(SendFrames, lambda command: self._waiting.append(command.frames))
        dispatcher.add(Flush, lambda command: self._waiting.append(command.token))

    def stop_all(self) -> None:
        """Drop the frames that wait, and answer the tokens."""
        frames = 0
        for item in self._waiting:
            if isinstance(item, int):
                self._events.flushed(item)
            else:
                frames += len(item)
        self._waiting.clear()
        self._events.count_discarded(frames)

    def next_ns(self, now_ns: int) -> int | None:
        """When the next of them may be sent; None if none waits."""
        return self._limit.next_ns(now_ns) if self._waiting else None

    def send_some(self, now_ns: int, others: bool) -> None:
        """Send a portion, a small one if ``others`` wait for the clock; answer tokens that are next."""
        if not self._waiting:
            return
        first = self._waiting.popleft()
        if isinstance(first, int):
            self._events.flushed(first)
            return
        portion = self._limit.allowed(min(len(first), SINGLE_PORTION if others else LARGE_PORTION), now_ns)
        if len(first) > portion:
            self._waiting.appendleft(first[portion:])
        if portion:
            self._send(first[:portion])
            self._events.count_done(portion)

    def _send(self, batch: FrameBatch) -> None:
        """Send frames together; if one of them is refused, each by itself."""
        try:
            self._events.count_sent(self._sender.send_batch(batch))
        except ValueError as error:
            if len(batch) == 1:
                self._events.failed(str(error))
            else:
                for row in range(len(batch)):
                    self._send(batch[row : row + 1])
        except Exception as error:  # noqa: BLE001 - after any error of the sender, the jobs continue
            self._events.failed(str(error))


class JobRunner:
    """All jobs, by the numbers that the client gave them."""

    def __init__(self, sender: Sender, events: EventSender, limit: RateLimit, listener: Listener) -> None:
        self._sender = sender
        self._events = events
        self._limit = limit
        self._listener = listener
        self._schedule = Schedule()
        self._triggered = TriggeredJobs()
        # When the commands that are executed now arrived: jobs that were armed together begin together.
        self.command_ns = 0

    def __len__(self) -> int:
        return len(self._schedule) + len(self._triggered)

    # -- commands ----------------------------------------------------------------------------------------

    def handle(self, dispatcher: Dispatcher) -> None:
        """Handle the commands for jobs."""
        dispatcher.add(ArmJob, self._arm)
        dispatcher.add(DisarmJob, lambda command: self._disarm(command.job_id))
        dispatcher.add(SetLateFrames, self._set_late_frames)

    def _set_late_frames(self, command: SetLateFrames) -> None:
        self._schedule.catch_up = command.catch_up

    def _arm(self, command: ArmJob) -> None:
        """Begin a job, or change an armed one; one that is not possible is refused, and no longer armed."""
        job, job_id = command.job, command.job.job_id
        earlier = self._schedule.job(job_id) or self._triggered.job(job_id)
        try:
            make = self._datagram_maker(job, earlier.make if earlier else None)
            if job.trigger is None:
                self._triggered.disarm(job_id)
                armed = self._schedule.arm(job_id, make, job.period_ns, job.count, self.command_ns)
            else:
                armed = self._arm_triggered(job, make, job.trigger)
        except Exception as error:  # noqa: BLE001 - any error of the job or the receiver is reported
            self._disarm(job_id)
            self._events.failed(str(error))
            self._events.job_refused(job_id, command.version)
            return
        armed.version = command.version
        if earlier is not None:
            armed.sent, armed.late, armed.left_out = earlier.sent, earlier.late, earlier.left_out

    def _arm_triggered(self, job: Job, make: MakeDatagram, trigger: Trigger) -> ArmedJob:
        self._listener.open()
        condition = compile_condition(trigger.condition, self._listener.sources)
        self._schedule.disarm(job.job_id)
        armed = self._triggered.job(job.job_id) or ArmedJob(job.job_id, make, 0, job.count, 0)
        armed.make, armed.remaining = make, job.count
        self._triggered.arm(armed, condition, trigger.delay_ns, self.command_ns)
        return armed

    def _datagram_maker(self, job: Job, earlier: MakeDatagram | None) -> MakeDatagram:
        """What makes the datagrams; generated payloads count on from those that were made ``earlier``.

        Raises ValueError for a frame that this bus cannot carry, TransmitError for a wrong generator.
        """
        frame = job_frame(job.frame)
        datagram = self._sender.encode(*frame)
        if not job.generators:
            return partial(_same, datagram)
        payload = GeneratedPayload(frame.data, job.generators)
        if isinstance(earlier, GeneratedFrame):
            payload.continue_from(earlier.payload)
        return GeneratedFrame(self._sender, frame, payload)

    def _disarm(self, job_id: int) -> None:
        """End a job, and report what it has sent in all."""
        self._end(self._schedule.disarm(job_id))
        self._end(self._triggered.disarm(job_id))

    def stop_all(self) -> None:
        """End all jobs."""
        for job in (*self._schedule.clear(), *self._triggered.clear()):
            self._end(job)

    def _end(self, job: ArmedJob | None) -> None:
        if job is not None:
            job.ended = True
            self._events.job_changed(job)

    # -- time --------------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        """When the next frame is due."""
        times = (self._schedule.next_due(), self._triggered.next_due())
        return min((due_ns for due_ns in times if due_ns is not None), default=None)

    @property
    def needs_frames(self) -> bool:
        """Whether a job waits for received frames."""
        return len(self._triggered) > 0

    def on_frames(self, batch: FrameBatch) -> None:
        """Received frames; the delay after one counts from its arrival."""
        if len(batch) and len(self._triggered):
            for job in self._triggered.on_frames(batch, arrival_times(batch)):
                self._events.job_changed(job)

    def send_due(self) -> None:
        """Send what is due."""
        now_ns = time.monotonic_ns()
        due = [(job.due_ns, job) for job in self._schedule.take_due(now_ns)]
        due += self._triggered.take_due(now_ns)
        if not due:
            return
        allowed = self._limit.allowed(len(due), now_ns)
        for _due_ns, job in due[allowed:]:
            job.leave_out(1)
            self._events.job_changed(job)
        self._events.count_held_back(len(due) - allowed)
        self._send(due[:allowed])

    def _send(self, due: list[tuple[int, ArmedJob]]) -> None:
        """Send the frames of jobs, in as few calls as possible."""
        try:
            if len(due) < FEW:
                for due_ns, job in due:
                    self._sender.send_datagram(job.make(due_ns))
            else:
                self._sender.send_datagrams([job.make(due_ns) for due_ns, job in due])
        except Exception as error:  # noqa: BLE001 - after any error of the sender, the other jobs continue
            self._events.failed(str(error))
        else:
            now_ns = time.monotonic_ns()
            self._events.count_sent(len(due))
            for _due_ns, job in due:
                job.sent += 1
                job.measured.note(now_ns)
        for _due_ns, job in due:
            self._events.job_changed(job)


def job_frame(batch: FrameBatch) -> PlainFrame:
    """The frame of a batch of one as it is sent: by this program, without a time."""
    frame = batch.plain_frame(0)
    return frame._replace(flags=frame.flags & ~bits.TX, timestamp=0.0)


class GeneratedFrame:
    """Makes the datagrams of a frame whose payload is generated."""

    def __init__(self, sender: Sender, frame: PlainFrame, payload: GeneratedPayload) -> None:
        self.payload = payload
        self._sender = sender
        self._frame = frame

    def __call__(self, due_ns: int) -> bytes:
        """The datagram of the frame that is due then."""
        arbitration_id, flags, channel, dlc, _data, timestamp = self._frame
        return self._sender.encode(arbitration_id, flags, channel, dlc, self.payload.at(due_ns), timestamp)


def _same(datagram: bytes, _due_ns: int) -> bytes:
    return datagram

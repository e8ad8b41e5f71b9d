"""Sending on time, from a program that has something else to do."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.processes.channel import wait_for
from canmcast_gui.frames.processes.child import ChildError
from canmcast_gui.frames.processes.supervised import SupervisedProcess
from canmcast_gui.transmit import wire
from canmcast_gui.transmit.changes import compile_changes
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.job import validate_frame, validate_job
from canmcast_gui.transmit.news import (
    AddressChanged,
    HeldBack,
    JobStatus,
    ReplayStatus,
    SendFailed,
    SequenceStatus,
    TransmitNews,
)
from canmcast_gui.transmit.replay_options import ReplayOptions
from canmcast_gui.transmit.sequence import check_steps

_MODULE = "canmcast_gui.transmit.process"

# What is handed over at once, so that commands between do not wait long behind it.
_FRAMES_A_MESSAGE = 4096
# Bytes that the process has not taken yet: some 100,000 frames. Beyond that, asking waits.
_MOST_PENDING = 1 << 22
_PATIENCE_SECONDS = 5.0
# News that nobody takes with poll(): the newest ones are kept.
_MOST_NEWS = 4096


class Transmitter:
    """A process that sends single and periodic frames; it ends with this one, and sending with it.

    ``factory`` names what makes its sender ("module:function"), ``settings`` are plain values for it;
    ``ears`` names what makes a receiver of the same settings, opened when something depends on what others
    send. The constructor returns when the sender is open, and raises TransmitError, with nothing left
    running, where it cannot be. ``fileno()`` is readable when there is news, and ``poll()`` gives it;
    ``supervise()`` is to be called a few times a second. For one thread. Also a context manager.
    """

    def __init__(self, factory: str, settings: dict[str, Any], ears: str = "") -> None:
        self._news: list[TransmitNews] = []
        # The version of each armed job's last command: news about an earlier one are not about this job.
        self._versions: dict[int, int] = {}
        self._replaying: set[int] = set()
        self._sequences: set[int] = set()
        self._numbers = itertools.count(1)
        self._flushed = 0
        self._sent_before = 0
        self._sent = 0
        self._rate_limit: float | None = None
        # Commands that together() collects, None outside of it.
        self._gathered: list[tuple[Any, ...]] | None = None
        try:
            arguments = [factory, json.dumps(settings), ears]
            self._process = SupervisedProcess("transmit process", _MODULE, arguments)
        except ChildError as error:
            raise TransmitError(str(error)) from error
        self._set_addresses(self._process.first_word)

    @property
    def address(self) -> tuple[str, int]:
        """Where its frames come from: ip and port of its sender (on its first interface).

        Another one after a restart (see supervise()) and after AddressChanged; all of them are in
        ``addresses``.
        """
        return self.addresses[0]

    @property
    def sent(self) -> int:
        """Frames that have left, over all restarts, as far as news have come."""
        self._read()
        return self._sent_before + self._sent

    @property
    def armed(self) -> frozenset[int]:
        """The jobs that are armed, as far as news have come."""
        return frozenset(self._versions)

    @property
    def pid(self) -> int | None:
        """The transmit process's id; None while none runs."""
        return self._process.pid

    def fileno(self) -> int:
        """A descriptor that is readable when there is news; the same one until shutdown()."""
        return self._process.wakeup.fileno()

    # -- asking ------------------------------------------------------------------------------------------

    def send(self, batch: FrameBatch) -> None:
        """Send frames once, at once, in order. Raises TransmitError, before any leaves, for a wrong one."""
        validate_frame(batch)
        for start in range(0, len(batch), _FRAMES_A_MESSAGE):
            self._say(wire.SEND, *wire.batch_to_bytes(batch[start : start + _FRAMES_A_MESSAGE]))

    def arm(
        self,
        job_id: int,
        frame: FrameBatch,
        period_ns: int,
        count: int | None = None,
        changes: Sequence[dict[str, Any]] = (),
    ) -> None:
        """Send one frame every ``period_ns``, from now on; ``count`` times, or without end.

        ``changes`` are done to the data of each frame for the time at which it is due; see changes.py.

        A job that is armed already changes its frame, period and count with its next due time. Raises
        TransmitError for a wrong frame, period or count.
        """
        validate_job(frame, period_ns, count)
        compile_changes(changes, int(frame.length[0]))
        version = next(self._numbers)
        if job_id not in self._versions:  # what is still to be told of an earlier job with that number
            self._news = [
                one for one in self._news if not (isinstance(one, JobStatus) and one.job_id == job_id)
            ]
        self._say(wire.ARM, job_id, version, wire.frame_to_plain(frame), list(changes), period_ns, count)
        self._versions[job_id] = version

    def disarm(self, job_id: int) -> None:
        """End a job; nothing happens where it is not armed."""
        if self._versions.pop(job_id, None) is not None:
            self._say_if_running(wire.DISARM, job_id)

    def stop_all(self) -> None:
        """End all jobs, replays and sequences. Single frames that were asked for before still leave."""
        self._versions.clear()
        self._say_if_running(wire.STOP_ALL)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is asked for inside is done as one: jobs that are armed here are due together."""
        gathered: list[tuple[Any, ...]] = []
        self._gathered = gathered
        try:
            yield
        finally:
            self._gathered = None
        if gathered:
            self._say(wire.TOGETHER, gathered)

    def set_rate_limit(self, frames_per_second: float | None) -> None:
        """Let no more than so many frames a second leave, of whatever kind; None is no limit.

        Jobs' frames above it are not sent, counted as late and told (HeldBack); all others wait.
        """
        if frames_per_second is not None and frames_per_second <= 0:
            raise TransmitError(f"A limit of {frames_per_second:g} frames/s is not possible; choose more.")
        self._rate_limit = frames_per_second
        self._say_if_running(wire.LIMIT, frames_per_second)

    # -- replays -----------------------------------------------------------------------------------------

    def replay(self, number: int, factory: str, settings: dict[str, Any], options: ReplayOptions) -> None:
        """Begin a replay of what the factory makes of ``settings``: an object with ``rows(start, stop)``.

        Nothing leaves before replay_grown() says that there are rows. ReplayStatus tells how it goes. Raises
        TransmitError, and FilterError for a wrong filter.
        """
        self._say(wire.REPLAY, number, factory, settings, options.validated().to_dict())
        self._replaying.add(number)

    def replay_grown(self, number: int, end_row: int, complete: bool) -> None:
        """The source has rows up to ``end_row`` now, and will have no more where ``complete``."""
        self._say_if_running(wire.REPLAY_GROWN, number, end_row, complete)

    def replay_do(self, number: int, action: str, value: int | float | None = None) -> None:
        """Tell a replay: "play", "pause", "step", "seek" (to a row), "speed" (a factor or None)."""
        self._say_if_running(wire.REPLAY_DO, number, action, value)

    def replay_stop(self, number: int) -> None:
        """End a replay."""
        self._replaying.discard(number)
        self._say_if_running(wire.REPLAY_STOP, number)

    # -- sequences ---------------------------------------------------------------------------------------

    def run_sequence(self, number: int, steps: Sequence[dict[str, Any]], paused: bool = False) -> None:
        """Begin a sequence of steps, see sequence.py; a send step's ``frame`` is a FrameBatch of one here.

        SequenceStatus tells how it goes. Raises TransmitError for a wrong step.
        """
        check_steps(steps)
        plain = []
        for step in steps:
            if step["do"] == "send":
                validate_frame(step["frame"])
                changes = list(step.get("changes", ()))
                compile_changes(changes, int(step["frame"].length[0]))
                step = {"do": "send", "frame": wire.frame_to_plain(step["frame"]), "changes": changes}
            plain.append(step)
        self._say(wire.SEQUENCE, number, plain, paused)
        self._sequences.add(number)

    def sequence_do(self, number: int, action: str) -> None:
        """Tell a sequence: "pause", "go on" or "step"."""
        self._say_if_running(wire.SEQUENCE_DO, number, action)

    def sequence_stop(self, number: int) -> None:
        """End a sequence."""
        self._sequences.discard(number)
        self._say_if_running(wire.SEQUENCE_STOP, number)

    @property
    def sequences(self) -> frozenset[int]:
        """The sequences that run or are paused, as far as news have come."""
        return frozenset(self._sequences)

    @property
    def replaying(self) -> frozenset[int]:
        """The replays that have not ended, as far as news have come."""
        return frozenset(self._replaying)

    def flush(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds until all single frames asked for have left; whether they have."""
        end = time.monotonic() + timeout
        token = next(self._numbers)
        self._say(wire.FLUSH, token)
        while self._flushed < token:
            channel = self._process.channel
            if channel is None or channel.closed:
                return False
            channel.flush()
            left = end - time.monotonic()
            if left <= 0:
                return False
            wait_for(channel.fileno(), min(left, 0.1))
            self._read()
        return True

    def _say(self, *message: Any) -> None:
        channel = self._process.channel
        if channel is None or channel.closed:
            raise TransmitError(
                "Nothing was sent: the transmit process has ended and is being started again."
            )
        if self._gathered is not None:
            self._gathered.append(message)
            return
        if channel.pending > _MOST_PENDING and not channel.flush(_PATIENCE_SECONDS):
            raise TransmitError(
                f"Nothing was sent: the transmit process has not answered for {_PATIENCE_SECONDS:g} s."
            )
        channel.send(wire.pack(*message))

    def _say_if_running(self, *message: Any) -> None:
        channel = self._process.channel
        if self._gathered is not None:
            self._gathered.append(message)
        elif channel is not None:
            channel.send(wire.pack(*message))

    # -- hearing -----------------------------------------------------------------------------------------

    def poll(self) -> list[TransmitNews]:
        """The news that have come, oldest first."""
        self._process.wakeup.clear()
        self._read()
        news, self._news = self._news, []
        return news

    def supervise(self) -> str | None:
        """Start the process again where it has ended; a sentence for the user where something changed.

        After a restart nothing is armed, and frames come from another ``address``.
        """
        self._read()
        change = self._process.supervise()
        channel = self._process.channel
        if channel is not None:
            channel.flush()
        if change is None:
            return None
        if change.ready is not None:
            self._set_addresses(change.ready)
            self._say_if_running(wire.LIMIT, self._rate_limit)
            return change.sentence
        self._sent_before, self._sent = self._sent_before + self._sent, 0
        lost, self._versions = sorted(self._versions), {}
        self._replaying.clear()
        self._sequences.clear()
        return change.sentence + (f" {_jobs_text(lost)} no longer armed." if lost else "")

    def _read(self) -> None:
        """Take in what the process has said. The bell stays as it is: only poll() hands the news out."""
        channel = self._process.channel
        for message in channel.receive() if channel is not None else []:
            word, *values = wire.unpack(message)
            _NEWS[word](self, *values)
        del self._news[:-_MOST_NEWS]

    def _on_status(self, sent: int, held: int, rows: list[list[Any]]) -> None:
        self._sent = sent
        if held:
            self._news.append(HeldBack(held))
        for job_id, version, *status in rows:
            if self._versions.get(job_id) == version:
                news = JobStatus(job_id, *status)
                self._news.append(news)
                if news.finished:
                    del self._versions[job_id]

    def _on_replays(self, rows: list[list[Any]]) -> None:
        for row in rows:
            status = ReplayStatus(*row)
            if status.number in self._replaying:
                self._news.append(status)
                if status.state in ("failed", "stopped"):
                    self._replaying.discard(status.number)

    def _on_sequences(self, rows: list[list[Any]]) -> None:
        for row in rows:
            status = SequenceStatus(*row)
            if status.number in self._sequences:
                self._news.append(status)
                if status.state == "ended":
                    self._sequences.discard(status.number)

    def _on_failed(self, sentence: str) -> None:
        self._news.append(SendFailed(sentence))

    def _on_flushed(self, token: int) -> None:
        self._flushed = token

    def _on_moved(self, addresses: list[list[Any]]) -> None:
        self._set_addresses(addresses)
        self._news.append(AddressChanged(self.addresses))

    def _set_addresses(self, addresses: list[list[Any]]) -> None:
        self.addresses: tuple[tuple[str, int], ...] = tuple((ip, port) for ip, port in addresses)

    def shutdown(self) -> None:
        """End the process, and sending with it; see flush(). Never raises."""
        self._read()
        self._process.end()

    def __enter__(self) -> Transmitter:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.shutdown()


_NEWS: dict[str, Callable[..., None]] = {
    wire.STATUS: Transmitter._on_status,
    wire.FAILED: Transmitter._on_failed,
    wire.FLUSHED: Transmitter._on_flushed,
    wire.REPLAYS: Transmitter._on_replays,
    wire.SEQUENCES: Transmitter._on_sequences,
    wire.MOVED: Transmitter._on_moved,
}


def _jobs_text(jobs: list[int]) -> str:
    numbers = ", ".join(str(job_id) for job_id in jobs)
    return f"Job {numbers} is" if len(jobs) == 1 else f"Jobs {numbers} are"

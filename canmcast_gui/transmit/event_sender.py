"""What the transmit process tells its client: the newest state, a few times a second, and never waiting."""

from __future__ import annotations

import time

from canmcast_gui.frames import Source
from canmcast_gui.processes.parent import ParentLink
from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.fuzz.news import FuzzNews
from canmcast_gui.transmit.jobs.job import ArmedJob
from canmcast_gui.transmit.replay.replay import Replay
from canmcast_gui.transmit.sequence.run import Sequence

# News are for eyes, and those of one turn go together.
NEWS_NS = 100_000_000
# A sender that fails does so at every frame, in the same words.
SAME_FAILURE_NS = 5_000_000_000


class Reporter:
    """Collects news and sends them when it is time. A client that does not listen makes nothing grow."""

    def __init__(self, link: ParentLink, addresses: tuple[Source, ...]) -> None:
        self._addresses = addresses
        self._channel = link.channel
        self._wakeup = link.wakeup
        self._sent = 0
        self._held = 0
        self._dropped = 0
        self._done = 0
        self._changed: dict[int, ArmedJob] = {}
        self._replays: dict[int, Replay] = {}
        self._replays_failed: list[int] = []
        self._sequences: dict[int, list[object]] = {}
        self.fuzz = FuzzNews()
        self._refused: list[tuple[int, int]] = []
        self._moved = False
        self._failure: str | None = None
        self._last_failure = ("", 0)
        self._flushed: list[int] = []
        self._dirty = False
        self._urgent = False
        self._last_ns = 0

    def note_sent(self, frames: int) -> None:
        """So many frames have left."""
        self._sent += frames
        self._dirty = True

    def note_held(self, frames: int) -> None:
        """So many frames that were due were held back by the rate limit, for good."""
        if frames:
            self._held += frames
            self._dirty = True

    def note_done(self, frames: int) -> None:
        """So many single frames wait no more, whether they have left or could not."""
        self._done += frames
        self._dirty = True

    def note_dropped(self, frames: int) -> None:
        """So many single frames were dropped before they left."""
        if frames:
            self._dropped += frames
            self._done += frames
            self._dirty = self._urgent = True

    def note_job(self, job: ArmedJob) -> None:
        """A job has gone on; that it has finished is told at once."""
        self._changed[job.job_id] = job
        self._dirty = True
        self._urgent |= job.finished

    def note_refused(self, job_id: int, version: int) -> None:
        """A job was not armed: it is told as finished."""
        self._refused.append((job_id, version))
        self._dirty = self._urgent = True

    def note_replay(self, number: int, replay: Replay) -> None:
        """A replay has gone on; that it has ended is told at once."""
        self._replays[number] = replay
        self._dirty = True
        self._urgent |= replay.state in ("ended", "stopped")

    def note_sequence(self, number: int, sequence: Sequence | None) -> None:
        """A sequence has gone on; None where it could not be begun."""
        if sequence is None:
            self._sequences[number] = [number, "ended", 0, 0, 0, "it could not be begun"]
        else:
            state, at, sent = sequence.state, sequence.at, sequence.sent
            self._sequences[number] = [number, state, at, sent, sequence.missed, sequence.outcome]
        self._dirty = True
        self._urgent |= sequence is None or sequence.state != "running"

    def note_fuzz(self, urgent: bool) -> None:
        """There is news in ``fuzz``; those that are urgent are told at once."""
        self._dirty = True
        self._urgent |= urgent

    def note_replay_failed(self, number: int) -> None:
        """A replay was not begun or has broken off."""
        self._replays.pop(number, None)
        self._replays_failed.append(number)
        self._dirty = self._urgent = True

    def note_addresses(self, addresses: tuple[Source, ...]) -> None:
        """Frames come from these addresses now."""
        if addresses != self._addresses:
            self._addresses = addresses
            self._moved = self._dirty = self._urgent = True

    def note_failure(self, sentence: str) -> None:
        """Something could not be sent."""
        now_ns = time.monotonic_ns()
        said, when = self._last_failure
        if sentence != said or now_ns - when >= SAME_FAILURE_NS:
            self._failure = sentence
            self._last_failure = (sentence, now_ns)
            self._dirty = self._urgent = True

    def note_flushed(self, token: int) -> None:
        """All frames that were asked for before ``token`` have left."""
        self._flushed.append(token)
        self._dirty = self._urgent = True

    def due_ns(self) -> int | None:
        """When to report; None where there is nothing."""
        if not self._dirty:
            return None
        if self._urgent and not self._channel.pending:
            return 0
        return self._last_ns + NEWS_NS

    def report(self, now_ns: int) -> None:
        """Send the news if it is time, and if the client has taken the last ones."""
        due_ns = self.due_ns()
        if due_ns is None or due_ns > now_ns:
            return
        self._last_ns = now_ns
        if not self._channel.flush():
            self._wakeup.set()
            return
        for message in self._messages():
            self._channel.send(message)
        self._wakeup.set()
        # What does not fit through at once is pushed on with the next news, and those are soon.
        self._dirty, self._urgent = self._channel.pending > 0, False

    def _messages(self) -> list[bytes]:
        rows: list[list[object]] = [_job_row(job) for job in self._changed.values()]
        rows += [[job_id, version, 0, 0, True, 0.0, 0.0] for job_id, version in self._refused]
        messages = [wire.pack(wire.STATUS, self._sent, self._held, self._dropped, self._done, rows)]
        replays = [_replay_row(number, replay) for number, replay in self._replays.items()]
        replays += [[number, "failed", 0, 0, 0, 0, 0, None] for number in self._replays_failed]
        if replays:
            messages.append(wire.pack(wire.REPLAYS, replays))
        if self._sequences:
            messages.append(wire.pack(wire.SEQUENCES, list(self._sequences.values())))
        messages += self.fuzz.messages()
        if self._moved:
            messages.append(wire.pack(wire.MOVED, address_rows(self._addresses)))
        if self._failure is not None:
            messages.append(wire.pack(wire.FAILED, self._failure))
        messages += [wire.pack(wire.FLUSHED, token) for token in self._flushed]
        self._changed.clear()
        self._refused.clear()
        self._replays.clear()
        self._replays_failed.clear()
        self._sequences.clear()
        self._held = self._dropped = 0
        self._moved = False
        self._flushed.clear()
        self._failure = None
        return messages


def _job_row(job: ArmedJob) -> list[object]:
    measured = job.measured
    return [
        job.job_id, job.version, job.sent, job.late, job.finished, measured.period_ns, measured.jitter_ns,
    ]  # fmt: skip


def _replay_row(number: int, replay: Replay) -> list[object]:
    return [
        number, replay.state, replay.row, replay.sent, replay.skipped, replay.late, replay.loops,
        replay.position_ns(time.monotonic_ns()),
    ]  # fmt: skip


def address_rows(addresses: tuple[Source, ...]) -> list[list[str | int]]:
    """Addresses as plain values."""
    return [[source.address, source.port] for source in addresses]

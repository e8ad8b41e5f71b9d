"""Sequences: their steps, and a run of them: which step is due when. No clock and no I/O.

Steps send a frame, wait, wait for a frame, or repeat earlier ones. A run gets the time passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.transmit.conditions import Condition, compile_condition, text_of
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.jobs.job import validate_frames
from canmcast_gui.transmit.payload import AnyGenerator
from canmcast_gui.transmit.payload.generator import start_all

# Steps that a sequence does without waiting before other work has its turn: a loop without a wait must not
# stop everything else.
MAX_STEPS_AT_ONCE = 256
# Such a loop continues after this time.
PAUSE_NS = NS_PER_MS


class _Step(Struct, frozen=True, tag=True, array_like=True):
    """The base of all steps."""


class SendStep(_Step, frozen=True):
    """Send a frame, a batch of one; ``generators`` change its payload each time."""

    frame: FrameBatch
    generators: tuple[AnyGenerator, ...] = ()


class WaitStep(_Step, frozen=True):
    """Wait for a time."""

    duration_ns: int


class ExpectStep(_Step, frozen=True):
    """Wait for a received frame that meets ``condition``, at most ``timeout_ns`` (None: without end).

    If none arrives in time, a ``required`` one ends the sequence; otherwise it continues.
    """

    condition: Condition
    timeout_ns: int | None = None
    required: bool = True


class RepeatStep(_Step, frozen=True):
    """Continue at an earlier step, with index ``to``, ``times`` in all (None: without end)."""

    to: int
    times: int | None = None


Step = SendStep | WaitStep | ExpectStep | RepeatStep


def check_steps(steps: Sequence[Step]) -> None:
    """Raise TransmitError, naming the step, for steps that are not possible."""
    for index, step in enumerate(steps):
        try:
            _check(step, index)
        except UserError as error:
            raise TransmitError(f"Step {index + 1}: {str(error).removesuffix('.')}.") from error


def _check(step: Step, index: int) -> None:
    if isinstance(step, ExpectStep):
        compile_condition(step.condition)
    elif isinstance(step, RepeatStep) and not 0 <= step.to < index:
        raise TransmitError("it goes back to a step that is not before it")
    elif isinstance(step, SendStep):
        validate_frames(step.frame)
        start_all(step.generators, int(step.frame.length[0]))


class SequenceRun:
    """One run. ``at`` is the index of the next step; ``outcome`` says why it has ended, "" while it has not.

    ``missed`` counts expected frames that did not arrive, ``sent`` frames that were sent. ``sources`` is the
    table of the received frames. Raises TransmitError for steps that are not possible. All times are int
    nanoseconds of one clock.
    """

    def __init__(
        self, steps: Sequence[Step], now_ns: int, paused: bool = False, sources: SourceTable | None = None
    ) -> None:
        check_steps(steps)
        self._steps = list(steps)
        self._filters = {
            index: compile_condition(step.condition, sources)
            for index, step in enumerate(steps)
            if isinstance(step, ExpectStep)
        }
        # Completed repetitions, by the index of the repeat step.
        self._rounds: dict[int, int] = {}
        # When the present wait ends; None if it has not begun or has no end.
        self._until_ns: int | None = None
        self._is_waiting = False
        self._now_ns = now_ns
        self.at = 0
        self.state: Literal["running", "paused", "ended"] = "paused" if paused else "running"
        self.outcome = ""
        self.sent = self.missed = 0

    @property
    def has_expectations(self) -> bool:
        """Whether there are steps that wait for a frame."""
        return bool(self._filters)

    @property
    def expects_frame(self) -> bool:
        """Whether it waits for a frame now."""
        return self.state != "ended" and self.at in self._filters

    def next_due(self) -> int | None:
        """When it continues by itself; None if only a frame or the user makes it continue."""
        if self.state != "running":
            return None
        return self._until_ns if self._is_waiting else self._now_ns

    def take_due(self, now_ns: int) -> list[tuple[int, SendStep]]:
        """Continue; the send steps that are due, in order, each with its index."""
        sends: list[tuple[int, SendStep]] = []
        for _ in range(MAX_STEPS_AT_ONCE):
            if self.state != "running" or not self._do(now_ns, sends):
                return sends
        self._now_ns = now_ns + PAUSE_NS
        return sends

    def _do(self, now_ns: int, sends: list[tuple[int, SendStep]]) -> bool:
        """Do one step, or begin or end its waiting; whether the next one can follow at once."""
        if self.at >= len(self._steps):
            self.end("done")
            return False
        step = self._steps[self.at]
        if isinstance(step, WaitStep | ExpectStep):
            return self._wait(step, now_ns)
        if isinstance(step, SendStep):
            sends.append((self.at, step))
            self.sent += 1
            self._continue_at(self.at + 1, max(self._now_ns, now_ns - PAUSE_NS))
        else:
            self._repeat(step)
        return True

    def _wait(self, step: WaitStep | ExpectStep, now_ns: int) -> bool:
        """Begin to wait, or continue if the time is over; whether it continues."""
        duration_ns = step.duration_ns if isinstance(step, WaitStep) else step.timeout_ns
        if not self._is_waiting:
            self._is_waiting = True
            self._until_ns = None if duration_ns is None else self._now_ns + duration_ns
        if self._until_ns is None or now_ns < self._until_ns:
            return False
        if isinstance(step, ExpectStep):
            self.missed += 1
            if step.required:
                within = f"{(duration_ns or 0) / 1e6:g} ms"
                self.end(f"no frame came within {within}: {text_of(step.condition)}")
                return False
        self._continue_at(self.at + 1, self._until_ns)
        return True

    def _repeat(self, step: RepeatStep) -> None:
        rounds = self._rounds[self.at] = self._rounds.get(self.at, 0) + 1
        if step.times is None or rounds < step.times:
            for inner in [index for index in self._rounds if step.to <= index < self.at]:
                del self._rounds[inner]
            self._continue_at(step.to, self._now_ns)
        else:
            del self._rounds[self.at]
            self._continue_at(self.at + 1, self._now_ns)

    def _continue_at(self, index: int, now_ns: int) -> None:
        self.at = index
        self._is_waiting = False
        self._until_ns = None
        self._now_ns = now_ns
        if index >= len(self._steps):
            self.end("done")

    def end(self, outcome: str) -> None:
        """End it, for this reason."""
        self.state, self.outcome = "ended", outcome

    def on_frames(self, batch: FrameBatch, times_ns: npt.NDArray[np.int64]) -> None:
        """Received frames, and when each arrived by the clock of next_due()."""
        while self.expects_frame and self._is_waiting and len(batch):
            matches = np.flatnonzero(self._filters[self.at].mask(batch))
            if not len(matches):
                return
            first = int(matches[0])
            when_ns = int(times_ns[first])
            if self._until_ns is not None and when_ns > self._until_ns:
                return
            batch, times_ns = batch[first + 1 :], times_ns[first + 1 :]
            self._continue_at(self.at + 1, when_ns)

    def pause(self) -> None:
        """Pause."""
        if self.state == "running":
            self.state = "paused"

    def resume(self, now_ns: int) -> None:
        """Continue after a pause; a wait starts again."""
        if self.state == "paused":
            self.state = "running"
            self._is_waiting, self._now_ns = False, now_ns

    def step(self, now_ns: int) -> list[tuple[int, SendStep]]:
        """While paused: do one step. A wait, and a frame that is expected, is skipped."""
        sends: list[tuple[int, SendStep]] = []
        if self.state != "paused":
            return sends
        self.state, self._now_ns = "running", now_ns
        if isinstance(self._steps[self.at], WaitStep | ExpectStep):
            self._continue_at(self.at + 1, now_ns)
        else:
            self._do(now_ns, sends)
        if self.state == "running":
            self.state = "paused"
        return sends

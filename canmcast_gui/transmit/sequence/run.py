"""A sequence: send, wait, wait for a frame with a time-out, repeat. No clock and no I/O in here.

Steps are plain values:
``{"do": "send", "frame": Plain, "changes": [...]}``, ``{"do": "wait", "ns": int}``,
``{"do": "expect", "filter": condition, "ns": int or None, "stop": bool}`` (``stop``: end where the time is
over; what a condition is, see conditions.py),
``{"do": "repeat", "to": int, "times": int or None}`` (back to a step, so many times in all; None: for ever).
"""

from __future__ import annotations

from collections.abc import Sequence as List
from typing import Any

import numpy as np

from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.transmit.conditions import compile_condition, text_of
from canmcast_gui.transmit.errors import TransmitError

# Steps that a sequence does without waiting before something else has its turn: a loop without a wait must
# not stop everything else.
MOST_AT_ONCE = 256
# Such a loop goes on after so long.
BREATH_NS = NS_PER_MS


def check_steps(steps: List[dict[str, Any]]) -> None:
    """Raises TransmitError, naming the step, for steps that cannot be done."""
    for number, step in enumerate(steps, 1):
        try:
            if step["do"] == "expect":
                compile_condition(step["filter"])
            elif step["do"] == "repeat" and not 0 <= step["to"] < number:
                raise TransmitError("it goes back to a step that is not before it")
        except UserError as error:
            raise TransmitError(f"Step {number}: {error}.") from error


class Sequence:
    """One run of a sequence. ``state`` is "running", "paused" or "ended"; ``at`` the step that is next.

    ``outcome`` says why it has ended: "" while it has not, "done", or what was not heard in time. ``missed``
    counts expected frames that did not come, ``sent`` frames that left. ``sources`` is the table of the
    frames that are heard.
    """

    def __init__(
        self,
        steps: List[dict[str, Any]],
        now_ns: int,
        paused: bool = False,
        sources: SourceTable | None = None,
    ) -> None:
        check_steps(steps)
        self._steps = list(steps)
        self._filters = {
            number: compile_condition(step["filter"], sources)
            for number, step in enumerate(steps)
            if step["do"] == "expect"
        }
        self._rounds: dict[int, int] = {}
        # When the present wait is over; None where it has not begun or has no end.
        self._until_ns: int | None = None
        self._begun = False
        self._now_ns = now_ns
        self.at = 0
        self.state = "paused" if paused else "running"
        self.outcome = ""
        self.sent = self.missed = 0

    @property
    def _step(self) -> dict[str, Any]:
        return self._steps[self.at]

    @property
    def expects(self) -> bool:
        """Whether there are steps that wait for a frame."""
        return bool(self._filters)

    @property
    def listening(self) -> bool:
        """Whether it waits for a frame."""
        return self.state != "ended" and self.at < len(self._steps) and self._step["do"] == "expect"

    def next_due(self) -> int | None:
        """When it goes on by itself; None where only a frame or the user makes it."""
        if self.state != "running":
            return None
        return self._until_ns if self._begun else self._now_ns

    def take_due(self, now_ns: int) -> list[dict[str, Any]]:
        """Go on; the send steps that are to be done now, in order."""
        sends: list[dict[str, Any]] = []
        for _ in range(MOST_AT_ONCE):
            if self.state != "running" or not self._go(now_ns, sends):
                return sends
        self._now_ns = now_ns + BREATH_NS
        return sends

    def _go(self, now_ns: int, sends: list[dict[str, Any]]) -> bool:
        """Do one step, or begin or end its waiting; whether it can go on at once."""
        if self.at >= len(self._steps):
            self._end("done")
            return False
        step = self._step
        if step["do"] in ("wait", "expect"):
            return self._wait(step, now_ns)
        if step["do"] == "send":
            sends.append(step)
            self.sent += 1
            self._next(max(self._now_ns, now_ns - BREATH_NS))
        else:
            self._repeat(step)
        return True

    def _wait(self, step: dict[str, Any], now_ns: int) -> bool:
        if not self._begun:
            self._begun = True
            self._until_ns = None if step["ns"] is None else self._now_ns + step["ns"]
        if self._until_ns is None or now_ns < self._until_ns:
            return False
        if step["do"] == "expect":
            self.missed += 1
            if step["stop"]:
                self._end(f"no frame came within {step['ns'] / 1e6:g} ms: {text_of(step['filter'])}")
                return False
        self._next(self._until_ns)
        return True

    def _repeat(self, step: dict[str, Any]) -> None:
        rounds = self._rounds[self.at] = self._rounds.get(self.at, 0) + 1
        if step["times"] is None or rounds < step["times"]:
            back = step["to"]
            for inner in [one for one in self._rounds if back <= one < self.at]:
                del self._rounds[inner]
            self._next(self._now_ns, back)
        else:
            del self._rounds[self.at]
            self._next(self._now_ns)

    def _next(self, now_ns: int, to: int | None = None) -> None:
        self.at = self.at + 1 if to is None else to
        self._begun = False
        self._until_ns = None
        self._now_ns = now_ns
        if self.at >= len(self._steps):
            self._end("done")

    def _end(self, outcome: str) -> None:
        self.state, self.outcome = "ended", outcome

    def hear(self, batch: FrameBatch, times_ns: Any) -> None:
        """Frames of others, and when each came by the clock of next_due()."""
        while self.listening and self._begun and len(batch):
            found = np.flatnonzero(self._filters[self.at].mask(batch))
            if not len(found):
                return
            first = int(found[0])
            when_ns = int(times_ns[first])
            if self._until_ns is not None and when_ns > self._until_ns:
                return
            batch, times_ns = batch[first + 1 :], times_ns[first + 1 :]
            self._next(when_ns)

    def pause(self) -> None:
        """Stand still."""
        if self.state == "running":
            self.state = "paused"

    def go_on(self, now_ns: int) -> None:
        """Go on after a pause; a wait begins anew."""
        if self.state == "paused":
            self.state = "running"
            self._begun, self._now_ns = False, now_ns

    def step(self, now_ns: int) -> list[dict[str, Any]]:
        """While paused: do one step. A wait, and a frame that is expected, is passed over."""
        sends: list[dict[str, Any]] = []
        if self.state != "paused":
            return sends
        self.state, self._now_ns = "running", now_ns
        if self._step["do"] in ("wait", "expect"):
            self._next(now_ns)
        else:
            self._go(now_ns, sends)
        if self.state == "running":
            self.state = "paused"
        return sends

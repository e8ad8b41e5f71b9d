"""What the client's commands make the transmit process do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.budget import Budget
from canmcast_gui.transmit.fuzz.runner import Fuzzes
from canmcast_gui.transmit.jobs.runner import Jobs
from canmcast_gui.transmit.one_shot import Singles
from canmcast_gui.transmit.replay.runner import Replays
from canmcast_gui.transmit.sequence.runner import Sequences

# Done with the time at which the command came, and its values.
Do = Callable[..., None]


class Commands:
    """One method for each word of messages.py, found by do()."""

    def __init__(
        self,
        jobs: Jobs,
        singles: Singles,
        replays: Replays,
        sequences: Sequences,
        fuzzes: Fuzzes,
        budget: Budget,
    ) -> None:
        self._jobs = jobs
        self._singles = singles
        self._replays = replays
        self._sequences = sequences
        self._fuzzes = fuzzes
        self._budget = budget
        self._table: dict[str, Do] = {
            wire.TOGETHER: self._together,
            wire.LIMIT: self._limit,
            wire.SEND: self._send,
            wire.FLUSH: self._flush,
            wire.ARM: jobs.arm,
            wire.DISARM: lambda _now_ns, job_id: jobs.disarm(job_id),
            wire.STOP_ALL: self._stop_all,
            wire.REPLAY: lambda _now_ns, *values: replays.start(*values),
            wire.REPLAY_GROWN: lambda _now_ns, *values: replays.grow(*values),
            wire.REPLAY_DO: self._replay_do,
            wire.REPLAY_STOP: lambda _now_ns, number: replays.stop(number),
            wire.SEQUENCE: lambda _now_ns, *values: sequences.start(*values),
            wire.SEQUENCE_DO: self._sequence_do,
            wire.SEQUENCE_STOP: lambda _now_ns, number: sequences.stop(number),
            wire.FUZZ: lambda _now_ns, *values: fuzzes.begin(*values),
            wire.FUZZ_DO: self._fuzz_do,
            wire.FUZZ_STOP: lambda _now_ns, number: fuzzes.stop(number),
        }

    def do(self, now_ns: int, word: str, *values: Any) -> None:
        """Do what a message asks that came at ``now_ns``."""
        self._table[word](now_ns, *values)

    def _together(self, now_ns: int, messages: list[list[Any]]) -> None:
        for word, *values in messages:
            self.do(now_ns, word, *values)

    def _limit(self, _now_ns: int, rate: float | None) -> None:
        self._budget.rate = rate

    def _send(self, _now_ns: int, records: bytes, heap: bytes) -> None:
        self._singles.add(wire.batch_from_bytes(records, heap))

    def _flush(self, _now_ns: int, token: int) -> None:
        self._singles.add(token)

    def _stop_all(self, _now_ns: int) -> None:
        self._singles.drop()
        self._jobs.stop_all()
        self._replays.stop_all()
        self._sequences.stop_all()
        self._fuzzes.stop_all()

    def _replay_do(self, _now_ns: int, number: int, action: str, value: Any) -> None:
        self._replays.do(number, action, value, time.monotonic_ns())

    def _sequence_do(self, _now_ns: int, number: int, action: str) -> None:
        self._sequences.do(number, action, time.monotonic_ns())

    def _fuzz_do(self, _now_ns: int, number: int, action: str) -> None:
        self._fuzzes.do(number, action, None, time.monotonic_ns())

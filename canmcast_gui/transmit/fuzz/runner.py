"""The fuzz runs of the transmit process: replays of rows that a seed makes, logged as they leave."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit.conditions import Condition, compile_condition
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.fuzz.options import FuzzOptions
from canmcast_gui.transmit.fuzz.rows import FuzzRows
from canmcast_gui.transmit.fuzz.run import FuzzRun
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.replay.replay import Replay
from canmcast_gui.transmit.replay.runner import Replays

# Frames that the client was not told of yet: some MB. A run whose log is not kept any more waits there.
MOST_UNTOLD = 1 << 16


@dataclass(slots=True)
class _Prepared:
    """Frames ready to leave, and what they are."""

    run: int
    datagrams: Any
    frames: FrameBatch


class Fuzzes(Replays):
    """All fuzz runs, by the numbers that the client gave them."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._runs: dict[int, FuzzRun] = {}
        self._news = self._reporter.fuzz

    # -- commands ----------------------------------------------------------------------------------------

    def begin(
        self,
        number: int,
        options: dict[str, Any],
        stop_at: Condition,
        told: bool,
        paused: bool,
        wait_ns: int,
    ) -> None:
        """Begin one, in place of an earlier one with its number."""
        try:
            wanted = FuzzOptions.from_dict(options)
            if stop_at:
                self._listener.open()
            condition = compile_condition(stop_at, self._listener.sources) if stop_at else None
            replay = self._replay_of(number, wanted, paused)
        except Exception as error:  # noqa: BLE001 - whatever is wrong, it is the reason for the user
            self._fail(number, error)
            return
        self._runs[number] = FuzzRun(replay, condition, told, wait_ns)
        self._add(number, replay)

    def _replay_of(self, number: int, options: FuzzOptions, paused: bool) -> Replay:
        def prepare(batch: FrameBatch) -> _Prepared:
            return _Prepared(number, self._sender.encode_ahead(batch), batch)

        replay = Replay(FuzzRows(options), ReplayOptions(paused=paused), prepare)
        replay.grow(options.end_row, True)
        return replay

    def do(self, number: int, action: str, value: Any, now_ns: int) -> None:
        """Do with one what the user wants: "play", "pause" or "step"; the first and the last go on after an
        answer. One that has ended does nothing more."""
        run = self._runs.get(number)
        if run is None or run.replay.state == "ended":
            return
        if action in ("play", "step"):
            run.go_on()
        super().do(number, action, value, now_ns)

    def stop(self, number: int) -> None:
        """End one; what has left is told before that it has ended."""
        run = self._runs.get(number)
        if run is not None:
            run.replay.state = "stopped"
            run.go_on()
            self._note(number, run.replay)
        self._forget(number)

    def stop_all(self) -> None:
        """End all, and tell so."""
        for number in list(self._runs):
            self.stop(number)

    # -- time --------------------------------------------------------------------------------------------

    def next_due(self, now_ns: int) -> int | None:
        """When the next frame is to leave; never while the client does not listen."""
        return None if self._news.untold >= MOST_UNTOLD else super().next_due(now_ns)

    def send_due(self) -> None:
        """Send what is due, unless the log has no room for it."""
        if self._news.untold < MOST_UNTOLD:
            super().send_due()

    @property
    def listening(self) -> bool:
        """Whether any of them waits for an answer."""
        return any(run.listening(time.monotonic_ns()) for run in self._runs.values())

    def hear(self, batch: FrameBatch) -> None:
        """Frames of others; the one that a run was to stop at makes it stand still."""
        for number, run in self._runs.items():
            answer = run.hear(batch, time.monotonic_ns())
            if answer is not None:
                self._news.note_answer(number, answer)
                self._note(number, run.replay)

    def _send(self, part: tuple[Any, int, int] | None) -> int:
        if part is None:
            return 0
        prepared, start, stop = part
        time_ns = time.time_ns()
        sent = super()._send((prepared.datagrams, start, stop))
        run = self._runs[prepared.run]
        piece = run.note_sent(prepared.frames[start : start + sent], time_ns, time.monotonic_ns())
        if run.told:
            self._news.note_sent(prepared.run, piece)
        return sent

    # -- telling -----------------------------------------------------------------------------------------

    def _note(self, number: int, replay: Replay) -> None:  # noqa: ARG002 - the run knows its replay
        run = self._runs[number]
        self._news.note_run(number, run)
        self._reporter.note_fuzz(run.state not in ("playing", "paused"))

    def _fail(self, number: int, error: Exception) -> None:
        what = str(error) if isinstance(error, TransmitError) else f"The fuzz run has ended: {error}."
        self._reporter.note_failure(what)
        self._news.note_failed(number)
        self._reporter.note_fuzz(True)
        self._forget(number)

    def _forget(self, number: int) -> None:
        self._runs.pop(number, None)
        super().stop(number)

"""The client's parts for what runs over many frames: replays, sequences and fuzz runs.

Each run has a number that the caller gives it; starting another one with the same number replaces it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.transmit.events import FuzzAnswer, FuzzSent, FuzzStatus, ReplayStatus, SequenceStatus
from canmcast_gui.transmit.fuzz.options import FuzzOptions
from canmcast_gui.transmit.jobs.job import validate_frame
from canmcast_gui.transmit.payload.generators import compile_changes
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.sequence.run import check_steps

# A frame received later than this after the last frame of a fuzz run is no response to it.
RESPONSE_SECONDS = 2.0


class _Runs:
    """The numbers of the runs that have not ended."""

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

    def _add_status(self, status: ReplayStatus | SequenceStatus | FuzzStatus, final: Sequence[str]) -> None:
        """Add an event for a run; in one of the ``final`` states it has ended."""
        if status.number in self._running:
            self._link.events.append(status)
            if status.state in final:
                self._running.discard(status.number)


class Replays(_Runs):
    """Replays of recordings; ReplayStatus reports their progress."""

    def __init__(self, link: ClientLink) -> None:
        super().__init__(link)
        link.handle(wire.REPLAYS, self._on_status)

    def start(self, number: int, factory: str, settings: dict[str, Any], options: ReplayOptions) -> None:
        """Start a replay of what the factory makes of ``settings``: an object with ``rows(start, stop)``.

        No frame is sent before grow() reports that there are rows. Raises TransmitError, and FilterError for
        a wrong filter.
        """
        self._link.send(wire.REPLAY, number, factory, settings, options.validated().to_dict())
        self._running.add(number)

    def grow(self, number: int, end_row: int, complete: bool) -> None:
        """The source has rows up to ``end_row`` now; if ``complete``, no more follow."""
        self._link.send_if_running(wire.REPLAY_GROWN, number, end_row, complete)

    def play(self, number: int) -> None:
        """Continue after a pause, or start again after the end."""
        self._control(number, "play")

    def pause(self, number: int) -> None:
        """Pause."""
        self._control(number, "pause")

    def step(self, number: int) -> None:
        """While paused: send the next frame."""
        self._control(number, "step")

    def seek(self, number: int, row: int) -> None:
        """Continue at another row."""
        self._control(number, "seek", row)

    def set_speed(self, number: int, speed: float | None) -> None:
        """Change the factor; None is as fast as the rate limit allows."""
        self._control(number, "speed", speed)

    def stop(self, number: int) -> None:
        """End a replay; no further event reports on it."""
        self._running.discard(number)
        self._link.send_if_running(wire.REPLAY_STOP, number)

    def _control(self, number: int, action: str, value: float | None = None) -> None:
        self._link.send_if_running(wire.REPLAY_DO, number, action, value)

    def _on_status(self, rows: list[list[Any]]) -> None:
        for row in rows:
            self._add_status(ReplayStatus(*row), ("failed", "stopped"))


class Sequences(_Runs):
    """Sequences of steps; SequenceStatus reports their progress."""

    def __init__(self, link: ClientLink) -> None:
        super().__init__(link)
        link.handle(wire.SEQUENCES, self._on_status)

    def start(self, number: int, steps: Sequence[dict[str, Any]], paused: bool = False) -> None:
        """Start a sequence of steps, see sequence.py; a send step's ``frame`` is a FrameBatch of one here.

        Raises TransmitError for a wrong step.
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
        self._link.send(wire.SEQUENCE, number, plain, paused)
        self._running.add(number)

    def pause(self, number: int) -> None:
        """Pause."""
        self._link.send_if_running(wire.SEQUENCE_DO, number, "pause")

    def resume(self, number: int) -> None:
        """Continue after a pause."""
        self._link.send_if_running(wire.SEQUENCE_DO, number, "go on")

    def step(self, number: int) -> None:
        """While paused: do the next step."""
        self._link.send_if_running(wire.SEQUENCE_DO, number, "step")

    def stop(self, number: int) -> None:
        """End a sequence; no further event reports on it."""
        self._running.discard(number)
        self._link.send_if_running(wire.SEQUENCE_STOP, number)

    def _on_status(self, rows: list[list[Any]]) -> None:
        for row in rows:
            self._add_status(SequenceStatus(*row), ("ended",))


class FuzzRuns(_Runs):
    """Fuzz runs; FuzzStatus, FuzzSent and FuzzAnswer report on them."""

    def __init__(self, link: ClientLink) -> None:
        super().__init__(link)
        link.handle(wire.FUZZES, self._on_status)
        link.handle(wire.FUZZ_SENT, self._on_sent)
        link.handle(wire.FUZZ_ANSWER, self._on_answer)

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

        A received frame that meets ``stop_at`` pauses the run (FuzzAnswer), also up to ``wait`` seconds after
        the last frame. With ``report_frames``, FuzzSent reports every frame that was sent. Raises
        TransmitError.
        """
        wait_ns = round(wait * 1e9)
        self._link.send(
            wire.FUZZ, number, options.validated().to_dict(), stop_at, report_frames, paused, wait_ns
        )
        self._running.add(number)

    def play(self, number: int) -> None:
        """Continue after a pause or a response."""
        self._link.send_if_running(wire.FUZZ_DO, number, "play")

    def pause(self, number: int) -> None:
        """Pause."""
        self._link.send_if_running(wire.FUZZ_DO, number, "pause")

    def step(self, number: int) -> None:
        """While paused: send the next frame."""
        self._link.send_if_running(wire.FUZZ_DO, number, "step")

    def stop(self, number: int) -> None:
        """End a run; the state "stopped" is reported after all frames that were sent."""
        self._link.send_if_running(wire.FUZZ_STOP, number)

    def stop_and_wait(self, number: int, timeout: float) -> bool:
        """End a run and wait up to ``timeout`` seconds until that is reported; whether it was."""
        self.stop(number)
        return self._link.wait_until(lambda: number not in self._running, timeout)

    def _on_status(self, rows: list[list[Any]]) -> None:
        for row in rows:
            self._add_status(FuzzStatus(*row), ("failed", "stopped"))

    def _on_sent(self, number: int, records: bytes, heap: bytes) -> None:
        if number in self._running:
            self._link.events.append(FuzzSent(number, wire.batch_from_bytes(records, heap)))

    def _on_answer(
        self, number: int, frame: bytes, heap: bytes, before: bytes, before_heap: bytes, after: int
    ) -> None:
        if number in self._running:
            answer = wire.batch_from_bytes(frame, heap), wire.batch_from_bytes(before, before_heap)
            self._link.events.append(FuzzAnswer(number, *answer, after))

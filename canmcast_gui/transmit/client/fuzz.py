"""What the client asks of the transmit process for fuzz runs."""

from __future__ import annotations

from typing import Any

from canmcast_gui.transmit import wire
from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.transmit.fuzz.options import FuzzOptions
from canmcast_gui.transmit.news import FuzzAnswer, FuzzSent, FuzzStatus

# How long after a frame something that is heard can be an answer to it.
ANSWER_SECONDS = 2.0


class FuzzClient(ClientLink):
    """Fuzz runs, by numbers that the caller gives them."""

    def __init__(self, factory: str, settings: dict[str, Any], ears: str = "") -> None:
        super().__init__(factory, settings, ears)
        self._heard[wire.FUZZES] = self._on_fuzzes
        self._heard[wire.FUZZ_SENT] = self._on_fuzz_sent
        self._heard[wire.FUZZ_ANSWER] = self._on_fuzz_answer
        self._fuzzing: set[int] = set()

    @property
    def fuzzing(self) -> frozenset[int]:
        """The runs that are not over for good, as far as news have come."""
        return frozenset(self._fuzzing)

    def fuzz(
        self,
        number: int,
        options: FuzzOptions,
        stop_at: Condition = "",
        told: bool = False,
        paused: bool = False,
        wait: float = ANSWER_SECONDS,
    ) -> None:
        """Begin to send the frames of the options.

        A frame of somebody else that passes ``stop_at`` makes the run stand still (FuzzAnswer), also up to
        ``wait`` seconds after the last frame. With ``told``, every frame that has left is told (FuzzSent).
        FuzzStatus tells how it goes. Raises TransmitError.
        """
        self._say(wire.FUZZ, number, options.validated().to_dict(), stop_at, told, paused, round(wait * 1e9))
        self._fuzzing.add(number)

    def fuzz_do(self, number: int, action: str) -> None:
        """Tell a run: "play", "pause" or "step"."""
        self._say_if_running(wire.FUZZ_DO, number, action)

    def fuzz_stop(self, number: int) -> None:
        """End a run; that it is "stopped" is told after everything that has left."""
        self._say_if_running(wire.FUZZ_STOP, number)

    def fuzz_end(self, number: int, timeout: float) -> bool:
        """End a run and wait up to ``timeout`` seconds until it is told so; whether it was."""
        self.fuzz_stop(number)
        return self._wait_until(lambda: number not in self._fuzzing, timeout)

    def _on_fuzzes(self, rows: list[list[Any]]) -> None:
        for row in rows:
            status = FuzzStatus(*row)
            if status.number in self._fuzzing:
                self._news.append(status)
                if status.state in ("failed", "stopped"):
                    self._fuzzing.discard(status.number)

    def _on_fuzz_sent(self, number: int, records: bytes, heap: bytes) -> None:
        if number in self._fuzzing:
            self._news.append(FuzzSent(number, wire.batch_from_bytes(records, heap)))

    def _on_fuzz_answer(
        self, number: int, frame: bytes, heap: bytes, before: bytes, before_heap: bytes, after: int
    ) -> None:
        if number in self._fuzzing:
            answer = wire.batch_from_bytes(frame, heap), wire.batch_from_bytes(before, before_heap)
            self._news.append(FuzzAnswer(number, *answer, after))

    def _forget_all(self) -> list[str]:
        lost = ["the fuzz run"] if self._fuzzing else []
        self._fuzzing.clear()
        return [*super()._forget_all(), *lost]

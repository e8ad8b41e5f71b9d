"""What is to be told of fuzz runs: how they are doing, what has left, and what answered."""

from __future__ import annotations

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.fuzz.run import Answer, FuzzRun


class FuzzNews:
    """Collects it until the client takes it. ``untold`` frames wait for that; who sends looks at them."""

    def __init__(self) -> None:
        self.untold = 0
        self._runs: dict[int, list[object]] = {}
        self._sent: dict[int, list[FrameBatch]] = {}
        self._answers: list[tuple[int, Answer]] = []

    def note_run(self, number: int, run: FuzzRun) -> None:
        """A run has gone on."""
        replay = run.replay
        self._runs[number] = [number, run.state, run.sent, replay.skipped, replay.late]

    def note_failed(self, number: int) -> None:
        """A run was not begun, or has broken off."""
        self._runs[number] = [number, "failed", 0, 0, 0]

    def note_sent(self, number: int, batch: FrameBatch) -> None:
        """Frames have left, at their times."""
        self._sent.setdefault(number, []).append(batch)
        self.untold += len(batch)

    def note_answer(self, number: int, answer: Answer) -> None:
        """Somebody has answered."""
        self._answers.append((number, answer))

    def messages(self) -> list[bytes]:
        """Everything, once: first the frames, so that who hears of an end has heard of all that left."""
        messages = []
        for number, batches in self._sent.items():
            sent = wire.batch_to_bytes(FrameBatch.concatenate(batches))
            messages.append(wire.pack(wire.FUZZ_SENT, number, *sent))
        for number, answer in self._answers:
            frame, before = wire.batch_to_bytes(answer.frame), wire.batch_to_bytes(answer.before)
            messages.append(wire.pack(wire.FUZZ_ANSWER, number, *frame, *before, answer.after))
        if self._runs:
            messages.append(wire.pack(wire.FUZZES, list(self._runs.values())))
        self.untold = 0
        self._sent.clear()
        self._answers.clear()
        self._runs.clear()
        return messages

"""What the client asks of the transmit process for sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from canmcast_gui.transmit import wire
from canmcast_gui.transmit.changes import compile_changes
from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.job import validate_frame
from canmcast_gui.transmit.news import SequenceStatus
from canmcast_gui.transmit.sequence import check_steps


class SequenceClient(ClientLink):
    """Sequences, by numbers that the caller gives them."""

    def __init__(self, factory: str, settings: dict[str, Any], ears: str = "") -> None:
        super().__init__(factory, settings, ears)
        self._heard[wire.SEQUENCES] = self._on_sequences
        self._sequences: set[int] = set()

    @property
    def sequences(self) -> frozenset[int]:
        """The sequences that run or are paused, as far as news have come."""
        return frozenset(self._sequences)

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

    def _on_sequences(self, rows: list[list[Any]]) -> None:
        for row in rows:
            status = SequenceStatus(*row)
            if status.number in self._sequences:
                self._news.append(status)
                if status.state == "ended":
                    self._sequences.discard(status.number)

    def _forget_all(self) -> list[str]:
        self._sequences.clear()
        return super()._forget_all()

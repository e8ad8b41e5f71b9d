"""The window's sequences: their names and texts, and the one that runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequence_text import Program, parse_sequence
from canmcast_gui.app.transmit.switch import SWITCHED_OFF, TransmitSwitch
from canmcast_gui.frames.errors import UserError
from canmcast_gui.models.transmit.model import TransmitModel
from canmcast_gui.transmit import Sequences, SequenceStatus

NO_BUS = "Connect to a bus first (F5): without one no sequence can run."
# The window runs one at a time; the number is for the transmit process.
SEQUENCE = 1
# Texts that a workspace may bring; more would be a way to fill memory.
MOST_SEQUENCES, MOST_TEXT = 200, 200_000
STOPPED = SequenceStatus(SEQUENCE, "stopped", 0, 0, 0, "")


class SequenceControl(QObject):
    """``changed`` says that the state of the running one is different; ``failed`` carries a sentence."""

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self, session: Session, model: TransmitModel, switch: TransmitSwitch, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._switch = switch
        self._program = Program()
        self.status = STOPPED
        session.bus.transmit_events.connect(self._on_news)
        session.state_changed.connect(self._on_state)
        session.message.connect(lambda *_: self._on_state())
        switch.changed.connect(lambda on: None if on else self.stop())

    @property
    def running(self) -> bool:
        """Whether one runs or is paused."""
        return self.status.state in ("running", "paused")

    @property
    def can_run(self) -> bool:
        """Whether there is a bus."""
        return self._session.bus.transmitter is not None

    @property
    def line(self) -> int | None:
        """The line of the text that is next; None while none runs."""
        if not self.running or self.status.at >= len(self._program.lines):
            return None
        return self._program.lines[self.status.at]

    def start(self, text: str, paused: bool = False) -> None:
        """Run the sequence of a text; ``failed`` says why not."""
        transmitter = self._session.bus.transmitter
        if transmitter is None or not self._switch.on:
            self.failed.emit(NO_BUS if transmitter is None else SWITCHED_OFF)
            return
        try:
            self._program = parse_sequence(
                text, self._row_named, self._model.changes_of, self._model.condition
            )
            transmitter.sequences.start(SEQUENCE, self._program.steps, paused)
        except UserError as error:
            self.failed.emit(str(error))
            return
        self.status = SequenceStatus(SEQUENCE, "paused" if paused else "running", 0, 0, 0, "")
        self.changed.emit()

    def _row_named(self, name: str) -> TransmitRow | None:
        return next((row for row in self._model.rows if row.name == name), None)

    def pause(self) -> None:
        """Pause, or go on."""
        if self.status.state == "running":
            self._control(lambda sequences: sequences.pause(SEQUENCE))
        else:
            self._control(lambda sequences: sequences.resume(SEQUENCE))

    def step(self) -> None:
        """Do one step; one that runs is paused first."""
        if self.status.state == "running":
            self._control(lambda sequences: sequences.pause(SEQUENCE))
        self._control(lambda sequences: sequences.step(SEQUENCE))

    def stop(self) -> None:
        """End it."""
        if self._session.bus.transmitter is not None:
            self._session.bus.transmitter.sequences.stop(SEQUENCE)
        if self.running:
            self.status = STOPPED
            self.changed.emit()

    def _control(self, action: Callable[[Sequences], None]) -> None:
        if self._session.bus.transmitter is not None and self.running:
            action(self._session.bus.transmitter.sequences)

    def _on_news(self, news: list[object]) -> None:
        for one in news:
            if isinstance(one, SequenceStatus) and one.number == SEQUENCE and self.running:
                self.status = one
                self.changed.emit()

    def _on_state(self) -> None:
        transmitter = self._session.bus.transmitter
        if self.running and (transmitter is None or SEQUENCE not in transmitter.sequences.running):
            self.status = STOPPED
        self.changed.emit()


def readable_sequences(stored: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Names and texts out of stored values; what cannot be read is left out."""
    found = []
    for values in stored[:MOST_SEQUENCES]:
        name, text = values.get("name"), values.get("text")
        if isinstance(name, str) and isinstance(text, str):
            found.append((name, text[:MOST_TEXT]))
    return found

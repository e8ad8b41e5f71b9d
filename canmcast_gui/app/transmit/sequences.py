"""The sequences of the session: their texts, and the one that is running."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta
from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.transmit.parsing.condition_text import condition_for
from canmcast_gui.app.transmit.parsing.sequence_text import Steps, parse_sequence
from canmcast_gui.app.transmit.row_list import TransmitRows
from canmcast_gui.app.transmit.transmit_link import RunControl, TransmitLink
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.schema import REQUIRED
from canmcast_gui.transmit import Sequences, SequenceStatus, TransmitEvent
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.wording import counted

# The number of the sequence in the transmit process: the program runs one at a time.
SEQUENCE = 1
STOPPED = SequenceStatus(SEQUENCE, "stopped")
# Limits for what a workspace may contain, so that a damaged one does not fill memory.
MAX_SEQUENCES, MAX_TEXT = 200, 200_000
# Lines of the log of a run; older ones are dropped.
MAX_LOG = 1000


@dataclass(frozen=True)
class Sequence:
    """The text of a sequence and its name."""

    name: Annotated[str, REQUIRED] = "Sequence 1"
    text: Annotated[str, Meta(max_length=MAX_TEXT), REQUIRED] = ""


@dataclass(frozen=True)
class LogEntry:
    """One line of the log of a run, with the seconds since its start."""

    seconds: float
    text: str
    is_failure: bool = False


class SequenceControl(RunControl):
    """Keeps the sequences and runs one of them.

    ``log`` has the last of the ``logged`` entries of the last run; ``runs`` counts the runs. There is always
    at least one sequence. ``edited`` is emitted when one was edited, added or removed, ``reset_done``
    when all were replaced.
    """

    edited = Signal()
    reset_done = Signal()

    def __init__(
        self, link: TransmitLink, rows: TransmitRows, databases: DatabaseSet, parent: QObject | None = None
    ) -> None:
        super().__init__(link, parent)
        self._rows = rows
        self._databases = databases
        self._steps = Steps()
        self._text: list[str] = []
        self._started = 0.0
        self.runs = self.logged = 0
        self.log: deque[LogEntry] = deque(maxlen=MAX_LOG)
        self.status = STOPPED
        self.sequences: list[Sequence] = [Sequence()]

    # -- the texts ---------------------------------------------------------------------------------------

    def reset(self, sequences: Iterable[Sequence]) -> None:
        """Stop, and replace all sequences."""
        self.stop()
        self.sequences = list(sequences) or [Sequence()]
        self.reset_done.emit()

    def add(self) -> None:
        """Add an empty sequence."""
        self.sequences.append(Sequence(f"Sequence {len(self.sequences) + 1}"))
        self.edited.emit()

    def remove(self, index: int) -> None:
        """Remove a sequence; the last one is replaced by an empty one."""
        del self.sequences[index]
        if not self.sequences:
            self.sequences.append(Sequence())
        self.edited.emit()

    def rename(self, index: int, name: str) -> None:
        """Give a sequence another name."""
        self._replace(index, replace(self.sequences[index], name=name))

    def set_text(self, index: int, text: str) -> None:
        """Give a sequence another text."""
        self._replace(index, replace(self.sequences[index], text=text))

    def _replace(self, index: int, sequence: Sequence) -> None:
        if sequence != self.sequences[index]:
            self.sequences[index] = sequence
            self.edited.emit()

    # -- running -----------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a sequence is running or paused."""
        return self.status.state in ("running", "paused")

    @property
    def line(self) -> int | None:
        """The line of the next step in the text; None if no sequence is running."""
        if not self.running or self.status.at >= len(self._steps.lines):
            return None
        return self._steps.lines[self.status.at]

    def start(self, text: str, paused: bool = False) -> None:
        """Run the sequence of a text; ``failed`` says why not."""
        client = self._link.client
        if client is None or self._link.obstacle:
            self.failed.emit(self._link.obstacle)
            return
        try:
            self._steps = parse_sequence(text, self._rows.named, self._rows.generators_of, self._condition)
            client.sequences.start(SEQUENCE, self._steps.steps, paused)
        except UserError as error:
            self.failed.emit(str(error))
            return
        self._text, self._started = text.splitlines(), time.monotonic()
        self.log.clear()
        self.runs, self.logged = self.runs + 1, 0
        self.status = SequenceStatus(SEQUENCE, "paused" if paused else "running")
        self.changed.emit()

    def _condition(self, text: str) -> Condition:
        return condition_for(text, self._databases, self._rows.channel_names())

    def pause(self) -> None:
        """Pause, or resume."""
        if self.status.state == "running":
            self._control(lambda sequences: sequences.pause(SEQUENCE))
        else:
            self._control(lambda sequences: sequences.resume(SEQUENCE))

    def step(self) -> None:
        """Do one step; a sequence that is running is paused first."""
        if self.status.state == "running":
            self._control(lambda sequences: sequences.pause(SEQUENCE))
        self._control(lambda sequences: sequences.step(SEQUENCE))

    def stop(self) -> None:
        """End the sequence."""
        if self._link.client is not None:
            self._link.client.sequences.stop(SEQUENCE)
        if self.running:
            self.status = STOPPED
            self.changed.emit()

    def _control(self, action: Callable[[Sequences], None]) -> None:
        if self._link.client is not None and self.running:
            action(self._link.client.sequences)

    def _on_events(self, events: list[TransmitEvent]) -> None:
        for event in events:
            if isinstance(event, SequenceStatus) and event.number == SEQUENCE and self.running:
                self._write_log(self.status, event)
                self.status = event
                self.changed.emit()

    @property
    def has_failed(self) -> bool:
        """Whether the last run ended for another reason than its end, or missed an expected frame."""
        return is_failure(self.status) or self.status.missed > 0

    def _write_log(self, before: SequenceStatus, now: SequenceStatus) -> None:
        """Add what happened between two reports."""
        seconds, step = time.monotonic() - self._started, self._step_text(before.at)
        if now.missed > before.missed:
            self._add_entry(LogEntry(seconds, f"{step}: no such frame was received", True))
        elif now.sent > before.sent:
            self._add_entry(LogEntry(seconds, f"{step}: {counted(now.sent - before.sent, 'frame')} sent"))
        elif now.at != before.at:
            self._add_entry(LogEntry(seconds, f"{step}: done"))
        if now.outcome:
            outcome = f"{now.outcome[:1].upper()}{now.outcome[1:]}."
            self._add_entry(LogEntry(seconds, outcome, is_failure(now)))

    def _add_entry(self, entry: LogEntry) -> None:
        self.log.append(entry)
        self.logged += 1

    def _step_text(self, at: int) -> str:
        """A step as its line in the text."""
        if at >= len(self._steps.lines):
            return "End"
        line = self._steps.lines[at]
        return f"Line {line + 1}, {self._text[line].strip()}"

    def _on_link_changed(self) -> None:
        client = self._link.client
        if self.running and (client is None or SEQUENCE not in client.sequences.running):
            self.status = STOPPED
        self.changed.emit()


def is_failure(status: SequenceStatus) -> bool:
    """Whether a sequence ended for another reason than its end or the user."""
    return status.outcome not in ("", "done", "stopped")

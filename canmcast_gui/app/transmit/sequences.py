"""Sequences: their texts, one step a line, and the one that is running.

send Request                         a transmit row, by its name
send 7DF#0201                        or a frame in cansend's notation
wait 50 ms
expect id == 0x7E8 within 200 ms     ends the sequence if no such frame comes
expect id == 0x7E8 within 2 s or continue
loop 10 times                        or only: loop
end
// a comment
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Annotated

from msgspec import Meta
from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.transmit.condition_text import condition_for
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.row_list import TransmitRows
from canmcast_gui.app.transmit.transmit_link import RunControl, TransmitLink
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.schema import REQUIRED
from canmcast_gui.frames.text import parse_frame
from canmcast_gui.frames.units import NS_PER_MS, NS_PER_SECOND, NS_PER_US
from canmcast_gui.transmit import Sequences, SequenceStatus, TransmitEvent
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.transmit.payload import AnyGenerator
from canmcast_gui.transmit.sequence import ExpectStep, RepeatStep, SendStep, Step, WaitStep

# The number of the sequence in the transmit process: the program runs one at a time.
SEQUENCE = 1
STOPPED = SequenceStatus(SEQUENCE, "stopped")
# Limits for what a workspace may contain, so that a damaged one does not fill memory.
MAX_SEQUENCES, MAX_TEXT = 200, 200_000


@dataclass(frozen=True)
class Sequence:
    """The text of a sequence and its name."""

    name: Annotated[str, REQUIRED] = "Sequence 1"
    text: Annotated[str, Meta(max_length=MAX_TEXT), REQUIRED] = ""


class SequenceControl(RunControl):
    """Keeps the sequences and runs one of them.

    There is always at least one. ``edited`` is emitted when one was edited, added or removed, ``reset_done``
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
        self.status = SequenceStatus(SEQUENCE, "paused" if paused else "running")
        self.changed.emit()

    def _condition(self, text: str) -> Condition:
        return condition_for(text, self._databases)

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
                self.status = event
                self.changed.emit()

    def _on_link_changed(self) -> None:
        client = self._link.client
        if self.running and (client is None or SEQUENCE not in client.sequences.running):
            self.status = STOPPED
        self.changed.emit()


# -- parsing ---------------------------------------------------------------------------------------------

FindRow = Callable[[str], TransmitRow | None]
MakeCondition = Callable[[str], Condition]
GeneratorsOf = Callable[[TransmitRow], tuple[AnyGenerator, ...]]

_WAIT = re.compile(r"wait\s+(?P<number>[\d.]+)\s*(?P<unit>us|µs|ms|s)")
_EXPECT = re.compile(
    r"expect\s+(?P<filter>.+?)(?:\s+within\s+(?P<number>[\d.]+)\s*(?P<unit>us|µs|ms|s))?"
    r"(?P<or_continue>\s+or\s+(?:continue|go\s+on))?"
)
_LOOP = re.compile(r"loop(?:\s+(?P<times>\d{1,18})\s+times?)?")
_UNITS = {"us": NS_PER_US, "µs": NS_PER_US, "ms": NS_PER_MS, "s": NS_PER_SECOND}
MAX_STEPS = 10_000


@dataclass
class Steps:
    """The steps of a sequence, and the line (from 0) of each in its text."""

    steps: list[Step] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Loop:
    """A loop whose end was not read yet: its line, its first step, and how often it is repeated."""

    line: int
    first_step: int
    times: int | None


def _compiled(text: str) -> Condition:
    compile_filter(text)
    return text


def parse_sequence(
    text: str, row: FindRow, generators: GeneratorsOf, condition: MakeCondition = _compiled
) -> Steps:
    """The steps of a text; raises RowError, which names the line.

    ``row`` finds a transmit row by its name, ``generators`` returns its payload generators, ``condition``
    makes the condition for a filter.
    """
    return _Parser(row, generators, condition).parse(text)


class _Parser:
    """Reads the lines of a sequence."""

    def __init__(self, row: FindRow, generators: GeneratorsOf, condition: MakeCondition) -> None:
        self._row = row
        self._generators = generators
        self._condition = condition
        self._read = Steps()
        self._loops: list[_Loop] = []

    def parse(self, text: str) -> Steps:
        for number, line in enumerate(text.splitlines()):
            words = line.split("//")[0].strip()
            if not words:
                continue
            try:
                self._add(words, number)
            except UserError as error:
                raise RowError(f"Line {number + 1}: {error}") from None
        if self._loops:
            raise RowError(f"Line {self._loops[-1].line + 1}: this loop has no end.")
        if not self._read.steps:
            raise RowError("The sequence is empty: write lines such as send 7DF#0201 and wait 50 ms.")
        if len(self._read.steps) > MAX_STEPS:
            raise RowError(f"A sequence has at most {MAX_STEPS:,} steps.")
        return self._read

    def _add(self, words: str, line: int) -> None:
        if match := _LOOP.fullmatch(words):
            times = None if match["times"] is None else int(match["times"])
            self._loops.append(_Loop(line, len(self._read.steps), times))
            return
        if words == "end":
            step: Step = self._end()
        elif words.startswith("send "):
            step = self._send(words.removeprefix("send ").strip())
        else:
            step = self._wait(words)
        self._read.steps.append(step)
        self._read.lines.append(line)

    def _end(self) -> RepeatStep:
        if not self._loops:
            raise RowError("there is no loop to end here.")
        loop = self._loops.pop()
        if loop.first_step == len(self._read.steps):
            raise RowError("the loop is empty.")
        return RepeatStep(loop.first_step, loop.times)

    def _send(self, what: str) -> SendStep:
        row = self._row(what)
        if row is not None:
            return SendStep(row.frame(), self._generators(row))
        if "#" in what:
            return SendStep(parse_frame(what))
        raise RowError(f"there is no row named {what}, and it is not a frame such as 7DF#0201.")

    def _wait(self, words: str) -> Step:
        if match := _WAIT.fullmatch(words):
            return WaitStep(_time_ns(match))
        if match := _EXPECT.fullmatch(words):
            ns = None if match["number"] is None else _time_ns(match)
            try:
                condition = self._condition(match["filter"])
            except FilterError as error:
                raise RowError(f"{error}.") from error
            return ExpectStep(condition, ns, match["or_continue"] is None)
        raise RowError(f"{words} is not a step: write send, wait, expect, loop or end.")


def _time_ns(match: re.Match[str]) -> int:
    try:
        return round(float(match["number"]) * _UNITS[match["unit"]])
    except (ValueError, OverflowError):
        raise RowError(f"{match['number']} is not a number.") from None

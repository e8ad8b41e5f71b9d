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

from canmcast_gui.app.transmit.conditions import condition_for
from canmcast_gui.app.transmit.link import RunControl, TransmitLink
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.rows import TransmitRows
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.schema import REQUIRED
from canmcast_gui.frames.text import parse_frame
from canmcast_gui.frames.units import NS_PER_MS, NS_PER_SECOND, NS_PER_US
from canmcast_gui.transmit import Sequences, SequenceStatus
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

    def _on_events(self, events: list[object]) -> None:
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
FindCondition = Callable[[str], Condition]
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


def _as_written(text: str) -> Condition:
    compile_filter(text)
    return text


def parse_sequence(
    text: str, row: FindRow, generators: GeneratorsOf, condition: FindCondition = _as_written
) -> Steps:
    """The steps of a text; raises RowError naming the line.

    ``row`` finds a row of the table by its name, ``generators`` change its payload; ``condition`` makes
    of a filter what the transmit process takes.
    """
    program, loops = Steps(), list[tuple[int, int | None, int]]()
    for number, line in enumerate(text.splitlines()):
        words = line.split("//")[0].strip()
        if not words:
            continue
        try:
            _add(program, loops, words, number, row, generators, condition)
        except UserError as error:
            raise RowError(f"Line {number + 1}: {error}") from None
    if loops:
        raise RowError(f"Line {loops[-1][2] + 1}: this loop has no end.")
    if not program.steps:
        raise RowError("The sequence is empty: write lines such as send 7DF#0201 and wait 50 ms.")
    if len(program.steps) > MAX_STEPS:
        raise RowError(f"A sequence has at most {MAX_STEPS:,} steps.")
    return program


def _add(
    program: Steps,
    loops: list[tuple[int, int | None, int]],
    words: str,
    number: int,
    row: FindRow,
    generators: GeneratorsOf,
    condition: FindCondition,
) -> None:
    if match := _LOOP.fullmatch(words):
        times = None if match["times"] is None else int(match["times"])
        loops.append((len(program.steps), times, number))
        return
    if words == "end":
        if not loops:
            raise RowError("there is no loop that could end here.")
        to, times, _line = loops.pop()
        if to == len(program.steps):
            raise RowError("the loop is empty.")
        step: Step = RepeatStep(to, times)
    elif words.startswith("send "):
        step = _send(words.removeprefix("send ").strip(), row, generators)
    else:
        step = _wait(words, condition)
    program.steps.append(step)
    program.lines.append(number)


def _send(what: str, row: FindRow, generators: GeneratorsOf) -> SendStep:
    found = row(what)
    if found is not None:
        return SendStep(found.frame(), generators(found))
    if "#" in what:
        return SendStep(parse_frame(what))
    raise RowError(f"there is no row named {what}, and it is no frame such as 7DF#0201.")


def _wait(words: str, condition: FindCondition) -> Step:
    if match := _WAIT.fullmatch(words):
        return WaitStep(_time(match))
    if match := _EXPECT.fullmatch(words):
        ns = None if match["number"] is None else _time(match)
        try:
            expected = condition(match["filter"])
        except FilterError as error:
            raise RowError(f"{error}.") from error
        return ExpectStep(expected, ns, match["or_continue"] is None)
    raise RowError(f"{words} is no step: write send, wait, expect, loop or end.")


def _time(match: re.Match[str]) -> int:
    try:
        return round(float(match["number"]) * _UNITS[match["unit"]])
    except (ValueError, OverflowError):
        raise RowError(f"{match['number']} is no number.") from None

"""Reads sequences as users write them, one step on each line.

send Request                         a transmit row, by its name
send 7DF#0201                        or a frame in cansend's notation
send 7DF#0201 channel 2              on another channel than the first, or than that of the row
wait 50 ms
expect id == 0x7E8 within 200 ms     ends the sequence if no such frame comes
expect id == 0x7E8 within 2 s or continue
loop 10 times                        or only: loop
end
// a comment
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.channels.settings import MOST_CHANNELS
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.text import parse_frame
from canmcast_gui.frames.units import NS_PER_MS, NS_PER_SECOND, NS_PER_US
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.transmit.payload import AnyGenerator
from canmcast_gui.transmit.sequence import ExpectStep, RepeatStep, SendStep, Step, WaitStep

FindRow = Callable[[str], TransmitRow | None]
MakeCondition = Callable[[str], Condition]
GeneratorsOf = Callable[[TransmitRow], tuple[AnyGenerator, ...]]

_WAIT = re.compile(r"wait\s+(?P<number>[\d.]+)\s*(?P<unit>us|µs|ms|s)")
_EXPECT = re.compile(
    r"expect\s+(?P<filter>.+?)(?:\s+within\s+(?P<number>[\d.]+)\s*(?P<unit>us|µs|ms|s))?"
    r"(?P<or_continue>\s+or\s+(?:continue|go\s+on))?"
)
_ON_CHANNEL = re.compile(r"(?P<what>.+?)\s+channel\s+(?P<number>\d{1,9})")
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
        if match := _ON_CHANNEL.fullmatch(what):
            return self._send_on(match["what"], int(match["number"]))
        if "#" in what:
            return SendStep(parse_frame(what))
        raise RowError(f"there is no row named {what}, and it is not a frame such as 7DF#0201.")

    def _send_on(self, what: str, channel: int) -> SendStep:
        if not 1 <= channel <= MOST_CHANNELS:
            raise RowError(f"{channel} is not a channel: channels have the numbers 1 to {MOST_CHANNELS}.")
        step = self._send(what)
        step.frame.records["channel"] = channel
        return step

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

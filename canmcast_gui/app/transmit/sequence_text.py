"""Sequences as users write them, one step a line.

send Request                         a row of the transmit table, by its name
send 7DF#0201                        or a frame as cansend takes it
wait 50 ms
expect id == 0x7E8 within 200 ms     ends the sequence where no such frame comes
expect id == 0x7E8 within 2 s or go on
loop 10 times                        or just: loop
end
// a comment
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.text import parse_frame
from canmcast_gui.frames.units import NS_PER_MS, NS_PER_SECOND, NS_PER_US
from canmcast_gui.transmit.conditions import Condition

FindRow = Callable[[str], TransmitRow | None]
FindCondition = Callable[[str], Condition]
ChangesOf = Callable[[TransmitRow], list[dict[str, Any]]]

_WAIT = re.compile(r"wait\s+(?P<number>[\d.]+)\s*(?P<unit>us|µs|ms|s)")
_EXPECT = re.compile(
    r"expect\s+(?P<filter>.+?)(?:\s+within\s+(?P<number>[\d.]+)\s*(?P<unit>us|µs|ms|s))?(?P<on>\s+or\s+go\s+on)?"
)
_LOOP = re.compile(r"loop(?:\s+(?P<times>\d{1,18})\s+times?)?")
_UNITS = {"us": NS_PER_US, "µs": NS_PER_US, "ms": NS_PER_MS, "s": NS_PER_SECOND}
MOST_STEPS = 10_000


@dataclass
class Program:
    """The steps of a text, and the line (from 0) that each stands in."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def _as_written(text: str) -> Condition:
    compile_filter(text)
    return text


def parse_sequence(
    text: str, row: FindRow, changes: ChangesOf, condition: FindCondition = _as_written
) -> Program:
    """The steps of a text; raises RowError naming the line.

    ``row`` finds a row of the table by its name, ``changes`` says how its data changes; ``condition`` makes
    of a filter what the transmit process takes.
    """
    program, loops = Program(), list[tuple[int, int | None, int]]()
    for number, line in enumerate(text.splitlines()):
        words = line.split("//")[0].strip()
        if not words:
            continue
        try:
            _add(program, loops, words, number, row, changes, condition)
        except UserError as error:
            raise RowError(f"Line {number + 1}: {error}") from None
    if loops:
        raise RowError(f"Line {loops[-1][2] + 1}: this loop has no end.")
    if not program.steps:
        raise RowError("The sequence is empty: write lines such as send 7DF#0201 and wait 50 ms.")
    if len(program.steps) > MOST_STEPS:
        raise RowError(f"A sequence has at most {MOST_STEPS:,} steps.")
    return program


def _add(
    program: Program,
    loops: list[tuple[int, int | None, int]],
    words: str,
    number: int,
    row: FindRow,
    changes: ChangesOf,
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
        step: dict[str, Any] = {"do": "repeat", "to": to, "times": times}
    elif words.startswith("send "):
        step = _send(words.removeprefix("send ").strip(), row, changes)
    else:
        step = _wait(words, condition)
    program.steps.append(step)
    program.lines.append(number)


def _send(what: str, row: FindRow, changes: ChangesOf) -> dict[str, Any]:
    found = row(what)
    if found is not None:
        return {"do": "send", "frame": found.frame(), "changes": changes(found)}
    if "#" in what:
        return {"do": "send", "frame": parse_frame(what), "changes": []}
    raise RowError(f"there is no row named {what}, and it is no frame such as 7DF#0201.")


def _wait(words: str, condition: FindCondition) -> dict[str, Any]:
    if match := _WAIT.fullmatch(words):
        return {"do": "wait", "ns": _time(match)}
    if match := _EXPECT.fullmatch(words):
        ns = None if match["number"] is None else _time(match)
        try:
            expected = condition(match["filter"])
        except FilterError as error:
            raise RowError(f"{error}.") from error
        return {"do": "expect", "filter": expected, "ns": ns, "stop": match["on"] is None}
    raise RowError(f"{words} is no step: write send, wait, expect, loop or end.")


def _time(match: re.Match[str]) -> int:
    try:
        return round(float(match["number"]) * _UNITS[match["unit"]])
    except (ValueError, OverflowError):
        raise RowError(f"{match['number']} is no number.") from None

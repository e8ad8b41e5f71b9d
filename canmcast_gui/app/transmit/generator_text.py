"""How a row's data changes, as it is written in its cell: "counter(byte 6, 0..15); e2e1(0x123)".

Several changes stand behind one another, with semicolons between. Each names its place first: ``byte 7``,
``bits 8+4`` (the start bit of the DBC convention and a length; ``big`` behind it for big-endian) or a signal.

    counter(place, 0..14)              counts up frame by frame
    sine|ramp|triangle|step(place, 0..100, 2 s)
    random(place, 0..100, seed 1)
    list(place, 1 2 3) or list(place, 1 2 3, 500 ms)
    csv(place, file.csv, column)
    checksum(place, sum|xor|CRC-8/SAE-J1850|…, 0..6)
    e2e1(0x123), e2e2(16 bytes in hex), e2e5(0x1234)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.frames.files import read_regular, within
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.payload.generators import MOST_VALUES, compile_changes
from canmcast_gui.transmit.payload.scaled_field import Field

FindSignal = Callable[[str], Field | None]

_CALL = re.compile(r"\s*(?P<word>[A-Za-z][A-Za-z0-9]*)\s*\((?P<arguments>[^()]*)\)\s*")
_BITS = re.compile(r"bits\s+(?P<start>\d+)\s*\+\s*(?P<length>\d+)(?P<big>\s+big)?")
_BYTE = re.compile(r"byte\s+(?P<number>\d+)")
_SPAN = re.compile(r"(?P<low>[-+.\dxXa-fA-FeE]+?)\s*\.\.\s*(?P<high>[-+.\dxXa-fA-FeE]+)")
_TIME = re.compile(r"(?P<number>[\d.]+)\s*(?P<unit>ms|s)")
# A CSV file is read when a row is switched on; larger ones belong into a replay.
_MAX_CSV_BYTES = 16 << 20
# The window stands still for so long at most.
_PATIENCE_SECONDS = 2.0


def parse_changes(text: str, size: int, signal: FindSignal) -> list[dict[str, Any]]:
    """The changes of a text, for data of ``size`` bytes; raises RowError with a sentence.

    ``signal`` finds a signal of the row's message by its name.
    """
    changes = [_parse(one, size, signal) for one in text.split(";") if one.strip()]
    try:
        compile_changes(changes, size)
    except TransmitError as error:
        raise RowError(str(error)) from error
    return changes


def _parse(text: str, size: int, signal: FindSignal) -> dict[str, Any]:
    call = _CALL.fullmatch(text)
    make = _KINDS.get(call["word"].lower()) if call else None
    if call is None or make is None:
        raise RowError(f"{text.strip()} is no change: write for example counter(byte 0, 0..15).")
    arguments = [one.strip() for one in call["arguments"].split(",")]
    try:
        return make(call["word"].lower(), arguments, size, signal)
    except RowError:
        raise
    except (IndexError, ValueError, ArithmeticError):
        raise RowError(
            f"{text.strip()} lacks something or has a wrong number; see the column's tip."
        ) from None


def _place(text: str, size: int, signal: FindSignal) -> dict[str, Any]:
    if match := _BYTE.fullmatch(text):
        return asdict(Field(int(match["number"]) * 8, 8))
    if match := _BITS.fullmatch(text):
        return asdict(Field(int(match["start"]), int(match["length"]), bool(match["big"])))
    found = signal(text)
    if found is None:
        raise RowError(f"{text} is no signal of this message: name one, or write byte 0 or bits 8+4.")
    if found.bytes_needed > size:
        raise RowError(f"{text} lies outside of the row's {size} bytes.")
    return asdict(found)


def _span(text: str) -> tuple[float, float]:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return _number(match["low"]), _number(match["high"])


def _number(text: str) -> float:
    return int(text, 16) if text.lower().startswith("0x") else float(text)


def _milliseconds(text: str) -> float:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return float(match["number"]) * (1000 if match["unit"] == "s" else 1)


Make = Callable[[str, list[str], int, FindSignal], dict[str, Any]]


def _counter(kind: str, arguments: list[str], size: int, signal: FindSignal) -> dict[str, Any]:
    change: dict[str, Any] = {"kind": kind, "field": _place(arguments[0], size, signal)}
    change["field"] |= {"scale": 1, "offset": 0}
    if len(arguments) > 1:
        first, last = _span(arguments[1])
        change |= {"first": int(first), "last": int(last)}
    return change


def _wave(kind: str, arguments: list[str], size: int, signal: FindSignal) -> dict[str, Any]:
    place, (low, high) = _place(arguments[0], size, signal), _span(arguments[1])
    change = {"kind": kind, "field": place, "low": low, "high": high}
    if kind != "random":
        return {**change, "period_ms": _milliseconds(arguments[2])}
    seed = int(arguments[2].removeprefix("seed")) if len(arguments) > 2 else 0
    return {**change, "seed": seed}


def _list(kind: str, arguments: list[str], size: int, signal: FindSignal) -> dict[str, Any]:
    values = [_number(one) for one in arguments[1].split()]
    hold = _milliseconds(arguments[2]) if len(arguments) > 2 else 0
    return {"kind": kind, "field": _place(arguments[0], size, signal), "values": values, "period_ms": hold}


def _csv(_kind: str, arguments: list[str], size: int, signal: FindSignal) -> dict[str, Any]:
    values = _column(Path(arguments[1]).expanduser(), arguments[2])
    hold = _milliseconds(arguments[3]) if len(arguments) > 3 else 0
    return {"kind": "list", "field": _place(arguments[0], size, signal), "values": values, "period_ms": hold}


def _column(path: Path, name: str) -> list[float]:
    try:
        content = within(_PATIENCE_SECONDS, lambda: read_regular(path, _MAX_CSV_BYTES))
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        if name not in (rows.fieldnames or ()):
            raise RowError(f"{path.name} has no column {name}.")
        values = [float(row[name]) for row in rows if (row[name] or "").strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise RowError(f"{path} cannot be read: {error}") from error
    except ValueError as error:
        raise RowError(f"{path.name}, column {name}: {error}") from error
    return values[:MOST_VALUES]


def _checksum(kind: str, arguments: list[str], size: int, signal: FindSignal) -> dict[str, Any]:
    place = _place(arguments[0], size, signal) | {"scale": 1, "offset": 0}
    change: dict[str, Any] = {"kind": kind, "field": place, "algorithm": arguments[1]}
    if len(arguments) > 2:
        first, last = _span(arguments[2])
        change |= {"first_byte": int(first), "last_byte": int(last)}
    return change


def _e2e(kind: str, arguments: list[str], _size: int, _signal: FindSignal) -> dict[str, Any]:
    profile = int(kind[-1])
    data_id = bytes.fromhex(arguments[0]) if profile == 2 else int(_number(arguments[0]))
    change: dict[str, Any] = {"kind": "e2e", "profile": profile, "data_id": data_id}
    for extra in arguments[1:]:
        if extra.startswith("offset"):
            change["offset"] = int(extra.removeprefix("offset"))
        else:
            change["mode"] = extra
    return change


_KINDS: dict[str, Make] = {
    "counter": _counter,
    **dict.fromkeys(("sine", "ramp", "triangle", "step", "random"), _wave),
    "list": _list,
    "csv": _csv,
    "checksum": _checksum,
    **dict.fromkeys(("e2e1", "e2e2", "e2e5"), _e2e),
}

"""Reads payload generators as users write them: "counter(byte 6, 0..15); e2e1(0x123)".

Several generators are separated by semicolons. Most name a field first: ``byte 7``, ``bits 8+4`` (the start
bit of the DBC convention and a length, followed by ``big`` for big-endian) or a signal::

    counter(field, 0..14)              counts up frame by frame; also counter(field, 0..14, step 2)
    sine|ramp|triangle|step(field, 0..100, 2 s)
    random(field, 0..100, seed 1)
    list(field, 1 2 3) or list(field, 1 2 3, 500 ms)
    csv(field, file.csv, column)
    checksum(field, sum|xor|CRC-8/SAE-J1850|…, 0..6)
    e2e1(0x123), e2e2(16 bytes in hex), e2e5(0x1234)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.frames.files import read_regular, within
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.payload import (
    AnyGenerator,
    Checksum,
    Counter,
    E2EProfile1,
    E2EProfile2,
    E2EProfile5,
    Ramp,
    RandomValue,
    ScaledField,
    Sine,
    StepWave,
    Triangle,
    ValueList,
)
from canmcast_gui.transmit.payload.generator import start_all
from canmcast_gui.transmit.payload.values import MAX_VALUES

FindSignal = Callable[[str], ScaledField | None]

_CALL = re.compile(r"\s*(?P<name>[A-Za-z][A-Za-z0-9]*)\s*\((?P<arguments>[^()]*)\)\s*")
_BITS = re.compile(r"bits\s+(?P<start>\d+)\s*\+\s*(?P<length>\d+)(?P<big>\s+big)?")
_BYTE = re.compile(r"byte\s+(?P<number>\d+)")
_RANGE = re.compile(r"(?P<low>[-+.\dxXa-fA-FeE]+?)\s*\.\.\s*(?P<high>[-+.\dxXa-fA-FeE]+)")
_TIME = re.compile(r"(?P<number>[\d.]+)\s*(?P<unit>ms|s)")
EXAMPLE = "counter(byte 0, 0..15)"
EXAMPLES = {
    **dict.fromkeys(("sine", "ramp", "triangle", "step"), "sine(byte 0, 0..100, 2 s)"),
    "random": "random(byte 0, 0..100, seed 1)",
    "list": "list(byte 0, 1 2 3, 500 ms)",
    "csv": "csv(byte 0, drive.csv, speed)",
    "checksum": "checksum(byte 7, CRC-8/SAE-J1850, 0..6)",
    "e2e1": "e2e1(0x123)",
    "e2e2": "e2e2(00112233445566778899AABBCCDDEEFF)",
    "e2e5": "e2e5(0x1234)",
}
# A CSV file is read when a row is armed; larger ones belong in a replay.
_MAX_CSV_BYTES = 16 << 20
# The window is blocked while a CSV file is read, at most this long.
_TIMEOUT_SECONDS = 2.0


def parse_generators(text: str, size: int, signal: FindSignal) -> tuple[AnyGenerator, ...]:
    """The generators in a text, for payloads of ``size`` bytes; raises RowError.

    ``signal`` returns the field of a signal of the row's message by its name.
    """
    generators = tuple(_parse(part, size, signal) for part in split_generators(text))
    try:
        start_all(generators, size)
    except TransmitError as error:
        raise RowError(str(error)) from error
    return generators


def split_generators(text: str) -> list[str]:
    """The texts of the single generators."""
    return [part.strip() for part in text.split(";") if part.strip()]


def call_of(text: str) -> tuple[str, list[str]]:
    """The kind and the arguments of one generator; raises RowError."""
    call = _CALL.fullmatch(text)
    if call is None:
        raise RowError(f'Cannot read "{text.strip()}". Example: {EXAMPLE}')
    return call["name"].lower(), [argument.strip() for argument in call["arguments"].split(",")]


def _parse(text: str, size: int, signal: FindSignal) -> AnyGenerator:
    kind, arguments = call_of(text)
    make = _KINDS.get(kind)
    if make is None:
        raise RowError(f'Unknown function "{kind}". Example: {EXAMPLE}')
    try:
        return make(kind, arguments, size, signal)
    except RowError:
        raise
    except (IndexError, ValueError, ArithmeticError):
        raise RowError(
            f"{text.strip()} lacks an argument or has a wrong number. Example: {EXAMPLES.get(kind, EXAMPLE)}"
        ) from None


def _field(text: str, size: int, signal: FindSignal) -> ScaledField:
    if match := _BYTE.fullmatch(text):
        return ScaledField(int(match["number"]) * 8, 8)
    if match := _BITS.fullmatch(text):
        return ScaledField(int(match["start"]), int(match["length"]), bool(match["big"]))
    found = signal(text)
    if found is None:
        raise RowError(f"{text} is not a signal of this message: name one, or write byte 0 or bits 8+4.")
    if found.bytes_needed > size:
        raise RowError(f"{text} is outside of the {size} bytes of the row.")
    return found


def _range(text: str) -> tuple[float, float]:
    match = _RANGE.fullmatch(text)
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


Make = Callable[[str, list[str], int, FindSignal], AnyGenerator]

_WAVEFORMS: dict[str, type[Sine | Ramp | Triangle | StepWave]] = {
    "sine": Sine,
    "ramp": Ramp,
    "triangle": Triangle,
    "step": StepWave,
}


def _counter(_kind: str, arguments: list[str], size: int, signal: FindSignal) -> Counter:
    field = _unscaled(_field(arguments[0], size, signal))
    if len(arguments) == 1:
        return Counter(field)
    first, last = _range(arguments[1])
    step = int(arguments[2].removeprefix("step")) if len(arguments) > 2 else 1
    return Counter(field, int(first), int(last), step)


def _unscaled(field: ScaledField) -> ScaledField:
    """The field without scale and offset, for counters and checksums."""
    return replace(field, scale=1, offset=0)


def _wave(
    kind: str, arguments: list[str], size: int, signal: FindSignal
) -> Sine | Ramp | Triangle | StepWave:
    field, (low, high) = _field(arguments[0], size, signal), _range(arguments[1])
    return _WAVEFORMS[kind](field, low, high, _milliseconds(arguments[2]))


def _random(_kind: str, arguments: list[str], size: int, signal: FindSignal) -> RandomValue:
    field, (low, high) = _field(arguments[0], size, signal), _range(arguments[1])
    seed = int(arguments[2].removeprefix("seed")) if len(arguments) > 2 else 0
    return RandomValue(field, low, high, seed)


def _list(_kind: str, arguments: list[str], size: int, signal: FindSignal) -> ValueList:
    values = tuple(_number(word) for word in arguments[1].split())
    hold = _milliseconds(arguments[2]) if len(arguments) > 2 else 0.0
    return ValueList(_field(arguments[0], size, signal), values, hold)


def _csv(_kind: str, arguments: list[str], size: int, signal: FindSignal) -> ValueList:
    values = _column(Path(arguments[1]).expanduser(), arguments[2])
    hold = _milliseconds(arguments[3]) if len(arguments) > 3 else 0.0
    return ValueList(_field(arguments[0], size, signal), values, hold)


def _column(path: Path, name: str) -> tuple[float, ...]:
    try:
        content = within(_TIMEOUT_SECONDS, lambda: read_regular(path, _MAX_CSV_BYTES))
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        if name not in (rows.fieldnames or ()):
            raise RowError(f"{path.name} has no column {name}.")
        values = [float(row[name]) for row in rows if (row[name] or "").strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise RowError(f"{path} cannot be read: {error}") from error
    except ValueError as error:
        raise RowError(f"{path.name}, column {name}: {error}") from error
    return tuple(values[:MAX_VALUES])


def _checksum(_kind: str, arguments: list[str], size: int, signal: FindSignal) -> Checksum:
    field = _unscaled(_field(arguments[0], size, signal))
    if len(arguments) == 2:
        return Checksum(field, arguments[1])
    first, last = _range(arguments[2])
    return Checksum(field, arguments[1], int(first), int(last))


def _e2e1(_kind: str, arguments: list[str], _size: int, _signal: FindSignal) -> E2EProfile1:
    data_id, offset, mode = int(_number(arguments[0])), 0, "both"
    for extra in arguments[1:]:
        if extra.startswith("offset"):
            offset = int(extra.removeprefix("offset"))
        else:
            mode = extra
    return E2EProfile1(data_id, offset, mode)


def _e2e2(_kind: str, arguments: list[str], _size: int, _signal: FindSignal) -> E2EProfile2:
    return E2EProfile2(bytes.fromhex(arguments[0]))


def _e2e5(_kind: str, arguments: list[str], _size: int, _signal: FindSignal) -> E2EProfile5:
    offsets = [int(extra.removeprefix("offset")) for extra in arguments[1:] if extra.startswith("offset")]
    return E2EProfile5(int(_number(arguments[0])), *offsets[-1:])


_KINDS: dict[str, Make] = {
    "counter": _counter,
    **dict.fromkeys(_WAVEFORMS, _wave),
    "random": _random,
    "list": _list,
    "csv": _csv,
    "checksum": _checksum,
    "e2e1": _e2e1,
    "e2e2": _e2e2,
    "e2e5": _e2e5,
}

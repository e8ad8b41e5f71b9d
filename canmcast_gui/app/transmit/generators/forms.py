"""The payload generators as forms: their fields, and the text of a generator from the values of the fields.

The text is what a row stores. ``values_of`` gives the values of the fields for a text, ``text_of`` the text
for values, ``problems_of`` what is wrong with them, by field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from canmcast_gui.app.transmit.message_rows import field_of, limits_of
from canmcast_gui.app.transmit.parsing.generator_text import FindSignal, call_of, parse_generators
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.database import Message, Signal

Values = dict[str, str]

# Sorted by how often they are used on vehicle buses.
CHECKSUMS = (
    "xor", "sum", "CRC-8/SAE-J1850", "CRC-8/AUTOSAR", "CRC-8/MAXIM-DOW", "CRC-16/IBM-3740", "CRC-16/ARC",
    "CRC-16/XMODEM", "CRC-16/MODBUS", "CRC-32/ISO-HDLC", "CRC-32/AUTOSAR",
)  # fmt: skip


@dataclass(frozen=True)
class FormField:
    """One field. ``kind`` is target, whole, number, id, ids, time, choice, values, file or text."""

    key: str
    label: str
    kind: str = "number"
    default: str = ""
    optional: bool = False
    choices: tuple[str, ...] = ()
    tip: str = ""


@dataclass(frozen=True)
class Form:
    """One kind of generator: its title, its fields, and which field an error is about, by a word in it."""

    title: str
    fields: tuple[FormField, ...]
    text: Callable[[Mapping[str, str]], str]
    blame: tuple[tuple[str, str], ...] = ()


_TARGET = FormField("target", "Signal or bytes", "target", tip="A signal, byte 7, or bits 8+4")
_LOW, _HIGH = FormField("low", "From"), FormField("high", "To")
_HOLD = FormField("hold", "Hold each for", "time", optional=True, tip="Empty: one value for each frame")


def _optional(values: Mapping[str, str], key: str, form: str) -> str:
    return f", {form.format(values[key])}" if values.get(key) else ""


def _wave(kind: str, title: str) -> Form:
    return Form(
        title,
        (_TARGET, _LOW, _HIGH, FormField("period", "Period", "time", "1000")),
        lambda values: "{0}({target}, {low}..{high}, {period} ms)".format(kind, **values),
        (("period", "period"), ("does not fit", "high")),
    )


def _counter_text(values: Mapping[str, str]) -> str:
    step = "" if values["step"] in ("", "1") else f", step {values['step']}"
    return "counter({target}, {first}..{last}{0})".format(step, **values)


def _checksum_text(values: Mapping[str, str]) -> str:
    covered = "" if not values["first"] else ", {first}..{last}".format(**values)
    return "checksum({target}, {algorithm}{0})".format(covered, **values)


FORMS: dict[str, Form] = {
    "counter": Form(
        "Counter",
        (
            _TARGET,
            FormField("first", "First", "whole", "0"),
            FormField("last", "Last", "whole", "255"),
            FormField("step", "Step", "whole", "1"),
        ),
        _counter_text,
        (("counter", "last"),),
    ),
    "checksum": Form(
        "Checksum",
        (
            _TARGET,
            FormField("algorithm", "Algorithm", "choice", CHECKSUMS[0], choices=CHECKSUMS),
            FormField("first", "First byte", "whole", "0"),
            FormField("last", "Last byte", "whole", "7", tip="Bytes of the checksum itself are left out"),
        ),
        _checksum_text,
        (("no checksum", "algorithm"), ("cover bytes", "last")),
    ),
    "sine": _wave("sine", "Sine"),
    "ramp": _wave("ramp", "Ramp"),
    "triangle": _wave("triangle", "Triangle"),
    "step": _wave("step", "Step"),
    "random": Form(
        "Random values",
        (
            _TARGET,
            _LOW,
            _HIGH,
            FormField("seed", "Seed", "whole", "0", tip="The same seed gives the same values"),
        ),
        lambda values: "random({target}, {low}..{high}, seed {seed})".format(**values),
        (("seed", "seed"), ("does not fit", "high")),
    ),
    "list": Form(
        "List of values",
        (_TARGET, FormField("values", "Values", "values", "0 1 2 3", tip="With spaces between"), _HOLD),
        lambda values: f"list({values['target']}, {values['values']}{_optional(values, 'hold', '{} ms')})",
        (("fit", "values"), ("list needs", "values")),
    ),
    "csv": Form(
        "Column of a CSV file",
        (_TARGET, FormField("file", "File", "file"), FormField("column", "Column", "text"), _HOLD),
        lambda values: "csv({target}, {file}, {column}{0})".format(
            _optional(values, "hold", "{} ms"), **values
        ),
        (("no column", "column"), ("column", "column"), ("read", "file")),
    ),
    "e2e1": Form(
        "E2E profile 1",
        (
            FormField("id", "Data ID", "id", "0x0", tip="16 bits; not sent, or in part"),
            FormField("offset", "Header at byte", "whole", "0"),
            FormField("mode", "Data ID mode", "choice", "both", choices=("both", "alt", "low", "nibble")),
        ),
        lambda values: "e2e1({id}, offset {offset}, {mode})".format(**values),
        (("data id of 16", "id"), ("profile 1", "mode")),
    ),
    "e2e2": Form(
        "E2E profile 2",
        (FormField("ids", "16 data IDs", "ids", "00" * 16, tip="One byte for each value of the counter"),),
        lambda values: f"e2e2({values['ids']})",
        (("16", "ids"),),
    ),
    "e2e5": Form(
        "E2E profile 5",
        (
            FormField("id", "Data ID", "id", "0x0", tip="16 bits; not sent"),
            FormField("offset", "Header at byte", "whole", "0"),
        ),
        lambda values: "e2e5({id}, offset {offset})".format(**values),
        (("data id of 16", "id"),),
    ),
}
# What users choose first, and the kinds of each.
GROUPS: dict[str, tuple[str, ...]] = {
    "counter": ("counter",),
    "checksum": ("checksum",),
    "waveform": ("sine", "ramp", "triangle", "step", "random", "list", "csv"),
    "E2E protection": ("e2e1", "e2e2", "e2e5"),
}

_RANGE_KEYS = {"counter": ("first", "last"), "checksum": ("first", "last")}


def group_of(kind: str) -> str:
    """The group of a kind of generator."""
    return next(group for group, kinds in GROUPS.items() if kind in kinds)


def text_of(kind: str, values: Mapping[str, str]) -> str:
    """The text of a generator."""
    return FORMS[kind].text(values)


def values_of(text: str) -> tuple[str, Values]:
    """The kind and the values of the fields of a generator; raises RowError for an unknown text."""
    kind, arguments = call_of(text)
    if kind not in FORMS:
        raise RowError(f'Unknown function "{kind}".')
    values = {field.key: "" if field.optional else field.default for field in FORMS[kind].fields}
    rest = list(arguments)
    if kind.startswith("e2e"):
        values.update(_protection_values(kind, rest))
        return kind, values
    values["target"] = rest.pop(0)
    if kind in ("list", "csv", "checksum"):
        names = {"list": ["values"], "csv": ["file", "column"], "checksum": ["algorithm"]}[kind]
        values.update(zip(names, rest, strict=False))
        rest = rest[len(names) :]
    if kind == "checksum" and not rest:
        values.update(first="", last="")
    for argument in rest:
        values.update(_argument_values(kind, argument))
    return kind, values


def _protection_values(kind: str, arguments: Sequence[str]) -> Values:
    values = {"ids" if kind == "e2e2" else "id": arguments[0]}
    for argument in arguments[1:]:
        is_offset = argument.startswith("offset")
        values["offset" if is_offset else "mode"] = argument.removeprefix("offset").strip()
    return values


def _argument_values(kind: str, argument: str) -> Values:
    if ".." in argument:
        low, high = (part.strip() for part in argument.split("..", 1))
        first, last = _RANGE_KEYS.get(kind, ("low", "high"))
        return {first: low, last: high}
    for word in ("seed", "step"):
        if argument.startswith(word):
            return {word: argument.removeprefix(word).strip()}
    return {"hold" if kind in ("list", "csv") else "period": _milliseconds(argument)}


def _milliseconds(text: str) -> str:
    match = re.fullmatch(r"([\d.]+)\s*(ms|s)", text)
    if match is None:
        return text
    return f"{float(match[1]) * (1000 if match[2] == 's' else 1):.10g}"


def problems_of(kind: str, values: Mapping[str, str], size: int, signal: FindSignal) -> dict[str, str]:
    """What is wrong, by the keys of fields; "" is the key of what no field has caused."""
    problems = {}
    for field in FORMS[kind].fields:
        problem = _problem_of_value(field, values.get(field.key, "").strip())
        if problem:
            problems[field.key] = problem
    if problems:
        return problems
    try:
        parse_generators(text_of(kind, values), size, signal)
    except RowError as error:
        text = str(error)
        blamed = next((key for word, key in FORMS[kind].blame if word in text), "")
        is_target = "not a signal" in text or "outside of" in text
        return {"target" if is_target else blamed: text}
    return {}


_PATTERNS = {
    "whole": (r"\d{1,18}|0[xX][0-9A-Fa-f]{1,16}", "Type a whole number."),
    "number": (r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|0[xX][0-9A-Fa-f]{1,16}", "Type a number."),
    "time": (r"\d+\.?\d*|\.\d+", "Type a number of milliseconds."),
    "id": (r"\d{1,5}|0[xX][0-9A-Fa-f]{1,4}", "Type a number of 16 bits, such as 0x123."),
    "ids": (r"([0-9A-Fa-f]{2}\s*){16}", "Type 16 bytes in hex digits."),
    "values": (r"([-+]?[\dA-Fa-fxX.]+\s*)+", "Type numbers with spaces between."),
}


def _problem_of_value(field: FormField, value: str) -> str:
    if not value:
        return "" if field.optional else "Choose one." if field.kind == "choice" else "Type a value."
    if re.search(r"[;,()]", value):
        return "No commas, semicolons and parentheses."
    pattern, problem = _PATTERNS.get(field.kind, ("", ""))
    return problem if pattern and not re.fullmatch(pattern, value) else ""


# -- defaults ------------------------------------------------------------------------------------------------

_COUNTER_NAMES = re.compile(r"alive|counter|count|cnt|rolling|sequence|_mc$|_bz$|^bz", re.IGNORECASE)
_CHECKSUM_NAMES = re.compile(r"check|crc|chks|cks|xor|_cs$", re.IGNORECASE)


def targets_of(message: Message | None, size: int) -> list[str]:
    """What a generator can write, in the order in which it is offered."""
    signals = [signal.name for signal in message.signals] if message is not None else []
    return signals + [f"byte {number}" for number in range(size)]


def defaults_of(kind: str, message: Message | None, size: int, target: str = "") -> Values:
    """Values for a new generator: the signal that is probably meant, and its whole range."""
    values = {field.key: field.default for field in FORMS[kind].fields}
    if "target" not in values:
        return values
    values["target"] = target or _probable_target(kind, message, size)
    values.update(range_of(kind, message, size, values["target"]))
    return values


def range_of(kind: str, message: Message | None, size: int, target: str) -> Values:
    """The values of the fields that depend on the target."""
    signal = message.signal(target) if message is not None else None
    if kind == "counter":
        bits = signal.length if signal is not None else 8
        return {"first": "0", "last": str((1 << min(bits, 63)) - 1)}
    if kind == "checksum":
        return {"first": "0", "last": str(max(0, size - 1))}
    if "low" not in {field.key for field in FORMS[kind].fields}:
        return {}
    low, high = limits_of(signal) if signal is not None else (0.0, 255.0)
    return {"low": f"{low:.10g}", "high": f"{high:.10g}"}


def _probable_target(kind: str, message: Message | None, size: int) -> str:
    signals = list(message.signals) if message is not None else []
    names = {"counter": _COUNTER_NAMES, "checksum": _CHECKSUM_NAMES}.get(kind)
    if names is not None:
        found = next((signal.name for signal in signals if names.search(signal.name)), "")
        return found or f"byte {max(0, size - (2 if kind == 'counter' else 1))}"
    used = [
        one for one in signals if not _COUNTER_NAMES.search(one.name) and not _CHECKSUM_NAMES.search(one.name)
    ]
    return _widest(used or signals).name if signals else "byte 0"


def _widest(signals: Sequence[Signal]) -> Signal:
    """The first signal with the most bits, but no choices: what a waveform is usually for."""
    return max(signals, key=lambda signal: (not signal.choices, field_of(signal).length))

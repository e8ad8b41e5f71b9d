"""The fields of each kind of generator, and the text of a generator from their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


def group_of(kind: str) -> str:
    """The group of a kind of generator."""
    return next(group for group, kinds in GROUPS.items() if kind in kinds)


def text_of(kind: str, values: Mapping[str, str]) -> str:
    """The text of a generator."""
    return FORMS[kind].text(values)

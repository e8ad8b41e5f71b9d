"""The values of the fields of a form: from the text of a generator, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from canmcast_gui.app.transmit.generators.forms import FORMS, FormField, Values, text_of
from canmcast_gui.app.transmit.parsing.generator_text import FindSignal, call_of, parse_generators
from canmcast_gui.app.transmit.row import RowError

_RANGE_KEYS = {"counter": ("first", "last"), "checksum": ("first", "last")}


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

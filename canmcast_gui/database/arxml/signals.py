"""Signals of ARXML files: their position and length in PDUs, and how raw values become physical ones."""

from __future__ import annotations

import math
from copy import deepcopy
from xml.etree.ElementTree import Element

from canmcast_gui.database.arxml.tree import Tree
from canmcast_gui.database.from_cantools import bit_set
from canmcast_gui.database.model import Signal
from canmcast_gui.database.numbers import arxml_integer, arxml_number
from canmcast_gui.database.problems import MAX_BITS

_MAPPINGS = ("I-SIGNAL-TO-PDU-MAPPINGS", "I-SIGNAL-TO-I-PDU-MAPPINGS", "SIGNAL-TO-PDU-MAPPINGS")
_CONDITIONAL = ("SW-DATA-DEF-PROPS-VARIANTS", "SW-DATA-DEF-PROPS-CONDITIONAL")

# A longer cycle, 31 years, is a typing error.
_MAX_CYCLE_SECONDS = 1_000_000_000


class Signals:
    """Repairs the signals of PDUs, each once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[Element, bool] = {}
        self._name = "I-SIGNAL" if tree.is_newer else "SIGNAL"

    def mappings(self, pdu: Element) -> list[Element]:
        """The mappings of signals to a PDU."""
        tree = self._tree
        return [one for name in _MAPPINGS for one in tree.children(pdu, name, "I-SIGNAL-TO-I-PDU-MAPPING")]

    def position(self, mapping: Element) -> tuple[int | None, int | None]:
        """The first bit and the length of a mapped signal; None for a group."""
        signal = self._tree.target(mapping, self._name)
        return arxml_integer(self._tree.text(mapping, "START-POSITION")), self._length(signal)

    def repair(self, pdu: Element) -> int:
        """Remove the mappings of a PDU that cannot be read; returns the number of the others."""
        tree, count = self._tree, 0
        for mapping in self.mappings(pdu):
            count += 1
            signal = tree.target(mapping, self._name)
            if signal is None:
                if tree.target(mapping, "I-SIGNAL-GROUP") is None and tree.is_newer:
                    tree.leave_out(mapping, f"{tree.describe(mapping)}: a signal without its I-SIGNAL")
                continue  # a group of signals
            start = arxml_integer(tree.text(mapping, "START-POSITION"))
            if start is None or not 0 <= start < MAX_BITS:
                tree.leave_out(
                    mapping, f"{tree.describe(mapping)}: signal without a START-POSITION in its PDU"
                )
            elif not self._is_valid(signal):
                tree.remove(mapping)
        return count

    def separate(self, pdu: Element, bits: int) -> None:
        """Remove signals outside of a PDU or on other signals: cantools refuses these in containers."""
        tree, taken = self._tree, 0
        for mapping in self.mappings(pdu):
            start, length = self.position(mapping)
            if start is None or length is None:
                continue
            is_big = tree.text(mapping, "PACKING-BYTE-ORDER") == "MOST-SIGNIFICANT-BYTE-FIRST"
            used = bit_set(Signal("", start, length, is_big))
            if used >> bits or used & taken:
                tree.leave_out(
                    mapping, f"{tree.describe(mapping)}: signal outside of its PDU or on another signal"
                )
            else:
                taken |= used

    def _is_valid(self, signal: Element) -> bool:
        if signal not in self._known:
            self._known[signal] = self._check(signal)
        return self._known[signal]

    def _check(self, signal: Element) -> bool:
        tree = self._tree
        if not tree.text(signal, "SHORT-NAME"):
            tree.report_left_out(signal, f"{tree.describe(signal)}: a signal without a SHORT-NAME")
            return False
        length = self._length(signal)
        if length is None or not 0 < length <= MAX_BITS:
            found = tree.text(signal, "LENGTH")[:20]
            tree.report_left_out(
                signal, f"{tree.describe(signal)}: signal with a LENGTH of {found or 'nothing'}"
            )
            return False
        if tree.child(signal, "LENGTH") is None and tree.is_newer:
            tree.put(signal, "LENGTH", str(length))
            tree.report_repaired(signal, f"{tree.describe(signal)}: its LENGTH is that of its type")
        self._repair_type(signal)
        self._repair_values(signal)
        system = tree.target(signal, "SYSTEM-SIGNAL")
        if system is None and not tree.is_newer:
            tree.report_left_out(signal, f"{tree.describe(signal)}: without its SYSTEM-SIGNAL")
            return False
        for method in self._methods(system):
            if method not in self._known:
                self._known[method] = True
                repair_method(tree, method)
        return True

    def _length(self, signal: Element | None) -> int | None:
        tree = self._tree
        if tree.child(signal, "LENGTH") is not None:
            return arxml_integer(tree.text(signal, "LENGTH"))
        if not tree.is_newer:
            return arxml_integer(tree.text(tree.target(signal, "SYSTEM-SIGNAL"), "LENGTH"))
        return arxml_integer(tree.text(self._type(signal), "BASE-TYPE-SIZE"))

    def _type(self, signal: Element | None) -> Element | None:
        tree = self._tree
        properties = tree.child(tree.target(signal, "NETWORK-REPRESENTATION-PROPS"), *_CONDITIONAL)
        return tree.target(properties, "BASE-TYPE")

    def _repair_type(self, signal: Element) -> None:
        kind = self._type(signal)
        if kind is not None and self._tree.target(kind, "BASE-TYPE-ENCODING") is None:
            self._tree.put(kind, "BASE-TYPE-ENCODING", "NONE")
            what = f"{self._tree.describe(kind)} has no BASE-TYPE-ENCODING: read as integers"
            self._tree.report_repaired(kind, what)

    def _repair_values(self, signal: Element) -> None:
        """Remove initial and invalid values that are not numbers."""
        system = self._tree.target(signal, "SYSTEM-SIGNAL")
        literal = self._tree.target(system, "INIT-VALUE")
        if literal is not None and arxml_integer(self._tree.text(literal, "VALUE")) is None:
            self._tree.remove(self._tree.child(system, "INIT-VALUE-REF"))
        for owner in (signal, system, self._tree.target(system, "DATA-TYPE")):
            for name in ("INIT-VALUE", "INVALID-VALUE"):
                self._repair_value(owner, name)

    def _repair_value(self, signal: Element | None, name: str) -> None:
        tree = self._tree
        found = () if signal is None else list(signal.iter(tree.tag(name)))
        for value in found:
            literals = [one for one in value.iter(tree.tag("VALUE")) if arxml_integer(one.text) is None]
            if literals:
                tree.remove(value)

    def _methods(self, system: Element | None) -> list[Element]:
        tree = self._tree
        if tree.is_newer:
            properties = tree.child(tree.target(system, "PHYSICAL-PROPS"), *_CONDITIONAL)
        else:
            properties = tree.child(tree.target(system, "DATA-TYPE"), "SW-DATA-DEF-PROPS")
        method = tree.target(properties, "COMPU-METHOD")
        return [] if method is None else [method]


def is_valid_time(text: str) -> bool:
    """Whether a text is a valid cycle time in seconds."""
    try:
        return math.isfinite(float(text)) and 0 <= float(text) < _MAX_CYCLE_SECONDS
    except ValueError:
        return False


# A text for a range of numbers becomes a text for each number; larger ranges are not choices.
_MAX_RANGE = 256


def repair_method(tree: Tree, method: Element) -> None:
    """Repair a COMPU-METHOD; scales that cannot be read are removed."""
    category = tree.text(method, "CATEGORY")
    scales = tree.children(method, "COMPU-INTERNAL-TO-PHYS", "COMPU-SCALES", "COMPU-SCALE")
    if category == "LINEAR" and len(scales) > 1:
        for scale in scales[1:]:
            tree.remove(scale)
        tree.report_left_out(method, f"{tree.describe(method)}: all but the first of {len(scales)} scales")
        scales = scales[:1]
    for scale in scales:
        if tree.child(scale, "COMPU-CONST") is not None or category == "TEXTTABLE":
            _repair_text(tree, method, scale)
        elif category in ("LINEAR", "SCALE_LINEAR_AND_TEXTTABLE"):
            _repair_limits(tree, scale)
            _repair_coefficients(tree, method, scale)


def _repair_text(tree: Tree, method: Element, scale: Element) -> None:
    """Make a text one for a single number, that of both limits."""
    low, high = (_limit(tree, scale, name) for name in ("LOWER-LIMIT", "UPPER-LIMIT"))
    low, high = (high if low is None else low), (low if high is None else high)
    text = tree.text(scale, "COMPU-CONST", "VT")
    if not text or low is None or high is None or not 0 <= high - low < _MAX_RANGE:
        tree.leave_out(scale, f"{tree.describe(method)}: a scale without a text for a number")
        return
    if low == high and _limit(tree, scale, "LOWER-LIMIT") == _limit(tree, scale, "UPPER-LIMIT"):
        return
    parent = tree.parents[scale]
    for number in range(int(low) + 1, int(high) + 1):
        copy = deepcopy(scale)
        parent.append(copy)
        tree.parents[copy] = parent
        _put_limits(tree, copy, number)
    _put_limits(tree, scale, int(low))
    if low != high:
        tree.report_repaired(scale, f"{tree.describe(method)}: {text} is the text of {low:g} to {high:g}")


def _put_limits(tree: Tree, scale: Element, number: int) -> None:
    for name in ("LOWER-LIMIT", "UPPER-LIMIT"):
        tree.put(scale, name, str(number))


def _limit(tree: Tree, scale: Element, name: str) -> float | None:
    return arxml_number(tree.text(scale, name))


def _repair_limits(tree: Tree, scale: Element) -> None:
    for name in ("LOWER-LIMIT", "UPPER-LIMIT"):
        limit = tree.child(scale, name)
        if limit is not None and arxml_number(limit.text) is None:
            tree.remove(limit)  # such as INF, which is not a limit


def _repair_coefficients(tree: Tree, method: Element, scale: Element) -> None:
    """cantools reads (a + b * raw) / c; further coefficients of 0 have no effect."""
    coefficients = tree.child(scale, "COMPU-RATIONAL-COEFFS")
    if coefficients is None:
        return
    above = tree.children(coefficients, "COMPU-NUMERATOR", "V")
    below = tree.children(coefficients, "COMPU-DENOMINATOR", "V")
    numbers = [[arxml_number(one.text) for one in part] for part in (above, below)]
    for part, values, most in ((above, numbers[0], 2), (below, numbers[1], 1)):
        while len(part) > most and values[-1] == 0:
            values.pop()
            tree.remove(part.pop())
    is_linear = len(above) == 2 and len(below) == 1 and numbers[1][0] != 0
    if not is_linear or None in numbers[0] or None in numbers[1]:
        tree.leave_out(
            coefficients, f"{tree.describe(method)}: a scale that is not linear; raw values are shown"
        )

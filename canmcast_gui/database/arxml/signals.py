"""Signals of ARXML files: where they are in their PDUs, how long they are and what they mean."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

from canmcast_gui.database.arxml.numbers import whole_of
from canmcast_gui.database.arxml.scales import repair_method
from canmcast_gui.database.arxml.tree import Tree
from canmcast_gui.database.limits import MOST_BITS
from canmcast_gui.database.model import Signal
from canmcast_gui.database.overlaps import bit_set

_MAPPINGS = ("I-SIGNAL-TO-PDU-MAPPINGS", "I-SIGNAL-TO-I-PDU-MAPPINGS", "SIGNAL-TO-PDU-MAPPINGS")
_CONDITIONAL = ("SW-DATA-DEF-PROPS-VARIANTS", "SW-DATA-DEF-PROPS-CONDITIONAL")


class Signals:
    """Repairs the signals of PDUs, each once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[Element, bool] = {}
        self._name = "I-SIGNAL" if tree.is_newer else "SIGNAL"

    def mappings(self, pdu: Element) -> list[Element]:
        """The mappings of signals into a PDU."""
        tree = self._tree
        return [one for name in _MAPPINGS for one in tree.children(pdu, name, "I-SIGNAL-TO-I-PDU-MAPPING")]

    def place(self, mapping: Element) -> tuple[int | None, int | None]:
        """The first bit and the length of a mapped signal; None for a group."""
        signal = self._tree.target(mapping, self._name)
        return whole_of(self._tree.text(mapping, "START-POSITION")), self._length(signal)

    def repair(self, pdu: Element) -> int:
        """Take out the mappings of a PDU that cannot be read. How many are left."""
        tree, count = self._tree, 0
        for mapping in self.mappings(pdu):
            count += 1
            signal = tree.target(mapping, self._name)
            if signal is None:
                if tree.target(mapping, "I-SIGNAL-GROUP") is None and tree.is_newer:
                    tree.lose(mapping, f"{tree.describe(mapping)}: a signal without its I-SIGNAL")
                continue  # a group of signals
            start = whole_of(tree.text(mapping, "START-POSITION"))
            if start is None or not 0 <= start < MOST_BITS:
                tree.lose(mapping, f"{tree.describe(mapping)}: signal without a START-POSITION in its PDU")
            elif not self._is_good(signal):
                tree.remove(mapping)
        return count

    def separate(self, pdu: Element, bits: int) -> None:
        """Take out what is outside of a PDU or on other signals: the parser minds that in containers."""
        tree, taken = self._tree, 0
        for mapping in self.mappings(pdu):
            start, length = self.place(mapping)
            if start is None or length is None:
                continue
            is_big = tree.text(mapping, "PACKING-BYTE-ORDER") == "MOST-SIGNIFICANT-BYTE-FIRST"
            used = bit_set(Signal("", start, length, is_big))
            if used >> bits or used & taken:
                tree.lose(
                    mapping, f"{tree.describe(mapping)}: signal outside of its PDU or on another signal"
                )
            else:
                taken |= used

    def _is_good(self, signal: Element) -> bool:
        if signal not in self._known:
            self._known[signal] = self._check(signal)
        return self._known[signal]

    def _check(self, signal: Element) -> bool:
        tree = self._tree
        if not tree.text(signal, "SHORT-NAME"):
            tree.say_lost(signal, f"{tree.describe(signal)}: a signal without a SHORT-NAME")
            return False
        length = self._length(signal)
        if length is None or not 0 < length <= MOST_BITS:
            found = tree.text(signal, "LENGTH")[:20]
            tree.say_lost(signal, f"{tree.describe(signal)}: signal with a LENGTH of {found or 'nothing'}")
            return False
        if tree.child(signal, "LENGTH") is None and tree.is_newer:
            tree.put(signal, "LENGTH", str(length))
            tree.say_repaired(signal, f"{tree.describe(signal)}: its LENGTH is that of its type")
        self._repair_type(signal)
        self._repair_values(signal)
        system = tree.target(signal, "SYSTEM-SIGNAL")
        if system is None and not tree.is_newer:
            tree.say_lost(signal, f"{tree.describe(signal)}: without its SYSTEM-SIGNAL")
            return False
        for method in self._methods(system):
            if method not in self._known:
                self._known[method] = True
                repair_method(tree, method)
        return True

    def _length(self, signal: Element | None) -> int | None:
        tree = self._tree
        if tree.child(signal, "LENGTH") is not None:
            return whole_of(tree.text(signal, "LENGTH"))
        if not tree.is_newer:
            return whole_of(tree.text(tree.target(signal, "SYSTEM-SIGNAL"), "LENGTH"))
        return whole_of(tree.text(self._type(signal), "BASE-TYPE-SIZE"))

    def _type(self, signal: Element | None) -> Element | None:
        tree = self._tree
        properties = tree.child(tree.target(signal, "NETWORK-REPRESENTATION-PROPS"), *_CONDITIONAL)
        return tree.target(properties, "BASE-TYPE")

    def _repair_type(self, signal: Element) -> None:
        kind = self._type(signal)
        if kind is not None and self._tree.target(kind, "BASE-TYPE-ENCODING") is None:
            self._tree.put(kind, "BASE-TYPE-ENCODING", "NONE")
            what = f"{self._tree.describe(kind)} has no BASE-TYPE-ENCODING: read as whole numbers"
            self._tree.say_repaired(kind, what)

    def _repair_values(self, signal: Element) -> None:
        """Initial and invalid values that are not numbers."""
        system = self._tree.target(signal, "SYSTEM-SIGNAL")
        literal = self._tree.target(system, "INIT-VALUE")
        if literal is not None and whole_of(self._tree.text(literal, "VALUE")) is None:
            self._tree.remove(self._tree.child(system, "INIT-VALUE-REF"))
        for owner in (signal, system, self._tree.target(system, "DATA-TYPE")):
            for name in ("INIT-VALUE", "INVALID-VALUE"):
                self._repair_value(owner, name)

    def _repair_value(self, signal: Element | None, name: str) -> None:
        tree = self._tree
        found = () if signal is None else list(signal.iter(tree.tag(name)))
        for value in found:
            literals = [one for one in value.iter(tree.tag("VALUE")) if whole_of(one.text) is None]
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


def seconds_are_good(text: str) -> bool:
    """Whether a text is a time that a cycle can have."""
    try:
        return math.isfinite(float(text)) and 0 <= float(text) < 1e9
    except ValueError:
        return False

"""KCD files: repair the tree in front of cantools' parser.

cantools 45.1 refuses a whole file for a standard id of more than 11 bits, a number that is not one, a bus
without a name, a node without an id, and a label without a value. It also accepts signals without a name, a
negative offset, and references to nodes that are not in the file; these are left out and reported.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from xml.etree.ElementTree import Element

from canmcast_gui.database.problems import MAX_BITS, MAX_BYTES, MAX_STEPS, Lines, Problems, UnreadableError
from canmcast_gui.database.xml_file import XmlFile, local_name
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

_NAMESPACE = "http://kayak.2codeornot2code.org/1.0"
_MAX_DIGITS = 40


def repair_kcd(file: XmlFile, problems: Problems) -> Lines:
    """Repair a file in its tree. The lines of messages (name, "") and signals (message, signal)."""
    if file.root.tag != _tag("NetworkDefinition"):
        raise UnreadableError(f"its root is {local_name(file.root)}, not NetworkDefinition of {_NAMESPACE}")
    return _Repairs(file, problems).repair()


class _Repairs:
    def __init__(self, file: XmlFile, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._nodes: set[str] = set()
        self._lines: Lines = {}
        self._message = ""

    def repair(self) -> Lines:
        root = self._file.root
        self._keep(root, "Node", self._node)
        # cantools searches all nodes for each reference to one.
        if len(self._nodes) * sum(1 for _ in root.iter(_tag("NodeRef"))) > MAX_STEPS:
            self._problems.left_out(0, "senders and receivers: there are too many")
            self._nodes = set()
        for bus in root.iterfind(_tag("Bus")):
            if "name" not in bus.attrib:
                self._set(bus, "name", "")
            if _integer(bus.get("baudrate", "0")) is None:
                self._drop(bus, "baudrate")
            self._keep(bus, "Message", self._is_message)
        return self._lines

    # -- nodes -------------------------------------------------------------------------------------------

    def _node(self, node: Element) -> bool:
        if "id" not in node.attrib or "name" not in node.attrib:
            return self._leave_out(node, "a node without id or name")
        self._nodes.add(node.attrib["id"])
        return True

    def _references(self, owner: Element, tag: str) -> None:
        for group in owner.iterfind(_tag(tag)):
            self._keep(group, "NodeRef", self._reference)

    def _reference(self, reference: Element) -> bool:
        number = reference.get("id", "")
        if number in self._nodes:
            return True
        return self._leave_out(
            reference, f"node {_short(number)} of message {self._message} is not in the file"
        )

    # -- messages ----------------------------------------------------------------------------------------

    def _is_message(self, message: Element) -> bool:
        name = message.get("name")
        if name is None:
            return self._leave_out(message, "a message without a name")
        self._message = name
        number = _integer(message.get("id", ""), 0)
        if number is None or not 0 <= number <= MAX_EXTENDED_ID:
            return self._leave_out(message, f"message {name}: {_short(message.get('id', ''))} is not an id")
        length = message.get("length", "auto")
        size = 0 if length == "auto" else _integer(length)
        if size is None or not 0 <= size <= MAX_BYTES:
            return self._leave_out(message, f"message {name} of {_short(length)} bytes, with its signals")
        self._lines.setdefault((name, ""), self._file.line(message))
        if number > MAX_STANDARD_ID and message.get("format") != "extended":
            self._set(message, "format", "extended")
            text = f"message {name}: id {number:X} has more than 11 bits: extended"
            self._problems.repaired(self._file.line(message), text)
        if _integer(message.get("interval", "0")) is None:
            self._leave_out(
                message, f"message {name}: {_short(message.get('interval', ''))} is not an interval"
            )
            self._drop(message, "interval")
        self._references(message, "Producer")
        self._keep(message, "Multiplex", self._is_multiplex)
        self._keep(message, "Signal", self._is_signal)
        return True

    def _is_multiplex(self, multiplex: Element) -> bool:
        if not self._is_signal(multiplex):
            return False
        self._keep(multiplex, "MuxGroup", self._is_group)
        return True

    def _is_group(self, group: Element) -> bool:
        if _integer(group.get("count", "")) is None:
            what = f"message {self._message}: a group of multiplexed signals without a number"
            return self._leave_out(group, what)
        self._keep(group, "Signal", self._is_signal)
        return True

    # -- signals -----------------------------------------------------------------------------------------

    def _is_signal(self, signal: Element) -> bool:
        name = signal.get("name")
        if name is None:
            return self._leave_out(signal, f"message {self._message}: a signal without a name")
        start, length = _integer(signal.get("offset", "")), _integer(signal.get("length", "1"))
        is_placed = start is not None and 0 <= start < MAX_BITS
        if not is_placed or length is None or not 0 < length <= MAX_BITS:
            bits = f"{_short(signal.get('length', '1'))} bits at bit {_short(signal.get('offset', '?'))}"
            return self._leave_out(signal, f"signal {name} of {bits}")
        if signal.get("endianess", "little") not in ("little", "big"):
            self._drop(signal, "endianess")
            self._problems.repaired(
                self._file.line(signal), f"signal {name}: its byte order is read as little"
            )
        self._lines.setdefault((self._message, name), self._file.line(signal))
        self._references(signal, "Consumer")
        for labels in signal.iterfind(_tag("LabelSet")):
            self._keep(labels, "Label", self._is_label)
        return all(self._is_value(name, value) for value in signal.iterfind(_tag("Value")))

    def _is_label(self, label: Element) -> bool:
        if "name" in label.attrib and _integer(label.get("value", "")) is not None:
            return True
        return self._leave_out(label, f"message {self._message}: a label without a name or a number")

    def _is_value(self, name: str, value: Element) -> bool:
        for key in ("min", "max"):
            if key in value.attrib and not _is_number(value.attrib[key]):
                self._leave_out(value, f"signal {name}: {key} {_short(value.attrib[key])} is not a number")
                self._drop(value, key)
        for key in ("slope", "intercept"):
            if key in value.attrib and not _is_number(value.attrib[key]):
                return self._leave_out(
                    value, f"signal {name}: {key} {_short(value.attrib[key])} is not a number"
                )
        return True

    # -- the tree ----------------------------------------------------------------------------------------

    def _keep(self, parent: Element, tag: str, is_valid: Callable[[Element], bool]) -> None:
        """Remove the children with a tag that are not valid from their parent."""
        kept = [child for child in parent if child.tag != _tag(tag) or is_valid(child)]
        if len(kept) < len(parent):
            parent[:] = kept
            self._file.changed = True

    def _leave_out(self, element: Element, what: str) -> bool:
        self._problems.left_out(self._file.line(element), what)
        return False

    def _set(self, element: Element, key: str, value: str) -> None:
        element.set(key, value)
        self._file.changed = True

    def _drop(self, element: Element, key: str) -> None:
        del element.attrib[key]
        self._file.changed = True


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _integer(text: str, base: int = 10) -> int | None:
    """An integer as cantools reads it; None for any other text."""
    try:
        return int(text, base) if len(text) <= _MAX_DIGITS else None
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    try:
        return len(text) <= 10 * _MAX_DIGITS and math.isfinite(float(text))
    except ValueError:
        return False


def _short(text: str) -> str:
    return text.strip() if len(text) <= 20 else f"{text[:19]}…"

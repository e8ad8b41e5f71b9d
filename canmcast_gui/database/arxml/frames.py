"""Frames and PDUs of ARXML files: complete them for cantools, or leave them out."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from canmcast_gui.database.arxml.signals import Signals, is_valid_time
from canmcast_gui.database.arxml.tree import Tree
from canmcast_gui.database.numbers import arxml_integer
from canmcast_gui.database.problems import MAX_BITS, MAX_BYTES, MAX_SIGNALS
from canmcast_gui.database.xml_file import local_name
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

_SECONDS = {
    True: ("I-PDU-TIMING-SPECIFICATIONS", "I-PDU-TIMING", "TRANSMISSION-MODE-DECLARATION",
           "TRANSMISSION-MODE-TRUE-TIMING", "CYCLIC-TIMING", "TIME-PERIOD", "VALUE"),
    False: ("I-PDU-TIMING-SPECIFICATION", "CYCLIC-TIMING", "REPEATING-TIME", "VALUE"),
}  # fmt: skip


class Frames:
    """Repairs all frames that are sent on a CAN bus."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._signals = Signals(tree)
        self._frames: dict[Element, bool] = {}
        # The number of signals of a PDU and all PDUs in it; None for one that cannot be read, or is being
        # checked.
        self._pdus: dict[Element, int | None] = {}
        self._count = 0

    def repair(self) -> None:
        """Remove the frames that cannot be read."""
        for triggering in list(self._tree.all("CAN-FRAME-TRIGGERING")):
            self._repair_triggering(triggering)

    # -- frames ------------------------------------------------------------------------------------------

    def _repair_triggering(self, triggering: Element) -> None:
        tree = self._tree
        frame = tree.target(triggering, "FRAME")
        what = tree.describe(triggering)
        if frame is None:
            tree.leave_out(triggering, f"{what}: message without a CAN-FRAME")
            return
        number = arxml_integer(tree.text(triggering, "IDENTIFIER"))
        if number is None or not 0 <= number <= MAX_EXTENDED_ID:
            found = tree.text(triggering, "IDENTIFIER")[:20]
            tree.leave_out(triggering, f"{what}: message with an IDENTIFIER of {found or 'nothing'}")
            return
        if number > MAX_STANDARD_ID and tree.text(triggering, "CAN-ADDRESSING-MODE") != "EXTENDED":
            tree.put(triggering, "CAN-ADDRESSING-MODE", "EXTENDED")
            tree.report_repaired(triggering, f"{what}: id {number:X} is wider than its format: extended")
        if frame not in self._frames:
            self._frames[frame] = self._is_valid(frame)
        if not self._frames[frame]:
            tree.remove(triggering)
            return
        self._count += self._pdus.get(self._pdu(frame), 0) or 0  # type: ignore[arg-type]
        if self._count > MAX_SIGNALS:
            tree.leave_out(triggering, f"{what}: the file has more than {MAX_SIGNALS:,} signals")

    def _pdu(self, frame: Element) -> Element | None:
        mapping = self._tree.child(frame, "PDU-TO-FRAME-MAPPINGS", "PDU-TO-FRAME-MAPPING")
        return self._tree.target(mapping, "PDU")

    def _is_valid(self, frame: Element) -> bool:
        tree, what = self._tree, self._tree.describe(frame)
        if not tree.text(frame, "SHORT-NAME"):
            tree.report_left_out(frame, f"{what}: message without a SHORT-NAME")
            return False
        pdu = self._pdu(frame)
        of_pdu = arxml_integer(tree.text(pdu, "LENGTH"))
        if tree.child(frame, "FRAME-LENGTH") is None and of_pdu is not None:
            # in AUTOSAR 3 it is in bits
            tree.put(frame, "FRAME-LENGTH", str(of_pdu if tree.is_newer else (of_pdu + 7) // 8))
            tree.report_repaired(frame, f"{what}: its FRAME-LENGTH is the LENGTH of its PDU")
        length = arxml_integer(tree.text(frame, "FRAME-LENGTH"))
        if length is None or not 0 <= length <= MAX_BYTES:
            found = tree.text(frame, "FRAME-LENGTH")[:20]
            tree.report_left_out(frame, f"{what}: message with a FRAME-LENGTH of {found or 'nothing'}")
            return False
        mapping = tree.child(frame, "PDU-TO-FRAME-MAPPINGS", "PDU-TO-FRAME-MAPPING")
        if mapping is not None and (pdu is None or self._check(pdu, length) is None):
            tree.leave_out(tree.child(frame, "PDU-TO-FRAME-MAPPINGS"), f"{what}: its signals", at=frame)
        return True

    # -- PDUs --------------------------------------------------------------------------------------------

    def _check(self, pdu: Element, length: int = 0) -> int | None:
        """The number of signals of a PDU, without those that cannot be read; None where it cannot be read."""
        if pdu not in self._pdus:
            self._pdus[pdu] = None  # while it is being checked: a PDU cannot contain itself
            self._pdus[pdu] = self._repair_pdu(pdu, length)
        return self._pdus[pdu]

    def _repair_pdu(self, pdu: Element, length: int) -> int | None:
        tree, kind = self._tree, local_name(pdu)
        if not self._has_number(pdu, "LENGTH", MAX_BYTES) and kind != "SECURED-I-PDU":
            tree.put(pdu, "LENGTH", str(length))
        if not self._has_number(pdu, "UNUSED-BIT-PATTERN", 255):
            tree.remove(tree.child(pdu, "UNUSED-BIT-PATTERN"))
        seconds = tree.child(pdu, *_SECONDS[tree.is_newer])
        if seconds is not None and not is_valid_time(seconds.text or ""):
            tree.leave_out(tree.child(pdu, _SECONDS[tree.is_newer][0]), f"{tree.describe(pdu)}: its cycle")
        count = self._signals.repair(pdu)
        if kind == "CONTAINER-I-PDU":
            return self._container(pdu)
        if kind == "SECURED-I-PDU":
            return self._secured(pdu, length)
        if kind == "MULTIPLEXED-I-PDU":
            inner = self._multiplexed(pdu)
            return None if inner is None else count + inner
        return count

    def _has_number(self, element: Element, name: str, most: int) -> bool:
        number = arxml_integer(self._tree.text(element, name))
        return number is not None and 0 <= number <= most

    def _container(self, pdu: Element) -> int | None:
        tree, count = self._tree, 0
        if tree.child(pdu, "HEADER-TYPE") is None:
            tree.put(pdu, "HEADER-TYPE", "NO-HEADER")
            tree.report_left_out(pdu, f"{tree.describe(pdu)}: the messages in it, as it has no HEADER-TYPE")
        for reference in tree.children(pdu, "CONTAINED-PDU-TRIGGERING-REFS", "CONTAINED-PDU-TRIGGERING-REF"):
            inner = tree.target(tree.follow(reference), "I-PDU")
            number = tree.text(inner, "CONTAINED-I-PDU-PROPS", "HEADER-ID-SHORT-HEADER")
            is_named = (
                inner is not None and tree.text(inner, "SHORT-NAME") and arxml_integer(number) is not None
            )
            is_sized = inner is not None and self._has_number(inner, "LENGTH", MAX_BYTES)
            found = None
            if inner is not None and is_named and is_sized and local_name(inner) != "CONTAINER-I-PDU":
                found = self._check(inner)
                self._signals.separate(inner, 8 * (arxml_integer(tree.text(inner, "LENGTH")) or 0))
            if found is None:
                what = (
                    f"{tree.describe(pdu)}: {tree.text(reference)}, which lacks a name, length or header id"
                )
                tree.leave_out(reference, what)
            count += found or 0
        return count

    def _secured(self, pdu: Element, length: int) -> int | None:
        tree = self._tree
        payload = tree.target(tree.target(pdu, "PAYLOAD"), "I-PDU")
        is_readable = payload is not None and local_name(payload) != "CONTAINER-I-PDU"
        found = self._check(payload, length) if payload is not None and is_readable else None
        if found is None:
            tree.report_left_out(pdu, f"{tree.describe(pdu)}: it has no payload that can be read")
            return None
        if not self._has_number(pdu, "LENGTH", MAX_BYTES):
            tree.put(pdu, "LENGTH", str(length))
        self._repair_protection(pdu)
        return found

    def _repair_protection(self, pdu: Element) -> None:
        """cantools needs the lengths of the authentication and of the freshness value of a secured PDU."""
        tree = self._tree
        freshness = tree.target(pdu, "FRESHNESS-PROPS")
        authentication = tree.target(pdu, "AUTHENTICATION-PROPS")
        for owner, name in (
            (authentication, "AUTH-INFO-TX-LENGTH"),
            (freshness, "FRESHNESS-VALUE-TX-LENGTH"),
            (freshness, "FRESHNESS-VALUE-LENGTH"),
        ):
            if owner is not None and not self._has_number(owner, name, MAX_BITS):
                tree.put(owner, name, "0")
        if freshness is None and authentication is not None:
            properties = SubElement(pdu, tree.tag("FRESHNESS-PROPS"))
            tree.parents[properties] = pdu
            tree.put(properties, "FRESHNESS-VALUE-TX-LENGTH", "0")

    # -- multiplexed PDUs --------------------------------------------------------------------------------

    def _multiplexed(self, pdu: Element) -> int | None:
        tree, count = self._tree, 1
        start = arxml_integer(tree.text(pdu, "SELECTOR-FIELD-START-POSITION"))
        length = arxml_integer(tree.text(pdu, "SELECTOR-FIELD-LENGTH"))
        if start is None or not 0 <= start < MAX_BITS or length is None or not 0 < length <= 64:
            tree.report_left_out(pdu, f"{tree.describe(pdu)}: its selector has no position or length")
            return None
        order = tree.text(pdu, "SELECTOR-FIELD-BYTE-ORDER")
        if order and order not in ("MOST-SIGNIFICANT-BYTE-FIRST", "MOST-SIGNIFICANT-BYTE-LAST"):
            tree.remove(tree.child(pdu, "SELECTOR-FIELD-BYTE-ORDER"))
        has_initial = False
        for part in self._parts(pdu, "DYNAMIC-PART"):
            for alternative in tree.children(part, "DYNAMIC-PART-ALTERNATIVES", "DYNAMIC-PART-ALTERNATIVE"):
                inner = tree.target(alternative, "I-PDU")
                found = None if inner is None else self._check(inner)
                is_numbered = arxml_integer(tree.text(alternative, "SELECTOR-FIELD-CODE")) is not None
                if inner is None or found is None or not is_numbered:
                    tree.leave_out(alternative, f"{tree.describe(pdu)}: a part without a number or a PDU")
                    continue
                self._put_selector(inner, start, length)
                count += found + 1
                is_initial = tree.text(alternative, "INITIAL-DYNAMIC-PART") == "true"
                if is_initial and has_initial:
                    tree.remove(tree.child(alternative, "INITIAL-DYNAMIC-PART"))
                has_initial |= is_initial
        return count + self._static(pdu)

    def _parts(self, pdu: Element, name: str) -> list[Element]:
        if self._tree.is_newer:
            return self._tree.children(pdu, f"{name}S", name)
        return self._tree.children(pdu, name)

    def _put_selector(self, pdu: Element, start: int, length: int) -> None:
        """cantools needs the selector once among the signals of each part, and removes it from them."""
        tree = self._tree
        positions = [(one, self._signals.position(one)) for one in self._signals.mappings(pdu)]
        selectors = [one for one, position in positions if position == (start, length)]
        for one, (first, _) in positions:
            if first == start and (one not in selectors[:1]):
                tree.leave_out(one, f"{tree.describe(one)}: signal where the selector is")
        if selectors or local_name(pdu) == "MULTIPLEXED-I-PDU":
            return
        name = "I-SIGNAL-TO-PDU-MAPPINGS" if tree.is_newer else "SIGNAL-TO-PDU-MAPPINGS"
        mappings = tree.child(pdu, name)
        if mappings is None:
            mappings = tree.put(pdu, name, "")
        mapping = SubElement(mappings, tree.tag("I-SIGNAL-TO-I-PDU-MAPPING"))
        tree.parents[mapping] = mappings
        signal = tree.put(mapping, "I-SIGNAL" if tree.is_newer else "SIGNAL", "")
        tree.put(signal, "SHORT-NAME", "Selector")
        tree.put(signal, "LENGTH", str(length))
        tree.put(mapping, "START-POSITION", str(start))

    def _static(self, pdu: Element) -> int:
        tree, count = self._tree, 0
        for part in self._parts(pdu, "STATIC-PART"):
            inner = tree.target(part, "I-PDU")
            found = None if inner is None else self._check(inner)
            if found is None:
                tree.leave_out(part, f"{tree.describe(pdu)}: its static part")
            count += found or 0
        return count

"""Repair an ARXML file: single elements, paths and references, frames, and the rest; restore names.

Configurations of control units (ECU extracts) have messages in another form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from canmcast_gui.database.arxml.frames import Frames
from canmcast_gui.database.arxml.paths import repair_paths, repair_references
from canmcast_gui.database.arxml.tree import Tree, own_name
from canmcast_gui.database.numbers import arxml_integer
from canmcast_gui.database.problems import Lines, Problems
from canmcast_gui.database.xml_file import XmlFile, local_name

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase
    from cantools.database.can import Message as ParsedMessage
from canmcast_gui.database.problems import MAX_BITS, MAX_BYTES, UnreadableError
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

_MODULE = "ECUC-MODULE-CONFIGURATION-VALUES"
_CONTAINER = "ECUC-CONTAINER-VALUE"

# Parameters that must be integers, with their maximum.
_NUMBERS = {
    "CanIfTxPduCanId": MAX_EXTENDED_ID,
    "CanIfRxPduCanId": MAX_EXTENDED_ID,
    "CanIfTxPduDlc": MAX_BYTES,
    "CanIfRxPduDlc": MAX_BYTES,
    "ComBitPosition": MAX_BITS - 1,
    "ComBitSize": MAX_BITS,
}


def repair_extract(tree: Tree) -> None:
    """Repair a configuration; raises UnreadableError where it has no messages at all."""
    _check_modules(tree)
    for container in list(tree.all(_CONTAINER)):
        if not tree.text(container, "SHORT-NAME"):
            tree.leave_out(container, f"{tree.describe(container)}: a part without a SHORT-NAME")
        elif tree.child(container, "SUB-CONTAINERS") is None:
            _repair_container(tree, container)


def _check_modules(tree: Tree) -> None:
    """cantools needs one module Com, at a path of the file, with its messages in ComConfig."""
    module = ""
    for reference in list(tree.all(f"{_MODULE}-REF")):
        path = tree.text(reference)
        is_com = path.startswith("/") and path.endswith("/Com")
        if not is_com or module:
            tree.remove(reference)
        module = module or (path if is_com else "")
    if not module:
        raise UnreadableError("it is the configuration of a control unit without a module Com")
    for package in tree.children(tree.packages, "AR-PACKAGE"):
        if tree.text(package, "SHORT-NAME") == module.split("/")[1] and _has_messages(tree, package):
            return
    raise UnreadableError(f"its module {module[:80]} has no ComConfig with messages in it")


def _has_messages(tree: Tree, package: Element) -> bool:
    for module in tree.children(package, "ELEMENTS", _MODULE):
        for container in tree.children(module, "CONTAINERS", _CONTAINER):
            name = tree.text(module, "SHORT-NAME"), tree.text(container, "SHORT-NAME")
            if name == ("Com", "ComConfig") and tree.children(container, "SUB-CONTAINERS", _CONTAINER):
                return True
    return False


def _repair_container(tree: Tree, container: Element) -> None:
    """Repair a message, its id on the bus, or a signal."""
    kind = tree.text(container, "DEFINITION-REF").rpartition("/")[2]
    if not kind:
        tree.leave_out(container, f"{tree.describe(container)}: a part without a DEFINITION-REF")
        return
    if not kind.startswith(("ComIPdu", "ComSignal", "CanIf")):
        return
    for name in ("PARAMETER-VALUES", "REFERENCE-VALUES"):
        if tree.child(container, name) is None:
            tree.put(container, name, "")
    parameters = _values(tree, container, "PARAMETER-VALUES", "VALUE")
    references = _values(tree, container, "REFERENCE-VALUES", "VALUE-REF")
    if kind == "ComIPdu":
        direction = tree.text(parameters.get("ComIPduDirection"), "VALUE")
        if direction not in ("SEND", "RECEIVE") or "ComPduIdRef" not in references:
            tree.leave_out(
                container, f"{tree.describe(container)}: a message without a direction or an id on the bus"
            )
    number = parameters.get("CanIfRxPduCanId", parameters.get("CanIfTxPduCanId"))
    format_ = parameters.get("CanIfRxPduCanIdType", parameters.get("CanIfTxPduCanIdType"))
    if number is not None and format_ is not None and int(tree.text(number, "VALUE")) > MAX_STANDARD_ID:
        tree.put(format_, "VALUE", "EXTENDED_CAN")


def _values(tree: Tree, container: Element, name: str, value: str) -> dict[str, Element]:
    """The valid parameters or references of a container, by name."""
    found: dict[str, Element] = {}
    for one in list(tree.child(container, name) or ()):
        kind, text = tree.text(one, "DEFINITION-REF").rpartition("/")[2], tree.text(one, value)
        valid = bool(kind and text) and (value == "VALUE" or (text.startswith("/") and "'" not in text))
        if valid and kind in _NUMBERS:
            valid = text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _NUMBERS[kind]
        if valid:
            found.setdefault(kind, one)
        else:
            tree.leave_out(
                one, f"{tree.describe(container)}: {kind or 'a value'} cannot be {text[:20] or 'nothing'}"
            )
    return found


# Children of which cantools accepts one at most.
_SINGLE = {
    "CAN-CLUSTER-CONDITIONAL": ("PROTOCOL-VERSION", "BAUDRATE", "CAN-FD-BAUDRATE"),
    "CAN-FRAME-TRIGGERING": ("FRAME-REF", "IDENTIFIER", "CAN-ADDRESSING-MODE", "CAN-FRAME-RX-BEHAVIOR",
                             "CAN-FRAME-TX-BEHAVIOR"),
    "CAN-CLUSTER": ("SHORT-NAME",),
    "CAN-FRAME": ("SHORT-NAME", "FRAME-LENGTH", "DESC", "PDU-TO-FRAME-MAPPINGS"),
    "PDU-TO-FRAME-MAPPINGS": ("PDU-TO-FRAME-MAPPING",),
    "PDU-TO-FRAME-MAPPING": ("PDU-REF",),
    "I-SIGNAL-TO-I-PDU-MAPPING": ("I-SIGNAL-REF", "SIGNAL-REF", "START-POSITION", "PACKING-BYTE-ORDER"),
    "I-SIGNAL": ("SHORT-NAME", "LENGTH", "SYSTEM-SIGNAL-REF", "NETWORK-REPRESENTATION-PROPS", "INIT-VALUE",
                 "DESC"),
    "SYSTEM-SIGNAL": ("PHYSICAL-PROPS", "DATA-TYPE-REF", "LENGTH", "DESC"),
    "SW-DATA-DEF-PROPS-VARIANTS": ("SW-DATA-DEF-PROPS-CONDITIONAL",),
    "SW-DATA-DEF-PROPS-CONDITIONAL": ("COMPU-METHOD-REF", "UNIT-REF", "BASE-TYPE-REF", "INVALID-VALUE"),
    "COMPU-METHOD": ("CATEGORY", "COMPU-INTERNAL-TO-PHYS", "UNIT-REF"),
    "COMPU-SCALE": ("LOWER-LIMIT", "UPPER-LIMIT", "COMPU-CONST", "COMPU-RATIONAL-COEFFS", "DESC"),
    "COMPU-CONST": ("VT",),
    "COMPU-RATIONAL-COEFFS": ("COMPU-NUMERATOR", "COMPU-DENOMINATOR"),
    "SW-BASE-TYPE": ("BASE-TYPE-ENCODING",),
    "UNIT": ("DISPLAY-NAME",),
    "I-SIGNAL-I-PDU": ("SHORT-NAME", "LENGTH", "I-PDU-TIMING-SPECIFICATIONS", "UNUSED-BIT-PATTERN"),
    "I-PDU-TIMING-SPECIFICATIONS": ("I-PDU-TIMING",),
    "DYNAMIC-PART-ALTERNATIVE": ("I-PDU-REF", "SELECTOR-FIELD-CODE"),
    "PDU-TRIGGERING": ("I-PDU-REF",),
    "ECU-INSTANCE": ("SHORT-NAME", "DESC"),
}  # fmt: skip

# Children that only contain others: the content of further ones is moved to the first.
_JOINED = (
    "AR-PACKAGES", "TOP-LEVEL-PACKAGES", "SUB-PACKAGES", "REFERENCE-BASES", "ELEMENTS",
    "CAN-CLUSTER-VARIANTS",
    "PHYSICAL-CHANNELS",
    "FRAME-TRIGGERINGS", "FRAME-TRIGGERINGSS", "I-SIGNAL-TO-PDU-MAPPINGS", "I-SIGNAL-TO-I-PDU-MAPPINGS",
    "SIGNAL-TO-PDU-MAPPINGS", "SW-DATA-DEF-PROPS-VARIANTS", "COMPU-SCALES", "CONTAINED-PDU-TRIGGERING-REFS",
    "DYNAMIC-PARTS", "STATIC-PARTS", "DYNAMIC-PART-ALTERNATIVES",
)  # fmt: skip


def repair_arxml(file: XmlFile, problems: Problems) -> Lines:
    """Repair a file in its tree. The lines of its messages, (name, "")."""
    tree = Tree(file, problems)
    if tree.child(tree.packages, "AR-PACKAGE", "ELEMENTS", "ECUC-VALUE-COLLECTION") is not None:
        repair_extract(tree)
        return {}
    _keep_single(tree)
    for cluster in tree.all("CAN-CLUSTER"):
        if not tree.text(cluster, "SHORT-NAME"):
            tree.put(cluster, "SHORT-NAME", "CAN-CLUSTER")
            tree.report_repaired(cluster, "a CAN-CLUSTER has no SHORT-NAME")
    moved = repair_paths(tree)
    repair_references(tree, moved)
    Frames(tree).repair()
    _repair_rest(tree)
    if not problems:
        return {}
    return {
        (own_name(tree.text(frame, "SHORT-NAME")), ""): file.line(frame)
        for frame in tree.all("CAN-FRAME")
        if frame in tree.parents
    }


def restore_names(parsed: ParsedDatabase) -> None:
    """Replace the names that made paths unique by those of the file."""
    for message in parsed.messages:
        _restore_message(message)
    for node in parsed.nodes:
        node.name = own_name(node.name)
    parsed.refresh()


def _restore_message(message: ParsedMessage) -> None:
    message.name = own_name(message.name)
    message.senders[:] = map(own_name, message.senders)
    for signal in message.signals:
        signal.name = own_name(signal.name)
        signal.receivers = list(map(own_name, signal.receivers))
        if signal.multiplexer_signal is not None:
            signal.multiplexer_signal = own_name(signal.multiplexer_signal)
    for inner in message.contained_messages or ():
        _restore_message(inner)
    message.refresh(strict=False)


def _keep_single(tree: Tree) -> None:
    """Join children that only contain others, and remove further ones where there can be only one."""
    joined = frozenset(map(tree.tag, _JOINED))
    for element in [one for one in tree.file.root.iter() if one.tag in joined]:
        first = tree.parents[element].find(element.tag)
        if first is not None and first is not element:
            first.extend(list(element))
            tree.parents.update((child, first) for child in element)
            tree.report_repaired(element, f"{tree.describe(element)}: joined with the one before it")
            tree.remove(element)
    single = {tree.tag(owner): frozenset(map(tree.tag, names)) for owner, names in _SINGLE.items()}
    for element in list(tree.file.root.iter()):
        names = single.get(element.tag)
        if names is None or len(element) < 2:
            continue
        seen: set[str] = set()
        for child in list(element):
            if child.tag in seen:
                tree.leave_out(child, f"{tree.describe(element)}: a second {local_name(child)}")
            elif child.tag in names:
                seen.add(child.tag)


def _repair_rest(tree: Tree) -> None:
    """Repair buses, nodes and groups of PDUs."""
    for name in ("BAUDRATE", "CAN-FD-BAUDRATE", "SPEED"):
        _keep(tree, name, lambda element: arxml_integer(element.text) is not None)
    _keep(tree, "ECU-INSTANCE", lambda element: bool(tree.text(element, "SHORT-NAME")))
    _keep(tree, "DATA-ID", lambda element: arxml_integer(element.text) is not None)
    for name in ("I-SIGNAL-I-PDU-GROUP", "I-PDU-GROUP"):
        for group in tree.all(name):
            if tree.child(group, "COMMUNICATION-DIRECTION") is None:
                tree.put(group, "COMMUNICATION-DIRECTION", "NONE")


def _keep(tree: Tree, name: str, is_valid: Callable[[Element], bool]) -> None:
    for element in list(tree.all(name)):
        if not is_valid(element):
            tree.leave_out(element, f"{tree.describe(element)}: it has no valid value")

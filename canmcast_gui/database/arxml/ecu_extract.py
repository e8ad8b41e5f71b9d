"""Configurations of control units (ECU extracts) in ARXML files, which have messages in another form."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from canmcast_gui.database.arxml.tree import Tree
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

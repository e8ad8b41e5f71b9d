"""Paths of short names in an ARXML file, made unique, and the references that name them."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from canmcast_gui.database.arxml.tree import MARK, Tree, own_name
from canmcast_gui.database.xml_file import local_name

# Further elements with the same path count as different; they are not compared with the first.
_MAX_COMPARED = 100
_CONTAINERS = ("ELEMENTS", "AR-PACKAGES", "SUB-PACKAGES", "REFERENCE-BASES")


def repair_paths(tree: Tree) -> dict[tuple[str, str], str]:
    """Make all paths unique; returns the new paths by old path and tag."""
    _join_packages(tree, tree.packages)
    moved: dict[tuple[str, str], str] = {}
    waiting: list[tuple[Element, str]] = [(tree.file.root, "")]
    while waiting:
        element, path = waiting.pop()
        name = element.find(tree.tag("SHORT-NAME"))
        if name is not None:
            path = _path_of(tree, element, name, path, moved)
        waiting.extend((child, path) for child in reversed(element))
    return moved


def _path_of(
    tree: Tree, element: Element, name: Element, above: str, moved: dict[tuple[str, str], str]
) -> str:
    text = name.text or ""
    if text != text.strip():
        name.text = text = text.strip()
        tree.file.changed = True
    path = f"{above}/{text}"
    first = tree.elements.setdefault(path, element)
    if first is element:
        return path
    number = tree.shared[path] = tree.shared.get(path, 1) + 1
    new = f"{path}{MARK}{number}"
    name.text = f"{text}{MARK}{number}"
    tree.file.changed = True
    tree.elements[new] = element
    if number > _MAX_COMPARED or not _is_same(first, element):
        moved.setdefault((path, local_name(element)), new)
        first_line = tree.file.line(first)
        tree.report_repaired(
            element, f"{local_name(element)} {path} has the path of {local_name(first)} in line {first_line}"
        )
    return new


def _is_same(one: Element, other: Element) -> bool:
    """Whether two elements have the same content, apart from the mark in the name of one."""
    first, second = (own_name(ElementTree.tostring(found, encoding="unicode")) for found in (one, other))
    return "".join(first.split()) == "".join(second.split())


def _join_packages(tree: Tree, container: Element) -> None:
    """Join packages with the same name, which AUTOSAR allows in several files."""
    first: dict[str, Element] = {}
    for package in container.findall(tree.tag("AR-PACKAGE")):
        known = first.setdefault(tree.text(package, "SHORT-NAME"), package)
        if known is not package:
            tree.report_repaired(
                package, f"{tree.describe(package)} is in several parts: read as one package"
            )
            _move_content(tree, package, known)
    for package in container.findall(tree.tag("AR-PACKAGE")):
        for name in ("AR-PACKAGES", "SUB-PACKAGES"):
            inner = tree.child(package, name)
            if inner is not None:
                _join_packages(tree, inner)


def _move_content(tree: Tree, package: Element, to: Element) -> None:
    for name in _CONTAINERS:
        content = tree.child(package, name)
        if content is None:
            continue
        into = tree.child(to, name)
        if into is None:
            into = tree.put(to, name, "")
        into.extend(list(content))
        tree.parents.update((child, into) for child in content)
    tree.remove(package)


# The references that cantools follows; all others have no effect.
FOLLOWED = frozenset(
    f"{name}-REF"
    for name in (
        "ASSOCIATED-COM-I-PDU-GROUP", "ASSOCIATED-I-PDU-GROUP", "AUTHENTICATION-PROPS", "BASE-TYPE",
        "BASE-TYPE-ENCODING", "CAN-CLUSTER", "CAN-CLUSTER-CONDITIONAL", "CAN-FRAME-TRIGGERING",
        "CAN-PHYSICAL-CHANNEL", "COMPU-CONST", "COMPU-DENOMINATOR", "COMPU-INTERNAL-TO-PHYS", "COMPU-METHOD",
        "COMPU-NUMERATOR", "COMPU-RATIONAL-COEFFS", "COMPU-SCALE", "CONSTANT", "CONTAINED-PDU-TRIGGERING",
        "DATA-TYPE", "FRAME", "FRESHNESS-PROPS", "INIT-VALUE", "I-PDU", "I-SIGNAL", "I-SIGNAL-GROUP",
        "I-SIGNAL-I-PDU",
        "I-SIGNAL-TO-I-PDU-MAPPING", "NETWORK-REPRESENTATION-PROPS", "PAYLOAD", "PDU", "PDU-TO-FRAME-MAPPING",
        "PHYSICAL-CHANNEL", "PHYSICAL-PROPS", "RX-NM-PDU", "SIGNAL", "SW-DATA-DEF-PROPS-CONDITIONAL",
        "SYSTEM-SIGNAL", "TRANSFORMER", "TX-NM-PDU", "UNIT",
    )
)  # fmt: skip


def repair_references(tree: Tree, moved: dict[tuple[str, str], str]) -> None:
    """Check the references that cantools follows. ``moved`` are the new paths of elements by path and tag."""
    bases = _Bases(tree)
    tags = {tree.tag(name): name for name in FOLLOWED}
    new_paths = {old: new for (old, _kind), new in moved.items()}
    found = [(child, tags[child.tag]) for child in tree.file.root.iter() if child.tag in tags]
    for reference, name in found:
        path = bases.absolute(reference)
        target = tree.elements.get(path)
        kind = reference.get("DEST")
        if target is None or (kind is not None and local_name(target) != kind):
            new = moved.get((path, kind or "")) or _below_moved(tree, path, new_paths)
            path, target = (new, tree.elements[new]) if new else (path, target)
        if target is None:
            owner = tree.parents.get(reference)
            what = f"{name} of {tree.describe(owner)}: {_short(path) or 'its target'} is not in the file"
            tree.leave_out(reference, what, at=reference)
            continue
        _set_path(tree, bases, reference, path)
        if kind is not None and local_name(target) != kind:
            _set_kind(tree, reference, target, f"{name} {_short(path)}")
    if bases.are_removed:
        for element in list(tree.all("REFERENCE-BASES")):
            tree.remove(element)


def _set_path(tree: Tree, bases: _Bases, reference: Element, path: str) -> None:
    """Write the absolute path of a reference where that is needed."""
    text = reference.text or ""
    if path != text.strip():
        tree.resolved[reference] = path
    if bases.are_removed or path != bases.absolute(reference) or text != text.strip():
        reference.text = path
        reference.attrib.pop("BASE", None)
        tree.file.changed = True


def _set_kind(tree: Tree, reference: Element, target: Element, what: str) -> None:
    """Write the tag of the target, where the reference has another one."""
    old, new = reference.get("DEST"), local_name(target)
    reference.set("DEST", new)
    tree.report_repaired(reference, f"{what} leads to {new}, not to {old}")
    tree.file.changed = True


def _below_moved(tree: Tree, path: str, new_paths: dict[str, str]) -> str:
    """The path of an element below one with a new path, "" where there is none."""
    above = path if new_paths and path not in tree.elements else ""
    while above := above.rpartition("/")[0]:
        new = new_paths.get(above, "") + path[len(above) :]
        if above in new_paths and new in tree.elements:
            return new
    return ""


class _Bases:
    """The bases of references that do not start with a slash."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[tuple[str, str], str] = {}
        # cantools refuses files with unusual bases. Then all references become absolute, and the bases are
        # removed.
        self.are_removed = False
        for base in list(tree.all("REFERENCE-BASE")):
            self._add(base)

    def _add(self, base: Element) -> None:
        tree = self._tree
        label, path = tree.text(base, "SHORT-LABEL"), tree.text(base, "PACKAGE-REF")
        if not label or not path:
            tree.report_left_out(base, f"a REFERENCE-BASE of {tree.path(base)} without a label or a package")
            self.are_removed = True
            return
        package = tree.path(base)
        is_default = tree.text(base, "IS-DEFAULT").lower() == "true"
        for name in (label, "") if is_default else (label,):
            self.are_removed |= self._known.setdefault((package, name), path) != path
        bases = tree.children(tree.parents.get(base), "REFERENCE-BASE")
        self.are_removed |= sum(tree.text(one, "SHORT-LABEL") == label for one in bases) > 1
        self.are_removed |= tree.text(base, "IS-GLOBAL").lower() == "true"
        for name in ("IS-GLOBAL", "IS-DEFAULT"):
            self.are_removed |= tree.child(base, name) is not None and not tree.text(base, name)

    def absolute(self, reference: Element) -> str:
        """The absolute path of a reference."""
        text = (reference.text or "").strip()
        if text.startswith("/") or not text:
            return text
        path, label = self._tree.path(reference), reference.get("BASE", "")
        while path:
            base = self._known.get((path, label))
            if base is not None:
                return f"{base}/{text}"
            path = path.rpartition("/")[0]
        return text


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"

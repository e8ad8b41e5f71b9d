"""Paths of short names that several elements share: packages become one, of others each gets its own."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from canmcast_gui.database.arxml.tree import MARK, Tree, own_name
from canmcast_gui.database.xml_file import local_name

# Further ones of a path are taken for different, rather than compared with the first.
_MOST_COMPARED = 100
_CONTAINERS = ("ELEMENTS", "AR-PACKAGES", "SUB-PACKAGES", "REFERENCE-BASES")


def repair_paths(tree: Tree) -> dict[tuple[str, str], str]:
    """Give each element a path of its own. The new paths of those that had another's, by path and tag."""
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
    if number > _MOST_COMPARED or not _is_same(first, element):
        moved.setdefault((path, local_name(element)), new)
        first_line = tree.file.line(first)
        tree.say_repaired(
            element, f"{local_name(element)} {path} has the path of {local_name(first)} in line {first_line}"
        )
    return new


def _is_same(one: Element, other: Element) -> bool:
    """Whether two elements have the same content; the mark in the name of one does not count."""
    first, second = (own_name(ElementTree.tostring(found, encoding="unicode")) for found in (one, other))
    return "".join(first.split()) == "".join(second.split())


def _join_packages(tree: Tree, container: Element) -> None:
    """Packages of one name are parts of one package, as AUTOSAR allows in several files."""
    first: dict[str, Element] = {}
    for package in container.findall(tree.tag("AR-PACKAGE")):
        known = first.setdefault(tree.text(package, "SHORT-NAME"), package)
        if known is not package:
            tree.say_repaired(package, f"{tree.describe(package)} is in several parts: read as one package")
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

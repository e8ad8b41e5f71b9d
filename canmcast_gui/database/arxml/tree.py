"""The elements of an ARXML file by their paths of short names, and the references between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from canmcast_gui.database.problems import Problems, UnreadableError
from canmcast_gui.database.xml_file import XmlFile, local_name

_ROOT = re.compile(
    r"\{(?P<namespace>http://autosar\.org/(?:schema/r4[0-9.]*|3[0-9.]*|[0-9.]+\.DAI\.[0-9]))\}AUTOSAR"
)

# A character of Unicode's private use area that makes names different until cantools is done.
MARK = "\ue000"
_MARKED = re.compile(f"{MARK}\\d+")


def own_name(name: str) -> str:
    """A name as it is in the file."""
    return _MARKED.sub("", name) if MARK in name else name


class Tree:
    """An ARXML file under repair. Raises UnreadableError for an unknown version, or without packages."""

    def __init__(self, file: XmlFile, problems: Problems) -> None:
        self.file = file
        self.problems = problems
        match = _ROOT.fullmatch(file.root.tag)
        if match is None:
            raise UnreadableError(f"its root is {file.root.tag}; AUTOSAR 3 and 4 are read")
        self._prefix = f"{{{match['namespace']}}}"
        self.is_newer = re.search(r"/r4|/4", match["namespace"]) is not None
        container = "AR-PACKAGES" if self.is_newer else "TOP-LEVEL-PACKAGES"
        packages = self.child(file.root, container)
        if packages is None:
            raise UnreadableError(f"it has no {container}, the element that contains all others")
        self.packages = packages
        self.elements: dict[str, Element] = {}
        self.shared: dict[str, int] = {}  # the number of elements with a path, where it is more than one
        # Packages have thousands of elements: each path is computed once.
        self._paths: dict[Element, str] = {}
        self.resolved: dict[Element, str] = {}  # the paths of references that are relative to others
        self.parents = {child: parent for parent in file.root.iter() for child in parent}

    # -- lookup ------------------------------------------------------------------------------------------

    def tag(self, name: str) -> str:
        """A tag with the file's namespace."""
        return self._prefix + name

    def child(self, element: Element | None, *names: str) -> Element | None:
        """The first element below another along a sequence of tags."""
        for name in names:
            if element is None:
                return None
            element = element.find(self.tag(name))
        return element

    def children(self, element: Element | None, *names: str) -> list[Element]:
        """All elements at the end of a sequence of tags, of which only the last may occur several times."""
        parent = self.child(element, *names[:-1])
        return [] if parent is None else parent.findall(self.tag(names[-1]))

    def all(self, name: str) -> Iterator[Element]:
        """All elements with a tag, in the file's order."""
        return self.file.root.iter(self.tag(name))

    def text(self, element: Element | None, *names: str) -> str:
        """The text at the end of a sequence of tags, "" where there is none."""
        found = self.child(element, *names)
        return ((found.text if found is not None else None) or "").strip()

    def target(self, element: Element | None, name: str) -> Element | None:
        """The child ``name`` of an element, or the target of its child ``name``-REF."""
        found = self.child(element, name)
        if found is not None:
            return found
        return self.follow(self.child(element, f"{name}-REF"))

    def follow(self, reference: Element | None) -> Element | None:
        """The target of a reference, None without a reference or target."""
        if reference is None:
            return None
        return self.elements.get(self.resolved.get(reference) or self.text(reference))

    def path(self, element: Element | None) -> str:
        """The short names from the root to an element, or to its nearest ancestor with a name."""
        chain = []
        while element is not None and element not in self._paths:
            chain.append(element)
            element = self.parents.get(element)
        path = self._paths.get(element, "") if element is not None else ""
        for inner in reversed(chain):
            name = self.text(inner, "SHORT-NAME")
            path = self._paths[inner] = f"{path}/{name}" if name else path
        return path or "/"

    # -- changing ----------------------------------------------------------------------------------------

    def put(self, parent: Element, name: str, text: str) -> Element:
        """Set the text of a child, which is added if there is none."""
        found = self.child(parent, name)
        if found is None:
            found = SubElement(parent, self.tag(name))
            self.parents[found] = parent
        found.text = text
        self.file.changed = True
        return found

    def remove(self, element: Element | None) -> None:
        """Remove an element."""
        parent = self.parents.pop(element, None) if element is not None else None
        if parent is not None and element is not None:
            parent.remove(element)
            self.file.changed = True

    def leave_out(self, element: Element | None, what: str, at: Element | None = None) -> None:
        """Remove and report an element; the line is that of ``at``, or of the element."""
        self.report_left_out(at if at is not None else element, what)
        self.remove(element)

    def report_left_out(self, element: Element | None, what: str) -> None:
        """Report something that is not read."""
        self.problems.left_out(self._line(element), what)

    def report_repaired(self, element: Element | None, what: str) -> None:
        """Report something that is read as it was meant."""
        self.problems.repaired(self._line(element), what)

    def describe(self, element: Element | None) -> str:
        """An element for messages: its tag and its path."""
        return f"{local_name(element)} {own_name(self.path(element))}" if element is not None else "the file"

    def _line(self, element: Element | None) -> int:
        while element is not None:
            line = self.file.line(element)
            if line:
                return line
            element = self.parents.get(element)
        return 0

"""KCD and ARXML files as trees of elements with lines. Document types are refused."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from canmcast_gui.database.problems import UnreadableError

# The largest known public ARXML file has 20 MB and half a million elements.
MAX_ELEMENTS = 3_000_000


class XmlFile:
    """A parsed XML text. Code that changes ``root`` sets ``changed``.

    Raises UnreadableError for what is not XML, declares a document type or has too many elements.
    """

    def __init__(self, text: str) -> None:
        _check_prolog(text)
        elements = text.count("</") + text.count("/>")
        if elements > MAX_ELEMENTS:
            raise UnreadableError(f"it has {elements:,} elements; a database may have {MAX_ELEMENTS:,}")
        try:
            self.root = ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            raise UnreadableError(f"it is not complete XML: {error}") from error
        self.changed = False
        self._text = text
        self._order = list(self.root.iter())
        self._lines: dict[int, int] = {}

    @property
    def text(self) -> str:
        """The text after all changes."""
        return ElementTree.tostring(self.root, encoding="unicode") if self.changed else self._text

    def line(self, element: Element) -> int:
        """The line in which an element starts, from 1; 0 for an element that was added."""
        if not self._lines:
            lines = _lines_of_elements(self._text)
            self._lines = {id(child): line for child, line in zip(self._order, lines, strict=True)}
        return self._lines.get(id(element), 0)


def local_name(element: Element) -> str:
    """An element's tag without its namespace."""
    return element.tag.rpartition("}")[2]


class _FirstElementError(Exception):
    """The prolog has ended."""


def _check_prolog(text: str) -> None:
    """Refuse document types: their entities expand a small text to a large one."""

    def refuse(*_: object) -> None:
        line = parser.CurrentLineNumber
        raise UnreadableError(
            f"line {line} declares a document type (<!DOCTYPE), which databases do not have"
        )

    def end(*_: object) -> None:
        raise _FirstElementError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = end
    try:
        parser.Parse(text, True)
    except (_FirstElementError, expat.ExpatError):
        return  # parsing the whole text reports what is wrong


def _lines_of_elements(text: str) -> list[int]:
    lines: list[int] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, _attributes: lines.append(parser.CurrentLineNumber)
    parser.Parse(text, True)
    return lines

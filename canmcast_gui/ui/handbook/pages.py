"""The pages of the handbook: Markdown files with a title, headings, and links to one another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from canmcast_gui.resources_path import resource

INDEX = "index"

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINK = re.compile(r"\]\((\w[\w-]*)\.md\)")
_HEADING = re.compile(r"(#+) (.+)")


@dataclass(frozen=True)
class Heading:
    """``level`` 1 is the title of a page; ``anchor`` is what links name it by."""

    level: int
    title: str

    @property
    def anchor(self) -> str:
        """The title as GitHub makes anchors: small letters, hyphens for blanks, no other signs."""
        return re.sub(r"[^\w\- ]", "", self.title.lower()).replace(" ", "-")


@dataclass(frozen=True)
class Page:
    """One page. ``markdown`` is its text without comments."""

    name: str
    markdown: str
    headings: tuple[Heading, ...]

    @property
    def title(self) -> str:
        """What the contents call it."""
        return self.headings[0].title


def folder() -> Path:
    """Where the pages are."""
    return resource("handbook")


@cache
def page(name: str) -> Page:
    """A page by its name. Raises OSError where there is none."""
    text = (folder() / f"{name}.md").read_text(encoding="utf-8")
    return Page(name, _COMMENT.sub("", text), tuple(_headings(text)))


def names() -> list[str]:
    """The pages in the order in which the first page lists them; it is the first of them."""
    return [INDEX, *dict.fromkeys(_LINK.findall(_contents(page(INDEX).markdown)))]


def _contents(markdown: str) -> str:
    return markdown.partition("## Contents")[2].partition("\n## ")[0]


def _headings(text: str) -> list[Heading]:
    found, is_code = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            is_code = not is_code
        elif not is_code and (match := _HEADING.fullmatch(line)):
            found.append(Heading(len(match[1]), match[2]))
    return found

"""Parse an ARXML file without the frames that cantools refuses, which are found by bisection."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from canmcast_gui.database.problems import Problems, UnreadableError
from canmcast_gui.database.xml_file import XmlFile, local_name

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase

Run = Callable[[str], "ParsedDatabase"]

# Each attempt parses the whole file.
MAX_ATTEMPTS = 150
MAX_SECONDS = 30.0

# cantools' error names children of which it accepts one.
_NOT_UNIQUE = re.compile(r"non-unique child node of type (?P<name>[A-Z0-9-]+)")


def parse_readable_frames(file: XmlFile, problems: Problems, run: Run) -> ParsedDatabase:
    """Parse a file without what cantools refuses; raises UnreadableError where it refuses everything."""
    removed: list[str] = []
    while True:
        try:
            return run(file.text)
        except UnreadableError as error:
            found = _NOT_UNIQUE.search(str(error))
            if found is None or removed.count(found["name"]) > 1:
                return _Bisection(file, problems, run, error).parse()
            _keep_first(file, problems, found["name"], found["name"] in removed)
            removed.append(found["name"])


def _keep_first(file: XmlFile, problems: Problems, name: str, also_named: bool) -> None:
    """Remove all children of a kind but the first of each parent; at first only those without a name."""
    for parent in list(file.root.iter()):
        for wanted in (name, f"{name}-REF"):
            same = [one for one in parent if local_name(one) == wanted]
            for child in [one for one in same[1:] if also_named or one.find("{*}SHORT-NAME") is None]:
                parent.remove(child)
                file.changed = True
                problems.left_out(file.line(child), f"a second {wanted} of {local_name(parent)}")


class _Bisection:
    """Finds the frames that cantools cannot read, by bisection."""

    def __init__(self, file: XmlFile, problems: Problems, run: Run, error: UnreadableError) -> None:
        self._file = file
        self._problems = problems
        self._run = run
        self._error = error
        self._attempts = 0
        self._end = time.monotonic() + MAX_SECONDS
        self._found: list[tuple[Element, str]] = []
        wanted = [one for one in file.root.iter() if local_name(one) == "CAN-FRAME-TRIGGERING"]
        parents = {child: parent for parent in file.root.iter() for child in parent}
        self._frames = wanted
        self._all = frozenset(wanted)
        self._content = {parents[one]: list(parents[one]) for one in wanted}

    def parse(self) -> ParsedDatabase:
        if not self._frames or self._parse_with([]) is None:
            raise self._error
        self._search(self._frames)
        good = [one for one in self._frames if one not in {frame for frame, _ in self._found}]
        parsed = self._parse_with(good)
        if parsed is None or not good:
            raise self._error
        for frame, why in self._found:
            name = frame.find("{*}SHORT-NAME")
            name_text = name.text if name is not None and name.text else "without a name"
            what = f"CAN-FRAME-TRIGGERING {name_text} cannot be read: {why}"
            self._problems.left_out(self._file.line(frame), what)
        return parsed

    def _search(self, frames: Sequence[Element]) -> None:
        if self._parse_with(frames) is not None:
            return
        if len(frames) == 1:
            self._found.append((frames[0], str(self._error)))
            return
        self._search(frames[: len(frames) // 2])
        self._search(frames[len(frames) // 2 :])

    def _parse_with(self, frames: Sequence[Element]) -> ParsedDatabase | None:
        """Parse the file with some of its frames; None where cantools refuses it."""
        self._attempts += 1
        if self._attempts > MAX_ATTEMPTS or time.monotonic() > self._end:
            raise self._error
        kept = set(frames)
        for parent, children in self._content.items():
            parent[:] = [one for one in children if one in kept or one not in self._all]
        self._file.changed = True
        try:
            return self._run(self._file.text)
        except UnreadableError as error:
            self._error = error
            return None

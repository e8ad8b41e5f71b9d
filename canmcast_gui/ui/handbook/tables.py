"""The tables of the handbook that the program knows best: its keys, and examples of filters.

Pages hold them between ``<!-- table: NAME -->`` and ``<!-- /table -->``, so that they can be read without the
program; the window shows what the program says, and a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from canmcast_gui.ui.actions import ACTIONS
from canmcast_gui.ui.dock import PANELS

Row = tuple[str, str]

FILTERS: tuple[Row, ...] = (
    ("1A3", "an id, a part of a message's name, or bytes of the data"),
    ("DE AD BE EF", "these bytes in a row, anywhere in the data"),
    ("id == 0x123", "one id; also `id in (0x1, 0x2)`"),
    ("id in 0x100..0x1FF", "a range of ids"),
    ("name ~ Engine* and length > 4", "names with wildcards; `and`, `or`, `not`, parentheses"),
    ("data[2] & 0x80", "a bit of a byte; also `data[0] == 5`"),
    ('data == "01 02"', 'all of the data; `data ~ "01 02"` a part of it'),
    ("dir == tx", "what this program, or the recorder of a file, sent; `rx` is all else"),
    ("source == 10.0.0.7", "frames of one sender; also `source ~ logger*`"),
    ("channel == 1", "frames of one channel"),
    ("dlc >= 9", "a data length code"),
    ("error or remote", "kinds of frames; also `fd`, `brs`, `esi`, `extended`, `standard`"),
    ("time > 1.5", "seconds since the start"),
    ("Engine.Speed > 3000", "the value of a signal"),
    ("Engine.Gear == Reverse", "a signal by the text of its value"),
)

_TRACE: tuple[Row, ...] = (
    ("Ctrl+F", "Find a frame"),
    ("F3, Shift+F3", "Find the next frame, or the one before; Esc stops a long search"),
    ("Right, Left, Enter", "Show or hide the signals of a frame"),
    ("Ctrl+Home, Ctrl+End", "The first row; the newest one, which is then followed"),
    ("Shift with the arrows, Ctrl+A", "Select rows; the status bar says how many, how long, how often"),
    ("Menu key, Shift+F10", "What can be done with the row: filter for it or without it, mark it, copy it"),
    ("Alt+Down", "In the filter: filters that were kept, and to keep this one"),
    ("Tab, Shift+Tab", "The next part of the window, or the one before"),
    ("Enter, F2, Del", "In the list of marks: show it, edit its note, remove it"),
)
_TRANSMIT: tuple[Row, ...] = (
    ("Ins", "Add a row"),
    ("Ctrl+V", "Add frames from copied lines"),
    ("Ctrl+J", "Duplicate the selected rows"),
    ("Del", "Remove the selected rows"),
    ("Alt+Up, Alt+Down", "Move the selected rows"),
    ("Ctrl+Return", "Send the selected rows once, now"),
    ("Ctrl+E", "Arm or disarm the selected rows"),
    ("Ctrl+Z, Ctrl+Shift+Z", "Undo, redo"),
    ("Ctrl+.", "Stop all that is sent; works in the whole window"),
)
_PLOT: tuple[Row, ...] = (
    ("F", "Show the whole recording and all values"),
    ("C", "Show or hide the cursor"),
    ("Shift+C", "Measure between two cursors"),
    ("Left, Right", "Cursor A to the previous or the next sample"),
    ("Shift+Left, Shift+Right", "The same with cursor B"),
    ("Ctrl+C", "In the table of the cursors: copy it"),
)
_OTHERS: tuple[Row, ...] = (
    ("Return, Enter", "In the list of signals: plot the selected ones; after a search: go to what was found"),
    ("Del", "In the gauges: remove the selected ones"),
    ("Ctrl+C", "In the statistics, and in the frames that an answer followed: copy"),
    ("Enter", "In the statistics: show the next missed cycle of the row"),
)
_HANDBOOK: tuple[Row, ...] = (
    ("F1", "Open the handbook at the page of the panel that has the focus"),
    ("Ctrl+F", "Search all pages"),
    ("Enter, F3, Shift+F3", "The next match, the previous one"),
    ("Alt+Left, Alt+Right", "Back, forward"),
    ("Tab, Shift+Tab", "The next link or part of the window, or the one before"),
    ("Esc", "Close the handbook"),
)

_BLOCK = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- /table -->", re.DOTALL)


def _window_keys() -> list[Row]:
    return [(data.keys, data.text.replace("&", "").rstrip("…")) for data in ACTIONS if data.keys]


def _panel_keys() -> list[Row]:
    return [(keys, f"The panel {title}, wherever it is") for _name, title, keys in PANELS]


def rows(name: str) -> Sequence[Row]:
    """The rows of one table: what is typed, and what it does."""
    made = {"keys": _window_keys, "panels": _panel_keys}
    fixed = {
        "filters": FILTERS,
        "trace": _TRACE,
        "transmit": _TRANSMIT,
        "plot": _PLOT,
        "others": _OTHERS,
        "handbook": _HANDBOOK,
    }
    return made[name]() if name in made else fixed[name]


def _markdown(name: str) -> str:
    first = "filter" if name == "filters" else "key"
    second = "finds" if name == "filters" else "effect"
    lines = [f"| {first} | {second} |", "|---|---|"]
    lines += [f"| {_typed(typed, name)} | {meaning} |" for typed, meaning in rows(name)]
    return "\n".join(lines)


def _typed(text: str, name: str) -> str:
    return f"`{text}`" if name == "filters" else text


def filled(page: str) -> str:
    """A page with its tables as the program has them."""
    return _BLOCK.sub(
        lambda match: f"<!-- table: {match[1]} -->\n{_markdown(match[1])}\n<!-- /table -->", page
    )

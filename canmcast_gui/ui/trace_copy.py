"""Rows of a trace as text for the clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from canmcast_gui.models.columns import DATA, NAME, Column
from canmcast_gui.models.trace_lines import LineModel
from canmcast_gui.models.trace_screen import Screen

# As text some 10 MB, made in about a second; what is larger belongs into a file.
MOST_ROWS = 100_000
BLOCK = 4096


def rows_text(model: LineModel, ranges: Sequence[tuple[int, int]], columns: Sequence[Column]) -> str:
    """The titles and the given ranges of lines (first, last), cells apart by tabs.

    At most MOST_ROWS lines are copied.
    """
    texts = ["\t".join(column.title for column in columns)]
    left = MOST_ROWS
    for first, last in ranges:
        last = min(last, first + left - 1)
        for start in range(first, last + 1, BLOCK):
            stop = min(start + BLOCK - 1, last)
            texts += _screen_lines(model.make_screen(start, stop), columns)
        left -= last - first + 1
        if left <= 0:
            break
    return "\n".join(texts) + "\n"


def _screen_lines(screen: Screen, columns: Sequence[Column]) -> list[str]:
    frames = list(zip(*(screen.texts(column) for column in columns), strict=True))
    texts = []
    for line, frame in enumerate(screen.frames):
        if frame is not None:
            texts.append("\t".join(frames[frame]))
        elif line in screen.signals:
            signal = screen.signals[line]
            cells = {NAME.key: signal.name, DATA.key: signal.text}
            texts.append("\t".join(cells.get(column.key, "") for column in columns))
    return texts

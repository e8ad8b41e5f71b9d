"""Rows of a view to the clipboard: a few at once, many in the background with progress and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QGuiApplication

from canmcast_gui.app.session import Session
from canmcast_gui.counted import counted
from canmcast_gui.models.columns import Column
from canmcast_gui.models.trace.lines import LineModel
from canmcast_gui.models.trace.text import BLOCK, rows_text

# As text some 50 MB, made in some seconds; what is larger belongs into a file.
MOST_ROWS = 500_000

# Made in some 30 ms: not worth a word.
AT_ONCE = 2_000

Ranges = Sequence[tuple[int, int]]


def copy_rows(
    session: Session, model: LineModel, ranges: Ranges, columns: Sequence[Column], form: str = "text"
) -> None:
    """Put lines of a model on the clipboard as one of the FORMATS; at most MOST_ROWS."""
    wanted = sum(last - first + 1 for first, last in ranges)
    if not wanted:
        session.message.emit("info", "Select rows first: the selected ones are copied.")
        return
    screens = model.screen_makers(cut_ranges(ranges, MOST_ROWS), BLOCK)
    if wanted > MOST_ROWS:
        session.message.emit(
            "warning",
            f"The first {MOST_ROWS:,} of {wanted:,} rows are copied. To take them all, save the shown rows "
            "to a file (File menu).",
        )
    text = partial(rows_text, screens, columns, form, titles=model.titles())
    if wanted <= AT_ONCE:
        QGuiApplication.clipboard().setText(text())
        return
    task = session.make_task(f"Copying {counted(min(wanted, MOST_ROWS), 'row')}", text)
    task.finished.connect(lambda text: QGuiApplication.clipboard().setText(text))
    task.failed.connect(lambda sentence: session.message.emit("error", f"Nothing was copied: {sentence}"))
    task.cancelled.connect(lambda _text: session.message.emit("info", "Copying was cancelled."))
    task.start()


def cut_ranges(ranges: Ranges, most: int) -> list[tuple[int, int]]:
    """The first lines of the ranges, ``most`` of them."""
    kept = []
    for first, last in ranges:
        last = min(last, first + most - 1)
        if last >= first:
            kept.append((first, last))
        most -= last - first + 1
    return kept

"""Recordings that a crash left: a list to open, save or discard each, also as a dialog."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.recording import Leftover, RecordingError, leftovers, remove
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.dialogs.question import Button, ask
from canmcast_gui.wording import counted, size_text

NOTHING_LEFT = "No recordings of crashed sessions were found."


class LeftoverList(QWidget):
    """A row for each recording: date, frames, size and buttons.

    ``open_requested`` and ``save_requested`` carry the Leftover of a button; a discarded one is deleted
    here after a question. ``changed`` is emitted after that.
    """

    open_requested = Signal(Leftover)
    save_requested = Signal(Leftover)
    changed = Signal()

    def __init__(self, found: list[Leftover], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setColumnStretch(3, 1)
        right = Qt.AlignmentFlag.AlignRight
        for line, leftover in enumerate(found):
            grid.addWidget(QLabel(when_text(leftover)), line, 0)
            grid.addWidget(QLabel(counted(leftover.frames, "frame")), line, 1, right)
            grid.addWidget(QLabel(size_text(leftover.bytes)), line, 2, right)
            for column, button in enumerate(self._buttons(leftover), start=4):
                grid.addWidget(button, line, column)

    def _buttons(self, leftover: Leftover) -> list[QToolButton]:
        slots: tuple[tuple[str, str, str, Callable[[], object]], ...] = (
            ("recover", "Open", "Show these frames in the trace", lambda: self.open_requested.emit(leftover)),
            (
                "save",
                "Save…",
                "Write these frames to a log file",
                lambda: self.save_requested.emit(leftover),
            ),
            ("remove", "Discard…", "Delete these frames", partial(self._ask_discard, leftover)),
        )
        made = []
        for icon, text, tip, slot in slots:
            button = QToolButton()
            button.setIcon(icons.icon(icon))
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(f"{text.rstrip('…')}: {when_text(leftover)}")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            connect(button.clicked, slot)
            made.append(button)
        return made

    def _ask_discard(self, leftover: Leftover) -> None:
        ask_discard(self.window(), leftover, self.changed.emit)


def ask_discard(parent: QWidget, leftover: Leftover, then: Callable[[], object]) -> None:
    """Delete the recording after a question, then call ``then``."""

    def discard() -> None:
        with suppress(RecordingError):  # another program has opened it in the meantime
            remove(leftover)
        then()

    text = f"Discard {counted(leftover.frames, 'frame')} from {when_text(leftover)}?"
    more = "They have not been saved, and cannot be recovered later."
    ask(parent, "Discard frames", text, more, {Button.Discard: discard})


def when_text(leftover: Leftover) -> str:
    """The date and time of the first frame."""
    return f"{datetime.fromtimestamp(leftover.first_time / NS_PER_SECOND):%Y-%m-%d %H:%M}"


class RecoveryDialog(QDialog):
    """All recordings that crashes left. It closes when none is left, or when one is opened."""

    open_requested = Signal(Leftover)
    save_requested = Signal(Leftover)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Recover recordings")
        self.resize(620, 300)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        icons.without_icons(buttons)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel("Frames that were not saved because the program crashed:"))
        layout.addWidget(self._area, 1)
        layout.addWidget(buttons)
        self.list = LeftoverList([])
        self.refresh()

    def refresh(self) -> None:
        """List the recordings that are left now."""
        found = leftovers()
        if not found:
            self.accept()
            return
        page = QWidget()
        self.list = LeftoverList(found)
        self.list.open_requested.connect(self._on_open)
        self.list.save_requested.connect(self.save_requested)
        self.list.changed.connect(self.refresh)
        inside = QVBoxLayout(page)
        inside.addWidget(self.list)
        inside.addStretch(1)
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()  # a button of it may be the sender of the signal that is handled now
        self._area.setWidget(page)

    def _on_open(self, leftover: Leftover) -> None:
        self.accept()
        self.open_requested.emit(leftover)

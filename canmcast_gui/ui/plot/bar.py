"""The tool bar of a plot: a box to add a signal by its name, the time window, and the actions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QToolBar, QToolButton

from canmcast_gui.database import DatabaseSet
from canmcast_gui.ui.content_size import NameCompleter
from canmcast_gui.ui.icons import fix_extension_button

WINDOWS = (
    ("5 s", 5.0),
    ("10 s", 10.0),
    ("30 s", 30.0),
    ("1 min", 60.0),
    ("5 min", 300.0),
    ("30 min", 1800.0),
)
DEFAULT_WINDOW = 1
MAX_CHARACTERS = 7  # of a span
BOX_CHARACTERS = 5


def span_text(seconds: float) -> str:
    """The length of a span with three digits, in the largest unit that it reaches."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")):
        if seconds >= 0.9995 * size:
            return f"{float(f'{seconds / size:.3g}'):g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


class PlotBar(QToolBar):
    """``name_chosen`` carries "Message.Signal", ``problem`` why the typed text is not a signal, or "" when it
    is one; ``window_chosen`` and ``offset_chosen`` carry seconds.
    """

    name_chosen = Signal(str)
    problem = Signal(str)
    window_chosen = Signal(float)
    offset_chosen = Signal(float)

    def __init__(self, databases: DatabaseSet, before: Sequence[QAction], after: Sequence[QAction]) -> None:
        """``before`` and ``after`` are the actions around the time window; the first one shows its text."""
        super().__init__()
        self._databases = databases
        size = self.fontMetrics().height()
        self.setIconSize(self.iconSize().scaled(size, size, Qt.AspectRatioMode.KeepAspectRatio))
        self.name_edit = self._make_name_edit()
        self.name_edit.installEventFilter(self)
        self.window_box = self._make_window_box()
        self.addWidget(self.name_edit)
        self.addSeparator()
        self.addActions(before)
        self.addWidget(self.window_box)
        self.addActions(after)
        self.offset_box = self._make_offset_box()
        self._offset = self.addWidget(self.offset_box)
        self._offset.setVisible(False)
        button = self.widgetForAction(before[0])
        assert isinstance(button, QToolButton)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        fix_extension_button(self)

    def _make_name_edit(self) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setPlaceholderText("Add signal")
        edit.setClearButtonEnabled(True)
        edit.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * 18)
        self._completer = completer = NameCompleter(edit)
        edit.returnPressed.connect(self._choose_name)
        edit.textEdited.connect(lambda _text: self.problem.emit(""))
        # The completer sets the text of the box after this signal.
        completer.activated.connect(self._choose_name, Qt.ConnectionType.QueuedConnection)
        return edit

    def _make_window_box(self) -> QComboBox:
        box = QComboBox(self)
        box.setToolTip("Visible time")
        for text, seconds in WINDOWS:
            box.addItem(text, seconds)
        box.setCurrentIndex(DEFAULT_WINDOW)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(BOX_CHARACTERS)
        box.activated.connect(lambda _index: self.window_chosen.emit(box.currentData()))
        return box

    def _make_offset_box(self) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setRange(-1e6, 1e6)
        box.setDecimals(4)
        box.setSingleStep(0.1)
        box.setPrefix("Offset ")
        box.setSuffix(" s")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self.offset_chosen)
        return box

    def show_offset(self, path: Path | None, seconds: float) -> None:
        """Show the offset of the recording that is compared with; without one, hide the box."""
        self._offset.setVisible(path is not None)
        if path is not None:
            self.offset_box.setToolTip(f"Offset added to the times of {path.name} (dashed lines)")
        with QSignalBlocker(self.offset_box):
            self.offset_box.setValue(seconds)

    def show_window(self, seconds: float) -> None:
        """Show the length of the span as one of the choices, or as an additional one at the end."""
        text, box = span_text(seconds), self.window_box
        index = box.findText(text)
        if index < 0:
            index = len(WINDOWS)
            if box.count() == index:
                box.addItem("")
            box.setItemText(index, text)
        elif index < len(WINDOWS) < box.count():
            box.removeItem(len(WINDOWS))
        box.setItemData(index, dict(WINDOWS).get(text, seconds))
        box.setCurrentIndex(index)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.name_edit and event.type() == QEvent.Type.FocusIn:
            self._completer.offer(self._suggestions())
        return super().eventFilter(watched, event)

    def _suggestions(self) -> list[tuple[str, str]]:
        return [
            (f"{message.name}.{signal.name}", f"[{signal.unit}]" if signal.unit else "")
            for database in self._databases
            for message in database.messages
            for signal in message.listed_signals
        ]

    def _choose_name(self) -> None:
        """Choose the signal with the typed name, or the only one whose name contains it."""
        typed = self.name_edit.text().strip().lower()
        if not typed:
            return
        known = [name for name, _unit in self._suggestions()]
        matches = [name for name in known if typed in name.lower()]
        found = [name for name in matches if name.lower() == typed] or matches
        if len(found) == 1:
            self.name_edit.clear()
            self.problem.emit("")
            self.name_chosen.emit(found[0])
        elif found:
            self.problem.emit(f"{len(found)} signals have names with {typed!r}. Select one.")
        elif known:
            self.problem.emit(f"No loaded database has a signal with {typed!r} in its name.")
        else:
            self.problem.emit("Load a database with signals first.")

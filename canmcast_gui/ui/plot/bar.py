"""The tool bar of a plot: a box to add a signal by its name, the time window, and the actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QToolBar, QToolButton

from canmcast_gui.database import Database, DatabaseSet
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

MIN_NAME_CHARACTERS = 8
MAX_NAME_CHARACTERS = 24
WIDE_CHARACTERS = 66  # of the bar: in a wider one the first action has its text

PLOTTED = "✓ plotted"


def span_text(seconds: float) -> str:
    """The length of a span with three digits, in the largest unit that it reaches."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")):
        if seconds >= 0.9995 * size:
            return f"{float(f'{seconds / size:.3g}'):g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


class PlotBar(QToolBar):
    """``name_chosen`` carries "Message.Signal", ``problem`` why the typed text is not a signal, or "" when it
    is one; ``window_chosen`` carries seconds.
    """

    name_chosen = Signal(str)
    problem = Signal(str)
    window_chosen = Signal(float)

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
        self._first = before[0]
        self._plotted: frozenset[str] = frozenset()
        self._known: list[tuple[str, str]] = []
        self._known_of: list[Database] = []
        fix_extension_button(self)

    def _make_name_edit(self) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setPlaceholderText("Add signal")
        edit.setClearButtonEnabled(True)
        digit = self.fontMetrics().horizontalAdvance("0")
        edit.setMinimumWidth(digit * MIN_NAME_CHARACTERS)
        edit.setMaximumWidth(digit * MAX_NAME_CHARACTERS)
        edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Name the first action where there is room."""
        super().resizeEvent(event)
        button = self.widgetForAction(self._first)
        if isinstance(button, QToolButton):
            has_room = self.width() >= self.fontMetrics().horizontalAdvance("0") * WIDE_CHARACTERS
            style = Qt.ToolButtonStyle
            button.setToolButtonStyle(
                style.ToolButtonTextBesideIcon if has_room else style.ToolButtonIconOnly
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.name_edit and event.type() == QEvent.Type.FocusIn:
            self._offer()
        elif watched is self.name_edit and isinstance(event, QKeyEvent):
            is_down = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down
            if is_down and not self._completer.is_open:
                self._completer.setCompletionPrefix(self.name_edit.text())
                self._completer.complete()
                return True
        return super().eventFilter(watched, event)

    def show_plotted(self, names: Sequence[str]) -> None:
        """Mark the suggestions that are plotted already."""
        self._plotted = frozenset(names)
        if self.name_edit.hasFocus():
            self._offer()

    def _offer(self) -> None:
        self._completer.offer(
            [
                (name, f"{unit}  {PLOTTED}".lstrip() if name in self._plotted else unit)
                for name, unit in self._suggestions()
            ]
        )

    def _suggestions(self) -> list[tuple[str, str]]:
        """The names of all signals with their units, collected again when there are other databases."""
        databases = list(self._databases)
        if list(map(id, databases)) != list(map(id, self._known_of)):
            self._known_of = databases
            self._known = [
                (f"{message.name}.{signal.name}", f"[{signal.unit}]" if signal.unit else "")
                for database in databases
                for message in database.messages
                for signal in message.listed_signals
            ]
        return self._known

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

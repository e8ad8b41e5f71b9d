"""The plot's tool bar: a signal by its name, how much time is shown, and the actions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QToolBar, QWidget

from canmcast_gui.database import DatabaseSet
from canmcast_gui.ui.drop_down import NameCompleter
from canmcast_gui.ui.icons import mend_extension

WINDOWS = (
    ("5 s", 5.0),
    ("10 s", 10.0),
    ("30 s", 30.0),
    ("1 min", 60.0),
    ("5 min", 300.0),
    ("30 min", 1800.0),
)
FIRST_WINDOW = 1
MOST_CHARACTERS = 7  # of a span
WIDE_CHARACTERS = 5


def span_text(seconds: float) -> str:
    """How long a span is, to three digits, in the unit that suits it."""
    for least, name in ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")):
        if seconds >= 0.9995 * least:
            return f"{float(f'{seconds / least:.3g}'):g} {name}"
    return f"{seconds * 1e6:.3g} µs"


class PlotBar(QToolBar):
    """``name_chosen`` carries "Message.Signal", ``problem`` why what was typed is none (or nothing, where
    it is), ``window_chosen`` and ``offset_chosen`` seconds.
    """

    name_chosen = Signal(str)
    problem = Signal(str)
    window_chosen = Signal(float)
    offset_chosen = Signal(float)

    def __init__(self, databases: DatabaseSet, before: Sequence[QAction], after: Sequence[QAction]) -> None:
        """The actions ``before`` and ``after`` the choice of time; of the first the text is shown."""
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
        button: QWidget = self.widgetForAction(before[0])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        mend_extension(self)

    def _make_name_edit(self) -> QLineEdit:
        edit = QLineEdit(self)
        edit.setPlaceholderText("Add signal")
        edit.setClearButtonEnabled(True)
        edit.setFixedWidth(self.fontMetrics().horizontalAdvance("0") * 18)
        self._completer = completer = NameCompleter(edit)
        edit.returnPressed.connect(self._take_name)
        edit.textEdited.connect(lambda _text: self.problem.emit(""))
        # The chosen name is written into the box only after this signal.
        completer.activated.connect(self._take_name, Qt.ConnectionType.QueuedConnection)
        return edit

    def _make_window_box(self) -> QComboBox:
        box = QComboBox(self)
        box.setToolTip("How much time is shown")
        for text, seconds in WINDOWS:
            box.addItem(text, seconds)
        box.setCurrentIndex(FIRST_WINDOW)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(WIDE_CHARACTERS)
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
        """Offer the offset of the recording that is compared with; without one there is none."""
        self._offset.setVisible(path is not None)
        if path is not None:
            self.offset_box.setToolTip(f"How much later {path.name} (dashed) is drawn")
        with QSignalBlocker(self.offset_box):
            self.offset_box.setValue(seconds)

    def show_window(self, seconds: float) -> None:
        """Say how much time is shown: as one of the choices, else as one more of them, at the end."""
        text, box = span_text(seconds), self.window_box
        place = box.findText(text)
        if place < 0:
            place = len(WINDOWS)
            if box.count() == place:
                box.addItem("")
            box.setItemText(place, text)
        elif place < len(WINDOWS) < box.count():
            box.removeItem(len(WINDOWS))
        box.setItemData(place, dict(WINDOWS).get(text, seconds))
        box.setCurrentIndex(place)

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

    def _all_names(self) -> list[str]:
        return [name for name, _unit in self._suggestions()]

    def _take_name(self) -> None:
        """Choose the signal whose name was typed, or the only one that fits what was typed."""
        typed = self.name_edit.text().strip().lower()
        if not typed:
            return
        known = self._all_names()
        fitting = [name for name in known if typed in name.lower()]
        found = [name for name in fitting if name.lower() == typed] or fitting
        if len(found) == 1:
            self.name_edit.clear()
            self.problem.emit("")
            self.name_chosen.emit(found[0])
        elif found:
            self.problem.emit(f"{len(found)} signals are called like {typed!r}; choose one.")
        elif known:
            self.problem.emit(f"No loaded database has a signal like {typed!r}.")
        else:
            self.problem.emit("Load a database first: it says which signals there are.")

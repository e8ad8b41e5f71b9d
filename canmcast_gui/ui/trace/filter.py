"""The filter of a view: its state, the box that it is typed into, and the saved filters."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QInputMethodEvent, QTextCharFormat
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLabel, QLineEdit, QMenu, QSizePolicy, QWidget

from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.frames.filters import Filter, FilterError
from canmcast_gui.models.trace.cells import refined
from canmcast_gui.ui import icons, theme
from canmcast_gui.ui.actions import new_action
from canmcast_gui.ui.labels import label_text

# Long enough that an incomplete word does not become an error, short enough to be fast.
TYPING_PAUSE_MS = 150

TIP = "Shows only frames that pass the filter; all other frames stay in the recording. Examples:"
EXAMPLES = (
    "1A3                       an id, part of a name, or data bytes",
    "id in 0x100..0x1FF        a range of ids",
    "name ~ Engine* and length > 4",
    "dir == tx                 sent by this program, or by the one that recorded the file",
    "data[2] & 0x80            a bit of a byte",
    "source == 10.0.0.7        one sender",
    "Engine.Speed > 3000       a signal's value",
    "error or remote",
)

# As many as a menu can show on a small screen.
MAX_SAVED = 40


class SavedFilters(QObject):
    """The menu of saved filters of a filter box; all boxes share the filters, which are in the settings."""

    def __init__(self, settings: AppSettings, box: QLineEdit) -> None:
        super().__init__(box)
        self._field = settings.filters
        self._box = box

    @property
    def filters(self) -> dict[str, str]:
        """Texts of filters by their names."""
        return self._field.value

    def menu(self) -> QMenu:
        """The menu: all filters, and actions to save and delete them."""
        menu = QMenu(self._box)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        filters = self.filters
        for name, text in filters.items():
            action = menu.addAction(label_text(name), partial(self._box.setText, text))
            action.setToolTip(text)
        if not filters:
            menu.addAction("No saved filters").setEnabled(False)
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        text = self._box.text().strip()
        menu.addAction(icons.icon("add"), "&Save this filter…", self.ask_name).setEnabled(bool(text))
        if filters:
            delete = menu.addMenu(icons.icon("remove"), "&Delete")
            for name in filters:
                delete.addAction(label_text(name), partial(self.remove, name))
        return menu

    def ask_name(self) -> None:
        """Ask for a name for the filter in the box."""
        dialog = QInputDialog(self._box)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Save the filter")
        dialog.setLabelText("Name (a filter with the same name is replaced):")
        dialog.setTextValue(self._box.text())
        dialog.textValueSelected.connect(self.save)
        dialog.open()

    def save(self, name: str) -> None:
        """Save the filter in the box under a name; the oldest of too many filters are deleted."""
        if name.strip():
            filters = self._without(name.strip())
            filters[name.strip()] = self._box.text().strip()
            self._field.set(dict(list(filters.items())[-MAX_SAVED:]))

    def remove(self, name: str) -> None:
        """Delete a saved filter."""
        self._field.set(self._without(name))

    def _without(self, name: str) -> dict[str, str]:
        return {other: text for other, text in self.filters.items() if other != name}


class FilterState(QObject):
    """The filter in force. A text with an error leaves the last valid filter in force.

    ``changed`` carries the new filter, ``failed`` an error and its position, or "" and -1 when the text is
    valid again.
    """

    changed = Signal(Filter)
    failed = Signal(str, int)

    def __init__(
        self, session: Session, parent: QObject | None = None, senders: SourceNames | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._senders = senders
        self._text = ""  # as typed; the text of the filter in force may be another one
        self.filter = self.compile("")
        session.document.replaced.connect(self._compile_again)
        session.databases.changed.connect(self._compile_again)
        if senders is not None:
            senders.changed.connect(self._on_senders)

    def compile(self, text: str) -> Filter:
        """A filter for the current recording and databases; raises FilterError."""
        names = None if self._senders is None else self._senders.names
        return compile_for(text, self._session.document.recording, self._session.databases.loaded, names)

    def set_text(self, text: str) -> None:
        """Use another filter, if it is valid."""
        self._text = text
        try:
            condition = self.compile(text)
        except FilterError as error:
            self.failed.emit(error.message, error.position)
            return
        self.failed.emit("", -1)
        self.filter = condition
        self.changed.emit(condition)

    def _on_senders(self) -> None:
        """Compile filters that use names of senders again."""
        if "source" in self._text.lower():
            self._compile_again()

    def _compile_again(self) -> None:
        """Compile the text, and the filter in force, for other names, sources and start."""
        if self._text != self.filter.text:
            with suppress(FilterError):  # a signal's database may be gone
                self.filter = self.compile(self.filter.text)
                self.changed.emit(self.filter)
        self.set_text(self._text)


class FilterBox(QLineEdit):
    """The box for the text of a filter; it is underlined from an error, which FilterProblem shows."""

    def __init__(self, state: FilterState, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setPlaceholderText("Filter: id, name, data, or an expression")
        self.setClearButtonEnabled(True)
        self.setToolTip("\n".join((TIP, "", *EXAMPLES)))
        self.saved_filters = SavedFilters(settings, self)
        action = new_action(
            self,
            "Saved filters",
            self._show_saved_filters,
            icon="filter",
            keys="Alt+Down",
            context=Qt.ShortcutContext.WidgetShortcut,
            tip="Saved filters",
        )
        self.addAction(action, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.apply)
        self.textChanged.connect(self._on_text)
        self.returnPressed.connect(self.apply)
        state.failed.connect(self._on_failed)

    def apply(self) -> None:
        """Use the text immediately."""
        self._pause.stop()
        self._state.set_text(self.text())

    def set_filter_text(self, text: str) -> None:
        """Set the text and use it."""
        self.setText(text)
        self.apply()

    def refine(self, text: str) -> None:
        """Require another filter in addition to that of the box."""
        self.set_filter_text(refined(self.text(), text))

    def _show_saved_filters(self) -> None:
        self.saved_filters.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _underline(self, position: int) -> None:
        """Underline the text from the position of an error; -1: nothing."""
        attributes = []
        if position >= 0:
            error = QTextCharFormat()
            error.setForeground(theme.colors(self.palette()).error)
            error.setUnderlineColor(theme.colors(self.palette()).error)
            error.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            start = min(position, max(len(self.text()) - 1, 0))
            kind = QInputMethodEvent.AttributeType.TextFormat
            offset = start - self.cursorPosition()
            attributes.append(QInputMethodEvent.Attribute(kind, offset, len(self.text()) - start, error))
        # A line edit accepts formats only from input methods; without text, the event has no other effect.
        QCoreApplication.sendEvent(self, QInputMethodEvent("", attributes))

    def _on_text(self, text: str) -> None:
        if text:
            self._pause.start()
        else:
            self.apply()

    def _on_failed(self, sentence: str, position: int) -> None:
        self._underline(position if sentence else -1)


class FilterProblem(QWidget):
    """The line that shows the error of a filter and its position. Hidden while the filter is valid."""

    def __init__(self, state: FilterState, box: FilterBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = box
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        self._symbol = QLabel()
        self.label = QLabel()
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.label.setWordWrap(True)
        layout.addWidget(self._symbol)
        layout.addWidget(self.label, 1)
        self.hide()
        state.failed.connect(self._show)

    def _show(self, sentence: str, position: int) -> None:
        self.setVisible(bool(sentence))
        if not sentence:
            return
        self._symbol.setPixmap(icons.icon("warning").pixmap(16, 16))
        typed = self._box.text()
        before, after = typed[:position][-25:], typed[position:][:25]
        excerpt = f"{before}▸{after}" if after else f"{before}▸ (end)"
        self.label.setText(f"Filter, at character {position + 1}:  {excerpt}   {sentence}")
        self.label.setToolTip("The last valid filter stays in force.")

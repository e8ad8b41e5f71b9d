"""The filter of a view: its state, the box that it is typed into, and the saved filters."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QInputMethodEvent, QKeySequence, QTextCharFormat
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLabel, QLineEdit, QMenu, QSizePolicy, QWidget

from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.frames.filters import Filter, FilterError
from canmcast_gui.models.trace.cell_filters import refined
from canmcast_gui.ui import icons, theme
from canmcast_gui.ui.labels import label_text

# As many as a menu can show on a small screen.
MOST_NAMED = 40


class NamedFilters(QObject):
    """The menu of one filter box; all boxes share the filters, which settings keep."""

    def __init__(self, settings: AppSettings, box: QLineEdit) -> None:
        super().__init__(box)
        self._field = settings.filters
        self._box = box

    @property
    def filters(self) -> dict[str, str]:
        """Texts by their names; what was damaged by hand is left out."""
        return {name: text for name, text in self._field.value.items() if isinstance(text, str)}

    def menu(self) -> QMenu:
        """All filters to choose from, and what can be done with them."""
        menu = QMenu(self._box)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        filters = self.filters
        for name, text in filters.items():
            action = menu.addAction(label_text(name), lambda text=text: self._box.setText(text))
            action.setToolTip(text)
        if not filters:
            menu.addAction("No filter has been kept yet").setEnabled(False)
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        text = self._box.text().strip()
        menu.addAction(icons.icon("add"), "&Keep this filter…", self.ask_name).setEnabled(bool(text))
        if filters:
            delete = menu.addMenu(icons.icon("remove"), "&Delete")
            for name in filters:
                delete.addAction(label_text(name), lambda name=name: self.remove(name))
        return menu

    def ask_name(self) -> None:
        """Ask what the filter in the box shall be called."""
        dialog = QInputDialog(self._box)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Keep the filter")
        dialog.setLabelText("Name of the filter; one with that name is replaced:")
        dialog.setTextValue(self._box.text())
        dialog.textValueSelected.connect(self.keep)
        dialog.open()

    def keep(self, name: str) -> None:
        """Keep the filter in the box under a name; the oldest ones go when there are too many."""
        if name.strip():
            others = {one: text for one, text in self.filters.items() if one != name.strip()}
            kept = {**others, name.strip(): self._box.text().strip()}
            self._field.set(dict(list(kept.items())[-MOST_NAMED:]))

    def remove(self, name: str) -> None:
        """Forget a filter."""
        self._field.set({one: text for one, text in self.filters.items() if one != name})


# Long enough that a half-typed word is not called a mistake, short enough to feel like typing.
TYPING_PAUSE_MS = 150

EXAMPLES = (
    "1A3                       an id, part of a name, or data bytes",
    "id in 0x100..0x1FF        a range of ids",
    "name ~ Engine* and length > 4",
    "dir == tx                 what this program, or the recorder of the file, sent",
    "data[2] & 0x80            a bit of a byte",
    "source == 10.0.0.7        one sender",
    "Engine.Speed > 3000       a signal's value",
    "error or remote",
)


class FilterState(QObject):
    """The filter of now. A text with a mistake leaves the last good filter in force.

    ``changed`` carries the new Filter; ``failed`` a sentence and the place of the mistake, or "" and -1 when
    the text is good again.
    """

    changed = Signal(object)
    failed = Signal(str, int)

    def __init__(
        self, session: Session, parent: QObject | None = None, senders: SourceNames | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._senders = senders
        self._text = ""  # as typed; what is in force is the text of the filter
        self.filter = self.compile("")
        session.recording_replaced.connect(self._compile_again)
        session.databases_changed.connect(self._compile_again)
        if senders is not None:
            senders.changed.connect(self._on_senders)

    def compile(self, text: str) -> Filter:
        """A filter for the recording and the databases of now; raises FilterError."""
        names = None if self._senders is None else self._senders.names
        return compile_for(text, self._session.recording, self._session.databases, names)

    def set_text(self, text: str) -> None:
        """Use another filter, if it is a good one."""
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
        """More senders have names."""
        if "source" in self._text.lower():
            self._compile_again()

    def _compile_again(self) -> None:
        """Names, sources and the start may be others now, of the text with a mistake and of the good one."""
        if self._text != self.filter.text:
            with suppress(FilterError):  # a signal's database may be gone
                self.filter = self.compile(self.filter.text)
                self.changed.emit(self.filter)
        self.set_text(self._text)


class FilterBox(QLineEdit):
    """Where the filter is typed; a mistake is underlined from its place on, and FilterProblem explains it."""

    def __init__(self, state: FilterState, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setPlaceholderText("Filter: id, name, data, or an expression")
        self.setClearButtonEnabled(True)
        self.setToolTip("Show only some frames; none are lost. Examples:\n\n" + "\n".join(EXAMPLES))
        self.named = NamedFilters(settings, self)
        action = QAction(icons.icon("filter"), "Filters that were kept (Alt+Down)", self)
        action.setShortcut(QKeySequence("Alt+Down"))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self._show_named)
        self.addAction(action, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.apply)
        self.textChanged.connect(self._on_text)
        self.returnPressed.connect(self.apply)
        state.failed.connect(self._on_failed)

    def apply(self) -> None:
        """Use the text at once."""
        self._pause.stop()
        self._state.set_text(self.text())

    def set_filter_text(self, text: str) -> None:
        """Write a filter into the box and use it."""
        self.setText(text)
        self.apply()

    def refine(self, text: str) -> None:
        """Let through only what passes the filter of now and another one."""
        self.set_filter_text(refined(self.text(), text))

    def _show_named(self) -> None:
        self.named.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _underline(self, position: int) -> None:
        """Mark the text from a mistake on; -1: nothing."""
        attributes = []
        if position >= 0:
            error = QTextCharFormat()
            error.setForeground(theme.colors(self.palette()).error)
            error.setUnderlineColor(theme.colors(self.palette()).error)
            error.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            start = min(position, max(len(self.text()) - 1, 0))
            kind = QInputMethodEvent.AttributeType.TextFormat
            place = start - self.cursorPosition()
            attributes.append(QInputMethodEvent.Attribute(kind, place, len(self.text()) - start, error))
        # a line edit takes formats from input methods only; without a text the event changes nothing else
        QCoreApplication.sendEvent(self, QInputMethodEvent("", attributes))

    def _on_text(self, text: str) -> None:
        if text:
            self._pause.start()
        else:
            self.apply()

    def _on_failed(self, sentence: str, position: int) -> None:
        self._underline(position if sentence else -1)


class FilterProblem(QWidget):
    """Below the tool bar: what is wrong with the filter, and where. Hidden while it is good."""

    def __init__(self, state: FilterState, box: FilterBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = box
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        self._symbol = QLabel()
        self._text = QLabel()
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._text.setWordWrap(True)
        layout.addWidget(self._symbol)
        layout.addWidget(self._text, 1)
        self.hide()
        state.failed.connect(self._show)

    def _show(self, sentence: str, position: int) -> None:
        self.setVisible(bool(sentence))
        if not sentence:
            return
        self._symbol.setPixmap(icons.icon("warning").pixmap(16, 16))
        typed = self._box.text()
        before, after = typed[:position][-25:], typed[position:][:25]
        place = f"{before}▸{after}" if after else f"{before}▸ (end)"
        self._text.setText(f"Filter, at character {position + 1}:  {place}   {sentence}")
        self._text.setToolTip("The last good filter stays in force.")

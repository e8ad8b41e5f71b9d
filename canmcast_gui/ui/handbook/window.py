"""The window of the handbook, and which page describes which part of the main window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.filters.box import FilterBox
from canmcast_gui.ui.handbook.browser import PageBrowser
from canmcast_gui.ui.handbook.pages import INDEX, Line, matches, names, page
from canmcast_gui.ui.start_page import StartPage
from canmcast_gui.ui.trace.docks import ViewPane
from canmcast_gui.ui.trace.find import FindBar
from canmcast_gui.ui.trace.panel import TracePanel

GEOMETRY, SPLITTER = "handbook/geometry", "handbook/splitter"
FIRST_SIZE = QSize(1060, 760)
CONTENTS_WIDTH = 290
_LOCATION = Qt.ItemDataRole.UserRole
# Keys of the main window that belong to the page in this window.
_PAGE_KEYS = ("Space", "Shift+Space", "Ctrl+Home", "Ctrl+End", "Ctrl+C", "Ctrl+A")

#: Page or page#heading by the object name of a panel. Further plots and views are named plot-2 and so on.
PANEL_PAGES = {
    "signals": "databases#the-panel-signals",
    "hosts": "watch#hosts",
    "marks": "watch#marks",
    "transmit": "send",
    "replay": "replay",
    "sequences": "send#sequences",
    "fuzz": "send#fuzzing",
    "plot": "plot",
    "gauges": "plot#watch",
    "statistics": "watch#statistics",
    "databases": "databases#browse",
    "gateway": "gateway#in-the-window",
}

_WIDGET_PAGES: tuple[tuple[type[QWidget], str], ...] = (
    (FilterBox, "filter"),
    (FindBar, "watch#find-a-frame"),
    (StartPage, "index#first-steps"),
    (ViewPane, "watch"),
    (TracePanel, "watch"),
)


def page_for(focus: QWidget | None) -> str:
    """The page or page#heading that describes a widget."""
    widget = focus
    while widget is not None:
        for kind, location in _WIDGET_PAGES:
            if isinstance(widget, kind):
                return location
        if isinstance(widget, QDockWidget):
            name = widget.objectName()
            return PANEL_PAGES.get(name) or PANEL_PAGES.get(name.rpartition("-")[0], INDEX)
        widget = widget.parentWidget()
    return INDEX


class HandbookWindow(QDialog):
    """The window of the handbook; it is freed when it closes, and its size is kept in the settings."""

    def __init__(self, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint)
        self.setWindowTitle("Handbook – canmcast")
        self._settings = settings
        self._found: list[Line] = []
        self.browser = PageBrowser()
        self.contents = self._make_contents()
        self.results = QListWidget()
        self.results.setAccessibleName("Matches")
        self.results.setAlternatingRowColors(True)
        self.results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search the handbook (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icons.icon("find"), QLineEdit.ActionPosition.LeadingPosition)
        self.match_count = QLabel()
        self.back = self._button("back", "Back (Alt+Left)", lambda: self.browser.go(-1))
        self.forward = self._button("forward", "Forward (Alt+Right)", lambda: self.browser.go(1))
        self._lay_out()
        self._connect()
        self._keys: dict[str, Callable[[], object]] = {
            "Ctrl+F": self._focus_search,
            "F3": lambda: self.next_match(1),
            "Shift+F3": lambda: self.next_match(-1),
            "Alt+Left": lambda: self.browser.go(-1),
            "Alt+Right": lambda: self.browser.go(1),
        }
        self._restore()

    # -- making -------------------------------------------------------------------------------------------

    def _make_contents(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setHeaderHidden(True)
        tree.setAccessibleName("Contents")
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        for name in names():
            item = QTreeWidgetItem(tree, [page(name).title])
            item.setData(0, _LOCATION, name)
            for heading in page(name).headings:
                if heading.level == 2:
                    child = QTreeWidgetItem(item, [heading.title])
                    child.setData(0, _LOCATION, f"{name}#{heading.anchor}")
        return tree

    def _button(self, icon: str, tip: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoRaise(True)
        connect(button.clicked, slot)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        for widget in (self.back, self.forward):
            top.addWidget(widget)
        top.addWidget(self.search, 1)
        top.addWidget(self.match_count)
        self.left = QStackedWidget()
        self.left.addWidget(self.contents)
        self.left.addWidget(self.results)
        self.splitter = QSplitter()
        self.splitter.addWidget(self.left)
        self.splitter.addWidget(self.browser)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([CONTENTS_WIDTH, FIRST_SIZE.width() - CONTENTS_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        self.browser.shown.connect(self._on_shown)
        self.contents.currentItemChanged.connect(self._on_contents)
        self.contents.itemClicked.connect(lambda item: self._on_contents(item))
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(lambda: self.next_match(1))
        self.results.currentRowChanged.connect(self._show_match)
        self.results.itemClicked.connect(lambda item: self._show_match(self.results.row(item)))

    # -- navigation ---------------------------------------------------------------------------------------

    def open_at(self, location: str) -> None:
        """Show a page or page#heading, and bring the window to the front."""
        self.show()  # first, because the position of a heading depends on the width
        self.raise_()
        self.activateWindow()
        self.browser.open(location)
        self.browser.setFocus()

    def _on_contents(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None = None) -> None:
        if item is not None:
            self.browser.open(item.data(0, _LOCATION))

    def _on_shown(self, name: str, anchor: str) -> None:
        """Select the current page in the contents."""
        self.back.setEnabled(self.browser.can_go_back)
        self.forward.setEnabled(self.browser.can_go_forward)
        item = self.contents.topLevelItem(names().index(name))
        assert item is not None
        found = item
        for number in range(item.childCount()):
            child = item.child(number)
            if child is not None and child.data(0, _LOCATION) == f"{name}#{anchor}":
                found = child
        self.contents.blockSignals(True)
        self.contents.setCurrentItem(found)
        item.setExpanded(True)
        self.contents.blockSignals(False)

    # -- search -------------------------------------------------------------------------------------------

    def _on_search(self, text: str) -> None:
        self._found = matches(text)
        self.results.blockSignals(True)
        self.results.clear()
        self.results.addItems([f"{line.location}\n    {line.text}" for line in self._found])
        self.results.setCurrentRow(-1)
        self.results.blockSignals(False)
        self.left.setCurrentWidget(self.results if text.strip() else self.contents)
        self._show_count()

    def next_match(self, step: int) -> None:
        """Show the next match (1) or the previous one (-1); after the last match comes the first."""
        if not self._found:
            self._focus_search()
            return
        row = self.results.currentRow()
        first = 0 if step > 0 else len(self._found) - 1
        self.results.setCurrentRow(first if row < 0 else (row + step) % len(self._found))

    def _show_match(self, row: int) -> None:
        if row >= 0:
            self.browser.open_line(self._found[row], self.search.text())
        self._show_count()

    def _show_count(self) -> None:
        row, count = self.results.currentRow(), len(self._found)
        text = f"{row + 1} of {count}" if row >= 0 else "1 match" if count == 1 else f"{count} matches"
        self.match_count.setText(text if self.search.text().strip() else "")

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    # -- keys and end -------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Claim keys that the main window would handle otherwise."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence(event.keyCombination()).toString()
            if keys in self._keys or keys in _PAGE_KEYS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence(event.keyCombination()).toString()
        if keys in self._keys:
            self._keys[keys]()
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.browser.setFocus()
        else:
            super().keyPressEvent(event)

    def _restore(self) -> None:
        geometry: QByteArray = self._settings.layout(GEOMETRY)
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize()))
        self.splitter.restoreState(self._settings.layout(SPLITTER))

    def done(self, result: int) -> None:
        self._settings.set_layout(GEOMETRY, self.saveGeometry())
        self._settings.set_layout(SPLITTER, self.splitter.saveState())
        super().done(result)


def show_handbook(location: str, settings: AppSettings, parent: QWidget) -> HandbookWindow:
    """Show a page or page#heading of the handbook, in the open window or in a new one."""
    window = parent.findChild(HandbookWindow) or HandbookWindow(settings, parent)
    window.open_at(location)
    return window

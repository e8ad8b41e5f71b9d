"""The list of all keys, made from the actions of the window."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDockWidget,
    QLineEdit,
    QMainWindow,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect

SIZE = QSize(560, 640)
PANELS, ELSEWHERE = "Panels", "Trace"


@dataclass(frozen=True)
class Key:
    """The keys of a command. ``group`` is the menu or the panel where it works."""

    group: str
    title: str
    keys: str


def keys_of(window: QMainWindow) -> list[Key]:
    """The keys of all actions, by menu and then by panel; each command once."""
    found: dict[tuple[str, str], Key] = {}
    menus = [action for action in window.menuBar().actions() if isinstance(action.menu(), QMenu)]
    known: set[QAction] = set()
    for entry in menus:
        group = _plain(entry.text())
        for action in _actions_in(entry.menu()):
            known.add(action)
            _add(found, group, action)
    for action in window.findChildren(QAction):
        if action not in known:
            _add(found, _group_of(action, window), action)
    return list(found.values())


def _add(found: dict[tuple[str, str], Key], group: str, action: QAction) -> None:
    keys = ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())
    title = _plain(action.text())
    if keys and title:
        found.setdefault((title, keys), Key(group, title, keys))


def _actions_in(menu: QObject | None) -> Iterator[QAction]:
    if not isinstance(menu, QMenu):
        return
    for action in menu.actions():
        yield action
        yield from _actions_in(action.menu())


def _group_of(action: QAction, window: QMainWindow) -> str:
    """The panel that an action belongs to, by the widgets that have it."""
    for owner in (*action.associatedObjects(), action.parent()):
        place: QObject | None = owner
        while place is not None and place is not window:
            if isinstance(place, QDockWidget):
                return _plain(place.windowTitle())
            place = place.parent()
    return ELSEWHERE


def _plain(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


class ShortcutsDialog(QDialog):
    """Lists the keys, searches them, and copies or prints those that are shown."""

    def __init__(self, keys: Iterable[Key], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(SIZE)
        self._keys = list(keys)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search commands and keys")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icons.icon("find"), QLineEdit.ActionPosition.LeadingPosition)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Command", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName("Shortcuts")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        icons.without_icons(self.buttons)
        self.copy = self.buttons.addButton("Copy list", role)
        self.print = self.buttons.addButton("Print…", role)
        for button in (self.copy, self.print):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        for widget in (self.search, self.tree, self.buttons):
            layout.addWidget(widget)
        self.search.textChanged.connect(self._fill)
        connect(self.copy.clicked, lambda: QGuiApplication.clipboard().setText(self.text()))
        connect(self.print.clicked, self._print)
        self.buttons.rejected.connect(self.reject)
        self._fill()
        self.tree.resizeColumnToContents(0)

    @property
    def shown(self) -> list[Key]:
        """The keys that contain every word of the search text."""
        words = self.search.text().lower().split()
        return [
            key
            for key in self._keys
            if all(word in f"{key.group} {key.title} {key.keys}".lower() for word in words)
        ]

    def _fill(self) -> None:
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for key in self.shown:
            group = groups.get(key.group)
            if group is None:
                group = groups[key.group] = QTreeWidgetItem(self.tree, [key.group])
                font = group.font(0)
                font.setBold(True)
                group.setFont(0, font)
                group.setFirstColumnSpanned(True)
            QTreeWidgetItem(group, [key.title, key.keys])
        self.tree.expandAll()

    def text(self) -> str:
        """The shown keys as text: a heading for each group, then lines with a tab between."""
        lines: list[str] = []
        for group, keys in self._grouped():
            lines += [*([""] if lines else []), group, *(f"{key.title}\t{key.keys}" for key in keys)]
        return "\n".join([*lines, ""])

    def document(self) -> QTextDocument:
        """The shown keys as a document to be printed."""
        parts = ["<h1>canmcast: keyboard shortcuts</h1>"]
        for group, keys in self._grouped():
            rows = (
                f"<tr><td width='70%'>{html.escape(key.title)}</td><td>{html.escape(key.keys)}</td></tr>"
                for key in keys
            )
            parts.append(f"<h2>{html.escape(group)}</h2><table width='100%'>{''.join(rows)}</table>")
        document = QTextDocument()
        document.setHtml("".join(parts))
        return document

    def _grouped(self) -> list[tuple[str, list[Key]]]:
        groups: dict[str, list[Key]] = {}
        for key in self.shown:
            groups.setdefault(key.group, []).append(key)
        return list(groups.items())

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # slow, and rarely used

        printer = QPrinter()
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self.document().print_(printer))
        dialog.finished.connect(dialog.deleteLater)
        QDialog.open(dialog)  # that of QPrintDialog wants a slot by name

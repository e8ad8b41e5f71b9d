"""Find texts that widgets interpret as rich text, or as mnemonics, instead of showing them."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex
from PySide6.QtGui import QAction, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDockWidget,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QMenu,
    QTabBar,
    QTextEdit,
    QWidget,
)

MOST_LINES = 50

# Qt reads tags and entities of the first in labels and tool tips, and the second in menus, buttons and tabs.
MARKUP = '<b>x</b> <img src="hostile">'
AMPERSAND = "a & b"


def everything_shown() -> Iterator[tuple[str, str, str]]:
    """Each text of all widgets: its widget, the kind of text, and the text.

    The kinds are "plain", "rich" (the source) and "mnemonic" (an ampersand underlines the next letter).
    """
    for widget in QApplication.allWidgets():
        where = f"{type(widget).__name__} {widget.objectName()!r} in {type(widget.parent()).__name__}"
        for kind, text in _texts(widget):
            if text:
                yield where, kind, text


def _texts(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "plain", widget.toolTip()
    for action in widget.actions():
        yield from _of_action(action)
    if isinstance(widget, QLabel):
        yield _of_label(widget)
    elif isinstance(widget, QTextEdit):
        yield "rich", widget.document().toHtml()
        yield "plain", widget.toPlainText()
    elif isinstance(widget, QAbstractButton | QDockWidget | QMenu):
        title = widget.text() if isinstance(widget, QAbstractButton) else widget.windowTitle()
        yield "mnemonic", widget.title() if isinstance(widget, QMenu) else title
    elif isinstance(widget, QTabBar):
        yield from (("mnemonic", widget.tabText(tab)) for tab in range(widget.count()))
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from (("plain", text) for text in model_texts(widget.model()))
    elif isinstance(widget, QGraphicsView) and widget.scene() is not None:
        yield from _of_scene(widget)


def _of_label(label: QLabel) -> tuple[str, str]:
    label.ensurePolished()
    guesses = label.textFormat() == Qt.TextFormat.AutoText and Qt.mightBeRichText(label.text())
    if guesses or label.textFormat() == Qt.TextFormat.RichText:
        return "rich", label.text()
    return ("plain" if label.buddy() is None else "mnemonic"), label.text()


def _of_action(action: QAction) -> Iterator[tuple[str, str]]:
    yield "mnemonic", action.text()
    yield "plain", action.toolTip()


def _of_scene(view: QGraphicsView) -> Iterator[tuple[str, str]]:
    for item in view.scene().items():
        if isinstance(item, QGraphicsTextItem):
            yield "rich", item.toHtml()
            yield "plain", item.toPlainText()


def model_texts(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    """The texts and tooltips of the first rows of a model, and its titles."""
    parent = QModelIndex() if parent is None else parent
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.StatusTipRole)
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for column in range(columns):
        found: list[object] = [model.headerData(column, Qt.Orientation.Horizontal, role) for role in roles]
        for row in range(min(model.rowCount(parent), MOST_LINES)):
            index = model.index(row, column, parent)
            found += [model.data(index, role) for role in roles]
            if column == 0 and columns > 1 and model.rowCount(index):
                yield from model_texts(model, index)
        yield from (text for text in found if isinstance(text, str) and text)


def tip_label() -> QLabel | None:
    """The label that shows the present tooltip."""
    labels = (widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QLabel))
    return next((label for label in labels if label.metaObject().className() == "QTipLabel"), None)


def faults() -> list[str]:
    """A sentence for each text with MARKUP or AMPERSAND that is not shown as its characters."""
    found = []
    for where, kind, text in everything_shown():
        if kind == "rich" and ("<img" in text or "<b>x" in text):
            found.append(f"{where} interprets as rich text: {text}")
        elif kind == "plain" and ("&lt;" in text or "&amp;" in text or "a && b" in text):
            found.append(f"{where} shows escapes for rich text or menus: {text}")
        elif kind == "mnemonic" and "a & b" in text:
            found.append(f"{where} underlines the letter after the ampersand: {text}")
    return found

"""Which lines of the signal tree are expanded, and how their names are drawn."""

from __future__ import annotations

import json

from PySide6.QtCore import QByteArray, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.models.columns import Index
from canmcast_gui.models.signal_tree import ID_ROLE, SignalTreeModel
from canmcast_gui.recording import NewestById
from canmcast_gui.ui import theme

# The tree is expanded if a search finds at most this number of lines.
MAX_EXPANDED = 400

# Messages are expanded when their first frame comes, up to this number of signals in the whole tree.
MAX_AUTOMATIC_LINES = 150
# Lines that the user expanded or collapsed, which are kept for the next start.
MAX_REMEMBERED = 1_000
EXPANDED = "signals/expanded"

# Pixels beside texts.
GAP = 4


class Expansion(QObject):
    """Expands the lines that the user has expanded, and messages whose frames come.

    While ``searching``, changes are not remembered. ``changed`` is emitted when a line was expanded.
    """

    changed = Signal()

    def __init__(self, tree: QTreeView, model: SignalTreeModel, settings: AppSettings) -> None:
        super().__init__(tree)
        self._tree = tree
        self._model = model
        self._settings = settings
        self.searching = False
        self._chosen = _stored(settings)  # what the user has expanded or collapsed, by key
        self._automatic: set[str] = set()
        self._restoring = False
        tree.expanded.connect(lambda index: self._remember(index, True))
        tree.collapsed.connect(lambda index: self._remember(index, False))

    def start(self) -> None:
        """Begin again, with other databases."""
        self._automatic = {self._model.key(index) for index in self._model.lines() if _is_database(index)}
        self.restore()

    def _remember(self, index: QModelIndex, expanded: bool) -> None:
        self._model.set_expanded(index, expanded)
        if expanded:
            self.changed.emit()
        if self._restoring or self.searching:
            return
        key = self._model.key(index)
        self._chosen.pop(key, None)
        self._chosen[key] = expanded
        kept = list(self._chosen.items())[-MAX_REMEMBERED:]
        self._settings.set_layout(EXPANDED, QByteArray(json.dumps(dict(kept)).encode()))

    def restore(self) -> None:
        """Expand what the search has found, or what the user or the first frames had expanded."""
        searching = self.searching
        expands_all = searching and self._model.shown_lines <= MAX_EXPANDED
        self._restoring = True
        for index in list(self._model.lines()):
            key = self._model.key(index)
            was_expanded = self._chosen.get(key, key in self._automatic)
            if expands_all or was_expanded or (searching and _is_database(index)):
                self._tree.expand(index)
        self._restoring = False

    def expand_new(self, newest: NewestById) -> None:
        """Expand messages whose first frame has come, while there are few lines; the visible ones stay."""
        new = self._model.new_messages(newest)
        if not new or self.searching:
            return
        top = self._tree.indexAt(self._tree.viewport().rect().topLeft())
        messages = (index for index in self._model.lines() if not _is_database(index))
        lines = sum(self._model.rowCount(index) for index in messages if self._tree.isExpanded(index))
        self._restoring = True
        for index in new:
            key, lines = self._model.key(index), lines + self._model.rowCount(index)
            if lines <= MAX_AUTOMATIC_LINES and self._chosen.get(key, True):
                self._automatic.add(key)
                self._tree.expand(index)
        self._restoring = False
        if top.isValid() and self._tree.indexAbove(top).isValid():
            self._tree.scrollTo(top, QAbstractItemView.ScrollHint.PositionAtTop)


class NameDelegate(QStyledItemDelegate):
    """Draws the id of a message after its name, where there is room for it.

    Names are shortened in the middle: those of one message often begin alike.
    """

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        text = index.data(ID_ROLE)
        if not text:
            return
        metrics = option.fontMetrics
        left = option.rect.left() + metrics.horizontalAdvance(index.data()) + 3 * GAP
        area = option.rect.adjusted(left - option.rect.left(), 0, -GAP, 0)
        if metrics.horizontalAdvance(text) > area.width():
            return
        palette, selected = option.palette, option.state & QStyle.StateFlag.State_Selected
        painter.save()
        painter.setPen(palette.highlightedText().color() if selected else theme.colors(palette).muted)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
        painter.restore()


def _is_database(index: QModelIndex) -> bool:
    return not index.parent().isValid()


def _stored(settings: AppSettings) -> dict[str, bool]:
    """What the user had expanded or collapsed at the end of the program."""
    try:
        stored = json.loads(bytes(settings.layout(EXPANDED).data()))
    except ValueError:
        return {}
    return {str(key): bool(on) for key, on in stored.items()} if isinstance(stored, dict) else {}

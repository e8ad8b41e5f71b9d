"""The list of proposals below a filter field. It never takes the focus: the field passes keys to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QHideEvent, QPainter, QPalette
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from canmcast_gui.frames.filters.proposals import Proposal
from canmcast_gui.frames.filters.vocabulary import Kind
from canmcast_gui.wording import printable

MOST_LINES = 12
_GAP = 16  # pixels between the columns
_EDGE = 6
_ROUNDING = 4  # a text of exactly the width of its cell may be elided
_MOST_COMMENT = 60  # characters; the tool tip has all of them

_KINDS = {
    Kind.FIELD: "field",
    Kind.FLAG: "kind of frame",
    Kind.SIGNAL: "signal",
    Kind.MESSAGE: "message",
    Kind.VALUE: "value",
    Kind.SOURCE: "source",
    Kind.CHANNEL: "channel",
}

Index = QModelIndex | QPersistentModelIndex


class _Proposals(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.proposals: Sequence[Proposal] = ()

    def show(self, proposals: Sequence[Proposal]) -> None:
        self.beginResetModel()
        self.proposals = proposals
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.proposals)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.proposals[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return printable(one.shown)
        if role == Qt.ItemDataRole.ToolTipRole:
            return printable(one.comment or one.text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " ".join(filter(None, (printable(one.shown), *_beside(one))))
        return None


def _beside(one: Proposal) -> tuple[str, str]:
    """The texts beside a proposal: what it is, and its comment."""
    detail = printable(one.detail) or _KINDS.get(one.kind, "")
    comment = printable(" ".join(one.comment.split()))
    return detail, comment if len(comment) <= _MOST_COMMENT else comment[: _MOST_COMMENT - 1] + "…"


class _Painter(QStyledItemDelegate):
    """Draws the columns of a line; ``columns`` are their widths in pixels."""

    columns = (0, 0, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = option.widget
        room: QRect = option.rect
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(room, palette.highlight())
        proposals = index.model()
        assert isinstance(view, QListView)
        assert isinstance(proposals, _Proposals)
        one = proposals.proposals[index.row()]
        left = room.left() + _EDGE
        strong = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        weak = strong if selected else palette.color(QPalette.ColorRole.PlaceholderText)
        texts = (printable(one.shown), *_beside(one))
        for text, width, color in zip(texts, self.columns, (strong, weak, weak), strict=True):
            painter.setPen(color)
            cell = QRect(left, room.top(), min(width, room.right() - left), room.height())
            elided = view.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, cell.width())
            painter.drawText(cell, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), elided)
            left += width + _GAP

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        metrics = option.fontMetrics
        return QSize(sum(self.columns) + 2 * _GAP, metrics.height() + 6)


class ProposalList(QListView):
    """Proposals for a field, as wide as the longest. ``chosen`` carries the one that was clicked.

    ``hidden`` is emitted when the list disappears.
    """

    chosen = Signal(Proposal)
    hidden = Signal()

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self._watched: QObject | None = None
        self.setWindowFlags(Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Proposals")
        self._model = _Proposals(self)
        self._painter = _Painter(self)
        self.setModel(self._model)
        self.setItemDelegate(self._painter)
        self.clicked.connect(lambda index: self.chosen.emit(self._model.proposals[index.row()]))

    @property
    def proposals(self) -> Sequence[Proposal]:
        """The proposals that are listed."""
        return self._model.proposals

    @property
    def current(self) -> Proposal | None:
        """The selected proposal."""
        row = self.currentIndex().row()
        return self._model.proposals[row] if 0 <= row < len(self._model.proposals) else None

    def offer(self, proposals: Sequence[Proposal], cursor_x: int, select_first: bool) -> None:
        """Show proposals below the field, at a position in it."""
        self._model.show(proposals)
        metrics = self.fontMetrics()
        cells = [(printable(one.shown), *_beside(one)) for one in proposals]
        name, detail, comment = (
            max(map(metrics.horizontalAdvance, column)) + _ROUNDING for column in zip(*cells, strict=True)
        )
        self._painter.columns = name, detail, comment
        if select_first:
            self.setCurrentIndex(self._model.index(0))
        self.scrollToTop()
        self._place(cursor_x)
        if self._watched is None:
            self._watched = self._field.window()
            self._watched.installEventFilter(self)
        self.show()

    def _place(self, cursor_x: int) -> None:
        lines = min(len(self._model.proposals), MOST_LINES)
        line = self.fontMetrics().height() + 6
        bar = self.verticalScrollBar().sizeHint().width() if len(self._model.proposals) > lines else 0
        size = QSize(sum(self._painter.columns) + 2 * _GAP + 2 * _EDGE + bar + 4, lines * line + 4)
        room = self._field.screen().availableGeometry()
        below = self._field.mapToGlobal(QPoint(cursor_x, self._field.height()))
        width = min(size.width(), room.width())
        left = max(room.left(), min(below.x(), room.right() + 1 - width))
        top = below.y()
        if top + size.height() > room.bottom():
            top = max(self._field.mapToGlobal(QPoint(0, 0)).y() - size.height(), room.top())
        self.setGeometry(left, top, width, size.height())

    def move_by(self, lines: int) -> None:
        """Select another proposal: from the field, Down selects the first and Up the last one."""
        count = len(self._model.proposals)
        row = self.currentIndex().row()
        if row < 0:
            target = 0 if lines > 0 else count - 1
        elif abs(lines) == 1:
            target = (row + lines) % count
        else:
            target = min(max(row + lines, 0), count - 1)
        self.setCurrentIndex(self._model.index(target))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._watched is not None:
            self._watched.removeEventFilter(self)
            self._watched = None
        self.hidden.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._watched and event.type() in (
            QEvent.Type.Move,
            QEvent.Type.Resize,
            QEvent.Type.WindowDeactivate,
            QEvent.Type.Hide,
        ):
            self.hide()
        return False

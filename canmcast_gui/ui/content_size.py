"""Widgets that are as large as their content: drop-down lists, and dialogs whose texts change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QCompleter, QDialog, QLineEdit, QListView

_EDGES = 16  # pixels beside the texts
_MEASURED = 50  # the widest text is one of those with the most characters


class WideList(QObject):
    """Keeps a drop-down list as wide as its longest entry, as far as the screen allows."""

    def __init__(self, view: QAbstractItemView, entry_width: Callable[[], int]) -> None:
        """``entry_width`` returns the width of the longest entry in pixels."""
        super().__init__(view)
        self._view = view
        self._entry_width = entry_width
        view.window().installEventFilter(self)

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Resize, QEvent.Type.Move):
            self._widen()
        return False

    def _widen(self) -> None:
        window = self._view.window()
        room = window.screen().availableGeometry()
        width = self._entry_width() + self._view.verticalScrollBar().sizeHint().width() + _EDGES
        width = min(max(width, window.width()), room.width())
        left = max(room.left(), min(window.x(), room.right() + 1 - width))
        if (left, width) != (window.x(), window.width()):
            window.setGeometry(left, window.y(), width, window.height())


def widen(box: QComboBox) -> None:
    """Make the list of a combo box as wide as its entries."""
    WideList(box.view(), lambda: box.view().sizeHintForColumn(0))


class NameCompleter(QCompleter):
    """Suggests names that contain the typed text, each with a detail that distinguishes it."""

    def __init__(self, edit: QLineEdit) -> None:
        super().__init__(edit)
        self._texts = QStringListModel(self)
        self._names: dict[str, str] = {}
        self._widest = 0
        self.setModel(self._texts)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        view = self._view()
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        if isinstance(view, QListView):
            view.setUniformItemSizes(True)  # otherwise each of thousands of entries is measured
        WideList(view, lambda: self._widest)
        edit.setCompleter(self)

    def offer(self, entries: Sequence[tuple[str, str]]) -> None:
        """Set the suggested names, each with its detail or ""."""
        names = {f"{name}  {detail}".rstrip(): name for name, detail in entries}
        if names == self._names:
            return
        self._names = names
        self._texts.setStringList(list(names))
        metrics = self._view().fontMetrics()
        longest = sorted(names, key=len)[-_MEASURED:]
        self._widest = max((metrics.horizontalAdvance(text) for text in longest), default=0)

    @property
    def is_open(self) -> bool:
        """Whether the list is visible."""
        return self._view().isVisible()

    def _view(self) -> QAbstractItemView:
        view = self.popup()
        assert view is not None  # Qt makes one when it is asked for
        return view

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:  # noqa: N802
        return self._names.get(index.data(), "")


class FitHeight(QObject):
    """Keeps a dialog as high as its layout needs at its width.

    Qt does not resize a visible dialog when its content changes. A dialog that the user made taller stays so.
    """

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._fitted: int | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.timeout.connect(self._fit)
        dialog.installEventFilter(self)

    def eventFilter(self, _dialog: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._delay.start(0)
        return False

    def _fit(self) -> None:
        dialog, layout = self._dialog, self._dialog.layout()
        if layout is None or not dialog.isVisible():
            return
        layout.activate()
        needed = layout.totalHeightForWidth(dialog.width())
        if needed < 0:  # no text in it wraps
            needed = layout.totalSizeHint().height()
        if self._fitted in (None, dialog.height()) or dialog.height() < needed:
            dialog.resize(dialog.width(), needed)
        self._fitted = needed

"""Dialogs whose height follows their content, also when texts appear and disappear."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QDialog


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

"""A dialog as high as what is in it, also when sentences come and go."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QDialog


class FitHeight(QObject):
    """Keeps a dialog's height at what its layout needs at its width.

    Qt makes a dialog neither taller for lines that came later nor lower when they go. A dialog that the user
    made taller stays so.
    """

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._fitted: int | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._fit)
        dialog.installEventFilter(self)

    def eventFilter(self, _dialog: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._soon.start(0)
        return False

    def _fit(self) -> None:
        dialog, layout = self._dialog, self._dialog.layout()
        if not dialog.isVisible():
            return
        layout.activate()
        needed = layout.totalHeightForWidth(dialog.width())
        if needed < 0:  # nothing in it wraps
            needed = layout.totalSizeHint().height()
        if self._fitted in (None, dialog.height()) or dialog.height() < needed:
            dialog.resize(dialog.width(), needed)
        self._fitted = needed

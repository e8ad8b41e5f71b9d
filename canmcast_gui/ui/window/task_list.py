"""The long tasks of the session in the status bar: progress, and a button that cancels."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.app.session import Session
from canmcast_gui.ui import icons
from canmcast_gui.ui.labels import ElidedLabel
from canmcast_gui.wording import printable

# Shorter tasks are not shown, because they would only flicker.
SHOW_AFTER_MS = 200


class TaskList(QWidget):
    """An entry for each long task of the session. ``changed``: an entry was shown or hidden."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 6, 0)
        session.tasks.started.connect(self._add)

    def _add(self, task: Task) -> None:
        if task.is_quiet:
            return
        entry = _TaskEntry(task, self)
        self._layout.addWidget(entry)
        entry.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        self._layout.invalidate()
        self.changed.emit()


class _TaskEntry(QWidget):
    changed = Signal()

    def __init__(self, task: Task, parent: QWidget) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._progress = QProgressBar()
        self._progress.setFixedSize(120, 14)
        self._progress.setRange(0, 0)
        cancel = QToolButton()
        cancel.setIcon(icons.icon("close"))
        cancel.setAutoRaise(True)
        side = self.fontMetrics().height()  # as high as text, so that the bar does not change its height
        cancel.setFixedSize(side, side)
        cancel.setToolTip(f"Cancel: {task.title}")
        cancel.setAccessibleName("Cancel")
        cancel.clicked.connect(task.cancel)
        cancel.clicked.connect(lambda: cancel.setEnabled(False))
        title = ElidedLabel(printable(task.title))
        title.setToolTip(task.title)
        layout.addWidget(title)
        layout.addWidget(self._progress)
        layout.addWidget(cancel)
        self.hide()
        QTimer.singleShot(SHOW_AFTER_MS, self, self._appear)
        task.progress.connect(self._on_progress)
        task.ended.connect(self._on_end)

    def _appear(self) -> None:
        self.show()
        self.changed.emit()

    def _on_progress(self, fraction: float) -> None:
        if self._progress.maximum() == 0:
            self._progress.setRange(0, 1000)
        self._progress.setValue(round(fraction * 1000))

    def _on_end(self) -> None:
        self.hide()
        self.changed.emit()
        self.deleteLater()

"""The dialog that lists the problems of a log file and shows their frames."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.document.files import Opened
from canmcast_gui.ui import icons
from canmcast_gui.ui.item_views import leave_by_tab

_ROW = Qt.ItemDataRole.UserRole


class ProblemsDialog(QDialog):
    """The problems of one file; freed when it closes.

    ``jump_requested`` carries the row of the recording at which a problem occurs first. It is emitted by
    double-click, Enter or the button.
    """

    jump_requested = Signal(int)

    def __init__(self, summary: str, opened: Opened, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Read errors")
        self.resize(680, 360)
        text = QLabel(summary)
        text.setWordWrap(True)
        self.list = self._make_list()
        self._fill(opened)
        buttons = self._make_buttons()
        self.list.currentItemChanged.connect(lambda *_: self._on_current())
        self.list.setCurrentRow(0)
        self._on_current()
        layout = QVBoxLayout(self)
        layout.addWidget(text)
        layout.addWidget(self.list, 1)
        if opened.more_problems:
            listed = len(opened.problems) - len(opened.findings)
            layout.addWidget(QLabel(f"… and {opened.more_problems:,} more. The first {listed} are listed."))
        layout.addWidget(buttons)
        self.list.setFocus()

    def _make_list(self) -> QListWidget:
        problems = QListWidget()
        problems.setUniformItemSizes(True)
        leave_by_tab(problems)
        problems.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        problems.setAccessibleName("Read errors")
        problems.itemActivated.connect(self._jump)
        return problems

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.go = buttons.addButton("Go to frame", QDialogButtonBox.ButtonRole.ActionRole)
        self.go.setToolTip("Show the first frame of this problem in the trace (Enter or double-click)")
        self.go.clicked.connect(lambda: self._jump(self.list.currentItem()))
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText("\n".join(self.sentences)))
        buttons.rejected.connect(self.reject)
        icons.without_icons(buttons)
        for button in buttons.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter is a key of the list
        return buttons

    @property
    def sentences(self) -> list[str]:
        """The texts of the list."""
        return [self.list.item(line).text() for line in range(self.list.count())]

    def _fill(self, opened: Opened) -> None:
        rows = [finding.row for finding in opened.findings]
        rows += [None] * (len(opened.problems) - len(rows))
        for sentence, row in zip(opened.problems, rows, strict=True):
            item = QListWidgetItem(sentence)
            item.setData(_ROW, row)
            if row is not None:
                item.setToolTip(f"First at row {row:,}")
            self.list.addItem(item)

    def _on_current(self) -> None:
        item = self.list.currentItem()
        self.go.setEnabled(item is not None and item.data(_ROW) is not None)

    def _jump(self, item: QListWidgetItem | None) -> None:
        row = None if item is None else item.data(_ROW)
        if row is not None:
            self.jump_requested.emit(row)

"""What could not be read of a file: how much, and where the first of it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from canmcast_gui.app.files import Opened
from canmcast_gui.ui import icons
from canmcast_gui.ui.views import leave_by_tab


class UnreadDialog(QDialog):
    """The sentences about one file; freed when it closes."""

    def __init__(self, summary: str, opened: Opened, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("What could not be read")
        self.resize(680, 360)
        word = QLabel(summary)
        word.setWordWrap(True)
        self.list = QPlainTextEdit("\n".join(opened.problems))
        self.list.setReadOnly(True)
        leave_by_tab(self.list)
        self.list.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.list.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.list.setAccessibleName("What could not be read")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.list.toPlainText()))
        buttons.rejected.connect(self.reject)
        icons.without_icons(buttons)
        layout = QVBoxLayout(self)
        layout.addWidget(word)
        layout.addWidget(self.list, 1)
        more = opened.skipped - len(opened.problems)
        if more > 0:
            layout.addWidget(QLabel(f"… and {more:,} more. The first {len(opened.problems)} are listed."))
        layout.addWidget(buttons)

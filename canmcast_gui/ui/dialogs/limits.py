"""The dialog for the limits of a recording."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import MAX_LIMITS, AppSettings, RecordingLimits
from canmcast_gui.recording.chunks.store import DEFAULT_LIMIT_BYTES
from canmcast_gui.ui import icons
from canmcast_gui.ui.content_size import FitHeight

WIDTH = 460

# Name, the texts before and after the number, and the default. Frames are counted in thousands.
ROWS = (
    ("gigabytes", "At most", "GB on disk", DEFAULT_LIMIT_BYTES >> 30),
    ("frames", "At most", "thousand frames", 10_000),
    ("minutes", "Only the last", "minutes", 60),
)
SCALES = {"gigabytes": 1, "frames": 1000, "minutes": 1}


class LimitsDialog(QDialog):
    """Sets ``settings.limits`` when it is accepted; freed when it closes."""

    def __init__(self, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Trace buffer size")
        self.resize(WIDTH, 0)
        self._settings = settings
        self.rows: dict[str, tuple[QCheckBox, QSpinBox]] = {}
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        icons.without_icons(self.buttons)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        FitHeight(self)
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(
            _text("Received frames are kept on disk. When a limit is reached, the oldest frames are deleted.")
        )
        grid = QGridLayout()
        grid.setColumnStretch(2, 1)
        for line, row in enumerate(ROWS):
            self._add_row(grid, line, *row)
        layout.addLayout(grid)
        share = _text("Never more than half of the free disk space is used.")
        share.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout.addWidget(share)
        layout.addStretch(1)
        layout.addWidget(self.buttons)

    def _add_row(
        self, grid: QGridLayout, line: int, name: str, before: str, after: str, default: int
    ) -> None:
        known: int | None = getattr(self._settings.limits.value, name)
        box, number = QCheckBox(before), QSpinBox()
        number.setRange(1, min(MAX_LIMITS[name] // SCALES[name], 2**31 - 1))
        number.setGroupSeparatorShown(True)
        number.setValue(default if known is None else known // SCALES[name])
        number.setAccessibleName(f"{before} {after}")
        # the limit of the disk space is always on
        box.setChecked(name == "gigabytes" or known is not None)
        box.setEnabled(name != "gigabytes")
        box.setToolTip("" if box.isEnabled() else "This limit is always on.")
        number.setEnabled(box.isChecked())
        box.toggled.connect(number.setEnabled)
        grid.addWidget(box, line, 0)
        grid.addWidget(number, line, 1)
        grid.addWidget(QLabel(after), line, 2)
        self.rows[name] = (box, number)

    def _on_accepted(self) -> None:
        numbers = {
            name: number.value() * SCALES[name]
            for name, (box, number) in self.rows.items()
            if box.isChecked()
        }
        self._settings.limits.set(RecordingLimits(**numbers))
        self.accept()


def _text(words: str) -> QLabel:
    label = QLabel(words)
    label.setWordWrap(True)
    return label

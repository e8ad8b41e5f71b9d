"""The dialog for opening several log files on one time line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.transmit.replay_setup import MAX_OFFSET_SECONDS
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import LogPart
from canmcast_gui.ui import icons
from canmcast_gui.ui.content_size import FitHeight
from canmcast_gui.ui.labels import label_text

EXPLANATION = (
    "Frames are sorted by time. If two files have the same channel, the channel of the later file gets "
    "another number."
)


class MergeDialog(QDialog):
    """``chosen`` carries the LogParts and whether all start at the same time.

    Of two files, the second can be compared with the first instead: ``compare_requested`` carries both paths.
    """

    chosen = Signal(list, bool)
    compare_requested = Signal(Path, Path)

    def __init__(self, paths: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Open {len(paths)} files on one time line")
        self.resize(620, 0)
        self._paths = list(paths)
        self.absolute = QRadioButton("By their dates and times")
        self.together = QRadioButton("Let all begin together")
        self.absolute.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.absolute)
        group.addButton(self.together)
        explanation = QLabel(EXPLANATION)
        explanation.setWordWrap(True)
        self.offsets = [offset_box() for _ in self._paths]
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        if len(paths) == 2:
            self.compare = buttons.addButton("Compare in the plot", QDialogButtonBox.ButtonRole.ActionRole)
            self.compare.setToolTip(
                f"Open {paths[0].name}, and plot the signals of {paths[1].name} beside it"
            )
            self.compare.clicked.connect(self._on_compare)
        icons.without_icons(buttons)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for widget in (explanation, self.absolute, self.together, self._list(), buttons):
            layout.addWidget(widget)
        FitHeight(self)

    def _list(self) -> QWidget:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        grid.addWidget(QLabel("File"), 0, 0)
        grid.addWidget(QLabel("Move by"), 0, 1)
        for row, (path, offset) in enumerate(zip(self._paths, self.offsets, strict=True), start=1):
            name = QLabel(label_text(path.name))
            name.setToolTip(str(path))
            name.setBuddy(offset)
            offset.setAccessibleName(f"Move {path.name} by seconds")
            grid.addWidget(name, row, 0)
            grid.addWidget(offset, row, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inside)
        area.setMinimumHeight(min(320, inside.sizeHint().height() + 8))
        return area

    def _on_compare(self) -> None:
        self.accept()
        self.compare_requested.emit(*self._paths)

    def _on_accepted(self) -> None:
        parts = [
            LogPart(path, round(offset.value() * NS_PER_SECOND))
            for path, offset in zip(self._paths, self.offsets, strict=True)
        ]
        self.chosen.emit(parts, self.together.isChecked())
        self.accept()


def offset_box() -> QDoubleSpinBox:
    """A field for the seconds that are added to the times of a file."""
    box = QDoubleSpinBox()
    box.setDecimals(6)
    box.setRange(-MAX_OFFSET_SECONDS, MAX_OFFSET_SECONDS)
    box.setSuffix(" s")
    box.setMinimumWidth(170)
    return box

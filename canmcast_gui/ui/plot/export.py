"""Saving what a plot shows: a picture, or the signals as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

PICTURES = "Pictures (*.png *.svg)"
TABLES = "Tables (*.csv *.parquet *.mf4)"


@dataclass(frozen=True)
class ExportChoice:
    """What the user wants: a picture, or a table of what is seen or of everything, with rows at the times of
    the frames or every so many seconds.
    """

    picture: bool = True
    visible_only: bool = True
    every_s: float | None = None


class ExportDialog(QDialog):
    """Asks what to export, then for a file; ``chosen`` carries the path and an ExportChoice."""

    chosen = Signal(Path, ExportChoice)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export the plot")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.picture = QRadioButton("&Picture of what is seen (PNG, SVG)")
        self.table = QRadioButton("&Samples as a table (CSV, Parquet, MF4)")
        self.picture.setChecked(True)
        kinds = QButtonGroup(self)
        for button in (self.picture, self.table):
            kinds.addButton(button)
        self.visible_only = QCheckBox("Only the time that is &seen")
        self.visible_only.setChecked(True)
        self.evenly = QCheckBox("A row &every")
        self.every_ms = QDoubleSpinBox()
        self.every_ms.setRange(0.001, 1e7)
        self.every_ms.setDecimals(3)
        self.every_ms.setValue(10.0)
        self.every_ms.setSuffix(" ms")
        self.evenly.setToolTip("Values hold until the next one. Otherwise there is a row for each frame.")
        self.table.toggled.connect(self._on_kind)
        self.evenly.toggled.connect(self.every_ms.setEnabled)
        self._lay_out()
        self._on_kind(False)

    def _lay_out(self) -> None:
        evenly = QHBoxLayout()
        evenly.addWidget(self.evenly)
        evenly.addWidget(self.every_ms, 1)
        options = QFormLayout()
        options.setContentsMargins(24, 0, 0, 0)
        options.addRow(self.visible_only)
        options.addRow(evenly)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Choose a file…")
        buttons.accepted.connect(self._ask_file)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.picture)
        layout.addWidget(self.table)
        layout.addLayout(options)
        layout.addWidget(buttons)

    def _on_kind(self, is_table: bool) -> None:
        self.visible_only.setEnabled(is_table)
        self.evenly.setEnabled(is_table)
        self.every_ms.setEnabled(is_table and self.evenly.isChecked())

    def choice(self) -> ExportChoice:
        """What is chosen."""
        every_s = self.every_ms.value() / 1000 if self.evenly.isChecked() else None
        return ExportChoice(self.picture.isChecked(), self.visible_only.isChecked(), every_s)

    def _ask_file(self) -> None:
        choice = self.choice()
        dialog = QFileDialog(self, "Export the plot", "", PICTURES if choice.picture else TABLES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png" if choice.picture else "csv")
        dialog.fileSelected.connect(lambda path: self._finish(Path(path), choice))
        dialog.open()

    def _finish(self, path: Path, choice: ExportChoice) -> None:
        self.chosen.emit(path, choice)
        self.accept()


def save_picture(path: Path, widgets: list[QWidget], area: QRect, describe: Callable[[], str]) -> str:
    """Draw widgets of one parent as PNG, or as SVG by the suffix; returns a sentence about it.

    ``area`` is what they take up in their parent; ``describe`` gives the picture's title.
    """
    try:
        if path.suffix.lower() == ".svg":
            path.write_bytes(_svg(widgets, area, describe()))
        elif not widgets[0].parentWidget().grab(area).save(str(path), "PNG"):
            raise OSError("is the folder there and writable?")
    except OSError as error:
        return f"The plot could not be saved to {path}: {error.strerror or error}"
    return f"The plot was saved to {path}."


def _svg(widgets: list[QWidget], area: QRect, title: str) -> bytes:
    memory = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(memory)
    generator.setSize(area.size())
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(0, 0, area.width(), area.height(), widgets[0].palette().window())
    for widget in widgets:
        if widget.isVisible():
            widget.render(painter, widget.pos() - area.topLeft())
    painter.end()
    return bytes(memory.data().data())

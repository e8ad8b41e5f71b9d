"""Saving what a plot shows: a picture, or the samples as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from canmcast_gui.app.tasks import Task
from canmcast_gui.models.plot import PlotSignal
from canmcast_gui.models.plot_export import Column, write_csv

FILES = "Picture of the plot (*.png);;Samples that are seen (*.csv)"


class PlotExport(QObject):
    """``said`` carries a sentence about what was saved, or why it was not."""

    said = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task: Task | None = None

    def choose(self, parent: QWidget) -> QFileDialog:
        """A dialog that asks for a file; its ``fileSelected`` carries the path."""
        dialog = QFileDialog(parent, "Export the plot", "", FILES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix("csv" if "csv" in chosen else "png")
        )
        dialog.open()
        return dialog

    def save_picture(self, path: Path, picture: QPixmap) -> None:
        """Write a picture."""
        if picture.save(str(path), "PNG"):
            self.said.emit(f"The plot was saved to {path}.")
        else:
            self.said.emit(f"The plot could not be saved to {path}: is the folder there and writable?")

    def save_samples(
        self, path: Path, signals: Sequence[PlotSignal], start_ns: int, span_ns: tuple[int, int]
    ) -> None:
        """Write the samples between two times, beside the window; times count from ``start_ns``."""
        columns = [
            Column(f"{one.name} [{one.unit}]" if one.unit else one.name, one.samples.inside(*span_ns))
            for one in signals
        ]
        if not any(len(column.curve.times) for column in columns):
            self.said.emit("There is nothing to export: no samples are shown.")
            return
        thinned = any(column.curve.thinned for column in columns)
        note = " Older samples are the lowest and highest of each 64." if thinned else ""
        self._task = Task(
            f"Exporting {path.name}", lambda report: write_csv(path, columns, start_ns, report), self
        )
        self._task.finished.connect(
            lambda lines: self.said.emit(f"{lines:,} lines were saved to {path}.{note}")
        )
        self._task.failed.connect(self.said)
        self._task.start()

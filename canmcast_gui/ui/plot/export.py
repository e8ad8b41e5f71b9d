"""Export of a plot: as a picture, or its signals as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGroupBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.document.files import ALWAYS_NS, SignalExport
from canmcast_gui.app.document.saving import TOPIC
from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.span import PlotSpan
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.dialogs.resample import ResampleRow
from canmcast_gui.ui.plot.signals import PlotSignals
from canmcast_gui.wording import counted

PICTURES = "Images (*.png *.svg)"
TABLES = "Tables (*.csv *.parquet *.mf4)"


@dataclass(frozen=True)
class ExportChoice:
    """A picture, or a table of the visible time or of the whole recording, with a row for each frame or every
    ``every_s`` seconds.
    """

    picture: bool = True
    visible_only: bool = True
    every_s: float | None = None


class ExportDialog(QDialog):
    """Asks what to export, then for the file; ``chosen`` carries the path and an ExportChoice."""

    chosen = Signal(Path, ExportChoice)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export the plot")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.save_image = QPushButton("Save &image…")
        self.save_table = QPushButton("Save &table…")
        self.save_table.setAutoDefault(True)
        self.visible_only = QCheckBox("&Visible range only")
        self.visible_only.setChecked(True)
        self.resample = ResampleRow()
        connect(self.save_image.clicked, lambda: self._ask_file(ExportChoice()))
        connect(self.save_table.clicked, lambda: self._ask_file(self.table_choice()))
        self._lay_out()
        self.save_image.setDefault(True)
        self.save_image.setFocus()

    def _lay_out(self) -> None:
        image, table = (
            QGroupBox("Image of the visible range (PNG, SVG)"),
            QGroupBox("Table (CSV, Parquet, MF4)"),
        )
        QHBoxLayout(image).addWidget(self.save_image, 0, Qt.AlignmentFlag.AlignRight)
        options = QVBoxLayout(table)
        options.addWidget(self.visible_only)
        options.addWidget(self.resample)
        options.addWidget(self.save_table, 0, Qt.AlignmentFlag.AlignRight)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        icons.without_icons(buttons)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(image)
        layout.addWidget(table)
        layout.addWidget(buttons)

    def table_choice(self) -> ExportChoice:
        """The options for a table."""
        every_ms = self.resample.interval_ms
        every_s = None if every_ms is None else every_ms / 1000
        return ExportChoice(False, self.visible_only.isChecked(), every_s)

    def _ask_file(self, choice: ExportChoice) -> None:
        """Ask for the file, with a name that no earlier export has."""
        suffix = "png" if choice.picture else "csv"
        dialog = QFileDialog(self, "Export the plot", "", PICTURES if choice.picture else TABLES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"plot-{datetime.now():%Y%m%d-%H%M%S}.{suffix}")
        dialog.fileSelected.connect(lambda path: self.finish(Path(path), choice))
        dialog.open()

    def finish(self, path: Path, choice: ExportChoice) -> None:
        """Emit ``chosen`` and close the dialog."""
        self.chosen.emit(path, choice)
        self.accept()


class PlotExport(QObject):
    """Saves a plot. ``exported`` carries the message of the session about a file, and its path.

    ``reported`` carries a sentence for the plot itself.
    """

    reported = Signal(str)
    exported = Signal(str, Path)

    def __init__(
        self,
        session: Session,
        signals: PlotSignals,
        span: PlotSpan,
        widgets: Sequence[QWidget],
        panel: QWidget,
    ) -> None:
        """``widgets`` of the ``panel`` are what a picture shows."""
        super().__init__(panel)
        self._session = session
        self._signals = signals
        self._span = span
        self._widgets = widgets
        self._panel = panel

    def choose(self) -> None:
        """Let the user choose what to export, and to which file."""
        dialog = ExportDialog(self._panel)
        dialog.chosen.connect(self.export)
        dialog.open()

    def copy_image(self) -> None:
        """Copy an image of the plot to the clipboard."""
        QGuiApplication.clipboard().setImage(self._panel.grab(self._area()).toImage())
        self.reported.emit("An image of the visible range was copied.")

    def _area(self) -> QRect:
        """The rectangle of the visible widgets in the panel."""
        area = QRect()
        for widget in self._widgets:
            area = area.united(widget.geometry()) if widget.isVisible() else area
        return area

    def export(self, path: Path, choice: ExportChoice) -> None:
        """Write a picture, or the signals as a table."""
        if choice.picture:
            self._save_picture(path)
            return
        start_ns = self._session.document.recording.start_ns
        first, last = (start_ns + round(second * NS_PER_SECOND) for second in self._span.span)
        every_ns = None if choice.every_s is None else round(choice.every_s * NS_PER_SECOND)
        span = (first, last) if choice.visible_only else ALWAYS_NS
        wanted = SignalExport(tuple(self._signals.names), span, every_ns)
        task = self._session.document.export(path, self._session.databases.loaded, wanted)
        task.finished.connect(
            lambda rows: self.exported.emit(f"{counted(rows, 'row')} exported to {path}.", path)
        )

    def _save_picture(self, path: Path) -> None:
        """Draw the widgets as PNG, or as SVG by the suffix, and report it as a table is reported."""
        area = self._area()
        try:
            if path.suffix.lower() == ".svg":
                path.write_bytes(_svg(self._widgets, area, ", ".join(self._signals.names)))
            elif not self._panel.grab(area).save(str(path), "PNG"):
                raise OSError("the folder does not exist or is not writable")
        except OSError as error:
            reason = error.strerror or error
            self._session.messages.error(f"The image could not be saved to {path}: {reason}", TOPIC)
            return
        text = f"Image of the plot exported to {path}."
        self._session.messages.info(text, TOPIC)
        self.exported.emit(text, path)


def _svg(widgets: Sequence[QWidget], area: QRect, title: str) -> bytes:
    """The visible widgets as SVG; ``area`` is the rectangle that they take in their parent."""
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

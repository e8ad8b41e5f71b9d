"""The bits of the selected frame, in the colors of its signals, beside their values."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSplitter,
    QTableView,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.event_loop import DisplayClock
from canmcast_gui.frames.text import frame_id_text
from canmcast_gui.models.bit_layout import FrameBitsModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.commands.subject import Subject
from canmcast_gui.ui.item_views import EditTable, leave_by_tab
from canmcast_gui.ui.updates import VisibleTicks
from canmcast_gui.wording import counted

# Eight times a second, as the values in the panel Signals.
EVERY_TICKS = 3
NO_FRAME = "Select a frame in the trace."
TITLES = ("Signal", "Value", "Raw")


class FrameBits(QWidget):
    """A window that follows the frame of the current subject; of an id by ID it is the newest frame."""

    def __init__(self, subject: Callable[[], Subject], clock: DisplayClock, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._subject = subject
        self.setWindowTitle("Bits of the frame")
        self.resize(640, 380)
        self.title = QLabel(NO_FRAME, self)
        self.model = FrameBitsModel(self)
        self.bits = self._make_bits()
        self.signals = self._make_signals()
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.bits)
        splitter.addWidget(self.signals)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([320, 320])
        layout = QVBoxLayout(self)
        layout.addWidget(self.title)
        layout.addWidget(splitter, 1)
        self.model.set_dark(theme.is_dark(self.palette()))
        self.bits.clicked.connect(self._on_clicked)
        self._ticks = VisibleTicks(clock, self, self.refresh, EVERY_TICKS)

    def _make_bits(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        leave_by_tab(table)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAccessibleName("Bits of the frame")
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setMinimumSectionSize(20)
        rows = table.verticalHeader()
        rows.setDefaultSectionSize(table.fontMetrics().height() + 6)
        rows.setToolTip("Number and value of the byte")
        return table

    def _make_signals(self) -> EditTable:
        table = EditTable(TITLES, self)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.setAccessibleName("Signals of the frame")
        table.setShowGrid(False)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        return table

    def refresh(self) -> None:
        """Show the frame of the current subject."""
        subject = self._subject()
        if not len(subject.frame):
            self.title.setText(NO_FRAME)
            self.model.set_frame(None, b"", ())
            self.signals.setRowCount(0)
            return
        payload, flags = subject.frame.payload(0), int(subject.frame.flags[0])
        name = subject.message.name if subject.message is not None else ""
        identifier = frame_id_text(int(subject.frame.arbitration_id[0]), flags)
        parts = [name, identifier and f"ID {identifier}", counted(len(payload), "byte")]
        self.title.setText("  ·  ".join(filter(None, parts)))
        self.model.set_frame(subject.message, payload, [value.name for value in subject.values.values()])
        self._show_signals(subject)

    def _show_signals(self, subject: Subject) -> None:
        values = list(subject.values.values())
        table = self.signals
        table.setRowCount(len(values))
        for row, value in enumerate(values):
            shown = f"{value.text} {value.unit}".rstrip() + (" (!)" if value.warning else "")
            for column, text in enumerate((value.name, shown, str(value.raw))):
                item = table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    table.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)
                    item.setToolTip(value.warning or text)
                if column == 0:
                    item.setBackground(self.model.color_of(value.name))

    def _on_clicked(self, index: QModelIndex) -> None:
        """Select the signal of the bit."""
        signal = self.model.signal_at(index)
        found = self.signals.findItems(signal.name, Qt.MatchFlag.MatchExactly) if signal is not None else []
        if found:
            self.signals.selectRow(found[0].row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "model"):
            self.model.set_dark(theme.is_dark(self.palette()))
            self.refresh()
        super().changeEvent(event)

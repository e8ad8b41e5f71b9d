"""The details of a message, signal, node or problem of a database, and the bits of a message."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QSplitter,
    QTableView,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.database import Message, Node
from canmcast_gui.database import Signal as DatabaseSignal
from canmcast_gui.frames.text import id_text
from canmcast_gui.models.bit_layout import LayoutModel, Selection, selections_of
from canmcast_gui.models.database_entries import Entry
from canmcast_gui.models.database_tables import range_text
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.item_views import leave_by_tab
from canmcast_gui.ui.theme import is_dark

# A longer list of multiplexer values is truncated.
MOST_SELECTIONS = 500


class DatabaseDetails(QWidget):
    """Details above, bits below. ``signal_chosen`` carries the name of a signal whose bits were clicked."""

    signal_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._selections: list[Selection] = []
        self.facts = QTextBrowser(self)
        self.facts.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.selection = QComboBox(self)
        widen(self.selection)
        self.selection.setToolTip("Show only the signals of this multiplexer value")
        self.model = LayoutModel(self)
        self.layout_table = self._make_table()
        self.bits = QWidget(self)
        below = QVBoxLayout(self.bits)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.selection)
        below.addWidget(self.layout_table)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self.facts)
        splitter.addWidget(self.bits)
        splitter.setSizes([200, 260])
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self.selection.activated.connect(self._show_bits)
        self.layout_table.clicked.connect(self._on_clicked)
        self.show_entry(None)

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        leave_by_tab(table)
        table.setFrameShape(QTableView.Shape.NoFrame)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAccessibleName("Bits of the message")
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        rows = table.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(table.fontMetrics().height() + 6)
        rows.setToolTip("Byte")
        return table

    def show_entry(self, entry: Entry | None, decimal: bool = False) -> None:
        """Show the details of a row; None: a hint how to select one."""
        self._entry = entry
        self.facts.setHtml(_html(entry, decimal))
        message = entry.message if entry else None
        self.selection.clear()
        self._selections = selections_of(message)[:MOST_SELECTIONS] if message else []
        self.selection.addItems(["All signals", *(f"{name} = {number}" for name, number in self._selections)])
        self.selection.setVisible(bool(self._selections))
        signal = entry.signal if entry else None
        if signal is not None and signal.multiplexer is not None and signal.multiplexer_ids:
            first = (signal.multiplexer, min(signal.multiplexer_ids))
            if first in self._selections:
                self.selection.setCurrentIndex(self._selections.index(first) + 1)
        self._show_bits()

    def _show_bits(self) -> None:
        message = self._entry.message if self._entry else None
        self.layout_table.clearSpans()
        self.model.set_dark(is_dark(self.palette()))
        chosen = self.selection.currentIndex() - 1
        self.model.set_message(message, self._selections[chosen] if chosen >= 0 else None)
        for row, column, count in self.model.runs:
            self.layout_table.setSpan(row, column, 1, count)
        self.bits.setVisible(message is not None)

    def _on_clicked(self, index: QModelIndex) -> None:
        signal = self.model.signal_at(index)
        if signal is not None and self._entry is not None and self._entry.message is not None:
            self.signal_chosen.emit(f"{self._entry.message.name}.{signal.name}")

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.model.set_dark(is_dark(self.palette()))
        super().changeEvent(event)


def _html(entry: Entry | None, decimal: bool) -> str:
    if entry is None:
        return "<p>Select a message, a signal or a node to see its details.</p>"
    if entry.signal is not None and entry.message is not None:
        return _signal_html(entry.message, entry.signal)
    if entry.message is not None:
        return _message_html(entry.message, decimal)
    if entry.node is not None:
        return _node_html(entry, entry.node)
    problem = entry.problem
    return f"<p>{escape(str(entry.database.path))}</p><p>{escape(str(problem))}</p>" if problem else ""


def _message_html(message: Message, decimal: bool) -> str:
    kind = "extended" if message.extended else "standard"
    facts = [
        ("ID", f"{id_text(message.arbitration_id, message.extended, decimal)} ({kind})"),
        ("Length", f"{message.length} bytes{', CAN FD' if message.fd else ''}"),
        ("Cycle", f"{message.cycle_ms:g} ms" if message.cycle_ms else "not specified"),
        ("Sent by", ", ".join(message.senders)),
        ("Received by", ", ".join(message.receivers)),
        ("Matched by", "parameter group, from any sender" if message.by_parameter_group else ""),
        ("Contains", ", ".join(inner.name for inner in message.contained)),
    ]
    return _page(message.name, message.comment, facts, message.attributes)


def _signal_html(message: Message, signal: DatabaseSignal) -> str:
    order = "Motorola" if signal.big_endian else "Intel"
    kind = "float" if signal.is_float else "signed" if signal.signed else "unsigned"
    numbers = ", ".join(str(value) for value in sorted(signal.multiplexer_ids)[:20])
    facts = [
        ("Message", message.name),
        ("Bits", f"{signal.length} from bit {signal.start}, {order}, {kind}"),
        ("Value", f"raw × {signal.scale:g} + {signal.offset:g} {signal.unit}"),
        ("Range", range_text(signal)),
        ("Only if", f"{signal.multiplexer} is {numbers}" if signal.multiplexer else ""),
        ("Received by", ", ".join(signal.receivers)),
        *((str(raw), text) for raw, text in list(signal.choices.items())[:200]),
    ]
    return _page(f"{message.name}.{signal.name}", signal.comment, facts, signal.attributes)


def _node_html(entry: Entry, node: Node) -> str:
    messages = entry.database.messages
    facts = [
        ("Sends", ", ".join(message.name for message in messages if node.name in message.senders)),
        ("Receives", ", ".join(message.name for message in messages if node.name in message.receivers)),
    ]
    return _page(node.name, node.comment, facts, node.attributes)


def _page(title: str, comment: str, facts: list[tuple[str, str]], attributes: Mapping[str, str]) -> str:
    comment = escape(comment).replace("\n", "<br>")
    parts = [f"<h3>{escape(title)}</h3>", f"<p>{comment}</p>" if comment else "", _table(facts)]
    if attributes:
        parts += ["<h4>Attributes</h4>", _table(list(attributes.items()))]
    return "".join(parts)


def _table(rows: list[tuple[str, str]]) -> str:
    cells = (
        f"<tr><td style='padding-right:12px'>{escape(name)}</td><td>{escape(text)}</td></tr>"
        for name, text in rows
        if text
    )
    return f"<table>{''.join(cells)}</table>"

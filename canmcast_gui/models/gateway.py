"""The model of the panel Gateway: the rules in their order, with the counters of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from canmcast_gui.app.gateway.rule_fields import change_text
from canmcast_gui.gateway.counters import GatewayReport, RuleCounts
from canmcast_gui.gateway.rules import Rule
from canmcast_gui.models.columns import NO_INDEX, ColumnTable, Index
from canmcast_gui.wording import printable


@dataclass(frozen=True)
class _Line:
    """A rule at a position, and what it has counted."""

    position: int
    rule: Rule
    counts: RuleCounts = field(default_factory=RuleCounts)


@dataclass(frozen=True)
class RuleColumn:
    """A column; ``width`` is in characters."""

    title: str
    width: int
    text: Callable[[_Line], str]
    tip: str
    right: bool = False


def _direction_text(line: _Line) -> str:
    return f"{line.rule.source or 'any'} → {line.rule.target or 'any'}"


def _latency_text(line: _Line) -> str:
    latency = line.counts.latency_ms(0.99)
    return "" if latency is None else f"{latency:,.2f} ms"


ON, NAME, DIRECTION, FILTER, CHANGE, SEEN, FORWARDED, DROPPED, FAILED, LATENCY = range(10)
COLUMNS = (
    RuleColumn("On", 3, lambda _line: "", "Whether the rule is used"),
    RuleColumn("Name", 10, lambda line: line.rule.title(line.position), "Name of the rule"),
    RuleColumn("From → To", 15, _direction_text, "The channels between which it forwards, by name or number"),
    RuleColumn(
        "Filter", 18, lambda line: line.rule.filter, "The frames that it decides about; empty is all of them"
    ),
    RuleColumn(
        "Change", 24, lambda line: change_text(line.rule), "What it does with them; empty is to forward them"
    ),
    RuleColumn("Seen", 9, lambda line: f"{line.counts.seen:,}", "Frames that it decided about", True),
    RuleColumn("Forwarded", 9, lambda line: f"{line.counts.forwarded:,}", "Frames that it forwarded", True),
    RuleColumn(
        "Dropped", 8, lambda line: f"{line.counts.dropped:,}", "Frames dropped by it or its rate limit", True
    ),
    RuleColumn(
        "Failed", 7, lambda line: f"{line.counts.failed:,}", "Frames that the channel could not send", True
    ),
    RuleColumn(
        "Latency p99",
        11,
        _latency_text,
        "Time from arrival to sending, which 99 % of the frames do not exceed",
        True,
    ),
)


class GatewayModel(ColumnTable):
    """One row for each rule. ``switched`` carries a row, and whether the user wants its rule to be used."""

    switched = Signal(int, bool)
    columns = COLUMNS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[_Line] = []

    def show_rules(self, rules: Sequence[Rule], report: GatewayReport) -> None:
        """Show rules with their counters, which are zero where the report is about others."""
        counts = report.rules if len(report.rules) == len(rules) else [RuleCounts() for _rule in rules]
        lines = [_Line(number, *pair) for number, pair in enumerate(zip(rules, counts, strict=True))]
        if len(lines) != len(self._lines):
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()
        elif lines:
            self._lines = lines
            self.dataChanged.emit(self.index(0, 0), self.index(len(lines) - 1, len(COLUMNS) - 1))

    # -- QAbstractTableModel -----------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = super().flags(index)
        return usual | Qt.ItemFlag.ItemIsUserCheckable if index.column() == ON else usual

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return printable(column.text(line))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == ON:
            return Qt.CheckState.Checked if line.rule.enabled else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            failure = line.counts.failure if index.column() == FAILED else ""
            return printable(failure or column.text(line)) or column.tip
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != ON:
            return False
        self.switched.emit(index.row(), Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

"""The dialog Color rules: each rule has a filter and a color; changes are applied immediately."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.workspace.view_setups import COLOR_RULES, DEFAULT_RULES, MAX_RULES, ColorRule
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.ui import icons, theme
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.filters.edit import FilterDelegate
from canmcast_gui.ui.item_views import EditTable
from canmcast_gui.ui.trace.context import ViewContext

NAME, FILTER, COLOR = range(3)
_NEW_COLORS = ("#d97a00", "#8a3fc2", "#008a8a", "#b0277a", "#6b7a00", "#2461c9", "#d0202b", "#178a4c")


class ColorsDialog(QDialog):
    """Edits the rules. A rule with an invalid filter colors no frames, and the dialog shows its error."""

    def __init__(self, context: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Color rules")
        self.resize(640, 380)
        self._context = context
        self._stored = context.settings.field(COLOR_RULES)
        self._filling = False
        self.table = EditTable(["Name", "Filter", "Color"])
        self._set_up_table()
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        icons.without_icons(buttons)
        buttons.rejected.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel("The first matching rule colors the row. Double-click a cell to change it."))
        layout.addWidget(self.table, 1)
        layout.addLayout(self._make_buttons())
        layout.addWidget(self.problem)
        layout.addWidget(buttons)
        self.show_rules(self._stored.value)

    def _set_up_table(self) -> None:
        table = self.table
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(FILTER, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(NAME, 200)
        table.setColumnWidth(COLOR, 110)
        table.setItemDelegateForColumn(FILTER, FilterDelegate(self._context.words, table))
        table.itemChanged.connect(self._on_item)
        table.cellActivated.connect(self._on_activated)

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        entries: tuple[tuple[str, str, Callable[[], object]], ...] = (
            ("add", "&Add", self.add),
            ("remove", "&Remove", self.remove),
            ("up", "Move &up", lambda: self.move_rule(-1)),
            ("down", "Move &down", lambda: self.move_rule(1)),
            ("theme", "&Color…", self.ask_color),
        )
        for icon, text, slot in entries:
            button = QPushButton(icons.icon(icon), text)
            button.setAutoDefault(False)
            connect(button.clicked, slot)
            row.addWidget(button)
        row.addStretch(1)
        defaults = QPushButton("Restore &defaults")
        defaults.setAutoDefault(False)
        defaults.clicked.connect(lambda: self._apply(DEFAULT_RULES, 0))
        row.addWidget(defaults)
        return row

    # -- rules -------------------------------------------------------------------------------------------

    def rules(self) -> list[ColorRule]:
        """The rules in the table."""
        rules = []
        for row in range(self.table.rowCount()):
            name, text, color = (self._item(row, column) for column in (NAME, FILTER, COLOR))
            on = name.checkState() == Qt.CheckState.Checked
            rules.append(ColorRule(name.text(), text.text(), color.text(), on))
        return rules

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.table.item(row, column)
        assert item is not None  # show_rules() sets all items
        return item

    def show_rules(self, rules: tuple[ColorRule, ...] | list[ColorRule]) -> None:
        """Fill the table."""
        self._filling = True
        self.table.setRowCount(len(rules))
        for row, rule in enumerate(rules):
            for column, text in enumerate((rule.name, rule.filter, rule.color)):
                self.table.setItem(row, column, QTableWidgetItem(text))
            name, color = self._item(row, NAME), self._item(row, COLOR)
            name.setFlags(name.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            name.setCheckState(Qt.CheckState.Checked if rule.on else Qt.CheckState.Unchecked)
            color.setFlags(color.flags() & ~Qt.ItemFlag.ItemIsEditable)
            color.setIcon(_swatch(rule.color))
        self._tint(rules)

    def _tint(self, rules: tuple[ColorRule, ...] | list[ColorRule]) -> None:
        """Give the rows the colors of their rules, in the current theme."""
        self._filling = True
        for row, rule in enumerate(rules):
            for column in range(3):
                self._item(row, column).setBackground(theme.tint(rule.color, self.palette()))
        self._filling = False
        self._check(rules)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "problem"):
            self._tint(self.rules())

    def _apply(self, rules: tuple[ColorRule, ...] | list[ColorRule], current: int) -> None:
        self.show_rules(rules)
        self.table.setCurrentCell(min(current, len(rules) - 1), max(self.table.currentColumn(), 0))
        self._store()

    def _store(self) -> None:
        rules = self.rules()
        self._stored.set(tuple(rules))
        self._check(rules)

    def _check(self, rules: tuple[ColorRule, ...] | list[ColorRule]) -> None:
        """Mark the rules with an error, and show the first one below the table."""
        errors = [self._error(rule) for rule in rules]
        self._filling = True
        for row, error in enumerate(errors):
            item = self._item(row, FILTER)
            item.setForeground(QBrush(theme.colors(self.palette()).error) if error else QBrush())
            item.setIcon(icons.icon("warning") if error else QIcon())
            item.setToolTip(error)
        self._filling = False
        first = next((row for row, error in enumerate(errors) if error), None)
        self.problem.setText("" if first is None else f"⚠ {rules[first].name}: {errors[first]}")

    def _error(self, rule: ColorRule) -> str:
        """The error of a rule as a sentence, "" if it has none."""
        try:
            self._context.filter(rule.filter)
        except FilterError as error:
            return f"{error.message}, at character {error.position + 1}. The rule colors no frames."
        return ""

    # -- actions -----------------------------------------------------------------------------------------

    def add(self) -> None:
        """Insert a rule at the top, and edit its filter."""
        if self.add_rule("New rule", ""):
            self.table.setCurrentCell(0, FILTER)
            self.table.editItem(self._item(0, FILTER))

    def add_rule(self, name: str, filter_text: str) -> bool:
        """Insert a rule with a free color at the top, and select it; False if there are too many."""
        rules = self.rules()
        if len(rules) >= MAX_RULES:
            self.problem.setText(f"⚠ There are {MAX_RULES} rules already. Remove one first.")
            return False
        used = {rule.color for rule in rules}
        free = (color for color in _NEW_COLORS if color not in used)
        color = next(free, _NEW_COLORS[len(rules) % len(_NEW_COLORS)])
        self._apply([ColorRule(name, filter_text, color), *rules], 0)
        self.table.setCurrentCell(0, COLOR)
        return True

    def remove(self) -> None:
        """Remove the current rule."""
        row = self.table.currentRow()
        if row >= 0:
            rules = self.rules()
            self._apply(rules[:row] + rules[row + 1 :], row)

    def move_rule(self, by: int) -> None:
        """Move the current rule up or down."""
        row, rules = self.table.currentRow(), self.rules()
        if row >= 0 and 0 <= row + by < len(rules):
            rules.insert(row + by, rules.pop(row))
            self._apply(rules, row + by)

    def ask_color(self) -> None:
        """Let the user choose the color of the current rule."""
        row = self.table.currentRow()
        if row < 0:
            return
        dialog = QColorDialog(QColor(self.rules()[row].color), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda color: self.set_color(row, color.name()))
        dialog.open()

    def set_color(self, row: int, color: str) -> None:
        """Change the color of a rule."""
        rules = self.rules()
        rules[row] = replace(rules[row], color=color)
        self._apply(rules, row)

    def _on_activated(self, _row: int, column: int) -> None:
        if column == COLOR:
            self.ask_color()

    def _on_item(self, _item: QTableWidgetItem) -> None:
        if not self._filling:
            self._store()


def _swatch(color: str) -> QIcon:
    pixmap = QPixmap(16, 16)
    pixmap.fill(QColor(color))
    return QIcon(pixmap)

"""The panel Gateway: its rules with their counters; it starts and stops the gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QTableView, QVBoxLayout, QWidget

from canmcast_gui.app.gateway.control import NO_BUS, ONE_CHANNEL
from canmcast_gui.app.program.settings import AppSettings, Setting
from canmcast_gui.app.session import Session
from canmcast_gui.gateway.counters import GatewayReport
from canmcast_gui.gateway.rules import Rule
from canmcast_gui.models.gateway import COLUMNS, DIRECTION, DROPPED, FORWARDED, GatewayModel
from canmcast_gui.ui.actions import action_button, allow, new_action
from canmcast_gui.ui.dialogs.files import ask_files, ask_new_file, recent_folder, remember_folder
from canmcast_gui.ui.gateway.rule_dialog import RuleDialog
from canmcast_gui.ui.item_views import WideNumbers, prepare_table
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.transmit.panel_parts import StatusLine, icon_button
from canmcast_gui.ui.transmit.sending_bar import SendingBar
from canmcast_gui.wording import counted

HEADER = "gateway/header"
RULES_FOLDER = Setting("files/rules_folder", str, "")
FILTER = "Rules of a gateway (*.toml);;All files (*)"
FILE = "rules.toml"
NO_RULES = (
    "No rules: all frames are forwarded between all channels, in both directions.\n"
    "Add a rule to choose frames or to change them."
)
NO_RULE_CHOSEN = "Select a rule first."


class GatewayPanel(QWidget):
    """Edits the rules of the session's gateway, and shows what each of them has counted."""

    def __init__(self, session: Session, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = session.gateway
        self._settings = settings
        self.model = GatewayModel(self)
        self.table = self._make_table()
        self.hint = EmptyHint(self.table, NO_RULES)
        self.sending_bar = SendingBar(session.transmit.link, self)
        self.status_line = StatusLine(self)
        self._make_actions()
        self._lay_out()
        self.control.changed.connect(self.refresh)
        self.control.counted.connect(self._show_counters)
        self.model.switched.connect(self._switch)
        self.model.modelReset.connect(self._update_actions)
        self.table.selectionModel().currentChanged.connect(self._update_actions)
        self.table.doubleClicked.connect(self.edit)
        self.refresh()

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        prepare_table(table, row_padding=4)
        table.setAccessibleName("Rules of the gateway")
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        digit = table.fontMetrics().horizontalAdvance("0")
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, digit * column.width + 14)
        for place, number in enumerate((FORWARDED, DROPPED), start=DIRECTION + 1):
            header.moveSection(header.visualIndex(number), place)  # a narrow panel shows them too
        WideNumbers(table, (number for number, column in enumerate(COLUMNS) if column.right))
        header.restoreState(self._settings.layout(HEADER))
        header.sectionResized.connect(lambda *_: self._settings.set_layout(HEADER, header.saveState()))
        return table

    def _make_actions(self) -> None:
        here = Qt.ShortcutContext.WidgetShortcut
        self.start_action = new_action(
            self, "Start", self.control.start, icon="start", tip="Forward frames between the channels"
        )
        self.stop_action = new_action(self, "Stop", self.control.stop, icon="stop", tip="End the gateway")
        self.add_action = new_action(
            self, "&Add…", self.add, icon="add", keys="Alt+Ins", context=here, tip="Add a rule below this one"
        )
        self.edit_action = new_action(
            self, "&Edit…", self.edit, icon="edit", keys="F2", context=here, tip="Change the rule"
        )
        self.remove_action = new_action(
            self, "&Remove", self.remove, icon="remove", keys="Del", context=here, tip="Remove the rule"
        )
        self.up_action = new_action(
            self, "Move &up", lambda: self._move(-1), icon="up", keys="Alt+Up", context=here,
            tip="Move the rule up: the first rule that fits decides",
        )  # fmt: skip
        self.down_action = new_action(
            self, "Move &down", lambda: self._move(1), icon="down", keys="Alt+Down", context=here,
            tip="Move the rule down: the first rule that fits decides",
        )  # fmt: skip
        self.load_action = new_action(
            self, "Load…", self.ask_load, icon="open", tip="Read the rules of a TOML file"
        )
        self.save_action = new_action(
            self, "Save…", self.ask_save, icon="save", tip="Write the rules to a TOML file"
        )
        self._of_rules = [
            self.add_action, self.edit_action, self.remove_action, self.up_action, self.down_action,
        ]  # fmt: skip
        self.table.addActions(self._of_rules)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 3, 8, 3)
        for action in (self.start_action, self.stop_action, self.add_action):
            bar.addWidget(action_button(action, self))
        for action in self._of_rules[1:]:
            bar.addWidget(icon_button(action, self))
        bar.addStretch(1)
        for action in (self.load_action, self.save_action):
            bar.addWidget(icon_button(action, self))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.sending_bar)
        layout.addLayout(bar)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.status_line)

    # -- showing -----------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show rules, state and counters."""
        self._show_counters()
        channels = self.control.channels
        self.hint.setText(NO_RULES if len(channels) > 1 else ONE_CHANNEL if channels else NO_BUS)
        self.hint.setVisible(not self.control.rules.rules)
        self._update_actions()

    def _show_counters(self) -> None:
        self.model.show_rules(self.control.rules.rules, self.control.report)
        self.status_line.show_hint(self._state_text())

    def _state_text(self) -> str:
        control = self.control
        if control.is_starting:
            return "Starting…"
        counts = _counts_text(control.report)
        if control.is_running:
            return f"Running: {counts}"
        if control.report.rules:
            return f"Stopped: {counts}"
        is_one = len(control.channels) == 1 and bool(control.rules.rules)
        return ONE_CHANNEL if is_one else ""

    def _update_actions(self) -> None:
        control, row, count = self.control, self.table.currentIndex().row(), self.model.rowCount()
        runs = control.is_running or control.is_starting
        allow(self.start_action, not runs and not control.obstacle, control.obstacle or "It runs already.")
        allow(self.stop_action, runs, "It does not run.")
        for action in (self.edit_action, self.remove_action):
            allow(action, row >= 0, NO_RULE_CHOSEN)
        allow(self.up_action, row > 0, NO_RULE_CHOSEN if row < 0 else "It is the first one.")
        allow(self.down_action, 0 <= row < count - 1, NO_RULE_CHOSEN if row < 0 else "It is the last one.")
        allow(self.save_action, count > 0, "There are no rules to save.")

    # -- rules -------------------------------------------------------------------------------------------

    def add(self) -> None:
        """Ask for a new rule, which is added below the current one."""
        rows, current = self.model.rowCount(), self.table.currentIndex().row()
        row = current + 1 if current >= 0 else rows

        def insert(rule: Rule) -> None:
            self.control.insert_rule(row, rule)
            self.table.selectRow(row)

        self._ask("Add a rule", Rule(), insert)

    def edit(self) -> None:
        """Ask for changes of the current rule."""
        row = self.table.currentIndex().row()
        if row >= 0:
            rule = self.control.rules.rules[row]
            self._ask(f"Rule {row + 1}", rule, lambda changed: self.control.replace_rule(row, changed))

    def _ask(self, title: str, rule: Rule, use: Callable[[Rule], object]) -> None:
        dialog = RuleDialog(title, rule, self.control.channels, self)
        dialog.accepted_rule.connect(use)
        dialog.open()

    def remove(self) -> None:
        """Remove the current rule; the next one becomes the current one."""
        row = self.table.currentIndex().row()
        if row >= 0:
            self.control.remove_rule(row)
            self.table.selectRow(min(row, self.model.rowCount() - 1))

    def _move(self, step: int) -> None:
        row = self.table.currentIndex().row()
        self.control.move_rule(row, step)
        self.table.selectRow(row + step)

    def _switch(self, row: int, on: bool) -> None:
        self.control.replace_rule(row, replace(self.control.rules.rules[row], enabled=on))

    # -- files -------------------------------------------------------------------------------------------

    def ask_load(self) -> None:
        """Ask for a file of rules, and use them."""

        def load(paths: list[str]) -> None:
            remember_folder(self._settings, paths[0], RULES_FOLDER)
            self.control.load(Path(paths[0]))

        ask_files(
            self, "Load rules", recent_folder(self._settings, RULES_FOLDER), FILTER, load, several=False
        )

    def ask_save(self) -> None:
        """Ask for a file, and write the rules to it."""

        def save(path: str) -> None:
            remember_folder(self._settings, path, RULES_FOLDER)
            self.control.save(Path(path))

        folder = Path(recent_folder(self._settings, RULES_FOLDER))
        ask_new_file(self, "Save rules", folder / FILE, FILTER, save)


def _counts_text(report: GatewayReport) -> str:
    """What was forwarded and what was not, as a line."""
    names = {
        "dropped": report.dropped,
        "failed": report.failed,
        "came back": report.returned,
        "lost": report.lost,
    }
    parts = [f"{counted(sum(report.forwarded.values()), 'frame')} forwarded"]
    parts += [f"{count:,} {name}" for name, count in names.items() if count]
    latency = report.latency_ms(0.99)
    if latency is not None:
        parts.append(f"99 % within {latency:,.2f} ms")
    return ", ".join(parts)

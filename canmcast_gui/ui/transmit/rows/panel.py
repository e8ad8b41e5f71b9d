"""The transmit panel: a table of frames that are sent by hand, periodically, or after a received frame."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from canmcast_gui.app.program.settings import AppSettings, Setting
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.parsing.row_text import parse_frames
from canmcast_gui.app.transmit.row import RowError, TransmitRow, load_of
from canmcast_gui.app.transmit.transmit_link import NO_BUS
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.ui.actions import allow, connect
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.transmit.details.panel import RowDetails
from canmcast_gui.ui.transmit.panel_parts import StatusLine, TransmitFooter
from canmcast_gui.ui.transmit.rows.actions import RowKeys, TransmitActions
from canmcast_gui.ui.transmit.rows.message_dialog import MessageDialog
from canmcast_gui.ui.transmit.rows.table import TransmitTableView
from canmcast_gui.ui.transmit.sending_bar import SendingBar
from canmcast_gui.ui.updates import Debouncer, VisibleTicks

DETAILS = Setting("transmit/details", bool, True)
# The width in characters from which the details are beside the table.
WIDE = 96
# Generated values are updated five times a second.
GENERATED_TICKS = 5


class TransmitPanel(QWidget):
    """Edits the transmit rows of the session, sends and arms them.

    ``keys`` are the keys that send rows. ``adding_rows`` is emitted before rows are added, so that the panel
    can be shown.
    """

    adding_rows = Signal()

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        words: Callable[[], Words] = Words,
        parent: QWidget | None = None,
    ) -> None:
        """``words`` returns what is proposed in the filter of a trigger."""
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._show_details = settings.field(DETAILS)
        self._link = session.transmit.link
        self._switch = session.transmit.switch
        self._rows = session.transmit.rows
        self._jobs = session.transmit.jobs
        # The load of the armed rows takes a while to compute: once for several changes.
        self.load_update = Debouncer(self._show_load, self)
        self.model = TransmitModel(self._rows, self)
        self.table = TransmitTableView(self.model, settings, words, self)
        self.actions_ = TransmitActions(self, self.model.edits)
        self.keys = RowKeys(self)
        self.status_line = StatusLine(self)
        self.footer = TransmitFooter(self)
        self.details = RowDetails(self.model, session.databases.loaded, settings, words, self)
        self.details.signals.sent_payload = self._sent_payload
        self.sending_bar = SendingBar(self._link, self)
        self.model.key_use = lambda key: self.keys.use_of(key)
        self.hint = EmptyHint(
            self.table,
            "No frames to send yet.\n"
            "Add a row, choose a message of a database, or paste lines such as 123#DEADBEEF.",
        )
        self._lay_out()
        self.model.set_decimal(settings.decimal.value)
        self.footer.limit.setValue(session.transmit.limit)
        self._connect_actions()
        self._connect()
        self._update_keys()
        self._update_actions()
        self._show_rows()

    # -- layout ------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        actions = self.actions_
        self.table.addActions([*actions.menu, actions.up, actions.down])
        self.splitter = QSplitter(self)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.details)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (actions.tool_bar(), self.sending_bar, self.splitter, self.status_line, self.footer):
            layout.addWidget(widget)
        layout.setStretchFactor(self.splitter, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the details beside the table, or below it where the panel is narrow."""
        super().resizeEvent(event)
        is_wide = self.width() >= self.fontMetrics().horizontalAdvance("0") * WIDE
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self.splitter.orientation() != wanted:
            self.splitter.setOrientation(wanted)
            # below the table, where the panel is low as well, the details would have a single line
            self.splitter.setSizes([3000, 2000] if is_wide else [2000, 3000])

    def _connect_actions(self) -> None:
        actions = self.actions_
        for action, slot in (
            (actions.add, self.add_row),
            (actions.database, self.add_from_database),
            (actions.paste, self.paste),
            (actions.duplicate, self.duplicate),
            (actions.remove, self.remove),
            (actions.up, lambda: self.move_rows(-1)),
            (actions.down, lambda: self.move_rows(1)),
            (actions.send, self.send),
            (actions.arm, self.toggle_armed),
            (actions.stop, self._jobs.stop_all),
            (actions.details, lambda: self._show_details.set(actions.details.isChecked())),
        ):
            connect(action.triggered, slot)

    def _connect(self) -> None:
        model, rows, settings = self.model, self._rows, self._settings
        transmit = self._session.transmit
        self.table.cells.send_clicked.connect(lambda row: self._jobs.send([row]))
        for problem in (self.table.cells.problem, model.refused, self._jobs.failed, self.details.problem):
            problem.connect(self.status_line.show_problem)
        self.keys.pressed.connect(self._send_by_key)
        rows.edited.connect(self._update_keys)
        rows.row_changed.connect(self._on_row_changed)
        for changed in (model.rowsInserted, model.rowsRemoved, model.rowsMoved):
            changed.connect(self._update_actions)
        model.rowsRemoved.connect(self._show_rows)
        self._switch.changed.connect(self._on_switched)
        self.footer.limit_changed.connect(transmit.set_limit)
        transmit.limit_changed.connect(self.footer.limit.setValue)
        settings.bitrate.changed.connect(self._show_load)
        settings.data_bitrate.changed.connect(self._show_load)
        settings.decimal.changed.connect(model.set_decimal)
        selection_changed = self.table.selectionModel().selectionChanged
        for changed in (selection_changed, self._session.databases.changed):
            changed.connect(self._update_actions)
            changed.connect(self._show_rows)
        self._link.changed.connect(self._update_actions)
        self._show_details.changed.connect(self._show_rows)
        self.table.left_by_tab.connect(self._leave_table)
        VisibleTicks(self._session.clock, self, self.details.signals.refresh_generated, GENERATED_TICKS)

    # -- actions -----------------------------------------------------------------------------------------

    def selected(self) -> list[int]:
        """The selected rows, from top to bottom."""
        return self.table.selected()

    def add_row(self) -> None:
        """Add a row after the selected ones, and edit its id."""
        at = self._insert([TransmitRow()])
        if at is not None:
            self.table.edit_cell(at, "id")

    def add_frames(self, batch: FrameBatch) -> None:
        """Add a row for each different frame, with name, cycle and data."""
        self._insert(self._session.transmit.rows_of_frames(batch))

    def add_from_database(self) -> None:
        """Let the user choose messages, and add a row for each."""
        dialog = MessageDialog(self._session.databases.loaded, self)
        dialog.chosen.connect(self._insert)
        dialog.refused.connect(self.status_line.show_problem)
        dialog.open()

    def paste(self) -> None:
        """Add the frames in the text of the clipboard.

        The key works in the whole window: without frames, the panel stays where it is, and a message says so.
        """
        text = QGuiApplication.clipboard().text()
        try:
            rows = parse_frames(text, self._settings.decimal.value)
        except RowError as error:
            self.status_line.show_problem(str(error))
            if self.visibleRegion().isEmpty():
                self._session.messages.info(f"Nothing was pasted. {error}")
            return
        self._insert(rows)

    def duplicate(self) -> None:
        """Add copies of the selected rows after them."""
        self._insert([self._rows[row] for row in self.selected()])

    def remove(self) -> None:
        """Remove the selected rows."""
        rows = self.selected()
        self.model.remove(rows)
        if rows and self.model.rowCount():
            self.table.selectRow(min(rows[0], self.model.rowCount() - 1))

    def move_rows(self, by: int) -> None:
        """Move the selected rows up (-1) or down (1), next to each other."""
        rows = self.selected()
        if rows:
            before = rows[0] - 1 if by < 0 else rows[-1] + 2
            self.table.select(self.model.move(rows, before))

    def send(self) -> None:
        """Send the selected rows once."""
        if self._commit():
            self._jobs.send(self.selected())

    def toggle_armed(self) -> None:
        """Arm the selected rows, or disarm them if all are armed."""
        if self._commit():
            self._rows.set_armed(self.selected(), not self._are_all_armed())

    def _commit(self) -> bool:
        """Store what is being typed, so that it is sent; False if it is not valid, which is then shown."""
        self.status_line.clear_problem()
        return self.table.commit_editor() and self.details.commit() and not self.status_line.problem

    def _are_all_armed(self) -> bool:
        return all(self._rows.is_armed(row) for row in self.selected())

    def _insertion_row(self) -> int:
        """Where new rows are inserted: after the selected ones, else at the end."""
        return max(self.selected(), default=self.model.rowCount() - 1) + 1

    def _insert(self, rows: list[TransmitRow]) -> int | None:
        self.adding_rows.emit()
        self.status_line.clear_problem()
        at = self._insertion_row()
        count = self.model.insert(at, rows)
        self.table.select(list(range(at, at + count)))
        return at if count else None

    # -- keys --------------------------------------------------------------------------------------------

    def _update_keys(self) -> None:
        self.keys.set_keys([row.key for row in self._rows])

    def _send_by_key(self, key: str) -> None:
        self._jobs.send([number for number, row in enumerate(self._rows) if row.key == key])

    # -- showing -----------------------------------------------------------------------------------------

    def _show_rows(self) -> None:
        """Show the details of the selected rows."""
        shown = self._show_details.value
        self.actions_.details.setChecked(shown)
        self.details.setVisible(shown and self.model.rowCount() > 0)
        self.details.show_rows(self.selected())

    def show_signal(self, name: str) -> None:
        """Go to the field of a signal of the selected row, in the details."""
        self._show_details.set(True)
        self.details.show_signal(name)

    def _leave_table(self) -> None:
        """Go from the last cell that is typed to the details."""
        if self.details.isVisible():
            self.details.focus_first()

    def _sent_payload(self, row: TransmitRow) -> bytes | None:
        """The payload of the newest frame that this program has sent with the id of a row."""
        newest = self._session.document.newest
        entry = newest.find(row.arbitration_id, row.extended)
        if entry is None or not int(newest.flags[entry]) & Flag.TX:
            return None
        return newest.frames.payload(entry)

    def _show_load(self) -> None:
        rates = self._settings.bitrate.value, self._settings.data_bitrate.value
        self.footer.show_load(load_of(self._rows.armed_rows, *rates))

    def _on_switched(self) -> None:
        self.status_line.clear_problem()
        self._update_actions()

    def _on_row_changed(self) -> None:
        self._update_actions()
        self.details.refresh()

    def _update_actions(self) -> None:
        selected, row_count = self.selected(), self.model.rowCount()
        actions, obstacle = self.actions_, self._link.obstacle
        self.footer.show_reach(self._link.settings)
        self.load_update.start()
        self.hint.setVisible(row_count == 0)
        actions.update_enabled(selected, row_count, obstacle, len(self._session.databases.loaded) > 0)
        actions.arm.setText("Stop cyclic" if selected and self._are_all_armed() else "Start cyclic")
        allow(actions.stop, self._link.is_open, NO_BUS)
        self.table.cells.can_send = not obstacle
        self.table.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "footer"):
            self._update_actions()

"""The fuzz panel: random frames within ranges, the state of the run, and the frame that ended it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMessageBox,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.fuzz_control import progress_text, row_of, state_text
from canmcast_gui.app.transmit.fuzz_setup import (
    FuzzSetup,
    load_of_run,
    message_of,
    rows_of,
    setup_of_row,
    with_signal,
)
from canmcast_gui.app.transmit.parsing.condition_text import condition_for
from canmcast_gui.app.transmit.row import RowError, TransmitRow, load_of
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.ui.actions import new_action
from canmcast_gui.ui.transmit.fuzz.fields import FuzzFields
from canmcast_gui.ui.transmit.fuzz.response import FuzzResponseView
from canmcast_gui.ui.transmit.panel_parts import LoadLine, RunActions, StatusLine, menu_button, scroll_area
from canmcast_gui.ui.transmit.rows.message_dialog import MessageDialog
from canmcast_gui.ui.transmit.rows.table import TransmitTableView
from canmcast_gui.ui.transmit.sending_bar import SendingBar
from canmcast_gui.ui.updates import Debouncer

NO_ROW = "Select a row of the transmit list first."


class FuzzPanel(QWidget):
    """Sets up and controls the fuzz run of the session. ``jump_requested`` carries a row of the recording."""

    jump_requested = Signal(int)

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        model: TransmitModel,
        table: TransmitTableView,
        words: Callable[[], Words] = Words,
        parent: QWidget | None = None,
    ) -> None:
        """``words`` returns what is proposed in the filter."""
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._model = model
        self._table = table
        self._link = session.transmit.link
        self._rows = session.transmit.rows
        self.control = session.transmit.fuzz
        self.fields = FuzzFields(words, self._condition, self)
        self.response = FuzzResponseView(self)
        self.status_line = StatusLine(self)
        self.sending_bar = SendingBar(self._link, self)
        self.footer = LoadLine(self)
        self.progress = QProgressBar(self)
        self.progress.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.progress.setMinimumWidth(120)
        self.run_actions = RunActions(self, "Start", self.start, self.step, self.stop, "fuzz run")
        new = partial(new_action, self)
        self.from_row = new(
            "The selected transmit row", self.fill_from_row, icon="edit", tip="Its frame, with random bits"
        )
        self.from_message = new(
            "A message of a database…",
            self.ask_message,
            icon="database",
            tip="Its frame, with the bits of a signal",
        )
        self.reset_fields = new("Default: all standard ids", self.reset, icon="clear", tip="Reset all fields")
        self._load_update = Debouncer(self._show_load, self)
        self._problems: dict[str, str] = {}
        self._shown_response: object = None
        self._lay_out()
        self._connect()
        self._check()
        self._show()

    # -- layout ------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        body = QWidget(self)
        inner = QVBoxLayout(body)
        inner.setContentsMargins(8, 2, 8, 6)
        inner.addWidget(self.fields)
        inner.addStretch(1)
        area = scroll_area(body, self)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(area)
        self.pages.addWidget(self.response)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        layout.addWidget(self.sending_bar)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.status_line)
        layout.addWidget(self.footer)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        for button in self.run_actions.buttons(self):
            bar.addWidget(button)
        fill_in = menu_button("Fill in from", [self.from_row, self.from_message, self.reset_fields], self)
        fill_in.setToolTip("Use the frame of a row or of a message")
        bar.addWidget(fill_in)
        bar.addWidget(self.progress, 1)
        return bar

    def _connect(self) -> None:
        session, settings = self._session, self._settings
        self.control.changed.connect(self._show)
        self.control.failed.connect(self.status_line.show_problem)
        self.fields.edited.connect(self._check)
        self.fields.signal_chosen.connect(self.choose_signal)
        self.response.closed.connect(lambda: self.pages.setCurrentIndex(0))
        self.response.add_requested.connect(self.add_rows)
        self.response.find_requested.connect(self.find_in_trace)
        session.databases.changed.connect(self._on_databases)
        for field in (settings.bitrate, settings.data_bitrate):
            field.changed.connect(self._show_load)
        session.transmit.limit_changed.connect(self._show_load)
        for changed in (self._rows.edited, self._rows.row_changed):
            changed.connect(self._load_update.start)

    # -- the setup ---------------------------------------------------------------------------------------

    def setup(self) -> FuzzSetup:
        """The values of the fields, right or wrong."""
        return self.fields.setup()

    def apply_setup(self, setup: FuzzSetup) -> None:
        """Fill all fields, and end the run."""
        self.control.stop()
        self.status_line.clear_problem()
        self._fill_in(setup)

    def _fill_in(self, setup: FuzzSetup) -> None:
        self.pages.setCurrentIndex(0)
        self.fields.show_setup(setup)

    def reset(self) -> None:
        """Reset all fields."""
        self.apply_setup(FuzzSetup())

    def fill_from_row(self) -> None:
        """Fill the fields from the selected row of the transmit list."""
        selected = self._table.selected()
        if len(selected) != 1:
            self.status_line.show_problem(NO_ROW)
            return
        self._fill_from_rows([self._rows[selected[0]]])

    def ask_message(self) -> None:
        """Let the user choose a message, and fill the fields from it."""
        dialog = MessageDialog(self._session.databases.loaded, self)
        dialog.chosen.connect(self._fill_from_rows)
        dialog.refused.connect(self.status_line.show_problem)
        dialog.open()

    def _fill_from_rows(self, rows: list[TransmitRow]) -> None:
        """Fill the fields from the first row."""
        self.status_line.clear_problem()
        try:
            self._fill_in(setup_of_row(self.setup(), rows[0]))
        except RowError as error:
            self.status_line.show_problem(str(error))

    def choose_signal(self, index: int) -> None:
        """Make the bits of a signal of the message random; -1 is all bits."""
        self.status_line.clear_problem()
        setup = self.setup()
        message = message_of(setup, self._session.databases.loaded)
        if message is None:
            return
        try:
            signal = None if index < 0 else message.signals[index]
            self.fields.show_setup(with_signal(setup, message, signal))
        except TransmitError as error:
            self.status_line.show_problem(str(error))

    # -- running -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the run, pause or resume it."""
        self.status_line.clear_problem()
        if self.control.running:
            self.control.pause()
        elif self._is_valid():
            self._ask_consent(lambda: self.control.start(self.setup()))

    def step(self) -> None:
        """Send one frame and pause."""
        self.status_line.clear_problem()
        if self.control.running:
            self.control.step()
        elif self._is_valid():
            self._ask_consent(self._start_paused)

    def _start_paused(self) -> None:
        self.control.start(self.setup(), paused=True)
        self.control.step()

    def _ask_consent(self, start: Callable[[], None]) -> None:
        """Start; on a bus that other computers receive, ask once before."""
        if not self.control.needs_consent or self._link.settings is None:
            start()
            return
        text = "Send random frames to other computers?"
        more = f"{self._link.settings.reach()}. Random frames can damage connected devices."
        buttons = QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel
        box = QMessageBox(QMessageBox.Icon.Warning, "Fuzz", text, buttons, self)
        box.setInformativeText(more)
        box.button(QMessageBox.StandardButton.Ok).setText("Send")
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def agree() -> None:
            self.control.agree()
            start()

        box.accepted.connect(agree)
        box.open()

    def stop(self) -> None:
        """End the run."""
        self.status_line.clear_problem()
        self.control.stop()

    def _is_valid(self) -> bool:
        if self._problems:
            self.fields.stop_field.check()
            self.status_line.show_problem(next(iter(self._problems.values())))
        return not self._problems

    # -- the response ------------------------------------------------------------------------------------

    def add_rows(self, frames: FrameBatch) -> None:
        """Add frames to the end of the transmit list."""
        self._model.insert(self._model.rowCount(), rows_of(frames))

    def find_in_trace(self, frame: FrameBatch) -> None:
        """Show a frame in the trace."""
        row = row_of(self._session.document.recording, frame)
        if row is None:
            self.status_line.show_problem("The frame is not in the trace, or no longer.")
        else:
            self.status_line.clear_problem()
            self.jump_requested.emit(row)

    # -- showing -----------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Show problems at their fields, and offer the signals of the message."""
        setup = self.setup()
        self._problems = setup.problems()
        if setup.stop_at:
            try:
                self._condition(setup.stop_at)
            except FilterError as error:
                self._problems["stop_at"] = f"Stop at: {error}."
        self.fields.show_problems(self._problems)
        message = message_of(setup, self._session.databases.loaded)
        self.fields.show_signals([signal.name for signal in message.signals] if message else [])
        self._show_load()

    def _condition(self, text: str) -> Condition:
        """The filter of a text; raises FilterError."""
        return condition_for(text, self._session.databases.loaded)

    def _on_databases(self) -> None:
        self._check()
        self.fields.stop_field.check()

    def _show_load(self) -> None:
        """Show the bus load of this run and of the armed rows."""
        rates = self._settings.bitrate.value, self._settings.data_bitrate.value
        if self._problems:
            self.footer.show_load(load_of((), *rates))
            return
        armed = self._rows.armed_rows
        run = load_of_run(self.setup().options(), *rates)
        limit = self._session.transmit.limit
        held = f", held to {limit:,} by the limit" if 0 < limit < run.frames_per_second else ""
        with_rows = " with the armed rows" if armed else ""
        self.footer.show_load(run.plus(load_of(armed, *rates)), with_rows + held)

    def _show(self) -> None:
        control = self.control
        is_playing = control.status.state == "playing"
        self.run_actions.show_state(
            is_playing, control.running and not is_playing, control.can_run, control.running
        )
        for action in (self.from_row, self.from_message, self.reset_fields):
            action.setEnabled(not control.running)
        self.fields.setEnabled(not control.running)
        count = control.count or 0
        self.progress.setRange(0, max(1, count))
        self.progress.setValue(min(control.status.sent, count))
        self.progress.setFormat(progress_text(control))
        if control.response is not self._shown_response:
            self._shown_response = control.response
            self.response.show_response(control.response)
            self.pages.setCurrentIndex(0 if control.response is None else 1)
        self.footer.show_reach(self._link.settings)
        self.status_line.show_hint("" if self._link.obstacle else state_text(control))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shown_response"):
            self.response.update_colors()
            self._check()
            self._show()

"""The fuzz panel: random frames within ranges, the state of the run, and the frame that ended it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
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
)
from canmcast_gui.app.transmit.parsing.condition_text import condition_for
from canmcast_gui.app.transmit.row import load_of
from canmcast_gui.app.transmit.transmit_link import NO_BUS
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.ui.actions import new_action
from canmcast_gui.ui.dialogs.question import Button, ask
from canmcast_gui.ui.transmit.fuzz.fields import FuzzFields
from canmcast_gui.ui.transmit.fuzz.filling import FuzzFilling
from canmcast_gui.ui.transmit.fuzz.response import FuzzResponseView
from canmcast_gui.ui.transmit.panel_parts import LoadLine, RunActions, StatusLine, menu_button, scroll_area
from canmcast_gui.ui.transmit.rows.table import TransmitTableView
from canmcast_gui.ui.transmit.sending_bar import SendingBar
from canmcast_gui.ui.updates import Debouncer


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
        self.filling = FuzzFilling(session, table, self.fields)
        self.reset_fields = new_action(
            self, "Default: all standard ids", self.reset, icon="clear", tip="Reset all fields"
        )
        self.fill_actions = [*self.filling.actions, self.reset_fields]
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
        fill_in = menu_button("Fill in from", self.fill_actions, self)
        fill_in.setToolTip("Use the frame of a row or of a message")
        bar.addWidget(fill_in)
        bar.addWidget(self.progress, 1)
        bar.addStretch(0)
        return bar

    def _connect(self) -> None:
        session, settings = self._session, self._settings
        self.control.changed.connect(self._show)
        self.control.failed.connect(self.status_line.show_problem)
        self.fields.edited.connect(self._check)
        self.filling.filled.connect(lambda: self.pages.setCurrentIndex(0))
        self.filling.problem.connect(self.status_line.show_problem)
        self.response.closed.connect(lambda: self.pages.setCurrentIndex(0))
        self.response.add_requested.connect(self.add_rows)
        self.response.find_requested.connect(self.find_in_trace)
        session.databases.changed.connect(self._on_databases)
        session.document.channels_named.connect(self._on_databases)
        self._rows.channels_changed.connect(self._check)
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
        self.pages.setCurrentIndex(0)
        self.fields.show_setup(setup)

    def reset(self) -> None:
        """Reset all fields."""
        self.apply_setup(FuzzSetup())

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

        def agree() -> None:
            self.control.agree()
            start()

        ask(
            self,
            "Fuzz",
            "Send random frames to other computers?",
            f"{self._link.settings.reach()}. Random frames can damage connected devices.",
            {Button.Ok: agree},
            labels={Button.Ok: "Send"},
            is_warning=True,
        )

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
        self.fields.show_channels(self._rows.open_channels())
        if self.fields.channel.problem:
            self._problems.setdefault("ids", self.fields.channel.problem)
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
        channels = self._session.transmit.channel_names()
        return condition_for(text, self._session.databases.loaded, channels)

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
            is_playing,
            control.running and not is_playing,
            "" if control.can_run else NO_BUS,
            control.running,
        )
        for action in self.fill_actions:
            action.setEnabled(not control.running)
        self.fields.setEnabled(not control.running)
        count = control.count or 0
        self.progress.setRange(0, max(1, count))
        self.progress.setValue(min(control.status.sent, count))
        self.progress.setFormat(progress_text(control))
        self.progress.setVisible(control.running or bool(control.status.sent))
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

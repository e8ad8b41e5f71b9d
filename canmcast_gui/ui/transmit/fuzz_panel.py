"""The fuzz panel: random frames within ranges, how they go out, and what answered them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.conditions import condition_for
from canmcast_gui.app.transmit.fuzz import progress_text, row_of, state_text
from canmcast_gui.app.transmit.fuzz_setup import (
    FuzzSetup,
    load_of_run,
    message_of,
    rows_of,
    setup_of_row,
    with_signal,
)
from canmcast_gui.app.transmit.row import RowError, TransmitRow, load_of
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.models.transmit.model import TransmitModel
from canmcast_gui.transmit import TransmitError
from canmcast_gui.ui.transmit.fuzz_actions import FuzzActions
from canmcast_gui.ui.transmit.fuzz_answer import FuzzAnswerView
from canmcast_gui.ui.transmit.fuzz_fields import FuzzFields
from canmcast_gui.ui.transmit.message_dialog import MessageDialog
from canmcast_gui.ui.transmit.status_line import ReachAndLoad, Sentence
from canmcast_gui.ui.transmit.table import TransmitTableView
from canmcast_gui.ui.updates import Debouncer

NO_ROW = "Select a row of the transmit list first."


class FuzzPanel(QWidget):
    """The window's one fuzz run. ``jump_requested`` carries a row of the recording."""

    jump_requested = Signal(int)

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        model: TransmitModel,
        table: TransmitTableView,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._model = model
        self._table = table
        self._link = session.transmit.link
        self._rows = session.transmit.rows
        self.control = session.transmit.fuzz
        self.fields = FuzzFields(self)
        self.answer = FuzzAnswerView(self)
        self.sentence = Sentence(self)
        self.footer = ReachAndLoad(self)
        self.progress = QProgressBar(self)
        self._load_later = Debouncer(self._show_load, self)
        self._problems: dict[str, str] = {}
        self._shown_answer: object = None
        self.progress.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.progress.setMinimumWidth(120)
        self.actions_ = FuzzActions(self)
        self._lay_out()
        self._connect()
        self._check()
        self._show()

    # -- making ------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        body = QWidget(self)
        inner = QVBoxLayout(body)
        inner.setContentsMargins(8, 2, 8, 6)
        inner.addWidget(self.fields)
        inner.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(area)
        self.pages.addWidget(self.answer)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self.actions_.bar(self.progress))
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.sentence)
        layout.addWidget(self.footer)

    def _connect(self) -> None:
        session, settings, actions = self._session, self._settings, self.actions_
        actions.connect_to(
            {
                actions.start: self.start,
                actions.step: self.step,
                actions.stop: self.stop,
                actions.row: self.take_selected_row,
                actions.message: self.ask_message,
                actions.reset: self.reset,
            }
        )
        self.control.changed.connect(self._show)
        self.control.failed.connect(self.sentence.say)
        self.fields.edited.connect(self._check)
        self.fields.signal_chosen.connect(self.choose_signal)
        self.answer.closed.connect(lambda: self.pages.setCurrentIndex(0))
        self.answer.add_requested.connect(self.add_rows)
        self.answer.find_requested.connect(self.find)
        session.databases_changed.connect(self._check)
        for field in (settings.bitrate, settings.data_bitrate):
            field.changed.connect(self._show_load)
        session.transmit.limit_changed.connect(self._show_load)
        self._rows.edited.connect(self._load_later.start)
        self._rows.row_changed.connect(self._load_later.start)

    # -- remembering -------------------------------------------------------------------------------------

    def setup(self) -> FuzzSetup:
        """How it is set up."""
        return self.fields.setup()

    def set_up(self, setup: FuzzSetup) -> None:
        """Fill the fields; what runs ends."""
        self.control.stop()
        self.sentence.say("")
        self._fill_in(setup)

    def _fill_in(self, setup: FuzzSetup) -> None:
        self.pages.setCurrentIndex(0)
        self.fields.show_setup(setup)

    # -- filling in --------------------------------------------------------------------------------------

    def reset(self) -> None:
        """The usual ranges."""
        self.set_up(FuzzSetup())

    def take_selected_row(self) -> None:
        """The frame of the one selected row of the transmit list."""
        numbers = self._table.selected()
        if len(numbers) != 1:
            self.sentence.say(NO_ROW)
            return
        self._take_rows([self._rows[numbers[0]]])

    def ask_message(self) -> None:
        """Let the user choose a message."""
        dialog = MessageDialog(self._session.databases, self)
        dialog.chosen.connect(self._take_rows)
        dialog.refused.connect(self.sentence.say)
        dialog.open()

    def _take_rows(self, rows: list[TransmitRow]) -> None:
        """Fill in from the first of them."""
        self.sentence.say("")
        try:
            self._fill_in(setup_of_row(self.setup(), rows[0]))
        except RowError as error:
            self.sentence.say(str(error))

    def choose_signal(self, place: int) -> None:
        """Let the bits of a signal be random, -1: all bits."""
        self.sentence.say("")
        setup = self.setup()
        message = message_of(setup, self._session.databases)
        if message is None:
            return
        try:
            chosen = None if place < 0 else message.signals[place]
            self.fields.show_setup(with_signal(setup, message, chosen))
        except TransmitError as error:
            self.sentence.say(str(error))

    # -- running -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, pause or go on."""
        self.sentence.say("")
        if self.control.running:
            self.control.pause()
        elif self._is_right():
            self.control.start(self.setup())

    def step(self) -> None:
        """One frame."""
        self.sentence.say("")
        if self.control.running:
            self.control.step()
        elif self._is_right():
            self.control.start(self.setup(), paused=True)
            self.control.step()

    def stop(self) -> None:
        """End it."""
        self.sentence.say("")
        self.control.stop()

    def _is_right(self) -> bool:
        if self._problems:
            self.sentence.say(next(iter(self._problems.values())))
        return not self._problems

    # -- the answer --------------------------------------------------------------------------------------

    def add_rows(self, frames: FrameBatch) -> None:
        """Add frames to the end of the transmit list."""
        self._model.insert(self._model.rowCount(), rows_of(frames))

    def find(self, frame: FrameBatch) -> None:
        """Show a frame in the trace."""
        row = row_of(self._session.recording, frame)
        if row is None:
            self.sentence.say("The frame is not in the trace, or not any more.")
        else:
            self.sentence.say("")
            self.jump_requested.emit(row)

    # -- showing -----------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Say what is wrong at each field, and offer the signals of the message."""
        setup = self.setup()
        self._problems = setup.problems()
        if setup.stop_at:
            try:
                condition_for(setup.stop_at, self._session.databases)
            except FilterError as error:
                self._problems["stop_at"] = str(error)
        self.fields.show_problems(self._problems)
        message = message_of(setup, self._session.databases)
        self.fields.show_signals([signal.name for signal in message.signals] if message else [])
        self._show_load()

    def _show_load(self) -> None:
        """What is asked of the bus by this run and by the armed rows."""
        settings = self._settings
        rates = settings.bitrate.value, settings.data_bitrate.value
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
        self.actions_.show_possible(control)
        self.fields.setEnabled(not control.running)
        count = control.count or 0
        self.progress.setRange(0, max(1, count))
        self.progress.setValue(min(control.status.sent, count))
        self.progress.setFormat(progress_text(control))
        if control.answer is not self._shown_answer:
            self._shown_answer = control.answer
            self.answer.show_answer(control.answer)
            self.pages.setCurrentIndex(0 if control.answer is None else 1)
        self.footer.show_reach(self._link.settings)
        self.sentence.hint(self._link.obstacle or state_text(control))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shown_answer"):
            self.answer.repaint_text()
            self._check()
            self._show()

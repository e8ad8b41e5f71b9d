"""The replay panel: what is replayed, its controls and position, and what is changed on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.transmit.replay_source import parts_of
from canmcast_gui.frames.filters import Vocabulary
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.logfile import LogPart, Order
from canmcast_gui.transmit import TransmitError
from canmcast_gui.ui.actions import action_button, new_action
from canmcast_gui.ui.dialogs.files import ask_files, log_filters, recent_folder
from canmcast_gui.ui.labels import ElidedLabel
from canmcast_gui.ui.transmit.panel_parts import RunActions, StatusLine, icon_button, scroll_area
from canmcast_gui.ui.transmit.replay.fields import PositionRow, ReplayFields, SpeedBox, number_box
from canmcast_gui.ui.transmit.replay.files import ReplayFiles
from canmcast_gui.ui.transmit.sending_bar import SendingBar
from canmcast_gui.wording import counted, printable


class ReplayPanel(QWidget):
    """Sets up and controls the replay of the session."""

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        words: Callable[[], Words] = Words,
        parent: QWidget | None = None,
    ) -> None:
        """``words`` returns what is proposed in the filter."""
        super().__init__(parent)
        self._settings = settings
        self._link = session.transmit.link
        self._databases = session.databases
        self.control = session.transmit.replay
        self.source = ElidedLabel(self)
        self.source.mode = Qt.TextElideMode.ElideMiddle
        self.remarks = QLabel(self)
        self.remarks.setWordWrap(True)
        self.files = ReplayFiles(self)
        self.speed = SpeedBox(self)
        self.limit = number_box(" frames/s", "no limit", 1)
        self.limit.setToolTip("Limit at the highest speed, in frames/s")
        self.position = PositionRow(self.control, self)
        self.fields = ReplayFields(lambda: _without_signals(words()), self.control.check_filter, self)
        self.status_line = StatusLine(self)
        self.sending_bar = SendingBar(self._link, self)
        self.open_action = new_action(
            self, "Open…", self.ask_files, icon="open", tip="Choose one or more log files"
        )
        self.add_action = new_action(
            self, "Add…", self.ask_more, icon="add", tip="Choose more log files to replay together with these"
        )
        self.trace_action = new_action(
            self,
            "Use current trace",
            self.choose_trace,
            icon="chronological",
            tip="Replay what the trace holds now",
        )
        self.run_actions = RunActions(self, "Play", self.play, self.step, self.control.stop, "replay")
        self._lay_out()
        self._connect()
        self._show()

    # -- layout ------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(8, 6, 8, 6)
        head = QHBoxLayout()
        head.addWidget(action_button(self.open_action, self))
        head.addWidget(icon_button(self.add_action, self))
        head.addWidget(action_button(self.trace_action, self))
        head.addWidget(self.source, 1)
        player = QHBoxLayout()
        for widget in (*self.run_actions.buttons(self), self.speed, self.limit):
            player.addWidget(widget)
        player.addStretch(1)
        layout.addLayout(head)
        layout.addLayout(player)
        for widget in (self.position, self.files, self.remarks, self.fields):
            layout.addWidget(widget)
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.sending_bar)
        outer.addWidget(scroll_area(body, self), 1)
        outer.addWidget(self.status_line)

    def _connect(self) -> None:
        self.control.changed.connect(self._show)
        self.control.moved.connect(self.position.show_position)
        self.control.failed.connect(self.status_line.show_problem)
        self._databases.changed.connect(self.fields.filter_field.check)
        self.files.edited.connect(self._choose)
        self.speed.speed_changed.connect(self._on_speed)
        self.speed.refused.connect(self.status_line.show_problem)

    # -- the source --------------------------------------------------------------------------------------

    def ask_files(self) -> None:
        """Ask for log files, and read them."""
        self._ask(self.open_files)

    def ask_more(self) -> None:
        """Ask for log files to replay together with the chosen ones."""
        self._ask(self.add_files)

    def _ask(self, chosen: Callable[[list[str]], None]) -> None:
        ask_files(self, "Replay log files", recent_folder(self._settings), log_filters(), chosen)

    def open_files(self, paths: list[str]) -> None:
        """Read log files; several are ordered by their dates and times."""
        self._choose(parts_of(paths), "times")

    def add_files(self, paths: list[str]) -> None:
        """Read log files in addition to the chosen ones."""
        source = self.control.source
        self._choose([*source.parts, *parts_of(paths)], source.order)

    def choose_trace(self) -> None:
        """Use the frames of the trace."""
        self.status_line.clear_problem()
        self.control.source.choose_trace()

    def _choose(self, parts: list[LogPart], order: Order) -> None:
        self.status_line.clear_problem()
        self.control.source.choose_files(parts, order)
        self.control.source.read()

    # -- the setup ---------------------------------------------------------------------------------------

    def setup(self) -> ReplaySetup:
        """The setup for a workspace; the trace is not part of it."""
        source, fields = self.control.source, self.fields
        return ReplaySetup(
            files=source.parts,
            order=source.order,
            speed=self.speed.speed,
            limit=self.limit.value(),
            loop=fields.loop.isChecked(),
            start=fields.start.value(),
            stop=fields.stop.value(),
            filter=fields.filter.text().strip(),
            ids=fields.ids.text().strip(),
            channels=fields.channels.text().strip(),
            skip_live=fields.skip_live.isChecked(),
            error_frames=fields.error_frames.isChecked(),
        )

    def apply_setup(self, setup: ReplaySetup) -> None:
        """Stop, and use a setup; its files are read when they are played."""
        self.status_line.clear_problem()
        self.control.source.choose_files(setup.files, setup.order)
        self.speed.set_speed(setup.speed)
        self.limit.setValue(setup.limit)
        fields = self.fields
        fields.loop.setChecked(setup.loop)
        fields.start.setValue(setup.start)
        fields.stop.setValue(setup.stop)
        fields.filter.setText(setup.filter)
        fields.ids.setText(setup.ids)
        fields.channels.setText(setup.channels)
        fields.skip_live.setChecked(setup.skip_live)
        fields.error_frames.setChecked(setup.error_frames)
        self._show()

    # -- playing -----------------------------------------------------------------------------------------

    def play(self) -> None:
        """Start, pause or resume; after the end start again, with the present values of the fields."""
        self.status_line.clear_problem()
        if self.control.under_way:
            self.control.pause()
        else:
            self._start(paused=False)

    def step(self) -> None:
        """Send one frame and pause."""
        self.status_line.clear_problem()
        if not self.control.under_way:
            self._start(paused=True)
        self.control.step()

    def _start(self, paused: bool) -> None:
        mistake = self.fields.filter_field.check()
        if mistake is not None:
            self.status_line.show_problem(f"Filter: {mistake}.")
            return
        try:
            self.control.start(self.setup(), paused)
        except TransmitError as error:
            self.status_line.show_problem(str(error))

    def _on_speed(self) -> None:
        self.status_line.clear_problem()
        self.limit.setVisible(self.speed.speed is None)
        if self.control.running:
            self.control.set_speed(self.speed.speed)

    # -- showing -----------------------------------------------------------------------------------------

    def _show(self) -> None:
        control, source = self.control, self.control.source
        is_playing, is_paused = control.status.state == "playing", control.status.state == "paused"
        obstacle = "The replay is about to start." if control.waiting else control.obstacle
        self.run_actions.show_state(is_playing, is_paused, obstacle, control.running or control.waiting)
        is_editable = not (control.under_way or control.waiting)
        self.add_action.setEnabled(is_editable and bool(source.parts))
        self.limit.setVisible(self.speed.speed is None)
        self.fields.setEnabled(is_editable)
        self.files.setEnabled(is_editable)
        self.files.show_files(source.parts, source.order)
        self.source.setText(printable(self._source_text()))
        self.source.setToolTip(self.source.text())
        remarks = "; ".join(source.remarks)
        self.remarks.setText(remarks[:1].upper() + remarks[1:])
        self.remarks.setVisible(bool(remarks))
        self.position.show_position()

    def _source_text(self) -> str:
        source = self.control.source
        if not source.is_chosen:
            return "Nothing chosen yet"
        if source.recording is None:
            return f"{source.name}: loads on Play"
        more = ", still reading" if source.loading else ""
        return f"{source.name}: {counted(source.frames, 'frame')}, {source.seconds:,.1f} s{more}"


def _without_signals(words: Words) -> Words:
    """What can be proposed for a replay, whose filter cannot use signals."""
    return replace(words, vocabulary=Vocabulary(words.vocabulary.messages), choices=lambda _name: {})

"""The replay panel: what is replayed, the buttons of a player, its place in time, and what is changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.link import NO_BUS
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.transmit.replay_source import parts_of
from canmcast_gui.logfile import LogPart, Order
from canmcast_gui.transmit import ReplayOptions, TransmitError
from canmcast_gui.transmit.replay.text import parse_channels, parse_ids
from canmcast_gui.ui.dialogs.files import ask_files, log_filters, recent_folder
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.labels import ElidedLabel
from canmcast_gui.ui.transmit.buttons import action_button, new_action
from canmcast_gui.ui.transmit.replay_fields import PlaceRow, ReplayFields, SpeedBox, number_box
from canmcast_gui.ui.transmit.replay_files import ReplayFiles
from canmcast_gui.ui.transmit.status_line import Sentence
from canmcast_gui.wording import counted, printable


class ReplayPanel(QWidget):
    """The controls of the window's one replay."""

    def __init__(self, session: Session, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self.control = session.transmit.replay
        self.source = ElidedLabel(self)
        self.source.mode = Qt.TextElideMode.ElideMiddle
        self.remarks = QLabel(self)
        self.remarks.setWordWrap(True)
        self.files = ReplayFiles(self)
        self.speed = SpeedBox(self)
        self.limit = number_box(" frames/s", "no limit", 1)
        self.limit.setToolTip("At most so many frames a second, when as fast as possible")
        self.place = PlaceRow(self.control, self)
        self.fields = ReplayFields(self)
        self.sentence = Sentence(self)
        self._make_actions()
        self._lay_out()
        self._connect()
        self._show()

    # -- making ------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        make = partial(new_action, self)
        self.open_action = make("Open…", "open", "Choose log files, one or several", self.ask_files)
        self.add_action = make(
            "Add…", "add", "Choose more log files, to be replayed together with these", self.ask_more
        )
        self.trace_action = make(
            "The trace", "chronological", "Replay what the trace holds now", self.choose_trace
        )
        self.play_action = make("Play", "start", "Send from the beginning, or go on", self.play)
        self.step_action = make("Step", "step", "Send one frame and stand still", self.step)
        self.stop_action = make("Stop", "stop", "End the replay", self.control.stop)

    def _lay_out(self) -> None:
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(8, 6, 8, 6)
        head = self._row(self.open_action, self.trace_action)
        more = action_button(self.add_action, self)
        more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        head.insertWidget(1, more)
        head.addWidget(self.source, 1)
        layout.addLayout(head)
        actions = (self.play_action, self.step_action, self.stop_action)
        player = self._row(*actions, self.speed, self.limit)
        player.addStretch(1)
        layout.addLayout(player)
        layout.addWidget(self.place)
        layout.addWidget(self.files)
        layout.addWidget(self.remarks)
        layout.addWidget(self.fields)
        layout.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(self.sentence)

    def _row(self, *things: QAction | QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        for thing in things:
            row.addWidget(action_button(thing, self) if isinstance(thing, QAction) else thing)
        return row

    def _connect(self) -> None:
        self.control.changed.connect(self._show)
        self.control.moved.connect(self.place.show_place)
        self.control.failed.connect(self.sentence.say)
        self.files.edited.connect(self._choose)
        self.speed.speed_changed.connect(self._on_speed)
        self.speed.refused.connect(self.sentence.say)

    # -- what is replayed --------------------------------------------------------------------------------

    def ask_files(self) -> None:
        """Ask for log files and read them."""
        self._ask(self.open_files)

    def ask_more(self) -> None:
        """Ask for log files that are replayed together with those that are chosen."""
        self._ask(self.add_files)

    def _ask(self, take: Callable[[list[str]], None]) -> None:
        ask_files(self, "Replay recordings", recent_folder(self._settings), log_filters(), take)

    def open_files(self, paths: list[str]) -> None:
        """Read log files, by their dates and times where there are several."""
        self._choose(parts_of(paths), "times")

    def add_files(self, paths: list[str]) -> None:
        """Read log files behind those that are chosen."""
        source = self.control.source
        self._choose([*source.parts, *parts_of(paths)], source.order)

    def choose_trace(self) -> None:
        """Take the frames of the trace."""
        self.sentence.say("")
        self.control.source.choose_trace()

    def _choose(self, parts: list[LogPart], order: Order) -> None:
        self.sentence.say("")
        self.control.source.choose_files(parts, order)
        self.control.source.read()

    # -- what is remembered ------------------------------------------------------------------------------

    def setup(self) -> ReplaySetup:
        """All that is set up, for a workspace; the trace is not part of it."""
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
            skip_live=fields.live.isChecked(),
            error_frames=fields.errors.isChecked(),
        )

    def set_up(self, setup: ReplaySetup) -> None:
        """Have what a workspace says, stopped; its files are read when they are played."""
        self.sentence.say("")
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
        fields.live.setChecked(setup.skip_live)
        fields.errors.setChecked(setup.error_frames)
        self._show()

    def options(self, paused: bool = False) -> ReplayOptions:
        """What the fields say. Raises TransmitError for one that cannot be understood."""
        setup = self.setup()
        return ReplayOptions(
            speed=setup.speed,
            rate=setup.limit or None if setup.speed is None else None,
            loop=setup.loop,
            filter=setup.filter,
            ids=parse_ids(setup.ids),
            channels=parse_channels(setup.channels),
            skip_live=setup.skip_live,
            error_frames=setup.error_frames,
            paused=paused,
        )

    # -- playing -----------------------------------------------------------------------------------------

    def play(self) -> None:
        """Begin, pause or go on; after the end begin anew, with what the fields say by then."""
        self.sentence.say("")
        if self.control.under_way:
            self.control.pause()
        else:
            self._begin(paused=False)

    def step(self) -> None:
        """Send the next frame only."""
        self.sentence.say("")
        if not self.control.under_way:
            self._begin(paused=True)
        self.control.step()

    def _begin(self, paused: bool) -> None:
        try:
            options = self.options(paused)
        except TransmitError as error:
            self.sentence.say(str(error))
            return
        self.control.start(options, self.fields.start.value(), self.fields.stop.value() or None)

    def _on_speed(self) -> None:
        self.sentence.say("")
        self.limit.setVisible(self.speed.speed is None)
        if self.control.running:
            self.control.set_speed(self.speed.speed)

    # -- showing -----------------------------------------------------------------------------------------

    def _show(self) -> None:
        control = self.control
        playing, free = control.status.state == "playing", not (control.under_way or control.waiting)
        self.play_action.setText("Pause" if playing else "Play")
        self.play_action.setIcon(icon("pause" if playing else "start"))
        self.play_action.setEnabled(control.can_play and not control.waiting)
        self.step_action.setEnabled(control.can_play and not control.waiting)
        self.stop_action.setEnabled(control.running or control.waiting)
        self.add_action.setEnabled(free and bool(control.source.parts))
        self.limit.setVisible(self.speed.speed is None)
        self.fields.setEnabled(free)
        self.files.setEnabled(free)
        self.files.show_files(control.source.parts, control.source.order)
        self.source.setText(printable(self._source_text()))
        self.source.setToolTip(self.source.text())
        remarks = "; ".join(control.source.remarks)
        self.remarks.setText(remarks[:1].upper() + remarks[1:])
        self.remarks.setVisible(bool(control.source.remarks))
        self.place.show_place()
        self.sentence.hint("" if self._session.transmit.link.client is not None else NO_BUS)

    def _source_text(self) -> str:
        source = self.control.source
        if not source.is_chosen:
            return "Nothing chosen yet"
        if source.recording is None:
            return f"{source.name}: read when it is played"
        more = ", still reading" if source.loading else ""
        return f"{source.name}: {counted(source.frames, 'frame')}, {source.seconds:,.1f} s{more}"

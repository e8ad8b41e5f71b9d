"""The replay panel: what is replayed, the buttons of a player, its place in time, and what is changed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.logfile.formats import FORMATS
from canmcast_gui.models.transmit_replay import NO_BUS, ReplayControl
from canmcast_gui.models.transmit_replay_source import parts_of
from canmcast_gui.models.transmit_switch import TransmitSwitch
from canmcast_gui.transmit import ReplayOptions, TransmitError
from canmcast_gui.transmit.replay_text import parse_channels, parse_ids
from canmcast_gui.ui import theme
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.transmit_sentence import Sentence

SPEEDS: tuple[tuple[str, float | None], ...] = (
    ("× 0.1", 0.1), ("× 0.5", 0.5), ("× 1", 1.0), ("× 2", 2.0), ("× 5", 5.0), ("× 10", 10.0),
    ("× 100", 100.0), ("As fast as possible", None),
)  # fmt: skip
SLIDER_STEPS = 1000


class ReplayPanel(QWidget):
    """The controls of the window's one replay."""

    def __init__(
        self, session: Session, settings: AppSettings, switch: TransmitSwitch, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self.control = ReplayControl(session, switch, self)
        self._make_actions()
        self._make_fields()
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addLayout(self._source_row())
        layout.addLayout(self._player_row())
        layout.addLayout(self._place_row())
        layout.addLayout(self._field_grid())
        layout.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.sentence = Sentence(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(self.sentence)
        self.control.changed.connect(self._show)
        self.control.moved.connect(self._show_place)
        self.control.failed.connect(self.sentence.say)
        self._show()

    # -- making ------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        def make(name: str, picture: str, tip: str, slot) -> QAction:
            action = QAction(icon(picture), name, self)
            action.setToolTip(tip)
            action.triggered.connect(lambda _checked=False: slot())
            return action

        self.open_action = make(
            "Open…", "open", "Choose log files; several follow one another", self.ask_files
        )
        self.trace_action = make(
            "The trace", "chronological", "Replay what the trace holds now", self.choose_trace
        )
        self.play_action = make("Play", "start", "Send from the beginning, or go on", self.play)
        self.step_action = make("Step", "step", "Send one frame and stand still", self.step)
        self.stop_action = make("Stop", "stop", "End the replay", self.control.stop)

    def _make_fields(self) -> None:
        self.source = QLabel(self)
        self.place = QSlider(Qt.Orientation.Horizontal, self)
        self.place.setRange(0, SLIDER_STEPS)
        self.place.setToolTip("Where the replay is; drag it to go elsewhere")
        self.place.sliderReleased.connect(self._seek)
        self.time = QLabel(self)
        self.time.setFont(theme.fixed_font())
        self.speed = QComboBox(self)
        for name, speed in SPEEDS:
            self.speed.addItem(name, speed)
        self.speed.setCurrentIndex(2)
        self.speed.setToolTip("How fast: a factor of the recorded times")
        self.speed.currentIndexChanged.connect(self._on_speed)
        self.limit = _number(1_000_000, " frames/s", "no limit")
        self.limit.setToolTip("At most so many frames a second, when as fast as possible")
        self.start = _number(1_000_000, " s", "beginning")
        self.stop = _number(1_000_000, " s", "end")
        self.loop = QCheckBox("Loop", self)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("all frames; e.g. id in 0x100..0x1FF")
        self.ids = QLineEdit(self)
        self.ids.setPlaceholderText("as recorded; e.g. 123=456, 18FF0001=7A0")
        self.channels = QLineEdit(self)
        self.channels.setPlaceholderText("as recorded; e.g. 1=2")
        self.live = QCheckBox("Without ids that another node sends", self)
        self.errors = QCheckBox("With error frames", self)

        self._fields = (
            self.start, self.stop, self.loop, self.filter, self.ids, self.channels, self.live, self.errors,
        )  # fmt: skip

    def _source_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for action in (self.open_action, self.trace_action):
            row.addWidget(self._button(action))
        row.addWidget(self.source, 1)
        return row

    def _player_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for action in (self.play_action, self.step_action, self.stop_action):
            row.addWidget(self._button(action))
        for widget in (self.speed, self.limit, self.loop):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _place_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self.time)
        return row

    def _field_grid(self) -> QGridLayout:
        grid = QGridLayout()
        span = QHBoxLayout()
        for widget in (self.start, QLabel("to", self), self.stop):
            span.addWidget(widget)
        span.addStretch(1)
        grid.addWidget(QLabel("Range", self), 0, 0)
        grid.addLayout(span, 0, 1)
        for line, (name, field) in enumerate(
            (("Filter", self.filter), ("Change ids", self.ids), ("Channels", self.channels)), 1
        ):
            label = QLabel(name, self)
            label.setBuddy(field)
            grid.addWidget(label, line, 0)
            grid.addWidget(field, line, 1)
        boxes = QHBoxLayout()
        boxes.addWidget(self.live)
        boxes.addWidget(self.errors)
        boxes.addStretch(1)
        grid.addLayout(boxes, 4, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    # -- what the buttons do -----------------------------------------------------------------------------

    def ask_files(self) -> None:
        """Ask for log files and read them."""
        every = " ".join(f"*{suffix}" for one in FORMATS if one.can_read for suffix in one.suffixes)
        recent = self._settings.recent_files.value
        folder = str(Path(recent[0]).parent) if recent else str(Path.home())
        filters = f"Log files ({every});;All files (*)"
        dialog = QFileDialog(self, "Replay recordings", folder, filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.open_files)
        dialog.open()

    def open_files(self, paths: list[str]) -> None:
        """Read log files, in the order given."""
        self.sentence.say("")
        self.control.source.choose_files(parts_of(paths))
        self.control.source.read()

    def choose_trace(self) -> None:
        """Take the frames of the trace."""
        self.sentence.say("")
        self.control.source.choose_trace()

    def play(self) -> None:
        """Begin, pause or go on."""
        self.sentence.say("")
        if self.control.running:
            self.control.pause()
        else:
            self._begin(paused=False)

    def step(self) -> None:
        """Send the next frame only."""
        self.sentence.say("")
        if not self.control.running:
            self._begin(paused=True)
        self.control.step()

    def _begin(self, paused: bool) -> None:
        try:
            options = self.options(paused)
        except TransmitError as error:
            self.sentence.say(str(error))
            return
        self.control.start(options, self.start.value(), self.stop.value() or None)

    def options(self, paused: bool = False) -> ReplayOptions:
        """What the fields say. Raises TransmitError for one that cannot be understood."""
        speed = self.speed.currentData()
        return ReplayOptions(
            speed=speed,
            rate=self.limit.value() or None if speed is None else None,
            loop=self.loop.isChecked(),
            filter=self.filter.text().strip(),
            ids=parse_ids(self.ids.text()),
            channels=parse_channels(self.channels.text()),
            skip_live=self.live.isChecked(),
            error_frames=self.errors.isChecked(),
            paused=paused,
        )

    def _seek(self) -> None:
        self.control.seek(self.place.value() / SLIDER_STEPS * self.control.source.seconds)

    def _on_speed(self) -> None:
        self.limit.setEnabled(self.speed.currentData() is None)
        if self.control.running:
            self.control.set_speed(self.speed.currentData())

    # -- showing -----------------------------------------------------------------------------------------

    def _show(self) -> None:
        control, state = self.control, self.control.status.state
        playing = state == "playing"
        self.play_action.setText("Pause" if playing else "Play")
        self.play_action.setIcon(icon("pause" if playing else "start"))
        self.play_action.setEnabled(control.can_play)
        self.step_action.setEnabled(control.can_play)
        self.stop_action.setEnabled(control.running)
        self.place.setEnabled(control.running)
        self.limit.setEnabled(self.speed.currentData() is None)
        for field in self._fields:
            field.setEnabled(not control.running)
        self._show_source()
        self._show_place()
        self.sentence.hint("" if self._session.transmitter is not None else NO_BUS)

    def _show_source(self) -> None:
        source = self.control.source
        if not source.is_chosen:
            self.source.setText("Nothing chosen yet")
        elif source.recording is None:
            self.source.setText(source.name)
        else:
            more = ", still reading" if source.loading else ""
            self.source.setText(f"{source.name}: {source.frames:,} frames, {source.seconds:,.1f} s{more}")

    def _show_place(self) -> None:
        control, status = self.control, self.control.status
        seconds, whole = control.position_seconds, control.source.seconds
        if not self.place.isSliderDown():
            with QSignalBlocker(self.place):
                self.place.setValue(round(seconds / whole * SLIDER_STEPS) if whole else 0)
        late = f", {status.late:,} late" if status.late else ""
        loops = f", loop {status.loops + 1}" if status.loops else ""
        skipped = f", {status.skipped:,} not for this bus" if status.skipped else ""
        sent = f"  {status.sent:,} sent{late}{skipped}{loops}" if control.running or status.sent else ""
        self.time.setText(f"{seconds:,.1f} of {whole:,.1f} s{sent}")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange and hasattr(self, "sentence"):
            self.sentence.repaint_text()


def _number(most: float, suffix: str, none: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0, most)
    box.setDecimals(1)
    box.setSuffix(suffix)
    box.setSpecialValueText(none)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    return box

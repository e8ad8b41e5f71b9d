"""The commands that open a bus, and the button that shows its state.

A bus is the last one, the demonstration, or one that the user chooses.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from canmcast_gui.app.bus.channel_state import states_text
from canmcast_gui.app.bus.device_search import DeviceSearch
from canmcast_gui.app.bus.trial import ChannelTrial
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.demo import DEMO_PLOT_SIGNALS
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import allow, connect
from canmcast_gui.ui.dialogs.channels import ChannelsDialog
from canmcast_gui.ui.dialogs.connect import PRESETS
from canmcast_gui.ui.labels import label_text
from canmcast_gui.ui.plot.docks import PlotDocks
from canmcast_gui.wording import printable

# Longer names of channels that have a problem are cut.
LONGEST_LABEL = 40
TIP = "The bus, and other buses to connect to"


class ChannelsMenu(QMenu):
    """Lists the open channels with their states. ``chosen`` carries the number of one."""

    chosen = Signal(int)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__("C&hannels", parent)
        self._session = session
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for state in self._session.bus.channel_states():
            received, times = state.statistics.received, state.statistics.times
            parts = [
                state.title,
                f"{received:,} received, {state.lost:,} lost",
                times,
                state.statistics.controller,
            ]
            action = self.addAction(label_text(" · ".join(filter(None, parts))))
            action.setToolTip(state.text())
            connect(action.triggered, partial(self.chosen.emit, state.settings.number))
        if self.isEmpty():
            allow(self.addAction("No channel is open"), False, "Connect to a bus first (F5).")


class ConnectionButton(QToolButton):
    """Shows the state and the bus. Its menu starts and stops, and connects to a recent or a usual bus."""

    chosen = Signal(Measurement)

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        first: Iterable[QAction],
        last: Iterable[QAction],
        parent: QWidget | None = None,
    ) -> None:
        """``first`` and ``last`` are the entries above and below the buses in the menu."""
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._first, self._last = list(first), list(last)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip(TIP)
        self.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.setMenu(menu)
        session.state_changed.connect(self._on_state)
        session.clock.paused_changed.connect(self._on_state)
        self._on_state()

    def _on_state(self) -> None:
        text, color = state_text(self._session), state_color(self._session, self.palette())
        self.setText(f"{label_text(text)} ▾")
        self.setIcon(_dot(color.name()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip("\n".join(filter(None, (TIP, self._states()))))
        return super().event(event)

    def _states(self) -> str:
        return states_text(self._session.bus.channel_states(), self._session.bus.late)

    def changeEvent(self, event: Any) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self._on_state()

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        menu.addActions(self._first)
        recent = self._settings.recent_buses.value
        presets = [Measurement.of_bus(preset).validated() for _, preset in PRESETS]
        usual = [preset for preset in presets if preset not in recent]
        for title, buses in (("Recent", recent), ("Usual", usual)):
            if buses:
                menu.addSection(title)
            for bus in buses:
                menu.addAction(_menu_text(bus), partial(self.chosen.emit, bus))
        menu.addSeparator()
        menu.addActions(self._last)


def _menu_text(measurement: Measurement) -> str:
    label = measurement.label()
    is_classic = measurement.multicast is not None and not measurement.carries_fd
    return label_text(f"{label[0].upper()}{label[1:]}{', classic only' if is_classic else ''}")


def state_text(session: Session) -> str:
    """The state of the window in two or three words."""
    name = printable(session.document.file_path.name) if session.document.file_path else ""
    if session.bus.problem:
        return f"Reception problem: {_shortened(session.bus.problem_label)}"
    live = "Paused" if session.clock.paused else "Live"
    return {
        SessionState.LIVE: f"{live}: {session.bus.label}",
        SessionState.CONNECTING: f"Connecting: {session.bus.label}",
        SessionState.LOADING: f"Opening: {name}",
        SessionState.FILE: f"File: {name}",
    }.get(session.state, "Not connected")


def _shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


def state_color(session: Session, palette: Any) -> QColor:
    """Green on a bus, red on a reception problem, the warning color while paused or connecting; muted."""
    colors = theme.colors(palette)
    if session.bus.problem:
        return colors.error
    return {
        SessionState.LIVE: colors.warning if session.clock.paused else colors.good,
        SessionState.CONNECTING: colors.warning,
        SessionState.LOADING: colors.warning,
    }.get(session.state, colors.muted)


@lru_cache(maxsize=8)  # three states in two themes
def _dot(color: str) -> QIcon:
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(QPointF(16, 16), 9, 9)
    painter.end()
    return QIcon(pixmap)


class BusCommands(QObject):
    """Opens buses for the session and keeps the list of recent ones."""

    def __init__(self, session: Session, settings: AppSettings, plots: PlotDocks, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._plots = plots
        self._window = window
        self._trial = ChannelTrial(session.tasks, self)
        self._search = DeviceSearch(session.tasks, self)
        self.channels = ChannelsMenu(session, window)
        self.channels.chosen.connect(self.ask)

    def start(self) -> None:
        """Open the last bus or restart the demonstration; if there is no last bus, ask for one."""
        if self._session.bus.is_demo_bus:
            self.start_demo()
            return
        recent = self._settings.recent_buses.value
        if recent:
            self.connect_to(recent[0])
        else:
            self.ask()

    def start_demo(self, settings: BusSettings | None = None) -> None:
        """Start the demonstration bus and plot some of its signals."""
        self._session.start_demo(settings)
        for name in DEMO_PLOT_SIGNALS:
            self._plots.plot_signal(name)

    def connect_to(self, settings: Measurement) -> None:
        """Open a bus and add it to the recent ones."""
        try:
            settings = settings.validated()
        except BusError as error:
            self._session.messages.error(str(error), "bus")
            return
        self._settings.add_recent(self._settings.recent_buses, settings)
        self._session.bus.open(settings)

    def ask(self, number: int = 1) -> None:
        """Ask which bus to open; of several channels, that with this number is shown first."""
        recent = self._settings.recent_buses.value
        measurement = recent[0] if recent else Measurement.of_bus(BusSettings())
        dialog = ChannelsDialog(measurement, self._trial, self._search, self._window)
        dialog.show_channel(number)
        dialog.chosen.connect(self.connect_to)
        dialog.help_requested.connect(self._explain)
        dialog.open()

    def _explain(self) -> None:
        from canmcast_gui.ui.handbook.window import show_handbook

        show_handbook("channels", self._settings, self._window)

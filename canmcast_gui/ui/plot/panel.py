"""The plot panel: signals over time, live or from a file. Importing it takes a second, for pyqtgraph."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import PlotSetup
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.drag import signals_of_mime
from canmcast_gui.models.plot.span import SpanMode
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.plot.actions import PlotActions, SignalMenu
from canmcast_gui.ui.plot.bar import PlotBar
from canmcast_gui.ui.plot.cursors import A, PlotCursors, PlotReadout
from canmcast_gui.ui.plot.export import PlotExport
from canmcast_gui.ui.plot.legend import PlotLegend
from canmcast_gui.ui.plot.picture import PlotPicture
from canmcast_gui.ui.plot.signals import PlotSignals
from canmcast_gui.ui.plot.time import PlotTime
from canmcast_gui.ui.updates import VisibleTicks

# Of the 40 ms between two ticks; drawing takes about as long.
DECODE_SECONDS = 0.004

# While many rows have not been read.
READ_SECONDS = 0.02


class PlotPanel(QWidget):
    """Plots signals of the session's recording.

    ``signals`` are the plotted signals, ``time`` the visible span, ``cursors`` the two cursors, ``exporter``
    saves the plot. The panel itself connects them with its widgets, and draws.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.signals = PlotSignals(session, self.palette(), self)
        self.actions_ = PlotActions(self)
        self.picture = PlotPicture(self.actions_.all, self)
        self.view = self.picture.lanes
        self.legend = PlotLegend(self)
        cursor_actions = (self.actions_.cursor, self.actions_.measure)
        self.cursors = PlotCursors(self.signals.data, self.view, cursor_actions, self)
        self.time = PlotTime(session, self.signals, self.view, self.cursors, self)
        self.span = self.time.span
        self.readout = PlotReadout(session, self.signals, self.span, self.cursors, self.legend)
        self.exporter = PlotExport(session, self.signals, self.span, (self.legend, self.picture), self)
        self.bar = PlotBar(session.databases.loaded, self.actions_.before_window, self.actions_.after_window)
        self.message = PlotMessage(self)
        self._is_outdated = True
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect_actions()
        self._connect_parts()
        self._connect_session()
        self._on_recording()
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.bar, self.legend, self.picture, self.cursors.panel, self.message):
            layout.addWidget(widget, 1 if widget is self.picture else 0)

    def _connect_actions(self) -> None:
        actions = self.actions_
        connect(actions.follow.triggered, self.time.follow)
        connect(actions.fit.triggered, self.fit)
        connect(actions.overlay.triggered, self._show_signals)
        connect(actions.xy.triggered, self._on_xy)
        connect(actions.cursor.triggered, lambda: self.cursors.toggle(A, self.span.span))
        connect(actions.measure.triggered, lambda: self.cursors.toggle_measuring(self.span.span))
        connect(actions.clear.triggered, self.signals.clear)
        connect(actions.export.triggered, self.exporter.choose)

    def _connect_parts(self) -> None:
        self.view.clicked.connect(lambda _second: self.setFocus())
        self.signals.changed.connect(self._show_signals)
        self.time.moved.connect(self._redraw)
        self.cursors.moved.connect(self.readout.show_values)
        self.legend.remove_clicked.connect(self.signals.remove)
        self.legend.menu_requested.connect(self._show_menu)
        self.bar.name_chosen.connect(self.signals.add)
        self.bar.window_chosen.connect(self.time.set_window)
        self.bar.offset_chosen.connect(self._session.reference.set_offset)
        for reported in (self.bar.problem, self.signals.refused, self.exporter.reported):
            reported.connect(self.message.show_text)

    def _connect_session(self) -> None:
        session = self._session
        session.document.replaced.connect(self._on_recording)
        session.state_changed.connect(self._on_state)
        session.databases.changed.connect(self._on_databases)
        session.reference.changed.connect(self._on_reference)
        session.reference.moved.connect(self._on_reference_moved)

    # -- setup -------------------------------------------------------------------------------------------

    def setup(self) -> PlotSetup:
        """What a workspace stores of the plot."""
        signals = tuple((signal.name, signal.style) for signal in self.signals.data.signals)
        overlaid, is_xy = self.actions_.overlay.isChecked(), self.actions_.xy.isChecked()
        return PlotSetup(signals, "", overlaid, self.span.window, is_xy)

    def apply_setup(self, setup: PlotSetup) -> None:
        """Plot the signals of a setup, and no others."""
        self.actions_.overlay.setChecked(setup.overlaid)
        self.actions_.xy.setChecked(setup.xy)
        self.span.window = setup.seconds
        self.bar.show_window(self.span.seconds)
        self.signals.replace(setup.signals)
        self._on_xy()

    # -- drawing -----------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole recording and all values."""
        self.picture.refit()
        self.time.show_all()

    def refresh(self) -> None:
        """Decode new frames and draw them; do nothing while paused or when nothing has changed."""
        if not self.signals.data.signals:
            return
        budget = READ_SECONDS if self.readout.is_reading else DECODE_SECONDS
        changed = self.signals.update(budget, self._session.clock.paused) or self._is_outdated
        if changed:
            self._is_outdated = False
            self._draw()
        if self.readout.update(changed):
            self.message.show_progress(self.readout.progress())

    def _draw(self) -> None:
        self.time.update_extent()
        self.bar.show_window(self.span.seconds)
        start_ns, signals = self._session.document.recording.start_ns, self.signals
        self.picture.draw(start_ns, self.span.span, signals.data.losses, signals.comparison.start_ns)
        self.actions_.follow.setChecked(self.span.mode is SpanMode.FOLLOW)

    def _redraw(self) -> None:
        self._is_outdated = True
        self.bar.show_window(self.span.seconds)
        self.refresh()

    def _show_signals(self) -> None:
        """Lay out lanes and legend for the signals."""
        shown, colors = self.signals.data.signals, self.signals.colors()
        others = self.signals.comparison.others()
        self.picture.show_signals(shown, self.actions_.overlay.isChecked(), colors, others)
        self.legend.show_signals(shown, colors)
        self.readout.update_soon()
        self._is_outdated = True
        if self.isVisible():
            self.refresh()

    def _on_xy(self) -> None:
        self.picture.set_xy(self.actions_.xy.isChecked())
        self._redraw()

    def _show_menu(self, name: str, position: QPoint) -> None:
        signal = self.signals.get(name)
        if signal is None:
            return
        menu = SignalMenu(
            self,
            signal,
            self.signals.color(signal),
            lambda style: self.signals.set_style(name, style),
            lambda: self.signals.remove(name),
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(position)

    # -- the session -------------------------------------------------------------------------------------

    def _on_recording(self) -> None:
        self.time.restart()
        self.signals.decode_again()

    def _on_state(self) -> None:
        """Whether there is a file is known only after its recording."""
        self._is_outdated = True

    def _on_databases(self) -> None:
        self.signals.decode_again()
        self._on_reference()

    def _on_reference(self) -> None:
        self.signals.compare_again()
        self._on_reference_moved()

    def _on_reference_moved(self) -> None:
        reference = self._session.reference
        self.bar.show_offset(reference.path, reference.offset_ns / NS_PER_SECOND)
        self._redraw()

    # -- Qt events ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.time.handle_key(event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "message"):
            self.signals.set_palette(self.palette())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if signals_of_mime(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for name in signals_of_mime(event.mimeData()):
            self.signals.add(name)
        event.acceptProposedAction()


class PlotMessage(QLabel):
    """The line below a plot: why a signal is not added, what was exported, the progress of reading."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setWordWrap(True)
        self.setContentsMargins(8, 2, 8, 2)
        self._is_progress = False
        self.hide()

    def show_text(self, text: str) -> None:
        """Show a message; "" hides the line."""
        self._is_progress = False
        self.setText(text)
        self.setVisible(bool(text))

    def show_progress(self, text: str) -> None:
        """Show a progress, or with "" hide it, and leave other messages."""
        if text or self._is_progress:
            self.show_text(text)
            self._is_progress = bool(text)

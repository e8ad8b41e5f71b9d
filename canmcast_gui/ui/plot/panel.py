"""The plot panel: signals over time, live or from a file."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import PlotSetup
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.drag import files_of_mime, signals_of_mime
from canmcast_gui.models.plot.span import SpanMode
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.plot.actions import PlotActions
from canmcast_gui.ui.plot.bar import PlotBar
from canmcast_gui.ui.plot.cursors import A, PlotCursors, PlotReadout
from canmcast_gui.ui.plot.export import PlotExport
from canmcast_gui.ui.plot.legend import PlotLegend
from canmcast_gui.ui.plot.menu import PlotMenus
from canmcast_gui.ui.plot.options import PlotOptions
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

    ``row_requested`` carries a time in seconds whose row is to be shown in the trace, ``compare_requested``
    asks for a log file to compare with.
    """

    row_requested = Signal(float)
    compare_requested = Signal()
    files_dropped = Signal(list)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.signals = PlotSignals(session, self.palette(), self)
        self.actions_ = PlotActions(self)
        self.picture = PlotPicture(self)
        self.legend = PlotLegend(self)
        cursor_actions = (self.actions_.cursor, self.actions_.measure)
        self.cursors = PlotCursors(self.signals.data, self.picture, cursor_actions, self)
        self.time = PlotTime(session, self.signals, self.picture, self.cursors, self)
        self.span = self.time.span
        self.readout = PlotReadout(session, self.signals, self.span, self.cursors, self.legend)
        self.exporter = PlotExport(session, self.signals, self.span, (self.legend, self.picture), self)
        self.bar = PlotBar(session.databases.loaded, self.actions_.before_window, self.actions_.after_window)
        self.options = PlotOptions(self)
        self.menus = PlotMenus(self.signals, self.actions_, self.legend, lambda: self.x_signal, self)
        self.x_name = ""  # the signal over which an XY plot draws the others; else it is the first
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
        for widget in (self.bar, self.options, self.legend, self.picture, self.cursors.panel, self.message):
            layout.addWidget(widget, 1 if widget is self.picture else 0)

    def _connect_actions(self) -> None:
        actions = self.actions_
        connect(actions.follow.triggered, self.time.follow)
        connect(actions.fit.triggered, self.fit)
        connect(actions.zoom_in.triggered, self.time.zoom_in)
        connect(actions.zoom_out.triggered, self.time.zoom_out)
        connect(actions.overlay.triggered, self._show_signals)
        connect(actions.xy.triggered, self._on_xy)
        connect(actions.cursor.triggered, lambda: self.cursors.toggle(A, self.span.span))
        connect(actions.measure.triggered, lambda: self.cursors.toggle_measuring(self.span.span))
        connect(actions.show_row.triggered, self._show_row)
        connect(actions.copy.triggered, self._copy_values)
        connect(actions.compare.triggered, self.compare_requested.emit)
        connect(actions.copy_image.triggered, self.exporter.copy_image)
        connect(actions.export.triggered, self.exporter.choose)
        connect(actions.clear.triggered, self.signals.clear)

    def _connect_parts(self) -> None:
        picture = self.picture
        picture.clicked.connect(lambda _second: self.setFocus())
        self.signals.changed.connect(self._show_signals)
        self.time.moved.connect(self._redraw)
        self.cursors.moved.connect(self.readout.show_values)
        self.cursors.moved.connect(self._show_state)
        self.legend.widened.connect(picture.place_entries)
        self.legend.values_changed.connect(picture.place_entries)
        for remove_clicked in (self.legend.remove_clicked, picture.remove_clicked):
            remove_clicked.connect(self.signals.remove)
        for menu_requested in (self.legend.menu_requested, picture.menu_requested):
            menu_requested.connect(self._show_menu)
        self.menus.x_chosen.connect(self.use_as_x)
        self.bar.name_chosen.connect(self.signals.add)
        self.bar.window_chosen.connect(self.time.set_window)
        self.signals.names_changed.connect(self.bar.show_plotted)
        self.options.offset_chosen.connect(self._session.reference.set_offset)
        self.options.end_clicked.connect(self._session.reference.close)
        self.options.x_chosen.connect(self.use_as_x)
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
        return PlotSetup(signals, "", overlaid, self.span.window, is_xy, self.x_name)

    def apply_setup(self, setup: PlotSetup) -> None:
        """Plot the signals of a setup, and no others."""
        self.actions_.overlay.setChecked(setup.overlaid)
        self.actions_.xy.setChecked(setup.xy)
        self.x_name = setup.x
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
            self._session.clock.wake()  # the rest of a long recording is read at the full rate
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
        is_xy, is_overlaid = self.actions_.xy.isChecked(), self.actions_.overlay.isChecked()
        in_lanes = not is_xy and not is_overlaid
        self.picture.show_signals(shown, is_overlaid, colors, others, self.x_signal)
        self.legend.show_signals(shown, colors, in_lanes, self.x_signal if is_xy else "")
        self.picture.show_entries(self.legend.entries if in_lanes else [])
        self.options.show_x(is_xy, self.signals.names, self.x_signal)
        self.readout.update_soon()
        self._show_state()
        self._is_outdated = True
        if self.isVisible():
            self.refresh()

    @property
    def x_signal(self) -> str:
        """The signal over which an XY plot draws the others; "" without signals."""
        names = self.signals.names
        return self.x_name if self.x_name in names else next(iter(names), "")

    def use_as_x(self, name: str) -> None:
        """Draw the other signals over this one."""
        self.x_name = name
        self.actions_.xy.setChecked(True)
        self._on_xy()

    def _on_xy(self) -> None:
        self.picture.set_xy(self.actions_.xy.isChecked())
        self._show_signals()
        self._redraw()

    def _show_menu(self, name: str, position: QPoint) -> None:
        self.menus.popup(name, position)

    def _show_state(self) -> None:
        self.actions_.show_state(bool(self.signals.names), self.cursors.seconds[A] is not None)

    def _show_row(self) -> None:
        second = self.cursors.seconds[A]
        if second is not None:
            self.row_requested.emit(second)

    def _copy_values(self) -> None:
        QGuiApplication.clipboard().setText(self.readout.as_text())

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
        self.options.show_reference(reference.path, reference.offset_ns / NS_PER_SECOND)
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
        if signals_of_mime(event.mimeData()) or files_of_mime(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for name in signals_of_mime(event.mimeData()):
            self.signals.add(name)
        event.acceptProposedAction()
        if paths := files_of_mime(event.mimeData()):
            self.files_dropped.emit(paths)


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

"""The plot panel: signals over time, live or from a file. Importing it takes pyqtgraph's second."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from canmcast_gui.app.document.files import ALWAYS_NS, SignalExport
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import PlotSetup, PlotStyle
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.drag import signals_of_mime
from canmcast_gui.models.plot.compare import Comparison
from canmcast_gui.models.plot.data import MAX_SIGNALS, PlotData
from canmcast_gui.models.plot.samples import SampleStore
from canmcast_gui.models.plot.span import SpanMode
from canmcast_gui.ui.plot.actions import PlotActions, SignalMenu
from canmcast_gui.ui.plot.bar import PlotBar
from canmcast_gui.ui.plot.colors import SignalColors
from canmcast_gui.ui.plot.cursors import A, PlotCursors, PlotReadout
from canmcast_gui.ui.plot.export import ExportChoice, ExportDialog, save_picture
from canmcast_gui.ui.plot.legend import LegendEntry, PlotLegend, titles_of
from canmcast_gui.ui.plot.picture import PlotPicture
from canmcast_gui.ui.plot.time import PlotTime
from canmcast_gui.ui.updates import VisibleTicks

# Of the 40 ms between two ticks; drawing takes about as much again.
DECODE_SECONDS = 0.004

CATCH_UP_SECONDS = 0.02  # where reading is far behind


class PlotPanel(QWidget):
    """Plots signals of the session's recording; ``plotted_changed`` carries their names.

    ``span_changed`` says that the user looks at another time, ``time_chosen`` carries one that he points at,
    in seconds since the recording's start.
    """

    plotted_changed = Signal(list)
    span_changed = Signal()
    time_chosen = Signal(float)

    def __init__(self, session: Session, _settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.data = PlotData(session)
        self.comparison = Comparison(self.data, session.reference)
        self.actions_ = PlotActions(self)
        self.picture = PlotPicture([*self.actions_.before_time, *self.actions_.behind_time], self)
        self.view = self.picture.lanes
        self.legend = PlotLegend(self)
        self._colors = SignalColors()
        self.cursors = PlotCursors(self.data, self.view, (self.actions_.cursor, self.actions_.second), self)
        self.time = PlotTime(session, self.data, self.view, self.cursors, self)
        self.span = self.time.span
        self._dirty = True
        parts = (self.comparison, self.span, self.cursors, self.legend)
        self.readout = PlotReadout(session, self.data, *parts)
        self.setAcceptDrops(True)
        self.bar = PlotBar(session.databases, self.actions_.before_time, self.actions_.behind_time)
        self._make_layout()
        self._connect()
        self._on_recording()
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    # -- making ------------------------------------------------------------------------------------------

    def _make_layout(self) -> None:
        self._sentence = QLabel(self, objectName="said")
        self._sentence.setWordWrap(True)
        self._sentence.setContentsMargins(8, 2, 8, 2)
        self._sentence.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.bar, self.legend, self.picture, self.cursors.panel, self._sentence):
            layout.addWidget(widget, 1 if widget is self.picture else 0)

    def _connect(self) -> None:
        for action, slot in (
            (self.actions_.follow, self.time.follow),
            (self.actions_.fit, self.fit),
            (self.actions_.overlay, self._rebuild),
            (self.actions_.xy, self._on_xy),
            (self.actions_.cursor, lambda: self.cursors.toggle(A, self.span.span)),
            (self.actions_.second, lambda: self.cursors.toggle_measuring(self.span.span)),
            (self.actions_.clear, self.clear),
            (self.actions_.export, self.choose_export),
        ):
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
        self.view.clicked.connect(lambda _second: self.setFocus())
        self.time.moved.connect(self._redraw)
        self.time.changed.connect(self.span_changed)
        self.time.chosen.connect(self.time_chosen)
        self.cursors.moved.connect(self.readout.show_values)
        self.legend.remove_clicked.connect(self.remove_signal)
        self.legend.menu_wanted.connect(self._show_menu)
        self.bar.name_chosen.connect(self.add_signal)
        self.bar.problem.connect(self._say)
        self.bar.window_chosen.connect(self.time.set_window)
        self.bar.offset_chosen.connect(self._session.reference.set_offset)
        self._session.recording_replaced.connect(self._on_recording)
        self._session.state_changed.connect(self._on_state)
        self._session.databases_changed.connect(self._on_databases)
        self._session.reference.changed.connect(self._on_reference)
        self._session.reference.moved.connect(self._on_moved)

    # -- which signals -----------------------------------------------------------------------------------

    def signals(self) -> list[str]:
        """The names of the plotted signals."""
        return self.data.names

    def add_signal(self, name: str) -> bool:
        """Plot "Message.Signal"; False where it is plotted already or there are too many."""
        self._say("")  # what was said of a name before is answered
        if not self.data.add(name):
            if name not in self.data.names:
                self._say(f"{MAX_SIGNALS} signals are plotted; remove one to add {name}.")
            return False
        self._colors.add(name, self.palette())
        self._rebuild()
        self.plotted_changed.emit(self.signals())
        return True

    def values(self, name: str) -> npt.NDArray[np.float64]:
        """The values of a plotted signal that have been decoded so far, float64 (n,)."""
        found = next((one.samples for one in self.data.signals if one.name == name), SampleStore())
        if found.first_ns is None or found.last_ns is None:
            return np.zeros(0)
        return found.inside(found.first_ns, found.last_ns).values

    def set_style(self, name: str, style: PlotStyle) -> None:
        """Draw a signal in another way."""
        self.data.set_style(name, style)
        self._rebuild()

    def _show_menu(self, name: str, place: QPoint) -> None:
        signal = next(one for one in self.data.signals if one.name == name)
        menu = SignalMenu(
            self,
            signal,
            self._colors.of(signal),
            lambda style: self.set_style(name, style),
            lambda: self.remove_signal(name),
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def remove_signal(self, name: str) -> None:
        """Plot a signal no more."""
        self.data.remove(name)
        self._colors.remove(name)
        self._rebuild()
        self.plotted_changed.emit(self.signals())

    def clear(self) -> None:
        """Remove all signals."""
        for name in self.signals():
            self.remove_signal(name)

    def _rebuild(self) -> None:
        """Lay out lanes and legend anew."""
        shown = self.data.signals
        colors = {one.name: self._colors.of(one) for one in shown}
        self.comparison.follow_signals()
        self.picture.show_signals(shown, self.actions_.overlay.isChecked(), colors, self.comparison.others())
        titles = titles_of(self.data.names)
        self.legend.show_entries(
            [
                LegendEntry(one.name, title, colors[one.name], problem=one.problem)
                for one, title in zip(shown, titles, strict=True)
            ]
        )
        self.readout.hurry()
        self._dirty = True
        if self.isVisible():
            self.refresh()

    def setup(self) -> PlotSetup:
        """The plot as it is set up."""
        signals = tuple((one.name, one.style) for one in self.data.signals)
        overlaid, is_xy = self.actions_.overlay.isChecked(), self.actions_.xy.isChecked()
        return PlotSetup(signals, "", overlaid, self.span.window, is_xy)

    def set_up(self, setup: PlotSetup) -> None:
        """Plot just what a setup says."""
        self.clear()
        self.actions_.overlay.setChecked(setup.overlaid)
        self.actions_.xy.setChecked(setup.xy)
        self.span.window = setup.seconds
        self.bar.show_window(self.span.seconds)
        for name, style in setup.signals:
            if self.add_signal(name):
                self.data.set_style(name, style)
        self._on_xy()
        self._rebuild()

    # -- drawing -----------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole recording and all values."""
        self.picture.refit()
        self.time.show_all()

    def _on_xy(self) -> None:
        self.picture.set_xy(self.actions_.xy.isChecked())
        self._redraw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.time.take_key(event):
            super().keyPressEvent(event)

    def _redraw(self) -> None:
        self._dirty = True
        self.bar.show_window(self.span.seconds)
        self.refresh()

    def refresh(self) -> None:
        """Decode what is new and draw it; nothing while paused or when nothing has changed."""
        if not self.data.signals:
            return
        budget = CATCH_UP_SECONDS if self.readout.is_far_behind else DECODE_SECONDS
        changed = not self._session.paused and self.data.update(budget)
        changed = self.comparison.update(budget) or changed
        changed = changed or self._dirty
        if changed:
            self._dirty = False
            self._draw()
        if self.readout.update(changed):
            self._show_progress()

    def _draw(self) -> None:
        recording = self._session.recording
        self.time.update_extent(self.comparison)
        self.bar.show_window(self.span.seconds)
        self.picture.draw(recording.start_ns, self.span.span, self.data.losses, self.comparison.start_ns)
        self.actions_.follow.setChecked(self.span.mode is SpanMode.FOLLOW)

    def _show_progress(self) -> None:
        sentence = self.readout.progress()
        if sentence or self._sentence.text().startswith("Reading"):
            self._say(sentence)

    def _say(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))

    # -- what changes around it --------------------------------------------------------------------------

    def _on_recording(self) -> None:
        self.data.restart()
        if self._session.file_path is None:
            self.span.follow()
        else:
            self.span.show_all()
        self._rebuild()

    def _on_state(self) -> None:
        """Whether there is a file only becomes known after its recording."""
        self._dirty = True

    def _on_databases(self) -> None:
        self.data.restart()
        self._on_reference()

    def _on_reference(self) -> None:
        self.comparison.restart()
        self._rebuild()
        self._on_moved()

    def _on_moved(self) -> None:
        reference = self._session.reference
        self.bar.show_offset(reference.path, reference.offset_ns / NS_PER_SECOND)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "bar"):
            self._colors.change(self.palette())
            self._rebuild()

    # -- dropping ----------------------------------------------------------------------------------------

    def dragEnterEvent(self, event) -> None:
        if signals_of_mime(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        for name in signals_of_mime(event.mimeData()):
            self.add_signal(name)
        event.acceptProposedAction()

    # -- exporting ---------------------------------------------------------------------------------------

    def choose_export(self) -> None:
        """Let the user choose what to export, and where to."""
        dialog = ExportDialog(self)
        dialog.chosen.connect(self.export)
        dialog.open()

    def export(self, path: Path, choice: ExportChoice) -> None:
        """Write a picture, or the signals as a table."""
        if choice.picture:
            shown = [self.legend, self.picture]
            area = self.legend.geometry().united(self.picture.geometry())
            self._say(save_picture(path, shown, area, lambda: ", ".join(self.signals())))
            return
        start_ns = self._session.recording.start_ns
        first, last = (start_ns + round(second * NS_PER_SECOND) for second in self.span.span)
        every_ns = None if choice.every_s is None else round(choice.every_s * NS_PER_SECOND)
        span = (first, last) if choice.visible_only else ALWAYS_NS
        self._session.export_signals(path, SignalExport(tuple(self.signals()), span, every_ns))

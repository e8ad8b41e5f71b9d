"""The plot panel: signals over time, live or from a file. Importing it takes pyqtgraph's second."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from canmcast_gui.app.plot_setup import PlotSetup, PlotStyle
from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.app.signal_export import ALWAYS_NS, SignalExport
from canmcast_gui.models.database_mime import signals_of_mime
from canmcast_gui.models.plot import MAX_SIGNALS, PlotData, PlotSignal
from canmcast_gui.models.plot_compare import Comparison
from canmcast_gui.models.plot_samples import SampleStore
from canmcast_gui.models.plot_span import NS, PlotSpan, SpanMode
from canmcast_gui.ui.plot_actions import PlotActions
from canmcast_gui.ui.plot_bar import PlotBar
from canmcast_gui.ui.plot_colors import curve_color
from canmcast_gui.ui.plot_cursors import A, B, PlotCursors
from canmcast_gui.ui.plot_export import ExportChoice, ExportDialog, save_picture
from canmcast_gui.ui.plot_legend import LegendEntry, PlotLegend, titles_of
from canmcast_gui.ui.plot_menu import SignalMenu
from canmcast_gui.ui.plot_picture import PlotPicture
from canmcast_gui.ui.ticks import VisibleTicks

# Of the 40 ms between two ticks; drawing takes about as much again.
DECODE_SECONDS = 0.004

# So far behind, reading takes half of the time, and the user is told how far it has come.
FAR_BEHIND = 500_000
CATCH_UP_SECONDS = 0.02

LEGEND_SECONDS = 0.2


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
        self.span = PlotSpan()
        self.actions_ = PlotActions(self)
        self.picture = PlotPicture([*self.actions_.before_time, *self.actions_.behind_time], self)
        self.view = self.picture.lanes
        self.legend = PlotLegend(self)
        self._colors: dict[str, QColor] = {}
        self.cursors = PlotCursors(self.data, self.view, (self.actions_.cursor, self.actions_.second), self)
        self._dirty = True
        self._legend_due = 0.0
        self._legend_is_old = False
        self.setAcceptDrops(True)
        self.bar = PlotBar(session.databases, self.actions_.before_time, self.actions_.behind_time)
        self._make_layout()
        self._connect()
        self._on_recording()
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    # -- making ------------------------------------------------------------------------------------------

    def _make_layout(self) -> None:
        self._sentence = QLabel(self)
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
            (self.actions_.follow, self.follow),
            (self.actions_.fit, self.fit),
            (self.actions_.overlay, self._rebuild),
            (self.actions_.xy, self._on_xy),
            (self.actions_.cursor, lambda: self.cursors.toggle(A, self.span.span)),
            (self.actions_.second, lambda: self.cursors.toggle(B, self.span.span)),
            (self.actions_.clear, self.clear),
            (self.actions_.export, self.choose_export),
        ):
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
        self.view.zoomed.connect(self._on_zoom)
        self.view.dragged.connect(self._on_drag)
        self.view.clicked.connect(self._on_click)
        self.view.framed.connect(self._on_frame)
        self.cursors.moved.connect(self._show_values)
        self.legend.remove_clicked.connect(self.remove_signal)
        self.legend.menu_wanted.connect(self._show_menu)
        self.bar.name_chosen.connect(self.add_signal)
        self.bar.problem.connect(self._say)
        self.bar.window_chosen.connect(self._on_window)
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
        if not self.data.add(name):
            if name not in self.data.names:
                self._say(f"{MAX_SIGNALS} signals are plotted; remove one to add {name}.")
            return False
        self._colors[name] = self._free_color()
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
            self._color_of(signal),
            lambda style: self.set_style(name, style),
            lambda: self.remove_signal(name),
        )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _color_of(self, signal: PlotSignal) -> QColor:
        return QColor(signal.style.color) if signal.style.color else self._colors[signal.name]

    def remove_signal(self, name: str) -> None:
        """Plot a signal no more."""
        self.data.remove(name)
        self._colors.pop(name, None)
        self._rebuild()
        self.plotted_changed.emit(self.signals())

    def clear(self) -> None:
        """Remove all signals."""
        for name in self.signals():
            self.remove_signal(name)

    def _free_color(self) -> QColor:
        """The first colour that no other signal has."""
        used = {color.rgb() for color in self._colors.values()}
        colors = (curve_color(self.palette(), number) for number in range(MAX_SIGNALS))
        return next(
            (color for color in colors if color.rgb() not in used), curve_color(self.palette(), len(used))
        )

    def _rebuild(self) -> None:
        """Lay out lanes and legend anew."""
        shown = self.data.signals
        colors = {one.name: self._color_of(one) for one in shown}
        self.comparison.follow_signals()
        self.picture.show_signals(shown, self.actions_.overlay.isChecked(), colors, self.comparison.others())
        titles = titles_of(self.data.names)
        self.legend.show_entries(
            [
                LegendEntry(one.name, title, colors[one.name], problem=one.problem)
                for one, title in zip(shown, titles, strict=True)
            ]
        )
        self._legend_due = 0.0
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
        self.bar.show_window(setup.seconds)
        for name, style in setup.signals:
            if self.add_signal(name):
                self.data.set_style(name, style)
        self._on_xy()
        self._rebuild()

    # -- which time --------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show the newest seconds."""
        self.span.follow()
        self._on_span()

    def fit(self) -> None:
        """Show the whole recording and all values."""
        self.span.show_all()
        self.picture.refit()
        self._on_span()

    def _on_zoom(self, factor: float, second: float) -> None:
        self.span.zoom(factor, second)
        self._on_span()

    def _on_drag(self, seconds: float) -> None:
        self.span.move(seconds)
        self._on_span()

    def _on_frame(self, start: float, stop: float) -> None:
        self.span.show(start, stop)
        self._on_span()

    def _on_window(self, seconds: float) -> None:
        self.span.set_window(seconds)
        self._on_span()

    def _on_click(self, second: float) -> None:
        self.setFocus()
        if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.cursors.move(B, second)
        elif self.actions_.cursor.isChecked():
            self.cursors.move(A, second)
            self.time_chosen.emit(second)

    def _on_span(self) -> None:
        self._redraw()
        self.span_changed.emit()

    def adopt_span(self, other: PlotSpan) -> None:
        """Show the time that another plot shows."""
        self.span.adopt(other)
        self._redraw()

    def show_time(self, second: float) -> None:
        """Put cursor A at a time, and bring it into view."""
        self.span.bring_into_view(second)
        self.cursors.move(A, second)
        self._on_span()

    def _redraw(self) -> None:
        self._dirty = True
        self.refresh()

    # -- the cursor --------------------------------------------------------------------------------------

    def _on_xy(self) -> None:
        self.picture.set_xy(self.actions_.xy.isChecked())
        self._redraw()

    def step_cursor(self, direction: int, which: int = A) -> None:
        """Move a cursor to the next (1) or the previous (-1) sample of any signal."""
        second = self.cursors.beside(which, direction, self._session.recording.start_ns)
        if second is not None:
            self.span.bring_into_view(second)
            self.cursors.move(which, second)
            self._redraw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.step_cursor(step, B if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else A)

    # -- drawing -----------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Decode what is new and draw it; nothing while paused or when nothing has changed."""
        if not self.data.signals:
            return
        budget = CATCH_UP_SECONDS if self.data.rows_behind > FAR_BEHIND else DECODE_SECONDS
        changed = not self._session.paused and self.data.update(budget)
        changed = self.comparison.update(budget) or changed
        if changed or self._dirty:
            self._dirty = False
            self._draw()
            self._legend_is_old = True
        if self._legend_is_old and time.monotonic() >= self._legend_due:
            self._legend_is_old = False
            self._legend_due = time.monotonic() + LEGEND_SECONDS
            self._show_values()
            self._show_progress()

    def _draw(self) -> None:
        recording = self._session.recording
        if not self._session.paused or self.span.mode is SpanMode.ALL:
            self.span.update(*self._extent())
        self.picture.draw(recording.start_ns, self.span.span, self.data.losses, self.comparison.start_ns)
        self.actions_.follow.setChecked(self.span.mode is SpanMode.FOLLOW)

    def _extent(self) -> tuple[float | None, float | None]:
        """First and last second: of what was decoded, and while following of the newest frame at all."""
        recording = self._session.recording
        stores = [one.samples for one in self.data.signals if one.samples.first_ns is not None]
        first = min((store.first_ns for store in stores), default=None)
        last = max((store.last_ns for store in stores), default=None)
        if self.span.mode is SpanMode.FOLLOW and len(recording):
            newest = recording.rows(recording.end_row - 1).timestamp_ns
            last = max(last or 0, int(newest[0])) if len(newest) else last
            first = last if first is None else first
        if first is None or last is None:
            return None, None
        start, stop = (first - recording.start_ns) / NS, (last - recording.start_ns) / NS
        other = self.comparison.extent() if self.span.mode is SpanMode.ALL else None
        return (start, stop) if other is None else (min(start, other[0]), max(stop, other[1]))

    def _show_values(self) -> None:
        """Values at the cursor, else at the end of what is shown; and what is between two cursors."""
        start_ns = self._session.recording.start_ns
        cursor = self.cursors.seconds[A]
        time_ns = start_ns + round((self.span.span[1] if cursor is None else cursor) * NS)
        self.legend.set_values([self._value_text(one, time_ns) for one in self.data.signals])
        self.cursors.show_measures(start_ns)

    def _value_text(self, signal: PlotSignal, time_ns: int) -> str:
        """A value, and how far it lies above that of the recording which it is compared with."""
        text = signal.text(signal.samples.value_at(time_ns))
        start_ns = self._session.recording.start_ns
        difference = self.comparison.difference(signal, (time_ns - start_ns) / NS, start_ns)
        return text if difference is None else f"{text}  Δ {difference:+.6g}"

    def _show_progress(self) -> None:
        behind, total = self.data.rows_behind, len(self._session.recording)
        if behind > FAR_BEHIND:
            self._say(f"Reading the recording: {100 * (total - behind) // total} %")
        elif self._sentence.text().startswith("Reading"):
            self._say("")

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
        self.bar.show_offset(reference.path, reference.offset_ns / NS)
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "bar"):
            self._colors = {name: curve_color(self.palette(), n) for n, name in enumerate(self._colors)}
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
        first, last = (start_ns + round(second * NS) for second in self.span.span)
        every_ns = None if choice.every_s is None else round(choice.every_s * NS)
        span = (first, last) if choice.visible_only else ALWAYS_NS
        self._session.export_signals(path, SignalExport(tuple(self.signals()), span, every_ns))

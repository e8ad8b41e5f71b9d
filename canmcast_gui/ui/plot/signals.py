"""The signals of one plot: their samples, those of the recording that is compared with, and their colors."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette

from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import PlotStyle
from canmcast_gui.frames.arrays import Floats
from canmcast_gui.models.plot.compare import Comparison
from canmcast_gui.models.plot.data import MAX_SIGNALS, PlotData, PlotSignal
from canmcast_gui.ui import theme

# The set of Okabe and Ito, which color-blind users can distinguish, darker or lighter for the background. The
# first three differ most: many plots have at most three signals.
_LIGHT = ("#0063b2", "#c43e00", "#007a55", "#8e3b9e", "#8a6100", "#00808f", "#b3125e", "#4d5a68")
_DARK = ("#6cb4ff", "#ff9d5c", "#4fd6a4", "#d99aee", "#f0cf4a", "#5fd8e8", "#ff86b3", "#b9c4d0")

SHADE_PERCENT = 30


class PlotSignals(QObject):
    """Adds and removes signals, by names as "Message.Signal".

    ``changed`` is emitted when signals, styles or samples are replaced, ``names_changed`` with the names when
    there are other signals, ``refused`` with the reason why a signal is not added, or "" when one is.
    """

    changed = Signal()
    names_changed = Signal(list)
    refused = Signal(str)

    def __init__(self, session: Session, palette: QPalette, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data = PlotData(lambda: session.document.recording, session.databases.loaded)
        self.comparison = Comparison(self.data, session.reference)
        self._palette = palette
        self._free_colors: dict[str, QColor] = {}

    @property
    def names(self) -> list[str]:
        """The names of the plotted signals."""
        return self.data.names

    def get(self, name: str) -> PlotSignal | None:
        """The plotted signal of that name."""
        return next((signal for signal in self.data.signals if signal.name == name), None)

    def values(self, name: str) -> Floats:
        """The values of a plotted signal that have been decoded so far."""
        signal = self.get(name)
        samples = None if signal is None else signal.samples
        if samples is None or samples.first_ns is None or samples.last_ns is None:
            return np.zeros(0)
        return samples.inside(samples.first_ns, samples.last_ns).values

    # -- adding and removing -----------------------------------------------------------------------------

    def add(self, name: str) -> bool:
        """Plot a signal; False if it is plotted already or there are MAX_SIGNALS."""
        added = self._add(name, PlotStyle())
        is_full = name not in self.names
        self.refused.emit(f"{MAX_SIGNALS} signals are plotted. Remove one to add {name}." if is_full else "")
        if added:
            self._emit_changes()
        return added

    def replace(self, signals: Iterable[tuple[str, PlotStyle]]) -> None:
        """Plot these signals, in these styles, and no others."""
        for name in self.names:
            self._remove(name)
        for name, style in signals:
            self._add(name, style)
        self._emit_changes()

    def remove(self, name: str) -> None:
        """Remove a signal from the plot."""
        self._remove(name)
        self._emit_changes()

    def clear(self) -> None:
        """Remove all signals."""
        self.replace(())

    def _add(self, name: str, style: PlotStyle) -> bool:
        added = self.data.add(name, style)
        if added:
            self._free_colors[name] = self._free_color()
        return added

    def _remove(self, name: str) -> None:
        self.data.remove(name)
        self._free_colors.pop(name, None)

    def _emit_changes(self) -> None:
        self._emit_changed()
        self.names_changed.emit(self.names)

    def _emit_changed(self) -> None:
        self.comparison.follow_signals()
        self.changed.emit()

    # -- styles ------------------------------------------------------------------------------------------

    def set_style(self, name: str, style: PlotStyle) -> None:
        """Draw a signal in another style."""
        self.data.set_style(name, style)
        self._emit_changed()

    def color(self, signal: PlotSignal) -> QColor:
        """The color of a signal: the one of its style, else one that no other signal has."""
        return QColor(signal.style.color) if signal.style.color else self._free_colors[signal.name]

    def colors(self) -> dict[str, QColor]:
        """The colors of all signals."""
        return {signal.name: self.color(signal) for signal in self.data.signals}

    def _free_color(self) -> QColor:
        """The first color that no signal has."""
        used = {color.rgb() for color in self._free_colors.values()}
        colors = (curve_color(self._palette, number) for number in range(MAX_SIGNALS))
        free = (color for color in colors if color.rgb() not in used)
        return next(free, curve_color(self._palette, len(used)))

    def set_palette(self, palette: QPalette) -> None:
        """Use the colors for another background."""
        self._palette = palette
        self._free_colors = {
            name: curve_color(palette, number) for number, name in enumerate(self._free_colors)
        }
        self._emit_changed()

    # -- samples -----------------------------------------------------------------------------------------

    def decode_again(self) -> None:
        """Discard the samples, because the recording or the databases are others."""
        self.data.restart()
        self._emit_changed()

    def compare_again(self) -> None:
        """Discard the samples that are compared with, because their recording or the databases are others."""
        self.comparison.restart()
        self._emit_changed()

    def update(self, budget_s: float, is_paused: bool) -> bool:
        """Decode new frames for about ``budget_s`` seconds, while paused only those that are compared with.

        Returns whether there are new samples.
        """
        changed = not is_paused and self.data.update(budget_s)
        return self.comparison.update(budget_s) or changed


def curve_color(palette: QPalette, number: int) -> QColor:
    """The color of a curve; each eight further curves have a shade that is nearer to the background."""
    is_dark = theme.is_dark(palette)
    colors = _DARK if is_dark else _LIGHT
    turn, index = divmod(number, len(colors))
    color, shade = QColor(colors[index]), 100 + SHADE_PERCENT * (turn % 3)
    return color.darker(shade) if is_dark else color.lighter(shade)

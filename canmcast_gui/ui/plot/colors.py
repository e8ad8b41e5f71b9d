"""Colours of curves: apart from each other, and readable on the light and on the dark background."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from canmcast_gui.models.plot.data import MAX_SIGNALS, PlotSignal
from canmcast_gui.ui import theme

# After Okabe and Ito's set, which stays apart for colour-blind readers, darkened or lightened for the
# background. The first three are the furthest apart: most plots have no more.
_LIGHT = ("#0063b2", "#c43e00", "#007a55", "#8e3b9e", "#8a6100", "#00808f", "#b3125e", "#4d5a68")
_DARK = ("#6cb4ff", "#ff9d5c", "#4fd6a4", "#d99aee", "#f0cf4a", "#5fd8e8", "#ff86b3", "#b9c4d0")

NEARER = 30  # per cent


def curve_color(palette: QPalette, number: int) -> QColor:
    """The colour of the curve with that number; after eight they come nearer to the background."""
    is_dark = theme.is_dark(palette)
    colors = _DARK if is_dark else _LIGHT
    turn, place = divmod(number, len(colors))
    color = QColor(colors[place])
    return color.darker(100 + NEARER * (turn % 3)) if is_dark else color.lighter(100 + NEARER * (turn % 3))


class SignalColors:
    """The colours of a plot's signals: each its own, unless the user chose one."""

    def __init__(self) -> None:
        self._colors: dict[str, QColor] = {}

    def of(self, signal: PlotSignal) -> QColor:
        """The colour that a signal is drawn in."""
        return QColor(signal.style.color) if signal.style.color else self._colors[signal.name]

    def add(self, name: str, palette: QPalette) -> None:
        """Give a signal the first colour that no other one has."""
        used = {color.rgb() for color in self._colors.values()}
        colors = (curve_color(palette, number) for number in range(MAX_SIGNALS))
        free = (color for color in colors if color.rgb() not in used)
        self._colors[name] = next(free, curve_color(palette, len(used)))

    def remove(self, name: str) -> None:
        """Let another signal have its colour."""
        self._colors.pop(name, None)

    def change(self, palette: QPalette) -> None:
        """Use the colours of another background."""
        self._colors = {name: curve_color(palette, number) for number, name in enumerate(self._colors)}

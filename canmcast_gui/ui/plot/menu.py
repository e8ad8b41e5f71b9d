"""The context menu of a plot: what can be done with the signal below the mouse, then with the plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.plot.actions import SignalMenu, add_groups

if TYPE_CHECKING:
    from canmcast_gui.ui.plot.panel import PlotPanel


def plot_menu(panel: PlotPanel, name: str) -> QMenu:
    """The menu of a plot, and of the signal of that name if it is plotted."""
    signal = panel.signals.get(name)
    menu = QMenu(panel) if signal is None else _signal_menu(panel, signal)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    add_groups(menu, panel.actions_.groups)
    return menu


def _signal_menu(panel: PlotPanel, signal: PlotSignal) -> SignalMenu:
    signals, name = panel.signals, signal.name
    menu = SignalMenu(
        panel,
        signal,
        signals.color(signal),
        lambda style: signals.set_style(name, style),
        lambda: signals.remove(name),
    )
    is_x = panel.actions_.xy.isChecked() and panel.x_signal == name
    menu.add_choice("Use as x of an XY plot", is_x, lambda: panel.use_as_x(name))
    menu.addAction("Copy the value", lambda: _copy_value(panel, name))
    return menu


def _copy_value(panel: PlotPanel, name: str) -> None:
    entry = next((entry for entry in panel.legend.entries if entry.name == name), None)
    QGuiApplication.clipboard().setText("" if entry is None else entry.value)

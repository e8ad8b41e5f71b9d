"""The context menu of a plot: what can be done with the signal below the mouse, then with the plot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.plot.actions import PlotActions, SignalMenu, add_groups
from canmcast_gui.ui.plot.legend import PlotLegend
from canmcast_gui.ui.plot.signals import PlotSignals


class PlotMenus(QObject):
    """``current`` is the signal of the last menu, "" for none.

    ``opening`` carries a menu of a signal to which others may add actions, ``x_chosen`` the name of a signal.
    """

    opening = Signal(QMenu)
    x_chosen = Signal(str)

    def __init__(
        self,
        signals: PlotSignals,
        actions: PlotActions,
        legend: PlotLegend,
        x_signal: Callable[[], str],
        panel: QWidget,
    ) -> None:
        """``x_signal`` gives the signal over which an XY plot draws the others."""
        super().__init__(panel)
        self.current = ""
        self._signals = signals
        self._actions = actions
        self._legend = legend
        self._x_signal = x_signal
        self._panel = panel

    def popup(self, name: str, position: QPoint) -> None:
        """Show the menu of the plot, and of the signal of that name if it is plotted."""
        self.menu(name).popup(position)

    def menu(self, name: str) -> QMenu:
        """That menu."""
        signal = self._signals.get(name)
        self.current = "" if signal is None else name
        menu = QMenu(self._panel) if signal is None else self._signal_menu(signal)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        if signal is not None:
            menu.addSeparator()
            self.opening.emit(menu)
        add_groups(menu, self._actions.groups)
        return menu

    def _signal_menu(self, signal: PlotSignal) -> SignalMenu:
        name = signal.name
        menu = SignalMenu(
            self._panel,
            signal,
            self._signals.color(signal),
            lambda style: self._signals.set_style(name, style),
            lambda: self._signals.remove(name),
        )
        is_x = self._actions.xy.isChecked() and self._x_signal() == name
        menu.add_choice("Use as x of an XY plot", is_x, lambda: self.x_chosen.emit(name))
        menu.addAction("Copy the value", lambda: self._copy_value(name))
        return menu

    def _copy_value(self, name: str) -> None:
        entry = next((entry for entry in self._legend.entries if entry.name == name), None)
        QGuiApplication.clipboard().setText("" if entry is None else entry.value)

"""The bus load at assumed bit rates: the menus for the bit rates, the texts, and a warning above 100 %."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from canmcast_gui.app.program.settings import AppSettings, Field
from canmcast_gui.app.session import Session
from canmcast_gui.ui.actions import new_action

ARBITRATION_RATES = (125_000, 250_000, 500_000, 800_000, 1_000_000)
DATA_RATES = (1_000_000, 2_000_000, 4_000_000, 5_000_000, 8_000_000)
LOWEST, HIGHEST = 1, 20_000  # kbit/s

# After a warning, the load must fall below this before the next one.
REARM_BELOW = 0.9


def rate_text(bits_per_second: float) -> str:
    """A bit rate in Mbit/s or kbit/s."""
    if bits_per_second >= 1e6:
        return f"{bits_per_second / 1e6:g} Mbit/s"
    return f"{bits_per_second / 1e3:g} kbit/s"


def rates_text(settings: AppSettings) -> str:
    """Both bit rates as text."""
    return f"{rate_text(settings.bitrate.value)}, {rate_text(settings.data_bitrate.value)} for FD data"


class RateMenu(QMenu):
    """A menu of common bit rates, and a dialog for another one."""

    def __init__(self, title: str, parent: QWidget, field: Field[int], rates: tuple[int, ...]) -> None:
        super().__init__(title, parent)
        self._field = field
        self._rates = rates
        self._group = QActionGroup(self)
        field.changed.connect(lambda _value: self._fill())
        self._fill()

    def _fill(self) -> None:
        self.clear()
        for rate in sorted({*self._rates, self._field.value}):
            action = new_action(self._group, rate_text(rate), partial(self._field.set, rate), checkable=True)
            action.setChecked(rate == self._field.value)
            self.addAction(action)
        self.addAction("&Other…", self._ask)

    def _ask(self) -> None:
        dialog = QInputDialog(self.parentWidget())
        dialog.setWindowTitle(self.title().replace("&", ""))
        dialog.setLabelText("Bit rate in kbit/s")
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(LOWEST, HIGHEST)
        dialog.setIntValue(self._field.value // 1000)
        dialog.intValueSelected.connect(lambda value: self._field.set(value * 1000))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def add_rate_menus(menu: QMenu, parent: QWidget, settings: AppSettings) -> None:
    """Add the menus of both bit rates to a menu."""
    menu.addMenu(RateMenu("&Bit rate for the bus load", parent, settings.bitrate, ARBITRATION_RATES))
    menu.addMenu(RateMenu("Bit rate for CAN &FD data", parent, settings.data_bitrate, DATA_RATES))


class LoadWatch(QObject):
    """Calculates the bus load and warns once when it exceeds 100 %."""

    def __init__(self, session: Session, settings: AppSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._has_warned = False

    def load(self, now_ns: int) -> float:
        """The share of the last second that its traffic takes on the bus; warns above 1."""
        settings = self._settings
        load = self._session.bus.rates.load(now_ns, settings.bitrate.value, settings.data_bitrate.value)
        if load > 1 and not self._has_warned:
            self._has_warned = True
            text = f"This traffic exceeds a bus with {rates_text(settings)}: its load is {load:.0%}."
            self._session.messages.warning(text, "document")
        elif load < REARM_BELOW:
            self._has_warned = False
        return load

    def tip(self, now_ns: int, load: float) -> str:
        """The tool tip of the load: the assumed bit rates, the bits per second, and a warning above 1."""
        bits = self._session.bus.rates.bits_per_second(now_ns)
        bus = f"a bus with {rates_text(self._settings)}"
        excess = "\nAbove 100 %: this traffic exceeds such a bus." if load > 1 else ""
        return f"The load of {bus} by this traffic, including stuff bits.\n{bits:,.0f} bit/s{excess}"

"""The virtual bus load: at which bit rates it is worked out, how it is said, and a warning above 100 %."""

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

# A load that has once been above 100 % is said again only after it was clearly below.
CALM = 0.9


def rate_text(bits_per_second: float) -> str:
    """A bit rate in the unit that suits it."""
    if bits_per_second >= 1e6:
        return f"{bits_per_second / 1e6:g} Mbit/s"
    return f"{bits_per_second / 1e3:g} kbit/s"


def rates_text(settings: AppSettings) -> str:
    """Both bit rates."""
    return f"{rate_text(settings.bitrate.value)}, {rate_text(settings.data_bitrate.value)} for FD data"


class RateMenu(QMenu):
    """Common bit rates, and any other one."""

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
    """Put the choices of both bit rates into a menu."""
    menu.addMenu(RateMenu("&Bit rate for the bus load", parent, settings.bitrate, ARBITRATION_RATES))
    menu.addMenu(RateMenu("Bit rate for CAN &FD data", parent, settings.data_bitrate, DATA_RATES))


class LoadWatch(QObject):
    """Works out the load, and says once that it does not fit."""

    def __init__(self, session: Session, settings: AppSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._is_said = False

    def load(self, now_ns: int) -> float:
        """The share of time that the traffic of the last second would take; above 1 it is said."""
        settings = self._settings
        load = self._session.bus.rates.load(now_ns, settings.bitrate.value, settings.data_bitrate.value)
        if load > 1 and not self._is_said:
            self._is_said = True
            text = f"This traffic would not fit on a bus with {rates_text(settings)}: it takes {load:.0%}."
            self._session.say("document", "warning", text)
        elif load < CALM:
            self._is_said = False
        return load

    def tip(self, now_ns: int, load: float) -> str:
        """What the figure means, and in words where ``load`` is more than a bus can carry."""
        bits = self._session.bus.rates.bits_per_second(now_ns)
        bus = f"a bus with {rates_text(self._settings)}"
        excess = "\nMore than 100 %: this traffic would not fit on such a bus." if load > 1 else ""
        return f"What this traffic would take of {bus}, stuff bits included.\n{bits:,.0f} bit/s{excess}"

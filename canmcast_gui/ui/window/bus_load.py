"""The bus load at the bit rates of the channels or assumed ones: menus, texts, a warning above 100 %."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from canmcast_gui.app.bus.load import ChannelLoad
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
    """Calculates the load of the channels and warns once when one exceeds 100 %."""

    def __init__(self, session: Session, settings: AppSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._has_warned = False

    def loads(self, now_ns: int) -> list[ChannelLoad]:
        """The share of the last second that the traffic of each channel takes; warns above 1."""
        settings = self._settings
        loads = self._session.bus.loads(now_ns, settings.bitrate.value, settings.data_bitrate.value)
        highest = max(loads, key=lambda each: each.load)
        if highest.load > 1 and not self._has_warned:
            self._has_warned = True
            what = "This traffic" if len(loads) == 1 else f"The traffic of {_name(highest)}"
            text = f"{what} exceeds a bus with {_rates_text(highest)}: its load is {highest.load:.0%}."
            self._session.messages.warning(text, "document")
        elif highest.load < REARM_BELOW:
            self._has_warned = False
        return loads


def load_text(loads: list[ChannelLoad]) -> str:
    """The highest load, with the number of its channel if there are several."""
    highest = max(loads, key=lambda each: each.load)
    several = highest.settings is not None and len(loads) > 1
    of = f" on {highest.settings.number}" if several and highest.settings and highest.load else ""
    return f"load {highest.load * 100:.0f} %{of}"


def load_tip(loads: list[ChannelLoad]) -> str:
    """The tool tip of the load: the bit rates, the bits per second, and a warning above 1."""
    if len(loads) > 1:
        return "\n".join(["The load of each channel, including stuff bits.", *map(_line, loads)])
    (one,) = loads
    excess = "\nAbove 100 %: this traffic exceeds such a bus." if one.load > 1 else ""
    bus = f"a bus with {_rates_text(one)}"
    return (
        f"The load of {bus} by this traffic, including stuff bits.\n{one.bits_per_second:,.0f} bit/s{excess}"
    )


def _line(one: ChannelLoad) -> str:
    number = one.settings.number if one.settings else ""
    share, bits = f"{one.load * 100:.0f} %", f"{one.bits_per_second:,.0f} bit/s"
    return f"{number}  {_name(one)}: {share} of {_rates_text(one)}; {bits}"


def _name(one: ChannelLoad) -> str:
    return one.settings.title if one.settings else "this bus"


def _rates_text(one: ChannelLoad) -> str:
    return f"{rate_text(one.bit_rate)}, {rate_text(one.data_bit_rate)} for FD data"

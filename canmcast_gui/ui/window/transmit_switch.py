"""The main transmit switch in the tool bar: whether frames are sent, and how far they go."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QToolButton, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sockets.addresses import DEFAULT_GROUP_IPV6, parse_group
from canmcast_gui.transport.sockets.routes import choose_interfaces
from canmcast_gui.ui import icons, theme
from canmcast_gui.ui.actions import EVERYWHERE, allow, connect, keys_text, new_action
from canmcast_gui.ui.labels import label_text

NO_BUS = "Connect to a bus first (F5)."
RULE = """It is on where frames stay on this computer.
Where other computers receive them, it is off until you switch it on.
Opening a workspace switches it off."""


class Detail(IntEnum):
    """How much the button says, by the room in the tool bar."""

    SHORT = 0
    MEDIUM = 1
    FULL = 2


class MainSwitch(QObject):
    """``action`` switches sending on and off; the Transmit menu, the tool bar and the panels show it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._switch = session.transmit.switch
        self._link = session.transmit.link
        self.action = new_action(
            self, "&Transmit on", self._toggle, icon="power", keys="F8", context=EVERYWHERE, checkable=True
        )
        self._interfaces: list[str] = []
        self._switch.changed.connect(self.refresh)
        self._link.changed.connect(self.refresh)
        self.refresh()

    @property
    def settings(self) -> Measurement | None:
        """The settings of the open bus, or None."""
        return self._link.settings

    @property
    def is_on(self) -> bool:
        """Whether there is a bus and frames are sent."""
        return self._link.is_open and self._switch.on

    @property
    def reaches_network(self) -> bool:
        """Whether the open bus reaches other computers."""
        return self.settings is not None and self.settings.leaves_host

    def _toggle(self) -> None:
        self._switch.set(self.action.isChecked())

    def refresh(self) -> None:
        """Show the state in the action."""
        self._interfaces = [] if self.settings is None else interface_names(self.settings)
        self.action.setChecked(self.is_on)
        allow(self.action, self._link.is_open, NO_BUS)
        self.action.setToolTip(self._tip())

    def text(self, detail: Detail) -> str:
        """The state and the target, shorter or longer."""
        settings = self.settings
        if settings is None:
            return "TX" if detail == Detail.SHORT else "Transmit"
        target = "network" if settings.leaves_host else "this computer"
        if detail == Detail.SHORT:
            return f"TX: {'network' if settings.leaves_host else 'local'}" if self.is_on else "TX: off"
        if not self.is_on:
            return "Transmit off"
        if detail == Detail.FULL and settings.leaves_host:
            target = f"network {self._target(settings)}"
        return f"Transmit on · {target}"

    def _target(self, settings: Measurement) -> str:
        bus = settings.multicast
        if bus is None:
            return settings.label()
        group = "IPv6 default" if bus.group == DEFAULT_GROUP_IPV6 else bus.group
        return ", ".join([group, *self._interfaces])

    def _tip(self) -> str:
        title = f"Transmit on or off  ({keys_text(self.action)})"
        settings = self.settings
        if settings is None:
            return f"{title}\n{NO_BUS}"
        state = "Frames are sent." if self.is_on else "Nothing is sent: rows, replay, sequences, fuzzing."
        return "\n".join([title, state, f"{self._address(settings)}.", f"{settings.reach()}.", RULE])

    def _address(self, settings: Measurement) -> str:
        """The channels in full."""
        bus = settings.multicast
        if bus is None:
            return f"Channels {', '.join(channel.to_text() for channel in settings.enabled)}"
        address = f"Group {bus.group}, port {bus.port}"
        where = ", ".join(self._interfaces)
        return f"{address}, on {where}" if where else address


def interface_names(settings: Measurement) -> list[str]:
    """The network interfaces of a single multicast bus; none if the system does not tell."""
    bus = settings.multicast
    if bus is None:
        return []
    try:
        links = choose_interfaces(parse_group(bus.group), bus.interface, bus.local)
    except BusError:
        return []
    return [link.name for link in links]


class SwitchButton(QToolButton):
    """Shows the switch by text, icon and color, with a filled background where frames leave this computer."""

    def __init__(self, switch: MainSwitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._main = switch
        self._detail = Detail.MEDIUM
        self.setObjectName("transmit-switch")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        connect(self.clicked, switch.action.trigger)
        switch.action.changed.connect(self._show)
        self._show()

    @property
    def action(self) -> QAction:
        """The action that the button triggers."""
        return self._main.action

    def set_detail(self, detail: Detail) -> None:
        """Use a shorter or longer text."""
        if detail != self._detail:
            self._detail = detail
            self._show()

    def _show(self) -> None:
        main, action = self._main, self._main.action
        self.setEnabled(action.isEnabled())
        self.setChecked(main.is_on)
        self.setText(label_text(main.text(self._detail)))
        self.setToolTip(action.toolTip())
        self.setAccessibleName(main.text(Detail.FULL))
        self.setIcon(icons.icon(self._icon()))
        self.setStyleSheet(self._style())

    def _icon(self) -> str:
        if not self._main.is_on:
            return "power"
        return "transmit-network" if self._main.reaches_network else "transmit-local"

    def _style(self) -> str:
        colors = theme.colors(QGuiApplication.palette())  # that of the button has the colors of its style
        if not self._main.is_on:
            frame = colors.muted if self._main.settings is not None else colors.line
            return _style(f"1px solid {frame.name()}", "transparent", "palette(text)")
        if not self._main.reaches_network:
            return _style(f"1px solid {colors.good.name()}", "transparent", colors.good.name())
        return _style(
            f"2px solid {colors.warning.name()}", colors.sending_background.name(), "palette(text)", 700
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_detail"):
            style = self._style()
            if style != self.styleSheet():
                self.setStyleSheet(style)


def _style(border: str, background: str, color: str, weight: int = 400) -> str:
    return (
        f"QToolButton {{ border: {border}; border-radius: 4px; padding: 2px 5px;"
        f" background: {background}; color: {color}; font-weight: {weight}; }}"
        "QToolButton:disabled { color: palette(placeholder-text); }"
    )

"""The kind of all channels that python-can opens; its name is that of the interface."""

from __future__ import annotations

from typing import Any

from canmcast_gui.channels.adapter.client import AdapterCapture
from canmcast_gui.channels.interfaces import is_known
from canmcast_gui.channels.kinds import Kind
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.capture.client import ProcessCapture

SENDER = "canmcast_gui.channels.adapter.sender:open_sender"
RECEIVER = "canmcast_gui.channels.adapter.subscription:open_receiver"

_FD_WITHOUT_OPTION = ("udp_multicast", "virtual")


class Adapter(Kind):
    """Opens a process that has the driver, through which the transmit process sends."""

    title = "python-can"
    has_driver_process = True

    def checked(self, settings: ChannelSettings) -> ChannelSettings:
        """As they are: only the driver knows its options."""
        return settings

    def carries_fd(self, settings: ChannelSettings) -> bool:
        """By the option ``fd``, which most drivers need for CAN FD.

        Without the option, a driver that needs none or about which nothing is known refuses frames itself,
        and so does one whose options are in the configuration of python-can.
        """
        is_open = settings.kind in _FD_WITHOUT_OPTION or not is_known(settings.kind)
        is_open = is_open or "context" in settings.options or not settings.address
        return settings.options.get("fd", is_open) is True

    def leaves_host(self, settings: ChannelSettings) -> bool:
        """Whether it is a real bus: all but the virtual ones, as far as is known."""
        virtual = settings.kind == "virtual" or settings.address.startswith("vcan")
        return not virtual and settings.options.get("hop_limit") != 0

    def open_capture(self, settings: ChannelSettings, patient: bool = False) -> ProcessCapture:
        """The process that has the driver."""
        return AdapterCapture(settings, patient=patient)

    def sender(self, settings: ChannelSettings, capture: ProcessCapture | None) -> tuple[str, dict[str, Any]]:
        """A sender that passes frames to the process that has the driver."""
        assert isinstance(capture, AdapterCapture)
        fd = self.carries_fd(settings)
        return SENDER, {"address": capture.address, "title": settings.title, "fd": fd}

    def receiver(
        self, _settings: ChannelSettings, capture: ProcessCapture | None
    ) -> tuple[str, dict[str, Any]]:
        """A subscription to what the process that has the driver receives."""
        assert isinstance(capture, AdapterCapture)
        return RECEIVER, {"address": capture.address}

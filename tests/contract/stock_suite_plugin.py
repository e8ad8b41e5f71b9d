"""A pytest plugin for python-can's own tests, which then use our bus in place of stock's."""

from __future__ import annotations

import can.interfaces

can.interfaces.BACKENDS["udp_multicast"] = ("canmcast_gui.transport", "UdpMulticastBus")

# A busy machine may keep a frame waiting for longer than the tenth of a second that those tests give it.
TIMEOUT_SECONDS = 0.4


def pytest_pycollect_makeitem(name: str, obj: type) -> None:
    """Remove settings that only stock's bus has, and use our bus in the thread-safe one."""
    if name.startswith("BasicTestUdpMulticastBus"):
        obj.TIMEOUT = TIMEOUT_SECONDS
        # Stock's bus refuses to receive its own messages, and its tests want just that error. What every
        # other bus must do with them is tested in the base class.
        if "test_unique_message_instances" in vars(obj):
            del obj.test_unique_message_instances
    elif name == "TestThreadSafeBus":
        obj.TIMEOUT = TIMEOUT_SECONDS
        obj.INTERFACE_1 = obj.INTERFACE_2 = "udp_multicast"
        obj.CHANNEL_1 = obj.CHANNEL_2 = can.interfaces.udp_multicast.UdpMulticastBus.DEFAULT_GROUP_IPv4

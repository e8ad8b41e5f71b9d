"""For pytest on python-can's own tests: they meet our bus where they ask for stock's."""

from __future__ import annotations

import can.interfaces

can.interfaces.BACKENDS["udp_multicast"] = ("canmcast_gui.transport", "UdpMulticastBus")

# A busy machine may keep a frame waiting for longer than the tenth of a second that those tests give it.
PATIENCE = 0.4


def pytest_pycollect_makeitem(name: str, obj: type) -> None:
    """Take back what those tests know of stock's bus only, and let their thread-safe bus be of ours."""
    if name.startswith("BasicTestUdpMulticastBus"):
        obj.TIMEOUT = PATIENCE
        # Stock's bus refuses to receive its own messages, and its tests want just that error. What every
        # other bus must do with them stands in the base class.
        if "test_unique_message_instances" in vars(obj):
            del obj.test_unique_message_instances
    elif name == "TestThreadSafeBus":
        obj.TIMEOUT = PATIENCE
        obj.INTERFACE_1 = obj.INTERFACE_2 = "udp_multicast"
        obj.CHANNEL_1 = obj.CHANNEL_2 = can.interfaces.udp_multicast.UdpMulticastBus.DEFAULT_GROUP_IPv4

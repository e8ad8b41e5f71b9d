"""The multicast bus, headless: CAN and CAN FD over UDP multicast, in the wire format of python-can.

``UdpMulticastBus`` is the bus for python-can programs, ``Capture`` receives in a process of its own,
``Receiver`` and ``FrameSender`` (``open_sender``) are the two halves of a bus. ``BusSettings`` are its
settings, ``BusStatistics`` and ``SourceCounts`` its counters. ``list_interfaces``, ``local_interface`` and
``NetworkInterface`` describe the network interfaces. ``BusError`` and ``FrameError`` are the errors, the
``DEFAULT`` constants the groups and the port of python-can.

Names are imported when they are first used: a process that only receives does not load python-can. Imports
``processes`` and ``frames`` only, so that it can be used on its own.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canmcast_gui.transport.bus import UdpMulticastBus
    from canmcast_gui.transport.capture.client import Capture
    from canmcast_gui.transport.errors import BusError, FrameError
    from canmcast_gui.transport.receiver import Receiver
    from canmcast_gui.transport.sender import FrameSender, open_sender
    from canmcast_gui.transport.settings import BusSettings
    from canmcast_gui.transport.sockets.addresses import (
        DEFAULT_GROUP_IPV4,
        DEFAULT_GROUP_IPV6,
        DEFAULT_PORT,
    )
    from canmcast_gui.transport.sockets.interfaces import NetworkInterface, list_interfaces
    from canmcast_gui.transport.sockets.routes import local_interface
    from canmcast_gui.transport.statistics import BusStatistics, SourceCounts

_MODULES = {
    "DEFAULT_GROUP_IPV4": "sockets.addresses",
    "DEFAULT_GROUP_IPV6": "sockets.addresses",
    "DEFAULT_PORT": "sockets.addresses",
    "UdpMulticastBus": "bus",
    "Capture": "capture.client",
    "BusError": "errors",
    "FrameError": "errors",
    "NetworkInterface": "sockets.interfaces",
    "list_interfaces": "sockets.interfaces",
    "local_interface": "sockets.routes",
    "Receiver": "receiver",
    "FrameSender": "sender",
    "open_sender": "sender",
    "BusSettings": "settings",
    "BusStatistics": "statistics",
    "SourceCounts": "statistics",
}

__all__ = [
    "DEFAULT_GROUP_IPV4",
    "DEFAULT_GROUP_IPV6",
    "DEFAULT_PORT",
    "BusError",
    "BusSettings",
    "BusStatistics",
    "Capture",
    "FrameError",
    "FrameSender",
    "NetworkInterface",
    "Receiver",
    "SourceCounts",
    "UdpMulticastBus",
    "list_interfaces",
    "local_interface",
    "open_sender",
]


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)

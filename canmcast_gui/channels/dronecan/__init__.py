"""The kind ``dronecan``: CAN frames over UDP multicast as DroneCAN tools and ArduPilot exchange them.

``wire.py`` has the format for one frame, ``columns.py`` for many; ``decoder.py`` and ``encoder.py`` give both
to the transport's receiver and sender. ``DroneCan`` (``kind.py``) is the entry of the table of kinds.
"""

from canmcast_gui.channels.dronecan.kind import DroneCan

__all__ = ["DroneCan"]

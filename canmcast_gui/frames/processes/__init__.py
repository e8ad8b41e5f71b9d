"""Processes of our own beside the main one: how they are started, talked to, watched and ended.

The capture and the transmit process both stand on this. It needs the standard library only, so that such a
process starts quickly.
"""

from canmcast_gui.frames.processes.channel import Channel
from canmcast_gui.frames.processes.child import ChildError, ChildProcess
from canmcast_gui.frames.processes.parent import ParentLink, work_for_parent
from canmcast_gui.frames.processes.supervised import SupervisedProcess
from canmcast_gui.frames.processes.wakeup import Wakeup

__all__ = [
    "Channel",
    "ChildError",
    "ChildProcess",
    "ParentLink",
    "SupervisedProcess",
    "Wakeup",
    "work_for_parent",
]

"""A priority for processes that sleep nearly always and then must be on time: capture and transmit.

What a system grants differs: real-time priority, a nice value, or only short time slices. Without any of them
a busy computer makes such a process late more often. The handbook says which settings of a system grant what.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Literal

Priority = Literal["real-time", "nice", "short slices", "usual"]

# A process with real-time priority that computes for this time without a pause loses it: on a computer with
# one processor nothing else would run. Capture and transmit need much less at a time.
LONGEST_REAL_TIME_US = 200_000
NICE_VALUE = -10
# The shortest that Linux allows. A process that wakes up before one with longer slices runs first (Linux
# 6.12 and newer); the usual slices are 1 to 3 ms, in which a receive buffer can fill.
SLICE_NS = 100_000

# The C library has sched_setattr(2) since glibc 2.41 only: its numbers, and the first version of its struct.
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
_SCHED_ATTR = struct.Struct("=IIQiIQQQ")


def prefer_this_process() -> Priority:
    """Request a priority above other processes, and exact wake-ups; returns what the system granted.

    Its threads and child processes that start later have the usual priority.
    """
    _wake_exactly()
    return _prefer(real_time=_can_step_down())


def granted_priority() -> Priority:
    """What the system grants to a process of this user; only Linux can tell."""
    if not sys.platform.startswith("linux"):
        return "usual"
    found: list[Priority] = []
    thread = threading.Thread(target=lambda: found.append(_prefer(real_time=True)))
    thread.start()  # each thread has a priority of its own, and this one ends
    thread.join()
    return found[0]


def _prefer(real_time: bool) -> Priority:
    if real_time and _real_time():
        return "real-time"
    nice = _nice()
    slices = _short_slices()
    return "nice" if nice else "short slices" if slices else "usual"


def _real_time() -> bool:
    try:
        lowest = os.sched_get_priority_min(os.SCHED_FIFO)
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(lowest))
    except (OSError, AttributeError):
        return False
    return True


def _can_step_down() -> bool:
    """Let the system send a signal after LONGEST_REAL_TIME_US, at which this becomes a usual process."""
    try:
        import resource

        signal.signal(signal.SIGXCPU, _step_down)
        hard = resource.getrlimit(resource.RLIMIT_RTTIME)[1]
        soft = LONGEST_REAL_TIME_US if hard < 0 else min(LONGEST_REAL_TIME_US, hard // 2)
        resource.setrlimit(resource.RLIMIT_RTTIME, (soft, hard))
    except (ImportError, AttributeError, OSError, ValueError):
        return False
    return True


def _step_down(_number: int, _frame: FrameType | None) -> None:
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        _prefer(real_time=False)


def _nice() -> bool:
    """Whether the system grants a nice value below the usual one."""
    if not hasattr(os, "setpriority"):
        return False
    for value in (NICE_VALUE, NICE_VALUE // 2, -1):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, value)
            return True
    return False


def _short_slices() -> bool:
    number = _SCHED_SETATTR.get(platform.machine())
    if not sys.platform.startswith("linux") or number is None:
        return False
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    attributes = _SCHED_ATTR.pack(_SCHED_ATTR.size, os.SCHED_OTHER, 0, nice, 0, SLICE_NS, 0, 0)
    return bool(ctypes.CDLL(None).syscall(number, 0, attributes, 0) == 0)


def _wake_exactly() -> None:
    """Linux delays wake-ups by up to 50 µs to save power, unless a process asks otherwise; see proc(5)."""
    with suppress(OSError):
        Path("/proc/self/timerslack_ns").write_text("1")

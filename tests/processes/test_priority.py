"""The priority of a process: what the system grants, and that a process that computes too long loses it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from canmcast_gui.processes.priority import Priority, granted_priority

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="priorities of Linux")

# The user changes after the imports: the Python of a root user may be readable for root alone.
ORDINARY = """
import os, resource, threading
from canmcast_gui.processes.priority import granted_priority, prefer_this_process
if os.getuid() == 0:
    os.setuid(65534)
resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
print(granted_priority(), prefer_this_process(), os.sched_getscheduler(0) == os.SCHED_OTHER, sep=",")
"""
PREFERRED = """
import os, threading, time
from canmcast_gui.processes.priority import prefer_this_process
def policy():
    policies.append(os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK)
policies = []
granted = prefer_this_process()
policy()
thread = threading.Thread(target=policy)
thread.start()
thread.join()
while os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO:
    pass
policy()
print(granted, *policies, sep=",")
"""


def run(program: str) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert done.stderr == ""
    return done.stdout.strip().split(",")


def test_asking_what_is_granted_changes_nothing():
    before = os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)
    assert granted_priority() in get_args(Priority)
    assert (os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)) == before


def test_an_ordinary_user_gets_no_priority_and_no_error():
    asked, granted, usual = run(ORDINARY)
    assert asked == granted
    assert granted in ("short slices", "usual")
    assert usual == "True"


def test_a_process_that_computes_without_a_pause_becomes_a_usual_one():
    granted, first, of_thread, last = run(PREFERRED)
    assert int(first) == (os.SCHED_FIFO if granted == "real-time" else os.SCHED_OTHER)
    assert int(of_thread) == int(last) == os.SCHED_OTHER

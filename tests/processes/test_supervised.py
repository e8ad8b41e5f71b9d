"""Supervised processes: start, messages, restarts and end of real ones."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from canmcast_gui.processes.channel import Channel, wait_for
from canmcast_gui.processes.launcher import ChildError
from canmcast_gui.processes.supervised import SupervisedProcess

WORKER = "tests.processes.worker"
TIMEOUT_SECONDS = 20.0


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def start(clock):
    started = []

    def begin(*arguments: object) -> SupervisedProcess:
        process = SupervisedProcess(
            "test process", WORKER, [str(argument) for argument in arguments], clock=clock
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.end()


def change(process: SupervisedProcess):
    """Supervise until something changes."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        found = process.supervise()
        if found is not None:
            return found
        time.sleep(0.01)
    raise AssertionError("nothing changed")


def kill(process: SupervisedProcess, number: int = signal.SIGKILL) -> None:
    os.kill(process.pid, number)
    if number == signal.SIGKILL:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


def ask(process: SupervisedProcess, message: bytes) -> bytes:
    channel = process.channel
    assert isinstance(channel, Channel)
    channel.send(message)
    assert wait_for(process.wakeup.fileno(), TIMEOUT_SECONDS)
    process.wakeup.clear()
    return channel.receive()[0]


def test_it_is_ready_after_the_constructor(start):
    process = start("work")
    assert process.ready_message == {"sigint": True}
    assert ask(process, b"hello") == b"HELLO"
    assert process.supervise() is None


def test_a_process_that_cannot_start_reports_why_and_leaves_nothing(start):
    with pytest.raises(ChildError, match=r"^it cannot start$"):
        start("fail")
    with pytest.raises(ChildError, match=r"test process ended with exit code 1: RuntimeError: unexpected\."):
        start("crash")


def test_files_in_the_working_folder_are_not_imported(start, tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the working folder')")
    monkeypatch.chdir(tmp_path)
    assert ask(start("work"), b"hello") == b"HELLO"


def test_a_killed_process_is_restarted_with_the_same_wakeup(start):
    process = start("work")
    descriptor, first = process.wakeup.fileno(), process.pid
    kill(process)
    assert (
        change(process).sentence
        == "The test process was ended by SIGKILL. The test process is being restarted."
    )
    assert process.channel is None
    again = change(process)
    assert (again.sentence, again.ready) == ("The test process is running again.", {"sigint": True})
    assert process.pid != first
    assert process.wakeup.fileno() == descriptor
    assert ask(process, b"again") == b"AGAIN"


def test_repeated_failures_are_reported_once_and_retried_less_and_less(start, clock, tmp_path):
    process = start("once", tmp_path / "started")
    kill(process)
    assert "SIGKILL" in change(process).sentence
    assert change(process).sentence == "it cannot start. The test process is being restarted."
    waits = []
    for _ in range(6):
        planned = process.next_start - clock.now
        waits.append(planned)
        clock.now += planned - 0.001
        assert process.supervise() is None and process.pid is None
        clock.now += 0.002
        process.supervise()
        assert process.pid is not None
        end = time.monotonic() + TIMEOUT_SECONDS
        while process.pid is not None and time.monotonic() < end:
            assert process.supervise() is None
            time.sleep(0.01)
    assert waits == sorted(waits) and waits[0] < 1 and waits[-1] == 10.0
    (tmp_path / "started").unlink()
    clock.now += 11
    assert change(process).ready


def test_ctrl_c_and_sigstop_do_not_end_it(start):
    process = start("work")
    kill(process, signal.SIGINT)
    kill(process, signal.SIGSTOP)
    assert process.supervise() is None
    process.channel.send(b"later")
    assert process.channel.receive() == []
    kill(process, signal.SIGCONT)
    assert wait_for(process.wakeup.fileno(), TIMEOUT_SECONDS)
    assert process.channel.receive() == [b"LATER"]


def test_output_on_standard_error_blocks_nothing(start):
    process = start("warn")
    for message in (b"one", b"two", b"three"):
        assert ask(process, message) == message.upper()
    kill(process)
    ended = "was ended by SIGKILL: warning 1999: nothing can arrive"
    assert change(process).sentence == f"The test process {ended}. The test process is being restarted."


def test_a_stopped_process_can_be_ended(start):
    process = start("work")
    kill(process, signal.SIGSTOP)
    process.end()
    assert process.pid is None
    assert process.supervise() is None


PARENT = f"""
import sys, time
from canmcast_gui.processes.supervised import SupervisedProcess
process = SupervisedProcess("test process", {WORKER!r}, ["work"])
print(process.pid, flush=True)
time.sleep(100)
"""


def test_it_ends_when_its_parent_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(TIMEOUT_SECONDS)


FEW_FILES = f"""
import os, resource, sys
from canmcast_gui.processes.launcher import ChildError
from canmcast_gui.processes.supervised import SupervisedProcess
lowest = os.dup(0)
os.close(lowest)
for more in range(8):
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + more, 100))
    try:
        SupervisedProcess("test process", {WORKER!r}, ["work"]).end()
    except ChildError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
    assert os.dup(0) == lowest, "descriptors are left open"
    os.close(lowest)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_too_few_descriptors_are_an_error_that_leaves_nothing_open():
    done = subprocess.run(
        [sys.executable, "-c", FEW_FILES], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert set(lines) == {"The test process cannot be started: Too many open files."}
    assert len(lines) >= 5

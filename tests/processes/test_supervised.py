"""Processes that are started, talked to, watched and ended; with real ones."""

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
PATIENCE = 20.0


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
        process = SupervisedProcess("test process", WORKER, [str(one) for one in arguments], clock=clock)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.end()


def change(process: SupervisedProcess):
    """Supervise until something changes."""
    end = time.monotonic() + PATIENCE
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
    assert wait_for(process.wakeup.fileno(), PATIENCE)
    process.wakeup.clear()
    return channel.receive()[0]


def test_it_is_ready_when_it_is_there(start):
    process = start("work")
    assert process.first_word == {"sigint": True}
    assert ask(process, b"hello") == b"HELLO"
    assert process.supervise() is None


def test_what_cannot_start_says_why_and_leaves_nothing(start):
    with pytest.raises(ChildError, match=r"^the dog ate it$"):
        start("fail")
    with pytest.raises(ChildError, match=r"test process ended with exit code 1: RuntimeError: unexpected\."):
        start("crash")


def test_files_in_the_users_folder_are_not_taken_for_libraries(start, tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert ask(start("work"), b"hello") == b"HELLO"


def test_a_killed_process_is_started_again_and_heard_by_the_same_descriptor(start):
    process = start("work")
    bell, first = process.wakeup.fileno(), process.pid
    kill(process)
    assert (
        change(process).sentence
        == "The test process was ended by SIGKILL. The test process is started again."
    )
    assert process.channel is None
    again = change(process)
    assert (again.sentence, again.ready) == ("The test process works again.", {"sigint": True})
    assert process.pid != first
    assert process.wakeup.fileno() == bell
    assert ask(process, b"again") == b"AGAIN"


def test_what_keeps_failing_is_said_once_and_tried_less_and_less(start, clock, tmp_path):
    process = start("once", tmp_path / "been here")
    kill(process)
    assert "SIGKILL" in change(process).sentence
    assert change(process).sentence == "the dog ate it. The test process is started again."
    waits = []
    for _ in range(6):
        planned = process._next_start - clock.now
        waits.append(planned)
        clock.now += planned - 0.001
        assert process.supervise() is None and process.pid is None
        clock.now += 0.002
        process.supervise()
        assert process.pid is not None
        end = time.monotonic() + PATIENCE
        while process.pid is not None and time.monotonic() < end:
            assert process.supervise() is None
            time.sleep(0.01)
    assert waits == sorted(waits) and waits[0] < 1 and waits[-1] == 10.0
    (tmp_path / "been here").unlink()
    clock.now += 11
    assert change(process).ready


def test_ctrl_c_and_a_stop_do_not_end_it(start):
    process = start("work")
    kill(process, signal.SIGINT)
    kill(process, signal.SIGSTOP)
    assert process.supervise() is None
    process.channel.send(b"later")
    assert process.channel.receive() == []
    kill(process, signal.SIGCONT)
    assert wait_for(process.wakeup.fileno(), PATIENCE)
    assert process.channel.receive() == [b"LATER"]


def test_warnings_that_nobody_asks_for_hold_nothing_up(start):
    process = start("warn")
    for word in (b"one", b"two", b"three"):
        assert ask(process, word) == word.upper()
    kill(process)
    said = "was ended by SIGKILL: warning 1999: nothing can arrive"
    assert change(process).sentence == f"The test process {said}. The test process is started again."


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
    child.wait(PATIENCE)


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
def test_too_few_open_files_are_a_sentence_and_leave_nothing():
    done = subprocess.run(
        [sys.executable, "-c", FEW_FILES], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert set(said) == {"The test process cannot be started: Too many open files."}
    assert len(said) >= 5

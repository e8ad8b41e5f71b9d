"""The transmit process: damaged messages, signals, and its end with the program."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from canmcast_gui.processes.channel import wait_for
from canmcast_gui.processes.supervised import SupervisedProcess
from canmcast_gui.transmit import SendFailed
from canmcast_gui.transmit.commands import Flush
from canmcast_gui.transmit.events import Flushed, ProcessEvent, SendProgress
from canmcast_gui.transmit.messages import Dispatcher, MessageEncoder
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from tests.transmit.stage import MS, PATIENCE, SENDER, frame, receive

pytestmark = pytest.mark.network


def test_a_damaged_message_is_reported_and_the_process_continues(settings):
    arguments = [SENDER, json.dumps(settings.to_dict()), ""]
    process = SupervisedProcess("transmit process", "canmcast_gui.transmit.process", arguments)
    arrived, dispatcher = [], Dispatcher(ProcessEvent)
    for kind in (SendFailed, Flushed, SendProgress):
        dispatcher.add(kind, arrived.append)
    try:
        for damaged in (b"", b"\xc1", b"\x91\x91\xa4None", b"\x93\x01\x02\x03"):
            process.channel.send(damaged)
        process.channel.send(MessageEncoder().encode([Flush(7)]))
        while not {Flushed, SendFailed} <= set(map(type, arrived)):
            assert wait_for(process.channel.fileno(), PATIENCE)
            for message in process.channel.receive():
                dispatcher.dispatch(message)
    finally:
        process.end()
    assert Flushed(7) in arrived
    assert any(
        isinstance(event, SendFailed) and "did not understand the program" in event.sentence
        for event in arrived
    )


def test_ctrl_c_does_not_end_the_process(transmitter, receiver):
    os.kill(transmitter.pid, signal.SIGINT)
    transmitter.send(frame())
    assert len(receive(receiver, 1)) == 1


PARENT = f"""
import json, sys, time
from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import Job, Transmitter
transmitter = Transmitter({SENDER!r}, json.loads(sys.argv[1]))
transmitter.jobs.arm(Job(1, FrameBatch.from_columns(0, [0x123], [[1]]), 1_000_000))
print(transmitter.pid, flush=True)
time.sleep(100)
"""


def kill_while_it_sends(program: str, settings: BusSettings, receiver: Receiver) -> psutil.Process:
    """Kill a program that has sent some frames; returns its transmit process."""
    with subprocess.Popen(
        [sys.executable, "-c", program, json.dumps(settings.to_dict())],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        receive(receiver, 10)
        parent.kill()
        return child


def test_sending_ends_with_the_program(settings, receiver):
    child = kill_while_it_sends(PARENT, settings, receiver)
    killed_ns = time.time_ns()
    child.wait(PATIENCE)
    rest = receiver.drain(1 << 20)
    assert len(rest) == 0 or int(rest.timestamp_ns[-1]) - killed_ns < 1_000 * MS


def test_sending_ends_with_the_program_although_many_frames_wait(settings, receiver):
    program = PARENT.replace(
        "transmitter.jobs.arm(Job(1, FrameBatch.from_columns(0, [0x123], [[1]]), 1_000_000))",
        "transmitter.set_rate_limit(2000)\n"
        "transmitter.send(FrameBatch.concatenate([FrameBatch.from_columns(0, [0x123], [[1]])] * 70_000))",
    )
    child = kill_while_it_sends(program, settings, receiver)
    killed = time.monotonic()
    child.wait(PATIENCE)
    assert time.monotonic() - killed < 10


def test_the_process_imports_no_transport():
    modules = subprocess.run(
        [sys.executable, "-c", "import canmcast_gui.transmit.process, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout.split()
    assert not {"can", "canmcast_gui.transport", "PySide6"} & set(modules)

"""Names of senders that this computer knows."""

import os
import subprocess
import sys

from canmcast_gui.app.bus.source_names import SourceNames, find_names, hosts_in, process_name
from canmcast_gui.app.session import Session
from canmcast_gui.frames import Source
from tests.support.waiting import wait_until

SENDER = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.bind(("127.0.0.1", 0))
    print(one.getsockname()[1], flush=True)
    sys.stdin.read()
"""


def test_a_process_on_this_computer_is_named(tmp_path):
    script = tmp_path / "ecu_sim.py"
    script.write_text(SENDER)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    # not a child of this process: those are taken for parts of this program
    process = subprocess.Popen(["setsid", "--fork", sys.executable, str(script)], **pipes)
    try:
        source = Source("127.0.0.1", int(process.stdout.readline()))
        names = find_names([source, Source("203.0.113.9", 1)], lambda _done: True)
    finally:
        process.communicate()
    assert set(names) == {source}
    assert names[source].startswith("ecu_sim.py (")


def test_a_sender_that_has_ended_was_on_this_computer():
    assert find_names([Source("127.0.0.1", 1)], lambda _done: True) == {
        Source("127.0.0.1", 1): "this computer"
    }


def test_hosts_have_their_first_name():
    text = "# comment\n10.0.0.7  gateway gw # the box\n\n10.0.0.7 other\nfe80::1\n"
    assert hosts_in(text) == {"10.0.0.7": "gateway"}


def test_python_processes_have_the_name_of_their_script():
    assert process_name(os.getpid()).endswith(f"({os.getpid()})")
    assert not process_name(os.getpid()).startswith("python")
    assert process_name(2**22 + 1) == "this computer"


def test_each_source_is_looked_up_once(qtbot):
    session = Session()
    names = SourceNames(session.document, session.tasks)
    session.document.recording.sources.number(Source("127.0.0.1", 9))
    with qtbot.waitSignal(names.changed):
        names.update()
    assert names.names == {Source("127.0.0.1", 9): "this computer"}
    qtbot.waitUntil(lambda: not names.is_busy)
    started = []
    session.tasks.started.connect(started.append)
    names.update()
    assert started == []
    session.shutdown()


def test_processes_of_this_program_have_short_names(network):
    command = [sys.executable, "-m", "canmcast_gui.demo", "--port", str(network.free_port())]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        # just after its start a process has no command line yet
        wait_until(lambda: process_name(process.pid) == f"canmcast demo ({process.pid})")
    finally:
        process.stdin.close()
        process.wait()

"""Two buses of this host on two interfaces, which do not receive each other's frames."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings

PROJECT = Path(__file__).parents[2]
HERE, THERE = "cmc0", "cmc1"


def run(command: str) -> None:
    subprocess.run(command.split(), check=True, capture_output=True)


@pytest.fixture
def other_host(network) -> Iterator[list[str]]:
    """The prefix of a command that runs on another host, connected to the interface ``HERE``."""
    if not network.isolated:
        pytest.skip("needs a private network")
    host = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    own = Path("/proc/self/ns/net").readlink()
    try:
        while Path(f"/proc/{host.pid}/ns/net").readlink() == own:
            assert host.poll() is None
            time.sleep(0.01)
        there = ["nsenter", f"--net=/proc/{host.pid}/ns/net"]
        run(f"ip link add {HERE} type veth peer name {THERE} netns {host.pid}")
        run(f"ip addr add 10.99.0.1/24 dev {HERE}")
        run(f"ip link set {HERE} up")
        for command in (f"addr add 10.99.0.2/24 dev {THERE}", f"link set {THERE} up"):
            run(" ".join([*there, "ip", command]))
        yield there
    finally:
        host.communicate()


def test_each_receives_on_its_own_interface_in_any_order_of_opening(network, other_host):
    port = network.free_port()
    settings = [
        BusSettings(group="239.74.163.2", port=port, interface=name, hop_limit=0)
        for name in (HERE, "lo", HERE)
    ]
    receivers = [Receiver(one) for one in settings]
    program = (
        "from canmcast_gui.transport import BusSettings, FrameSender\n"
        "from canmcast_gui.cli.commands.generate import numbered_frames\n"
        f"settings = BusSettings(group='239.74.163.2', port={port}, interface={THERE!r})\n"
        "sender = FrameSender(settings)\n"
        "sender.send_batch(numbered_frames(0, 100, 10))"
    )
    subprocess.run([*other_host, sys.executable, "-c", program], cwd=PROJECT, check=True)
    received = [0, 0, 0]
    deadline = time.monotonic() + 5
    while (received[0] < 100 or received[2] < 100) and time.monotonic() < deadline:
        received = [count + len(one.drain()) for count, one in zip(received, receivers, strict=True)]
    for one in receivers:
        one.close()
    assert received == [100, 0, 100]

"""The demonstration as a process: the frames that a stock peer receives, and its end."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import can
import cantools
import pytest
from can.interfaces.udp_multicast import UdpMulticastBus as StockBus

from canmcast_gui.demo import DEMO_DATABASE, DEMO_PLOT_SIGNALS
from canmcast_gui.demo.process import DemoProcess
from canmcast_gui.demo.vehicle_bus import UNITS
from canmcast_gui.resources_path import resource
from canmcast_gui.transport import DEFAULT_GROUP_IPV4, UdpMulticastBus
from canmcast_gui.transport.settings import BusSettings
from tests.support.waiting import wait_until

PROJECT = Path(__file__).parents[2]
LINUX_IP_RECVTTL = 12


@pytest.fixture
def demo(network) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start demonstrations; each must have been ended by the test."""
    processes = []

    def start(port: int, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-W", "error", "-m", "canmcast_gui.demo", "--port", str(port), *arguments]
        processes.append(
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def listen(port: int, seconds: float) -> list[can.Message]:
    """What a stock peer on this host gets."""
    with StockBus(DEFAULT_GROUP_IPV4, port=port, hop_limit=0) as bus:
        frames = [bus.recv(10)]
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            frames.append(bus.recv(left))
    return [frame for frame in frames if frame is not None]


def end(process: subprocess.Popen) -> None:
    """Close its input; it must end by itself and have said nothing."""
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, b"", b"")


def test_a_stock_peer_decodes_every_frame_and_signals_change(demo, network):
    port = network.free_port()
    process = demo(port)
    frames = listen(port, 1.6)
    end(process)
    database = cantools.database.load_file(resource(DEMO_DATABASE))
    seen: dict[str, list] = {}
    for frame in frames:
        if frame.is_error_frame or frame.is_remote_frame:
            continue
        message = database.get_message_by_frame_id(frame.arbitration_id)
        assert message.is_extended_frame == frame.is_extended_id
        for name, value in message.decode(bytes(frame.data), decode_choices=False).items():
            seen.setdefault(f"{message.name}.{name}", []).append(value)
    messages = {name.partition(".")[0] for name in seen}
    assert messages == {message.name for message in database.messages}
    for name in DEMO_PLOT_SIGNALS:
        assert len(set(seen[name])) > 10, name
    assert any(frame.is_fd and len(frame.data) == 64 for frame in frames)
    assert any(frame.is_remote_frame for frame in frames)


def test_each_control_unit_is_a_source_with_the_name_that_the_database_gives_to_the_sender(network):
    settings = BusSettings(local=True, hop_limit=0, port=network.free_port()).validated()
    database = cantools.database.load_file(resource(DEMO_DATABASE))
    senders: dict[int, set[str]] = {}
    with UdpMulticastBus(local=True, port=settings.port) as bus, DemoProcess(settings) as demo:
        units = demo.units()
        deadline = time.monotonic() + 10
        while len(senders) < len(database.messages) and time.monotonic() < deadline:
            for frame in iter(lambda: bus.recv(1), None):
                if not frame.is_error_frame and not frame.is_remote_frame:
                    senders.setdefault(frame.arbitration_id, set()).add(units[frame.source])
                if len(senders) == len(database.messages) or time.monotonic() > deadline:
                    break
    assert sorted(units.values()) == sorted(UNITS)
    assert senders == {message.frame_id: set(message.senders) for message in database.messages}


def test_a_demonstration_that_fails_has_no_units(network):
    settings = BusSettings(local=True, hop_limit=0, port=network.free_port(), interface="nope0")
    with DemoProcess(settings) as demo:
        assert demo.units() == {}
        wait_until(demo.failure)
        assert "nope0" in demo.failure()


@pytest.mark.skipif(sys.platform != "linux", reason="reads how far a datagram may go as Linux tells it")
def test_no_frame_can_leave_this_host(demo, network):
    port = network.free_port()
    lives = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.setsockopt(socket.IPPROTO_IP, LINUX_IP_RECVTTL, 1)
        sock.bind((DEFAULT_GROUP_IPV4, port))
        join = socket.inet_aton(DEFAULT_GROUP_IPV4) + socket.inet_aton("127.0.0.1")
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
        sock.settimeout(10)
        process = demo(port, "--interface", "lo")
        for _ in range(200):
            _, ((_, _, ttl),), _, _ = sock.recvmsg(2048, socket.CMSG_SPACE(4))
            lives.add(int.from_bytes(ttl[:4], sys.byteorder))
    end(process)
    assert lives == {0}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_a_signal(number, demo, network):
    port = network.free_port()
    process = demo(port, "--standalone")
    listen(port, 0)
    process.send_signal(number)
    end(process)


def test_standalone_it_continues_after_the_end_of_its_input(demo, network):
    port = network.free_port()
    process = demo(port, "--standalone")
    process.stdin.close()
    process.stdin = None
    listen(port, 0.3)
    assert process.poll() is None
    process.terminate()
    end(process)


def test_a_bus_that_cannot_be_opened_is_one_line(demo, network):
    process = demo(network.free_port(), "--interface", "nope0")
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert len(err.splitlines()) == 1
    assert b"nope0" in err

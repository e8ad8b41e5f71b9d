"""Fixtures for tests with real sockets: free ports, and stock python-can peers in other processes."""

import itertools
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import can
import pytest

from tests.support.isolation import ENTERED

GROUP_IPV4 = "239.74.163.2"
GROUP_IPV6 = "ff15:7079:7468:6f6e:6465:6d6f:6d63:6173"

# Below the usual ephemeral range, and different in simultaneous runs without private networks.
_ports = itertools.count(20000 + os.getpid() % 10000)


@dataclass(frozen=True)
class Network:
    """The network of the tests. ``isolated`` tells whether this process has a private one."""

    isolated: bool

    def free_port(self) -> int:
        """A UDP port that no other test uses."""
        return next(_ports)


@pytest.fixture
def network() -> Network:
    """The network of this test run; every bus that a test opens must use hop limit 0."""
    return Network(isolated=os.environ.get(ENTERED) == "1")


@pytest.fixture(params=[GROUP_IPV4, GROUP_IPV6], ids=["ipv4", "ipv6"])
def group(request: pytest.FixtureRequest, network: Network) -> str:
    """Both default groups in turn; IPv6 needs a private network, in which tests can add its route."""
    if request.param == GROUP_IPV6 and not network.isolated:
        pytest.skip("IPv6 multicast on the loopback interface needs a route that only a private network has")
    return request.param


class StockPeer:
    """A stock python-can process that sends numbered frames, or receives and counts them."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.stock_peer", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        assert ready.strip() == "ready", f"the stock peer printed {ready!r}"

    def result(self, timeout: float = 30.0) -> dict:
        """Wait for its end; returns its counters."""
        # communicate() would miss data that was read with the first line.
        assert self._process.stdout is not None
        watchdog = threading.Timer(timeout, self._process.kill)
        watchdog.start()
        text = self._process.stdout.read()  # before waiting for its end: a pipe does not hold a long text
        watchdog.cancel()
        watchdog.join()
        assert self._process.wait() == 0, f"the stock peer ended with {self._process.returncode}"
        return json.loads(text)

    def close(self) -> None:
        """End it if it is still running."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


@pytest.fixture
def stock_peer() -> Iterator[Callable[..., StockPeer]]:
    """Start stock peers: ``stock_peer("send", "--group", …)``; see tests/support/stock_peer.py."""
    peers: list[StockPeer] = []

    def start(*arguments: object) -> StockPeer:
        peers.append(StockPeer(*(str(argument) for argument in arguments)))
        return peers[-1]

    yield start
    for peer in peers:
        peer.close()


def port_of(bus: can.BusABC) -> int:
    """The UDP port of a multicast bus, from which a stock peer also sends."""
    with socket.socket(fileno=os.dup(bus.fileno())) as same:
        port: int = same.getsockname()[1]
    return port

"""Hosts with their own networks, and cables between them: network namespaces and veth pairs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]


class RemoteError(Exception):
    """An error that a bus on another host raised."""


class Host:
    """A process in its own network namespace that runs buses; its methods are those of remote_bus.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["unshare", "--net", sys.executable, "-m", "tests.support.remote_bus"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._answer() == "ready"
        self.run("ip link set lo up")

    def run(self, command: str) -> str:
        """Run a command on this host as root; returns its output."""
        return run(f"nsenter --net=/proc/{self._process.pid}/ns/net {command}")

    def plug(self, cable: str, end: str, addresses: list[str]) -> None:
        """Attach one end of a cable as an interface with these addresses."""
        run(f"ip link set {cable} netns {self._process.pid}")
        self.run(f"ip link set {cable} name {end}")
        for address in addresses:
            # Without duplicate address detection, so that the address may be used at once.
            self.run(f"ip addr add {address} dev {end}{' nodad' if ':' in address else ''}")
        self.run(f"ip link set {end} up")

    def wait_for_multicast_route(self, name: str) -> None:
        """Wait for the multicast route, which the kernel adds some time after both ends are up."""
        wait_until(lambda: "ff00::/8" in self.run(f"ip -6 route show table local dev {name}"))

    def __getattr__(self, command: str) -> Any:
        def ask(*arguments: object) -> Any:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps([command, *arguments]) + "\n")
            self._process.stdin.flush()
            answer = self._answer()
            if isinstance(answer, dict):
                raise RemoteError(answer["error"])
            return answer

        return ask

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the host has ended"
        return json.loads(line)

    def shut_down(self) -> None:
        """End the process, which also removes the cables."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def run(command: str) -> str:
    """Run a command; returns its output. Raises CalledProcessError."""
    return subprocess.run(command.split(), check=True, capture_output=True, text=True).stdout


def connect(one: Host, other: Host, name: str, net: int, link_local: bool = False) -> None:
    """A cable between two hosts: an interface ``name`` on both, 10.0.NET.1 and .2, fd00:NET::1 and ::2.

    With ``link_local`` they have only the addresses fe80::1 and fe80::2.
    """
    ends = f"cm{net}a", f"cm{net}b"
    run(f"ip link add {ends[0]} type veth peer name {ends[1]}")
    for host, end, number in ((one, ends[0], 1), (other, ends[1], 2)):
        if link_local:
            run(f"ip link set {end} addrgenmode none")
            host.plug(end, name, [f"fe80::{number}/64"])
        else:
            host.plug(end, name, [f"10.0.{net}.{number}/24", f"fd00:{net}::{number}/64"])
        host.run(f"ip link set {name} multicast on")
    for host in (one, other):
        host.wait_for_multicast_route(name)

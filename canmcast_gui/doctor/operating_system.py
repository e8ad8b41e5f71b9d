"""What the system knows: the programs on a port, the joined groups, and a firewall."""

from __future__ import annotations

import ipaddress
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

OWN = "this program"
_IGMP, _IGMP6 = Path("/proc/net/igmp"), Path("/proc/net/igmp6")


@dataclass(frozen=True)
class PortUser:
    """Another program with a socket on the port; ``pid`` is None if unknown."""

    address: str
    pid: int | None
    name: str

    def __str__(self) -> str:
        who = f"{self.name} (process {self.pid})" if self.pid else "a program of another user"
        return f"{who} on {self.address}"


def programs_on_port(port: int) -> list[PortUser]:
    """Programs that have bound a UDP port, each once; an empty list if unknown."""
    try:
        connections = psutil.net_connections(kind="udp")
    except (psutil.Error, OSError):
        return []
    bound = [item for item in connections if item.laddr and item.laddr.port == port]
    own = own_processes() if bound else set()
    return sorted(
        {
            PortUser(item.laddr.ip, item.pid, OWN if item.pid in own else _program_name(item.pid))
            for item in bound
        },
        key=str,
    )


def own_processes() -> set[int]:
    """This process and those that it started."""
    try:
        program = psutil.Process()
        return {program.pid, *(child.pid for child in program.children(recursive=True))}
    except (psutil.Error, OSError):
        return set()


def _program_name(pid: int | None) -> str:
    with suppress(psutil.Error, OSError):
        if pid:
            return str(psutil.Process(pid).name())
    return ""


def joined_groups() -> set[tuple[str, str]] | None:
    """(interface, group) of all memberships on this host; None if unknown."""
    found: set[tuple[str, str]] = set()
    try:
        found |= parse_igmp(_IGMP.read_text())
    except OSError:
        return None
    with suppress(OSError):  # no IPv6 on this host
        found |= parse_igmp6(_IGMP6.read_text())
    return found


def parse_igmp(text: str) -> set[tuple[str, str]]:
    """Memberships of Linux's /proc/net/igmp: a line for each interface, then one for each of its groups.

    Groups are hex numbers in the machine's byte order (net/ipv4/igmp.c, igmp_mc_seq_show).
    """
    found = set()
    interface = ""
    for line in text.splitlines()[1:]:
        words = line.split()
        if words and not line.startswith("\t\t"):
            interface = words[1].rstrip(":")
        elif words:
            found.add((interface, socket.inet_ntoa(struct.pack("=I", int(words[0], 16)))))
    return found


def parse_igmp6(text: str) -> set[tuple[str, str]]:
    """Memberships of Linux's /proc/net/igmp6: index, interface, group as 32 hex digits, and more."""
    found = set()
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3:
            found.add((words[1], str(ipaddress.IPv6Address(bytes.fromhex(words[2])))))
    return found


def firewall() -> str | None:
    """The firewall that this host seems to run, and the command to open ``PORT``; None if none is found."""
    with suppress(OSError):
        if "ENABLED=yes" in Path("/etc/ufw/ufw.conf").read_text():
            return "ufw is on: sudo ufw allow PORT/udp"
    if any(name == "firewalld" for name in _running()):
        return "firewalld runs: sudo firewall-cmd --add-port=PORT/udp"
    return None


def _running() -> list[str]:
    return [process.info["name"] for process in psutil.process_iter(["name"])]

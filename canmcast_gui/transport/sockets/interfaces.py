"""The network interfaces of this host: found by name, index or address, and watched for changes.

A socket whose interface was removed and created again receives nothing and reports no error, and a program
that waits for its file descriptor is never woken. So one thread checks the interfaces of all receivers.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import weakref
from dataclasses import dataclass
from typing import Protocol

from canmcast_gui.transport.errors import BusError

# A user notices a missing interface after about a second. Each check takes about 30 µs.
INTERVAL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Link:
    """An interface of a bus. An interface that is removed and created again gets a new index."""

    name: str
    index: int


@dataclass(frozen=True, slots=True)
class NetworkInterface:
    """An interface with its addresses, IPv6 ones without their scope."""

    name: str
    index: int
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    is_up: bool
    is_multicast: bool
    is_loopback: bool


def list_interfaces() -> list[NetworkInterface]:
    """All interfaces of this host, by index."""
    # Takes a tenth of the start of a process that only receives, and is needed only here.
    import psutil  # type: ignore[import-untyped]

    addresses = psutil.net_if_addrs()
    states = psutil.net_if_stats()
    found = []
    for name, state in states.items():
        entries = addresses.get(name, [])
        index = _index_of(name, [entry.address for entry in entries])
        if index is None:
            continue  # removed since it was listed, or an alias such as eth0:1
        flags = state.flags.split(",")
        ipv4 = tuple(entry.address for entry in entries if entry.family == socket.AF_INET)
        ipv6 = tuple(entry.address.partition("%")[0] for entry in entries if entry.family == socket.AF_INET6)
        loopback = "loopback" in flags or any(ipaddress.ip_address(a).is_loopback for a in (*ipv4, *ipv6))
        # Windows reports no flags; there each interface except the loopback one may carry multicast.
        multicast = "multicast" in flags or (not state.flags and not loopback)
        found.append(NetworkInterface(name, index, ipv4, ipv6, state.isup, multicast, loopback))
    return sorted(found, key=lambda interface: interface.index)


def _index_of(name: str, addresses: list[str]) -> int | None:
    """The index of an interface. On Windows, where names differ, link-local addresses contain it."""
    try:
        return socket.if_nametoindex(name)
    except OSError:
        scopes = (address.partition("%")[2] for address in addresses)
        return next((int(scope) for scope in scopes if scope.isdigit()), None)


def find_interface(text: str) -> Link:
    """The interface with this name, index or address. Raises BusError if this host has none."""
    by_name = _by_name(text)
    if by_name is not None:
        return by_name
    by_index = interface_by_index(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if by_index is not None:
        return by_index
    address = _address(text.partition("%")[0])
    for interface in list_interfaces():
        addresses = map(ipaddress.ip_address, (*interface.ipv4, *interface.ipv6))
        if text == interface.name or (address is not None and address in addresses):
            return Link(interface.name, interface.index)
    what = "network interface" if address is None else "address"
    raise BusError(f"this computer has no {what} {text}; it has the interfaces {interface_names()}")


def _by_name(name: str) -> Link | None:
    try:
        return Link(name, socket.if_nametoindex(name))
    except (OSError, ValueError):
        return None


def interface_by_index(index: int) -> Link | None:
    """The interface with this index, or None."""
    try:
        return Link(socket.if_indextoname(index), index)
    except (OSError, OverflowError):
        return None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def interface_names() -> str:
    """The names of all interfaces, for an error message."""
    return ", ".join(name for _, name in socket.if_nameindex())


class Watched(Protocol):
    """A receiver whose interfaces are checked."""

    def check_interfaces(self) -> None:
        """Compare the joined interfaces with those of the host. Must not raise."""


class _Watch(threading.Thread):
    """The thread. It has weak references, so that a bus that was not closed can be collected."""

    def __init__(self) -> None:
        super().__init__(name="canmcast-interfaces", daemon=True)
        self.receivers: weakref.WeakSet[Watched] = weakref.WeakSet()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(INTERVAL_SECONDS) and self._check():
            pass

    def _check(self) -> bool:
        """Check all receivers; returns whether there are any."""
        for receiver in list(self.receivers):
            receiver.check_interfaces()
        return bool(self.receivers)


_lock = threading.Lock()
_watch: _Watch | None = None


def watch(receiver: Watched) -> None:
    """Call ``receiver.check_interfaces`` regularly from now on, in another thread."""
    global _watch
    with _lock:
        # A thread is not alive if there were no receivers, or in a forked process.
        if _watch is None or not _watch.is_alive():
            _watch = _Watch()
            _watch.start()
        _watch.receivers.add(receiver)


def unwatch(receiver: Watched) -> None:
    """Stop calling it. The thread ends with the last receiver."""
    global _watch
    with _lock:
        if _watch is None:
            return
        _watch.receivers.discard(receiver)
        if _watch.receivers:
            return
        ending, _watch = _watch, None
        ending.done.set()
    if ending is not threading.current_thread() and ending.is_alive():
        ending.join()

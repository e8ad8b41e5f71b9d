"""Names of senders: the process if it is on this computer, else the host if the hosts file lists it."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.document import Document
from canmcast_gui.app.program.tasks import Report, TaskPool
from canmcast_gui.frames import Source

_HOSTS = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), r"System32\drivers\etc\hosts")
HOSTS_FILE = _HOSTS if sys.platform == "win32" else Path("/etc/hosts")


class SourceNames(QObject):
    """``names`` has the names that are known; ``changed`` says that there are more.

    Names are looked up in the background, once for each source. No name server is asked: that takes seconds,
    and shows other computers what is monitored.
    """

    changed = Signal()

    def __init__(
        self,
        document: Document,
        tasks: TaskPool,
        parent: QObject | None = None,
        units: Callable[[], Mapping[Source, str]] = dict,
    ) -> None:
        """``units`` returns the names of simulated control units; it may wait, and is called in a task."""
        super().__init__(parent)
        self._units = units
        self.names: dict[Source, str] = {}
        self.is_busy = False
        self._document = document
        self._tasks = tasks
        self._requested: set[Source] = set()

    def update(self) -> None:
        """Look up the names of new sources of the recording, unless a task does it already."""
        sources = self._document.recording.sources
        new = [source for source in sources if source.address and source not in self._requested]
        if new and not self.is_busy:
            self.is_busy = True
            self._requested.update(new)
            task = self._tasks.make(
                "Looking up senders", lambda report: {**find_names(new, report), **self._units()}
            )
            task.finished.connect(self._on_names)
            task.ended.connect(self._on_end)
            task.start()

    def _on_names(self, names: dict[Source, str]) -> None:
        self.names.update(names)
        if names:
            self.changed.emit()

    def _on_end(self) -> None:
        self.is_busy = False


def find_names(sources: Iterable[Source], _report: Report) -> dict[Source, str]:
    """The names of those sources that have one."""
    own = _own_addresses()
    hosts = hosts_in(_read(HOSTS_FILE))
    names: dict[Source, str] = {}
    local = []
    for source in sources:
        address = _without_zone(source.address)
        if address in own or _is_loopback(address):
            local.append(source)
        elif address in hosts:
            names[source] = hosts[address]
    processes = _processes() if local else {}
    for source in local:
        pids = processes.get(source.port, set())
        names[source] = process_name(next(iter(pids))) if len(pids) == 1 else "this computer"
    return names


def hosts_in(text: str) -> dict[str, str]:
    """The first name of each address in a hosts file (hosts(5))."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        cells = line.partition("#")[0].split()
        if len(cells) > 1:
            found.setdefault(cells[0], cells[1])
    return found


def process_name(pid: int) -> str:
    """The name and number of a process; for Python the name of the module or script that it runs."""
    try:
        process = psutil.Process(pid)
        name, command = process.name(), process.cmdline()
    except psutil.Error:
        return "this computer"
    if name.startswith("python"):
        words = iter(command[1:])
        for word in words:
            if word == "-m":
                name = _module_name(next(words, name))
                break
            if not word.startswith("-"):
                name = Path(word).name
                break
    return f"{name} ({pid})"


def _module_name(module: str) -> str:
    """The short name of a module of this program, the name of any other."""
    program, _, part = module.partition(".")
    return f"canmcast {part.partition('.')[0]}" if program == "canmcast_gui" and part else module


def _processes() -> dict[int, set[int]]:
    """The processes that have a UDP socket on each port, if the system shows them to this user.

    Processes of this program are left out: its receiver uses the port of the bus, from which python-can
    sends. Its demonstration is a sender like any other.
    """
    found: dict[int, set[int]] = {}
    try:
        program = psutil.Process()
        own = {program.pid, *(child.pid for child in program.children(recursive=True) if not _is_demo(child))}
        connections = psutil.net_connections(kind="udp")
    except (psutil.Error, OSError):
        return found
    for connection in connections:
        if connection.laddr and connection.pid and connection.pid not in own:
            found.setdefault(connection.laddr.port, set()).add(connection.pid)
    return found


def _is_demo(process: psutil.Process) -> bool:
    try:
        return any("demo" in word for word in process.cmdline())
    except psutil.Error:  # it has just ended
        return False


def _own_addresses() -> set[str]:
    return {_without_zone(entry.address) for group in psutil.net_if_addrs().values() for entry in group}


def _without_zone(address: str) -> str:
    return address.partition("%")[0]


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(_without_zone(address)).is_loopback
    except ValueError:
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

"""Names of senders: the process where it is on this computer, the host where the system's table knows it."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.program.tasks import Report
from canmcast_gui.app.session import Session
from canmcast_gui.frames import Source

_HOSTS = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), r"System32\drivers\etc\hosts")
HOSTS_FILE = _HOSTS if sys.platform == "win32" else Path("/etc/hosts")


class SourceNames(QObject):
    """``names`` holds those that are known; ``changed`` says that there are more.

    Names are looked for in the background, once for each source. Nobody on the network is asked: that would
    take seconds, and tell others what is being watched.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names: dict[Source, str] = {}
        self._session = session
        self._asked: set[Source] = set()
        self._busy = False

    def update(self) -> None:
        """Look for the names of sources that have not been looked for."""
        new = [
            one for one in self._session.document.recording.sources if one.address and one not in self._asked
        ]
        if new and not self._busy:
            self._busy = True
            self._asked.update(new)
            task = self._session.tasks.make("Looking up senders", lambda report: find_names(new, report))
            task.finished.connect(self._on_names)
            task.ended.connect(self._on_end)
            task.start()

    def _on_names(self, names: dict[Source, str]) -> None:
        self.names.update(names)
        if names:
            self.changed.emit()

    def _on_end(self) -> None:
        self._busy = False


def find_names(sources: Iterable[Source], _report: Report) -> dict[Source, str]:
    """The names of those sources that have one."""
    own = _own_addresses()
    hosts = hosts_in(_read(HOSTS_FILE))
    local = [one for one in sources if _bare(one.address) in own or _is_loopback(one.address)]
    names = {one: hosts[_bare(one.address)] for one in sources if _bare(one.address) in hosts}
    processes = _processes() if local else {}
    for one in local:
        pids = processes.get(one.port, set())
        names[one] = process_name(next(iter(pids))) if len(pids) == 1 else "this computer"
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
    """What a process is called, for Python's own the module or script that it runs, and its number."""
    try:
        process = psutil.Process(pid)
        name, command = process.name(), process.cmdline()
    except psutil.Error:
        return "this computer"
    if name.startswith("python"):
        words = iter(command[1:])
        for word in words:
            if word == "-m":
                name = _short(next(words, name))
                break
            if not word.startswith("-"):
                name = Path(word).name
                break
    return f"{name} ({pid})"


def _short(module: str) -> str:
    """What a module is called; those of this program have a long beginning in common."""
    program, _, part = module.partition(".")
    return f"canmcast {part.partition('.')[0]}" if program == "canmcast_gui" and part else module


def _processes() -> dict[int, set[int]]:
    """The processes that have a UDP socket on each port, as far as the system shows them to this user.

    This program's own are left out: its receiver is on the bus's port, where stock peers send from. Its
    demonstration is a sender like others.
    """
    found: dict[int, set[int]] = {}
    try:
        program = psutil.Process()
        own = {program.pid, *(child.pid for child in program.children(recursive=True) if not _is_demo(child))}
        connections = psutil.net_connections(kind="udp")
    except (psutil.Error, OSError):
        return found
    for one in connections:
        if one.laddr and one.pid and one.pid not in own:
            found.setdefault(one.laddr.port, set()).add(one.pid)
    return found


def _is_demo(process: psutil.Process) -> bool:
    try:
        return any("demo" in word for word in process.cmdline())
    except psutil.Error:  # it has just ended
        return False


def _own_addresses() -> set[str]:
    return {_bare(one.address) for group in psutil.net_if_addrs().values() for one in group}


def _bare(address: str) -> str:
    return address.partition("%")[0]


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(_bare(address)).is_loopback
    except ValueError:
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

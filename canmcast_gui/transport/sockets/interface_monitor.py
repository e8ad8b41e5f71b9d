"""Notice when interfaces of a bus go and return: one thread for all receivers of this process.

A socket whose interface was removed and created again receives nothing and reports no error, and a program
that waits for its file descriptor is never woken.
"""

from __future__ import annotations

import threading
import weakref
from typing import Protocol

# Twice as often as a user would start to wonder, for some 30 µs of work each time.
INTERVAL_SECONDS = 0.5


class Watched(Protocol):
    """What the monitor calls."""

    def check_interfaces(self) -> None:
        """Compare the interfaces that are joined with those that there are. Must not raise."""


class _Watch(threading.Thread):
    """Holds receivers by weak references only, so that a forgotten bus can still be collected."""

    def __init__(self) -> None:
        super().__init__(name="canmcast-interfaces", daemon=True)
        self.receivers: weakref.WeakSet[Watched] = weakref.WeakSet()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(INTERVAL_SECONDS) and self._look():
            pass

    def _look(self) -> bool:
        """Check all; returns whether any is left."""
        for receiver in list(self.receivers):
            receiver.check_interfaces()
        return bool(self.receivers)


_lock = threading.Lock()
_watch: _Watch | None = None


def watch(receiver: Watched) -> None:
    """Call ``receiver.check_interfaces`` from now on, from another thread."""
    global _watch
    with _lock:
        if _watch is None or not _watch.is_alive():  # not alive: none was left, or we are a fork
            _watch = _Watch()
            _watch.start()
        _watch.receivers.add(receiver)


def unwatch(receiver: Watched) -> None:
    """Stop calling; with the last receiver the thread ends."""
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

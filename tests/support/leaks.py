"""A test fails if threads, processes, temporary files or log records remain after it."""

import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

GRACE_SECONDS = 3.0


class _Collector(logging.Handler):
    """Keeps the log records of level WARNING and above of this program."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("canmcast_gui"):
            self.records.append(record)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test its own folders for settings, recordings and temporary files."""
    home = tmp_path_factory.mktemp("home")
    temporary = home / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield home


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest, own_home: Path) -> Iterator[None]:
    """Fail a test after which something remains; ``expected_log`` allows log records."""
    collector = _Collector()
    logging.getLogger().addHandler(collector)
    threads = set(threading.enumerate())
    processes = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    logging.getLogger().removeHandler(collector)
    expected = request.node.get_closest_marker("expected_log")
    problems = [
        *_wait_until_gone(lambda: _new_threads(threads)),
        *_wait_until_gone(lambda: _new_processes(processes)),
        *_wait_until_gone(lambda: [f"file {path}" for path in (own_home / "tmp").iterdir()]),
        *([] if expected else [f"log record {record.getMessage()!r}" for record in collector.records]),
    ]
    if problems:
        pytest.fail("remains after the test: " + "; ".join(problems), pytrace=False)


def _new_threads(before: set[threading.Thread]) -> list[str]:
    """New threads, except those of Qt's pool, which remain; Python calls them Dummy-N."""
    new = [thread for thread in threading.enumerate() if thread not in before]
    return [f"thread {thread.name}" for thread in new if not thread.name.startswith("Dummy-")]


def _new_processes(before: set[int]) -> list[str]:
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if child.pid in before:
                continue
            if child.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(child.pid, os.WNOHANG)
                found.append(f"zombie {child.pid}")
            else:
                found.append(f"process {child.pid} {' '.join(child.cmdline())[:200]}")
        except (psutil.NoSuchProcess, ChildProcessError):
            continue
    return found


def _wait_until_gone(find: Callable[[], list[str]]) -> list[str]:
    """What ``find`` still returns after a grace period: threads and processes need time to end."""
    end = time.monotonic() + GRACE_SECONDS
    while (found := find()) and time.monotonic() < end:
        time.sleep(0.02)
    return found

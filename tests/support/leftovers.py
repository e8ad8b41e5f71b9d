"""A test that leaves a thread, a process, a file in the temporary folder or a log record behind fails."""

import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

GRACE_SECONDS = 3.0


class _Collector(logging.Handler):
    """Keeps the records of level WARNING and above that come from our own code."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("canmcast_gui"):
            self.records.append(record)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings, recordings and temporary files of a test live in folders of its own."""
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
def no_leftovers(request: pytest.FixtureRequest, own_home: Path) -> Iterator[None]:
    """Fail the test that leaves something behind; ``expected_log`` allows log records."""
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
        pytest.fail("left behind: " + "; ".join(problems), pytrace=False)


def _new_threads(before: set[threading.Thread]) -> list[str]:
    """Threads that Python started; those of Qt's pool live as long as the program and are only visited."""
    visitors = threading._DummyThread
    return [
        f"thread {t.name}" for t in threading.enumerate() if t not in before and not isinstance(t, visitors)
    ]


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


def _wait_until_gone(look) -> list[str]:
    """What ``look`` still finds after a grace period: threads and processes take a moment to end."""
    end = time.monotonic() + GRACE_SECONDS
    while (found := look()) and time.monotonic() < end:
        time.sleep(0.02)
    return found

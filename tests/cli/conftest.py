"""Runs the real commands as processes of their own."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import can
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "error", "-m", "canmcast_gui.cli"]


# No command of a test takes that long; one that hangs is killed, so that reading its output ends.
MOST_SECONDS = 30.0


class Running:
    """A command that runs beside the test."""

    def __init__(self, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        self._watchdog = threading.Timer(MOST_SECONDS, self.process.kill)
        self._watchdog.start()

    def wait_until_listening(self) -> "Running":
        """Return once its socket is open."""
        line = self.process.stderr.readline()
        assert "listening" in line, line + self.process.stderr.read()
        return self

    def interrupt(self, number: int = signal.SIGINT) -> "Running":
        """What Ctrl+C does."""
        self.process.send_signal(number)
        return self

    def result(self) -> subprocess.CompletedProcess[str]:
        """Wait for its end."""
        out, err = self.process.communicate()
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, out, err)

    def close(self) -> None:
        """End it, if it has not ended yet."""
        self._watchdog.cancel()
        self._watchdog.join()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Start a command: ``start("dump", "--local")``."""
    running: list[Running] = []

    def begin(*arguments: object) -> Running:
        running.append(Running(*arguments))
        return running[-1]

    yield begin
    for one in running:
        one.close()


@pytest.fixture
def canmcast(start) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command to its end: ``canmcast("info", file)``."""
    return lambda *arguments: start(*arguments).result()


@pytest.fixture
def bus(network) -> tuple[str, ...]:
    """Options of a bus that no other test uses and that does not leave this host."""
    return ("--local", "--port", str(network.free_port()))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A small ASC file: data, remote, error and FD frames, 10 ms apart."""
    kinds = [
        {"data": b"\x01\x02"},
        {"is_remote_frame": True, "dlc": 3},
        {"is_error_frame": True},
        {"data": bytes(range(16)), "is_fd": True, "bitrate_switch": True},
        {"data": b"\x03", "is_extended_id": True, "arbitration_id": 0x1F334455},
        {"data": b"\x04", "is_rx": False},
    ]
    frames = [
        can.Message(**{"timestamp": 1000 + n / 100, "arbitration_id": 0x123, "is_extended_id": False, **kind})
        for n, kind in enumerate(kinds)
    ]
    path = tmp_path / "log.asc"
    with open_writer(path) as writer:
        writer.write(FrameBatch.from_messages(frames))
    return path


def assert_one_line(result: subprocess.CompletedProcess[str], code: int, *parts: str) -> None:
    """The command failed with that exit code, one line on stderr and nothing on stdout."""
    assert result.returncode == code, result.stderr
    assert not result.stdout
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for part in parts:
        assert part in result.stderr

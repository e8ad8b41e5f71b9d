"""``canmcast monitor`` on a terminal of 80 by 24, and without one."""

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.cli.conftest import COMMAND, PROJECT

pty = pytest.importorskip("pty")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

SIZE = (24, 80)
DATABASE = PROJECT / "resources" / "demo.dbc"


class Terminal:
    """A command on a pseudo-terminal; ``text`` is all that it has written, without its colors."""

    def __init__(self, *arguments: str) -> None:
        import fcntl
        import struct
        import termios

        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=PROJECT,
            env={**environment, "TERM": "xterm-256color"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._raw = b""

    @property
    def text(self) -> str:
        """What was written there. Going to a place or another screen begins a line; colors are omitted."""
        raw = self._raw.decode(errors="replace")
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", re.sub(r"\x1b\[([0-9;]*H|\?1049[hl])", "\n", raw))

    def read_until(self, pattern: str, seconds: float = 15.0) -> str:
        """Read until the pattern has come; returns the last match."""
        end = time.monotonic() + seconds
        while not (found := re.findall(pattern, self.text)):
            assert time.monotonic() < end, f"no {pattern!r} in {self.text[-2000:]!r}"
            self._read(end - time.monotonic())
        return found[-1]

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], max(seconds, 0))[0]:
            return False
        try:
            part = os.read(self._master, 65536)
        except OSError:  # on Linux: the other end is closed
            return False
        self._raw += part
        return bool(part)

    def press(self, keys: str) -> None:
        """Type; forget what was read so far."""
        self._raw = b""
        os.write(self._master, keys.encode())

    def wait(self) -> int:
        """Wait for its end, reading on; its exit code."""
        end = time.monotonic() + 15
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.1)
        while self._read(0):
            pass
        return self.process.wait(0.1)

    def close(self) -> None:
        """End it, if it has not ended yet."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal() -> Iterator:
    """Start a command on a terminal: ``terminal("monitor", "--demo")``."""
    terminals = []

    def start(*arguments: str) -> Terminal:
        terminals.append(Terminal(*arguments))
        return terminals[-1]

    yield start
    for one in terminals:
        one.close()


def test_the_demonstration_fits_a_small_terminal(terminal, network):
    monitor = terminal("monitor", "--demo", "--port", str(network.free_port()))
    monitor.read_until(r"TransmissionStatus +6 ")
    assert "demonstration" in monitor.text
    monitor.press("q")
    assert monitor.wait() == 0
    lines = monitor.text.replace("\r", "").splitlines()
    assert max(map(len, lines)) <= SIZE[1]
    assert "Traceback" not in monitor.text
    assert re.search(r"\d+ frames, 0 lost\s*$", monitor.text)


def test_rows_that_do_not_fit_are_reached_by_scrolling(terminal, canmcast, bus):
    monitor = terminal("monitor", *bus)
    monitor.read_until("0 frames/s")
    assert canmcast("send", *bus, *[f"{0x100 + n:X}#{n:02X}" for n in range(40)]).returncode == 0
    assert monitor.read_until(r"1–(\d+) of 40 ids") == "20"
    monitor.press("\x1b[B")
    monitor.read_until(r"2–21 of 40 ids")
    monitor.press("\x1b[6~")
    monitor.read_until(r"21–40 of 40 ids")
    monitor.press("\x03")
    assert monitor.wait() == 0


def test_without_a_terminal_the_last_state_is_printed(start, canmcast, bus):
    monitor = start("monitor", *bus, "--database", DATABASE).wait_until_listening()
    assert canmcast("send", *bus, "123#DEADBEEF", "1F334455##1AABB", "0C0#00", "0C0#01").returncode == 0
    # the monitor has taken what came before its end
    result = monitor.interrupt().result()
    assert result.returncode == 0
    assert re.search(r"123 +4 DE AD BE EF +1\b", result.stdout)
    assert re.search(r"1F334455 +2 AA BB +1\b", result.stdout)
    assert re.search(r"0C0 +EngineStatus +1 01 +2 ", result.stdout)


def test_a_bus_that_cannot_be_opened_is_one_line(canmcast):
    result = canmcast("monitor", "--interface", "nope0")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1


def test_the_duration_of_a_demonstration_begins_with_its_first_frame(start):
    result = start("monitor", "--demo", "--duration", "0.3").result()
    assert result.returncode == 0
    assert re.search(r"EngineStatus", result.stdout)


def test_the_demonstration_is_on_the_usual_bus_where_that_is_asked_for(start, canmcast, bus):
    monitor = start("monitor", "--demo", *bus).wait_until_listening()
    assert len(canmcast("dump", *bus, "--count", "20").stdout.splitlines()) == 20
    assert monitor.interrupt().result().returncode == 0


def test_a_reception_problem_is_shown(terminal, network, spare_interface):
    where = (
        "--group",
        "239.74.163.2",
        "--port",
        str(network.free_port()),
        "--interface",
        spare_interface.name,
    )
    monitor = terminal("monitor", *where, "--hop-limit", "0")
    monitor.read_until("0 frames/s")
    spare_interface.down()
    monitor.read_until("canmcast · reception problem: the interface cmspare is down")
    spare_interface.up()
    monitor.press("q")
    assert monitor.wait() == 0

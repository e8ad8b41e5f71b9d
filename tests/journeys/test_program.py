"""The program as a user starts it from a shell: its reports, and that it leaves no process or file."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import can
import psutil
import pytest

from canmcast_gui.recording import leftovers
from canmcast_gui.recording.chunks.chunk import ChunkHeader
from tests.support.unresponsive_file import unresponsive
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.network, pytest.mark.window]

END_SECONDS = 20


class Program:
    """A running canmcast-gui."""

    def __init__(self, *arguments: object) -> None:
        environment = {"QT_QPA_PLATFORM": "offscreen", "PYTHONFAULTHANDLER": "1", **os.environ}
        self.process = psutil.Popen(
            [sys.executable, "-m", "canmcast_gui", *map(str, arguments)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def children(self, count: int) -> list[psutil.Process]:
        """Wait until it has started ``count`` processes of its own, and return them."""
        end = time.monotonic() + END_SECONDS
        while len(children := self.process.children(recursive=True)) < count:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, f"only {children} after {END_SECONDS} s"
            time.sleep(0.05)
        return children

    def end(self) -> tuple[int, str]:
        """Wait for its end; the exit code and the text on stderr."""
        _, said = self.process.communicate(timeout=END_SECONDS)
        # Qt says this of every window where there is no screen
        lines = [line for line in said.splitlines() if "propagateSizeHints" not in line]
        return self.process.returncode, "\n".join(lines)


@pytest.fixture
def program():
    started: list[Program] = []

    def start(*arguments: object) -> Program:
        started.append(Program(*arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def shared_memory() -> set[str]:
    folder = Path("/dev/shm")
    return {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()


def frames_in(folder: Path) -> int:
    """The frames in the newest chunk of a recording, while another process writes it."""
    chunks = sorted(folder.glob("*.records"))
    return ChunkHeader.read(chunks[-1]).count if chunks else 0


def recordings(home: Path) -> list[Path]:
    folder = home / "xdg_data_home" / "canmcast" / "recordings"
    return list(folder.iterdir()) if folder.is_dir() else []


def test_the_demonstration_is_reported_recorded_and_drawn(program, network, tmp_path, own_home):
    report, record, picture = tmp_path / "report.json", tmp_path / "record.asc", tmp_path / "window.png"
    run = program(
        "--demo", "--port", network.free_port(), "--quit-after", 6,
        "--report", report, "--record", record, "--screenshot", picture,
    )  # fmt: skip
    code, said = run.end()
    assert (code, said) == (0, "")
    counted = json.loads(report.read_text())
    assert set(counted) == {
        "received", "sent", "dropped_kernel", "dropped_ring", "malformed", "foreign", "recorded",
        "duration_s", "receive_buffer_bytes", "priority", "ui",
    }  # fmt: skip
    assert counted["received"] > 500
    assert counted["recorded"] == counted["received"]
    lost = [counted[name] for name in ("dropped_kernel", "dropped_ring", "malformed")]
    assert lost == [0, 0, 0]
    assert 2 < counted["duration_s"] < 7
    assert counted["receive_buffer_bytes"] > 0
    assert counted["ui"]["repaints"] > 10
    assert 0 < counted["ui"]["p99_stall_ms"] <= counted["ui"]["longest_stall_ms"]
    assert len(list(can.LogReader(record))) == counted["recorded"]
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert recordings(own_home) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "kill"])
def test_an_interrupt_leaves_no_process_and_no_file(program, network, tmp_path, own_home, number):
    memory = shared_memory()
    report = tmp_path / "report.json"
    run = program("--demo", "--port", network.free_port(), "--report", report)
    children = run.children(3)
    os.kill(run.process.pid, number)
    code, said = run.end()
    assert (code, said) == (0, "")
    _gone, alive = psutil.wait_procs(children, timeout=5)
    assert not alive, f"still running: {alive}"
    assert json.loads(report.read_text())["malformed"] == 0
    assert shared_memory() == memory
    assert recordings(own_home) == []


def test_the_processes_of_a_killed_window_end(program, network, own_home):
    memory = shared_memory()
    run = program("--demo", "--port", network.free_port())
    children = run.children(3)
    run.process.kill()
    run.end()
    _gone, alive = psutil.wait_procs(children, timeout=5)
    running = [one for one in alive if not has_ended(one)]
    assert not running, f"still running: {running}"
    assert shared_memory() == memory
    assert len(recordings(own_home)) == 1, "the recording stays, to be recovered at the next start"


def test_all_frames_of_a_stock_peer_are_received_and_recorded(
    program, network, stock_peer, tmp_path, own_home
):
    port, report, record = network.free_port(), tmp_path / "report.json", tmp_path / "record.blf"
    run = program(
        "--group", "239.74.163.2", "--port", port, "--hop-limit", 0,
        "--report", report, "--record", record,
    )  # fmt: skip
    run.children(2)
    wait_until_bound(port)
    sent = stock_peer("send", "--port", port, "--rate", 2000, "--seconds", 2).result()["sent"]
    (folder,) = recordings(own_home)
    wait_until(lambda: frames_in(folder) == sent, END_SECONDS)
    run.process.terminate()
    code, said = run.end()
    assert (code, said) == (0, "")
    counted = json.loads(report.read_text())
    assert (counted["received"], counted["recorded"]) == (sent, sent)
    numbers = [int.from_bytes(message.data[:8], "big") for message in can.LogReader(record)]
    assert numbers == list(range(sent))


def has_ended(process: psutil.Process) -> bool:
    """Whether a process has ended; on a busy system it may still wait to be collected."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_bound(port: int) -> None:
    """Wait until some process of this network listens on the UDP port."""
    end = time.monotonic() + END_SECONDS
    while not any(c.laddr and c.laddr.port == port for c in psutil.net_connections("udp")):
        assert time.monotonic() < end, f"no process listens on port {port}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--group", "10.0.0.1"], 2, "multicast"),
        (["--port", "99999"], 2, "port"),
        (["no-such-file.asc"], 2, "does not exist"),
    ],
)
def test_wrong_usage_is_reported_before_a_window_opens(program, arguments, code, sentence):
    result, said = program(*arguments).end()
    assert result == code
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_the_monitor_is_named(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    done = subprocess.run([sys.executable, "-m", "canmcast_gui"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Error: there is no display here; `canmcast monitor` shows the bus in a terminal"
    ]


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_need_no_qt(option):
    code = (
        "import sys; sys.argv = ['canmcast-gui', sys.argv[1]]\n"
        "from canmcast_gui.__main__ import main\n"
        "try: main()\n"
        "finally: print([m for m in ('PySide6', 'numpy', 'can') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, option], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr.strip() == "[]"


def test_the_end_does_not_wait_for_a_file_that_does_not_answer(program, tmp_path, own_home):
    path = tmp_path / "x.asc"
    path.write_text("")
    with unresponsive(path):
        code, said = program(path, "--quit-after", 0.5).end()
    assert (code, said) == (0, "canmcast-gui: a file that was read or written does not respond")
    assert leftovers(own_home / "xdg_data_home" / "canmcast" / "recordings") == []


def test_devices_and_pipes_do_not_block_the_window(program, tmp_path, own_home):
    pipe, device = tmp_path / "pipe", tmp_path / "device.canmcast"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    paths = (pipe, "--database", pipe, "--workspace", device, "--screenshot", tmp_path / "x.png")
    assert program(*paths, "--quit-after", 0.5).end() == (0, "")


def test_an_incomplete_recorded_log_file_is_reported_and_a_failure(program, tmp_path, network, own_home):
    path = tmp_path / "live.asc"
    path.write_text("old")
    run = program("--demo", "--port", network.free_port(), "--record", path)
    run.children(4)
    path.rename(tmp_path / "old.asc")
    path.mkdir()
    run.process.terminate()
    code, said = run.end()
    assert code == 1
    assert f"{path} was not replaced: " in said
    assert f"The recording is in {tmp_path / 'live.part.asc'}" in said


def wait_while_busy(pid: int) -> None:
    """Return at a moment at which the window waits for events: a file that is cut while it is read ends it.

    Where the system does not say what a process waits for, return at any moment.
    """
    with contextlib.suppress(OSError):
        while "poll" not in Path(f"/proc/{pid}/stack").read_text():
            time.sleep(0.0001)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cuts no file that is mapped")
def test_a_window_continues_when_its_recording_is_cut_short(program, tmp_path, network, own_home):
    report = tmp_path / "report.json"
    run = program("--demo", "--port", network.free_port(), "--report", report)
    run.children(3)
    end = time.monotonic() + END_SECONDS
    while not (files := list(own_home.glob("xdg_data_home/canmcast/recordings/*/*.records"))):
        assert time.monotonic() < end, "no frame was recorded"
        time.sleep(0.05)
    folders = len(recordings(own_home))
    wait_while_busy(run.process.pid)
    os.truncate(files[0], 0)
    while len(recordings(own_home)) == folders:
        assert run.process.poll() is None, run.end()
        assert time.monotonic() < end, "no new recording was begun"
        time.sleep(0.05)
    run.process.terminate()
    assert run.end() == (0, "")
    assert report.exists()


MESSAGES = """
from canmcast_gui.options import StartOptions
from canmcast_gui.ui import app, start

class Program(app.Program):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.session.messages.posted.connect(lambda level, text: print(level, text))

app.Program = Program
start.run(StartOptions(quit_after=0.5))
"""


def test_stored_values_that_are_not_used_are_reported_in_one_message(own_home):
    settings = own_home / "xdg_config_home" / "canmcast" / "canmcast-gui.ini"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[trace]\nviews="[{\\"kind\\": \\"table\\"}]"\n[window]\ntheme=purple\n')
    done = subprocess.run(
        [sys.executable, "-c", MESSAGES], capture_output=True, text=True, timeout=END_SECONDS
    )
    lines = [line for line in done.stdout.splitlines() if "Settings: " in line]
    assert len(lines) == 1, done
    assert lines[0].startswith("warning Settings: 2 values of canmcast-gui.ini were not used: ")
    assert "window/theme: expected JSON" in lines[0]

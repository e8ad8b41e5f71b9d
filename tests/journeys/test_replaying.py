"""Replays from the window to a stock python-can process that counts: recorded, and killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import open_writer, read_batches
from canmcast_gui.recording import remove_empty
from canmcast_gui.recording.folder import recordings_folder
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings

pytestmark = [pytest.mark.network, pytest.mark.window]
GROUP = "239.74.163.2"
MS = 1_000_000


@pytest.fixture
def log(tmp_path):
    """400 frames with running numbers, 2 ms apart."""
    path = tmp_path / "drive.asc"
    numbers = np.arange(400)
    data = numbers.astype(">u8").view(np.uint8).reshape(-1, 8)
    with open_writer(path) as writer:
        writer.write(FrameBatch.from_columns(numbers * 2 * MS, 0x100, data, channel=1))
    return path


def opened(desk, *logs):
    """The replay panel with files that have been read."""
    panel = desk.window.docks.replay
    panel.open_files([str(log) for log in logs])
    source = panel.control.source
    desk.wait(lambda: source.frames == 400 * len(logs) and not source.loading, "reading the file")
    return panel


def numbers_in(batch: FrameBatch) -> list[int]:
    return [int.from_bytes(batch.payload(row), "big") for row in range(len(batch))]


def test_a_replay_with_a_seek_reaches_a_stock_peer(desk, network, stock_peer, log):
    port = network.free_port()
    desk.connect(GROUP, port)
    panel = opened(desk, log)
    peer = stock_peer("recv", "--port", port, "--count", 101, "--seconds", 10)
    panel.step()
    desk.wait(lambda: panel.control.status.sent == 1, "one frame")
    panel.control.seek(0.6)
    panel.play()
    desk.wait(lambda: panel.control.status.state == "ended", "the end")
    result = peer.result()
    assert result["numbers"] == [0, *range(300, 400)]
    assert np.diff(result["times"])[1:].mean() == pytest.approx(0.002, rel=0.1)


def test_a_replay_is_recorded_while_it_runs(desk, network, stock_peer, log, tmp_path):
    """In the trace, in the window's own file and in a file of another program: the same frames and times."""
    port, file, other = network.free_port(), tmp_path / "own.asc", tmp_path / "other.asc"
    desk.connect(GROUP, port)
    panel = opened(desk, log)
    command = [sys.executable, "-m", "canmcast_gui.cli", "record", str(other), "--count", "400"]
    beside = subprocess.Popen(
        [*command, "--local", "--port", str(port)],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "listening" in beside.stderr.readline()
    assert desk.session.record.start(file)
    before = time.time_ns()
    panel.play()
    desk.wait(lambda: panel.control.status.state == "ended", "the end")
    desk.wait(lambda: len(desk.session.document.recording) == 400, "all frames in the trace")
    after = time.time_ns()
    desk.session.record.stop()
    beside.communicate(timeout=15)
    trace = desk.session.document.recording.rows()
    recorded, received = (FrameBatch.concatenate(list(read_batches(path))) for path in (file, other))
    for batch in (trace, recorded, received):
        assert numbers_in(batch) == list(range(400))
        assert np.diff(batch.timestamp_ns).mean() == pytest.approx(2 * MS, rel=0.05)
    assert trace.has(Flag.TX).all()
    assert recorded.has(Flag.TX).all()
    assert not received.has(Flag.TX).any()
    assert before < trace.timestamp_ns[0] < trace.timestamp_ns[-1] < after
    for batch in (recorded, received):  # a file counts from its beginning, in microseconds
        since = [one.timestamp_ns - one.timestamp_ns[0] for one in (batch, trace)]
        assert np.abs(since[0] - since[1]).max() <= 2000


def test_a_killed_transmit_process_is_reported_with_the_count_of_the_replay(desk, network, log):
    desk.connect(GROUP, network.free_port())
    panel = opened(desk, log)
    panel.fields.loop.setChecked(True)
    panel.play()
    desk.wait(lambda: panel.control.status.sent > 20, "some frames")
    os.kill(desk.session.transmit.link.client.pid, signal.SIGKILL)
    desk.wait(lambda: panel.control.status.state == "stopped", "the end of the replay")
    said = "The replay of drive.asc was interrupted at "
    assert panel.status_line.text().startswith(said)
    assert any(level == "warning" and text.startswith(said) for level, text in desk.messages)
    desk.wait(lambda: any("is running again" in text for _, text in desk.messages), "the restart")
    count = len(desk.session.document.recording)
    panel.play()
    desk.wait(lambda: len(desk.session.document.recording) > count + 20, "frames again")


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.window.main_window import MainWindow
application = QApplication([])
session = Session()
window = MainWindow(session, AppSettings(Path(sys.argv[1]) / "settings.ini"))
window.show()
panel = window.docks.replay
panel.fields.loop.setChecked(True)
panel.open_files([sys.argv[4]])
def live():
    if session.state is SessionState.LIVE and not panel.control.running:
        panel.play()
        print(session.transmit.link.client.pid, session.bus.captures[0].pid, flush=True)
session.state_changed.connect(live)
session.bus.open(Measurement.of_bus(BusSettings(group=sys.argv[2], port=int(sys.argv[3]), hop_limit=0)))
application.exec()
"""


def test_after_a_window_is_killed_nothing_is_sent_and_nothing_left(network, stock_peer, log, tmp_path):
    bus = BusSettings(group=GROUP, port=(port := network.free_port()), hop_limit=0)
    peer = stock_peer("recv", "--port", port, "--until", "7FF", "--seconds", 20)
    with (
        closing(Receiver(bus)) as receiver,
        subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(tmp_path), GROUP, str(port), str(log)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        ) as window,
    ):
        children = [psutil.Process(int(pid)) for pid in window.stdout.readline().split()]
        assert len(children) == 2
        received, end = 0, time.monotonic() + 15
        while received < 50 and time.monotonic() < end:
            received += len(receiver.drain())
            time.sleep(0.01)
        killed = time.time()
        window.kill()
        assert psutil.wait_procs(children, 10)[1] == []
    with closing(FrameSender(bus)) as sender:
        sender.send_batch(FrameBatch.from_columns(0, [0x7FF], [[]]))
    result = peer.result()
    assert result["ids"]["100"] >= 50
    assert result["times"][result["ids"]["100"] - 1] - killed < 1.0
    folders = list(recordings_folder().iterdir())
    assert len(folders) == 2  # the trace's and the replay's
    for folder in folders:
        os.utime(folder / "recording.lock", (0, 0))
        if (folder / "copy").exists():
            copy = folder
    remove_empty()
    assert not copy.exists()

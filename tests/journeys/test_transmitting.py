"""Sending from the window to a stock python-can process that counts, and what happens when something dies."""

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

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer
from canmcast_gui.models.transmit_columns import COLUMNS
from canmcast_gui.models.transmit_row import NS_PER_MS, TransmitRow
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings

pytestmark = [pytest.mark.network, pytest.mark.window]
GROUP = "239.74.163.2"


def test_arm_change_and_disarm_as_a_stock_peer_hears_it(desk, network, stock_peer):
    port = network.free_port()
    desk.connect(GROUP, port)
    panel = desk.window.docks.transmit
    row = TransmitRow(name="Speed", arbitration_id=0x123, data=b"\x01", period_ns=5 * NS_PER_MS)
    panel.model.insert(0, [row])
    with closing(Receiver(BusSettings(group=GROUP, port=port, hop_limit=0))) as receiver:
        panel.model.set_armed(0, True)
        desk.wait(lambda: len(desk.session.recording) > 20, "20 frames")
        panel.model.setData(panel.model.index(0, [one.key for one in COLUMNS].index("data")), "02")
        desk.wait(lambda: desk.session.recording.rows().data[-1, 0] == 2, "the changed data")
        panel.model.set_armed(0, False)
        assert desk.session.transmitter.flush(5.0)
        heard = receiver.drain(1 << 16)
    values = heard.data[:, 0].tolist()
    assert values == sorted(values)
    assert set(values) == {1, 2}
    gaps = np.diff(heard.timestamp_ns)
    assert np.median(gaps) == pytest.approx(5 * NS_PER_MS, rel=0.1)
    peer = stock_peer("recv", "--port", port, "--seconds", 0.3)
    assert peer.result()["received"] == 0


def test_a_replay_with_a_seek_reaches_a_stock_peer(desk, network, stock_peer, tmp_path):
    port, log = network.free_port(), tmp_path / "drive.asc"
    numbers = np.arange(400)
    data = numbers.astype(">u8").view(np.uint8).reshape(-1, 8)
    with open_writer(log) as writer:
        writer.write(FrameBatch.from_columns(numbers * 2 * NS_PER_MS, 0x100, data, channel=1))
    desk.connect(GROUP, port)
    panel = desk.window.docks.replay
    panel.open_files([str(log)])
    desk.wait(
        lambda: panel.control.source.frames == 400 and not panel.control.source.loading, "reading the file"
    )
    peer = stock_peer("recv", "--port", port, "--count", 101, "--seconds", 10)
    panel.step()
    desk.wait(lambda: panel.control.status.sent == 1, "one frame")
    panel.control.seek(0.6)
    panel.play()
    desk.wait(lambda: panel.control.status.state == "ended", "the end")
    result = peer.result()
    assert result["received"] == 101
    assert result["missing"] == 299
    assert np.diff(result["times"])[1:].mean() == pytest.approx(0.002, rel=0.1)


def test_a_killed_transmit_process_is_said_with_what_was_armed(desk, network):
    desk.connect(GROUP, network.free_port())
    panel = desk.window.docks.transmit
    panel.model.insert(0, [TransmitRow(name="Speed"), TransmitRow(name="Gear"), TransmitRow(name="Off")])
    panel.model.set_armed([0, 1], True)
    desk.wait(lambda: len(desk.session.recording) > 2, "frames")
    os.kill(desk.session.transmitter.pid, signal.SIGKILL)
    desk.wait(lambda: panel.model.armed_count == 0, "the rows being switched off")
    assert panel._sentence.text() == "No longer being sent: Speed, Gear. Switch them on again."
    desk.wait(lambda: any("works again" in text for _, text in desk.messages), "the restart")
    panel.model.set_armed(0, True)
    before = len(desk.session.recording)
    desk.wait(lambda: len(desk.session.recording) > before, "frames again")


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.models.transmit_row import TransmitRow
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.main_window import MainWindow
application = QApplication([])
session = Session()
window = MainWindow(session, AppSettings(Path(sys.argv[1]) / "settings.ini"))
window.show()
panel = window.docks.transmit
panel.model.insert(0, [TransmitRow(arbitration_id=0x321, period_ns=1_000_000)])
def live():
    if session.state == "live" and not panel.model.armed_count:
        panel.model.set_armed(0, True)
        print(session.transmitter.pid, session.capture.pid, flush=True)
session.state_changed.connect(live)
session.connect_bus(BusSettings(group=sys.argv[2], port=int(sys.argv[3]), hop_limit=0))
application.exec()
"""


def test_transmission_ends_within_a_second_when_the_window_is_killed(network, tmp_path):
    port = network.free_port()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_DATA_HOME": str(tmp_path)}
    with (
        closing(Receiver(BusSettings(group=GROUP, port=port, hop_limit=0))) as receiver,
        subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(tmp_path), GROUP, str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parents[2],
            env=environment,
        ) as window,
    ):
        children = [psutil.Process(int(pid)) for pid in window.stdout.readline().split()]
        end = time.monotonic() + 15
        while not len(receiver.drain()) and time.monotonic() < end:
            time.sleep(0.01)
        window.kill()
        killed_ns = time.time_ns()
        for child in children:
            child.wait(15)
        rest = receiver.drain(1 << 20)
    assert len(rest) == 0 or int(rest.timestamp_ns[-1]) - killed_ns < 1_000_000_000

"""Sending from the window to a stock python-can process that counts, and processes that are killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.models.transmit.row_columns import COLUMNS
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings

pytestmark = [pytest.mark.network, pytest.mark.window]
GROUP = "239.74.163.2"
KEYS = [column.key for column in COLUMNS]

# What a stock peer numbers: its frames of this id are 0, 4, 8, …
CAR = """VERSION ""
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Count : 7|64@0+ (1,0) [0|0] "" ECU
"""


def test_a_stock_peer_counts_frames_of_a_row_that_is_armed_changed_and_disarmed(desk, network, stock_peer):
    """A counter in the data shows the peer each missing and each double frame, over all changes."""
    port = network.free_port()
    desk.connect(GROUP, port)
    panel = desk.window.docks.transmit
    row = TransmitRow(
        name="Speed", arbitration_id=0x123, generators="counter(bits 55+16 big)", period_ns=5 * NS_PER_MS
    )
    panel.model.insert(0, [row])
    panel.table.selectRow(0)
    peer = stock_peer("recv", "--port", port, "--until", "7FF", "--seconds", 20)
    panel.actions_.arm.trigger()
    desk.wait(lambda: len(desk.session.document.recording) > 20, "20 frames")
    for key, text in (("id", "124"), ("period", "3"), ("id", "125")):
        desk.type_into(panel.table, 0, KEYS.index(key), text)
        shown = len(desk.session.document.recording) + 10
        desk.wait(
            lambda shown=shown: len(desk.session.document.recording) > shown, f"frames with {key} {text}"
        )
    panel.actions_.arm.trigger()
    sent = desk.session.transmit.link.client
    assert sent.flush(5.0)
    desk.session.transmit.jobs.send_frames(TransmitRow(arbitration_id=0x7FF, data=b"").frame())
    result = peer.result()
    numbers = sum(count for name, count in result["ids"].items() if name != "7FF")
    desk.wait(lambda: sent.sent == numbers + 1, "the count of the last frame")
    assert numbers == result["received"] - 1
    assert (result["missing"], result["last"]["125"]) == (0, f"{numbers - 1:016x}")
    assert set(result["ids"]) == {"123", "124", "125", "7FF"}
    desk.wait(lambda: panel.model.index(0, KEYS.index("sent")).data() == str(numbers), "the count")


def test_a_sequence_waits_for_the_answers_of_a_stock_peer(desk, network, stock_peer):
    port = network.free_port()
    desk.connect(GROUP, port)
    docks = desk.window.docks
    docks.transmit.model.insert(0, [TransmitRow(name="Request", arbitration_id=0x7DF, data=b"\x02\x01")])
    peer = stock_peer("answer", "--port", port, "--to", "7DF", "--until", "7FF", "--seconds", 20)
    docks.sequences.editor.setPlainText(
        "loop 3 times\n"
        "  send Request\n"
        "  expect id == 0x7E8 and data[0] == 2 within 10 s\n"
        "end\n"
        "expect id == 0x7E9 within 20 ms or continue\n"
        "send 7FF#"
    )
    docks.sequences.start()
    desk.wait(lambda: docks.sequences.control.status.state == "ended", "the end")
    assert docks.sequences.status_line.text() == "Done. 4 frames sent, 1 expected frame missed."
    assert peer.result()["ids"] == {"7DF": 3, "7E8": 3, "7FF": 1}
    desk.wait(lambda: len(desk.session.document.recording) == 7, "all frames in the trace")
    assert desk.session.document.recording.rows().arbitration_id.tolist() == [0x7DF, 0x7E8] * 3 + [0x7FF]


def test_rows_answer_requests_of_stock_peers(desk, network, stock_peer, tmp_path):
    port = network.free_port()
    database = tmp_path / "car.dbc"
    database.write_text(CAR)
    desk.session.databases.load(database)
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    desk.connect(GROUP, port)
    panel = desk.window.docks.transmit
    triggers = ("name == Engine", "Engine.Count >= 20 after 2 ms", "id == 0x103")
    rows = [TransmitRow(arbitration_id=0x200 + number) for number in range(3)]
    panel.model.insert(0, [rows[0], rows[1], replace(rows[2], count=4)])
    for number, text in enumerate(triggers):
        desk.type_into(panel.table, number, KEYS.index("trigger"), text)
        desk.wait(lambda n=number, text=text: panel.model.rows[n].trigger == text, "the trigger")
    panel.model.rows.set_armed(range(3), True)
    assert desk.session.transmit.link.client.flush(5.0)
    peer = stock_peer("recv", "--port", port, "--until", "7FF", "--seconds", 20)
    stock_peer("send", "--port", port, "--count", 40, "--ids", 4).result()
    desk.wait(lambda: len(desk.session.document.recording) == 40 + 10 + 5 + 4, "all answers")
    desk.session.transmit.jobs.send_frames(TransmitRow(arbitration_id=0x7FF, data=b"").frame())
    ids = peer.result()["ids"]
    assert (ids["200"], ids["201"], ids["202"]) == (10, 5, 4)
    desk.wait(lambda: len(panel.model.rows.armed_rows) == 2, "the end of the one that was counted")
    os.kill(desk.session.transmit.link.client.pid, signal.SIGKILL)
    desk.wait(lambda: len(panel.model.rows.armed_rows) == 0, "the rows being switched off")
    assert any("No longer being sent: 200, 201." in text for _, text in desk.messages)


def test_a_killed_transmit_process_is_reported_with_the_armed_rows(desk, network):
    desk.connect(GROUP, network.free_port())
    panel = desk.window.docks.transmit
    panel.model.insert(0, [TransmitRow(name="Speed"), TransmitRow(name="Gear"), TransmitRow(name="Off")])
    panel.model.rows.set_armed([0, 1], True)
    desk.wait(lambda: len(desk.session.document.recording) > 2, "frames")
    os.kill(desk.session.transmit.link.client.pid, signal.SIGKILL)
    desk.wait(lambda: len(panel.model.rows.armed_rows) == 0, "the rows being switched off")
    assert panel.status_line.text() == "No longer being sent: Speed, Gear. Switch them on again."
    desk.wait(lambda: any("is running again" in text for _, text in desk.messages), "the restart")
    panel.model.rows.set_armed(0, True)
    before = len(desk.session.document.recording)
    desk.wait(lambda: len(desk.session.document.recording) > before, "frames again")


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.window.main_window import MainWindow
application = QApplication([])
session = Session()
window = MainWindow(session, AppSettings(Path(sys.argv[1]) / "settings.ini"))
window.show()
panel = window.docks.transmit
panel.model.insert(0, [TransmitRow(arbitration_id=0x321, period_ns=1_000_000)])
def live():
    if session.state is SessionState.LIVE and not len(panel.model.rows.armed_rows):
        panel.model.rows.set_armed(0, True)
        print(session.transmit.link.client.pid, session.bus.captures[0].pid, flush=True)
session.state_changed.connect(live)
session.bus.open(Measurement.of_bus(BusSettings(group=sys.argv[2], port=int(sys.argv[3]), hop_limit=0)))
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
        assert len(children) == 2
        end = time.monotonic() + 15
        while not (received := len(receiver.drain())) and time.monotonic() < end:
            time.sleep(0.01)
        assert received, "no frame was sent"
        window.kill()
        killed_ns = time.time_ns()
        for child in children:
            child.wait(15)
        rest = receiver.drain(1 << 20)
    assert len(rest) == 0 or int(rest.timestamp_ns[-1]) - killed_ns < 1_000_000_000

"""Random frames from the window to stock peers: one that responds, and what is left when something ends."""

import os
import signal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from canmcast_gui.app.transmit.fuzz_control import row_of
from canmcast_gui.app.transmit.fuzz_setup import FuzzSetup
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import FileError, read_batches

pytestmark = [pytest.mark.network, pytest.mark.window]
GROUP = "239.74.163.2"


def show(desk):
    """The fuzz panel in front, as a click on its tab does it."""
    dock = desk.window.docks.docks["fuzz"]
    dock.show()
    dock.raise_()
    return desk.window.docks.fuzz


def logged(path) -> list[tuple[int, bytes]]:
    try:
        return content(FrameBatch.concatenate(list(read_batches(path))))
    except FileError:  # not complete yet
        return []


def content(batch: FrameBatch) -> list[tuple[int, bytes]]:
    return [(number, batch.payload(row)) for row, number in enumerate(batch.arbitration_id.tolist())]


def test_a_stock_peer_that_responds_stops_the_run_and_counts_what_the_log_says(
    desk, network, stock_peer, tmp_path
):
    port = network.free_port()
    desk.connect(GROUP, port)
    panel = show(desk)
    log = tmp_path / "fuzz.asc"
    peer = stock_peer(
        "answer", "--group", GROUP, "--port", port, "--to", "105", "--until", "7FF", "--seconds", 20
    )
    panel.apply_setup(
        FuzzSetup(ids="100..11F", lengths="4", seed=3, rate=500, count=0, stop_at="id == 0x7E8", log=log)
    )
    panel.run_actions.start.trigger()
    desk.wait(lambda: panel.control.status.state == "responded", "the response")
    before = content(panel.control.response.before)
    assert any(number == 0x105 for number, _data in before)
    last = panel.control.response.before[-1:]
    desk.wait(lambda: row_of(desk.session.document.recording, last) is not None, "the frame in the recording")
    panel.response.find_action.trigger()
    view = desk.window.views.chronological_view()
    desk.wait(lambda: view.current_row() is not None, "the frame in the trace")
    row = view.current_row()
    assert content(desk.session.document.recording.rows(row, row + 1)) == before[-1:]
    panel.run_actions.stop.trigger()
    sent = desk.session.transmit.link.client.sent
    desk.wait(lambda: len(logged(log)) == sent, "the whole log")
    desk.session.transmit.jobs.send_frames(TransmitRow(arbitration_id=0x7FF, data=b"").frame())
    ids = peer.result()["ids"]
    found = [f"{number:X}" for number, _data in logged(log)]
    assert {name: found.count(name) for name in set(found)} == {
        name: count for name, count in ids.items() if name not in ("7E8", "7FF")
    }


def test_one_key_stops_the_run_while_its_panel_is_in_front(desk, network):
    desk.connect(GROUP, network.free_port())
    panel = show(desk)
    panel.apply_setup(FuzzSetup(count=0, rate=500))
    panel.run_actions.start.trigger()
    desk.wait(lambda: len(desk.session.document.recording) > 10, "frames")
    desk.window.activateWindow()
    desk.wait(desk.window.isActiveWindow, "the window in front")
    panel.fields.ids.setFocus()
    QTest.keyClick(desk.window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    desk.wait(lambda: panel.control.status.state == "stopped", "the end")
    assert desk.session.transmit.link.client.fuzz.running == frozenset()


def test_a_workspace_restores_the_run_with_the_main_switch_off(desk, network, tmp_path):
    desk.connect(GROUP, network.free_port())
    panel = show(desk)
    setup = FuzzSetup(ids="7DF", data="02 xx", rate=10, stop_at="id == 0x7E8", log=tmp_path / "fuzz.asc")
    panel.apply_setup(setup)
    path = tmp_path / "bench.canmcast"
    desk.choose_file(desk.window.actions_.save_workspace_as, path)
    desk.wait(path.exists, "the file")
    assert '"log": "fuzz.asc"' in path.read_text()
    assert desk.session.transmit.switch.on
    panel.apply_setup(FuzzSetup(count=0))
    panel.run_actions.start.trigger()
    desk.wait(lambda: len(desk.session.document.recording) > 2, "frames")
    desk.session.workspace.open(path)
    desk.wait(lambda: not desk.session.transmit.switch.on, "the main switch")
    desk.wait(lambda: not panel.control.running, "the end of the run")
    assert panel.setup() == setup
    panel.run_actions.start.trigger()
    assert not panel.control.running


def test_a_killed_transmit_process_ends_the_run_and_its_log_is_complete(desk, network, tmp_path):
    desk.connect(GROUP, network.free_port())
    panel = show(desk)
    log = tmp_path / "fuzz.log"
    panel.apply_setup(FuzzSetup(count=0, rate=500, log=log))
    panel.run_actions.start.trigger()
    desk.wait(lambda: panel.control.status.sent > 100, "frames")
    os.kill(desk.session.transmit.link.client.pid, signal.SIGKILL)
    desk.wait(lambda: not panel.control.running, "the end of the run")
    assert any("No longer being sent: the fuzz run." in text for _, text in desk.messages)
    desk.wait(lambda: len(logged(log)) > 100, "the log")
    told = logged(log)
    assert told == content(desk.session.document.recording.rows())[: len(told)]
    desk.wait(lambda: any("is running again" in text for _, text in desk.messages), "the restart")
    panel.run_actions.start.trigger()
    before = len(desk.session.document.recording)
    desk.wait(lambda: len(desk.session.document.recording) > before + 10, "frames again")

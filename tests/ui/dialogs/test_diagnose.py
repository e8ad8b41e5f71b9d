"""The dialog that finds out why no frames arrive."""

import can
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from canmcast_gui.app.bus.diagnosis import BusDiagnosis
from canmcast_gui.transport import UdpMulticastBus
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.dialogs.diagnose import RUNNING, DiagnoseDialog
from tests.support.stage import delete

WAIT_MS = 20_000


@pytest.fixture
def show(qtbot, stage):
    """Show the dialog for a bus."""
    diagnosis = BusDiagnosis(stage.session.tasks, stage.session)
    parent = QWidget()

    def make(settings: BusSettings) -> DiagnoseDialog:
        dialog = DiagnoseDialog(settings, diagnosis, parent)
        dialog.show()
        return dialog

    yield make
    diagnosis.cancel()
    delete(parent)


def test_it_lists_the_steps_and_what_to_do(qtbot, show, network):
    dialog = show(BusSettings.this_computer(port=network.free_port()))
    assert dialog.verdict.text() == RUNNING
    assert dialog.again.text() == "Cancel"
    qtbot.waitUntil(lambda: dialog.again.text() == "Run again", timeout=WAIT_MS)
    assert "no other sender was found" in dialog.verdict.text()
    assert dialog.steps.rowCount() >= 6
    assert dialog.there.isHidden()
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    report = QGuiApplication.clipboard().text()
    assert "OK      Joined the group" in report
    assert report.splitlines()[-1].startswith("Diagnosis: This computer receives")


def test_it_offers_the_bus_where_frames_arrive(qtbot, show, network):
    port = network.free_port()
    frame = can.Message(arbitration_id=0x123, is_extended_id=False, is_fd=True, data=bytes(12))
    with UdpMulticastBus(local=True, port=port) as sender:
        task = sender.send_periodic(frame, 0.02)
        dialog = show(BusSettings.this_computer(port=port, fd=False))
        qtbot.waitUntil(dialog.there.isVisible, timeout=WAIT_MS)
        task.stop()
    assert "tick CAN FD" in dialog.verdict.text()
    with qtbot.waitSignal(dialog.connect_requested) as chosen:
        qtbot.mouseClick(dialog.there, Qt.MouseButton.LeftButton)
    assert chosen.args[0] == BusSettings.this_computer(port=port).validated()


def test_it_can_be_canceled_and_closed_while_it_runs(qtbot, show, network):
    settings = BusSettings.this_computer(port=network.free_port())
    dialog = show(settings)
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    assert dialog.verdict.text() == "Canceled."
    assert dialog.again.text() == "Run again"
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    assert dialog.verdict.text() == RUNNING
    running = dialog.diagnosis
    dialog.close()
    assert not running.is_running


def test_a_missing_interface_is_a_failure(qtbot, show):
    dialog = show(BusSettings(interface="nosuch0", hop_limit=0))
    qtbot.waitUntil(lambda: dialog.again.text() == "Run again", timeout=WAIT_MS)
    assert "nosuch0" in dialog.verdict.text()
    assert dialog.steps.item(0, 0).text() == "Failed"

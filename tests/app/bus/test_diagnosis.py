"""The examination of a bus in the background."""

import can
import pytest

from canmcast_gui.app.bus.diagnosis import BusDiagnosis
from canmcast_gui.transport import UdpMulticastBus
from canmcast_gui.transport.settings import BusSettings

WAIT_MS = 15_000


@pytest.fixture
def diagnosis(session):
    return BusDiagnosis(session.tasks, session)


@pytest.fixture
def bus(network) -> BusSettings:
    return BusSettings.this_computer(port=network.free_port())


def test_the_steps_come_before_the_diagnosis(qtbot, diagnosis, bus):
    steps = []
    diagnosis.step.connect(lambda level, text: steps.append((level, text)))
    with qtbot.waitSignal(diagnosis.finished, timeout=WAIT_MS) as found:
        diagnosis.run(bus, seconds=0.2)
    result = found.args[0]
    assert (result.is_fault, result.works, result.better) == (False, False, None)
    assert "no other sender was found" in result.sentence
    assert steps[-1] == ("note", "no frame arrived")
    assert any("a probe" in text for level, text in steps if level == "ok")
    assert not diagnosis.is_running


def test_it_works_where_frames_arrive(qtbot, diagnosis, bus):
    with UdpMulticastBus(local=True, port=bus.port) as sender:
        task = sender.send_periodic(can.Message(arbitration_id=0x123, is_extended_id=False), 0.02)
        with qtbot.waitSignal(diagnosis.finished, timeout=WAIT_MS) as found:
            diagnosis.run(bus)
        task.stop()
    assert found.args[0].works


def test_it_is_canceled_at_once_and_a_new_one_can_be_started(qtbot, diagnosis, bus):
    results = []
    diagnosis.finished.connect(results.append)
    with qtbot.waitSignal(diagnosis.step, timeout=WAIT_MS):
        diagnosis.run(bus, seconds=60)
    with qtbot.waitSignal(diagnosis.canceled):
        diagnosis.cancel()
    assert not diagnosis.is_running
    with qtbot.waitSignal(diagnosis.finished, timeout=WAIT_MS):
        diagnosis.run(bus, seconds=0.1)
    assert len(results) == 1


def test_advice_is_about_the_window(qtbot, diagnosis, bus):
    classic = BusSettings.this_computer(port=bus.port, fd=False)
    frame = can.Message(arbitration_id=0x123, is_extended_id=False, is_fd=True, data=bytes(12))
    with UdpMulticastBus(local=True, port=bus.port) as sender:
        task = sender.send_periodic(frame, 0.02)
        with qtbot.waitSignal(diagnosis.finished, timeout=WAIT_MS) as found:
            diagnosis.run(classic, seconds=0.5)
        task.stop()
    result = found.args[0]
    assert "tick CAN FD" in result.sentence
    assert result.better is not None and result.better.fd

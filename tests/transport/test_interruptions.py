"""An interface that goes down or is removed while a capture process runs, and returns."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import can
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transport.bus import UdpMulticastBus
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from tests.support.network import GROUP_IPV4
from tests.support.spare_interface import SpareInterface
from tests.support.waiting import wait_until

pytestmark = pytest.mark.network


@pytest.fixture
def settings(group: str, network, spare_interface: SpareInterface) -> BusSettings:
    return BusSettings(group=group, port=network.free_port(), interface=spare_interface.name, hop_limit=0)


@pytest.fixture
def capture(settings: BusSettings) -> Iterator[Capture]:
    with Capture(settings) as capture:
        yield capture


def check_receives(capture: Capture, settings: BusSettings) -> None:
    """Send until something arrives."""

    def sent_and_received() -> bool:
        with closing(FrameSender(settings)) as sender:
            sender.send_batch(FrameBatch.from_messages([can.Message(arbitration_id=0x77)]))
        return len(capture.recv_batch(timeout=0.1)) > 0

    wait_until(sent_and_received)


def supervised(capture: Capture) -> Capture:
    """The capture, after its process was checked."""
    capture.supervise()
    return capture


def interruptions(capture: Capture) -> int:
    return capture.statistics().interruptions


def test_an_interface_that_goes_down_is_a_problem_until_it_returns(capture, settings, spare_interface):
    pid = capture.pid
    assert capture.problem is None
    for count in (1, 2):
        spare_interface.down()
        wait_until(lambda: capture.problem == "the interface cmspare is down")
        spare_interface.up()
        wait_until(lambda: capture.problem is None)
        assert interruptions(capture) == count
        check_receives(capture, settings)
    assert capture.statistics().interruption == "the interface cmspare is down"
    assert capture.pid == pid
    capture.stop()
    spare_interface.down()
    assert capture.problem is None


def test_an_interface_that_is_removed_is_a_problem_until_it_returns(capture, settings, spare_interface):
    spare_interface.remove()
    wait_until(lambda: "no network interface cmspare" in (capture.problem or ""))
    spare_interface.create()
    wait_until(lambda: capture.problem is None)
    check_receives(capture, settings)
    assert interruptions(capture) == 1


@pytest.mark.parametrize("group", [GROUP_IPV4])
def test_a_process_that_cannot_start_without_its_interface_is_a_problem(capture, settings, spare_interface):
    spare_interface.remove()
    os.kill(capture.pid, signal.SIGKILL)
    wait_until(lambda: spare_interface.name in (supervised(capture).problem or ""))
    spare_interface.create()
    wait_until(lambda: supervised(capture).problem is None, 20)
    check_receives(capture, settings)


def test_a_removal_between_two_checks_is_counted(capture, settings, spare_interface):
    spare_interface.remove()
    spare_interface.create()
    wait_until(lambda: interruptions(capture))
    wait_until(lambda: capture.problem is None)
    check_receives(capture, settings)


def test_a_route_that_names_another_interface_is_an_interruption(group, network, routed_interface):
    settings = BusSettings(group=group, port=network.free_port(), hop_limit=0)
    with Capture(settings) as capture:
        check_receives(capture, settings)
        routed_interface.remove()
        wait_until(lambda: interruptions(capture) == 1)
        reason = "the system's route changed from cmspare to lo"
        assert (capture.problem, capture.statistics().interruption) == (None, reason)
        check_receives(capture, settings)
        routed_interface.create()
        wait_until(lambda: interruptions(capture) == 2)
        check_receives(capture, settings)


def test_a_missing_route_is_a_problem_until_it_returns(group, network, routed_interface):
    settings = BusSettings(group=group, port=network.free_port(), hop_limit=0)
    with Capture(settings) as capture:
        routed_interface.block_route()
        wait_until(lambda: "no route for the multicast group" in (capture.problem or ""))
        routed_interface.up()
        wait_until(lambda: capture.problem is None)
        check_receives(capture, settings)


@pytest.mark.expected_log
def test_the_log_has_the_same_problem_once_a_minute(network, spare_interface, caplog):
    settings = {"channel": GROUP_IPV4, "port": network.free_port(), "interface": spare_interface.name}
    with UdpMulticastBus(**settings, hop_limit=0) as bus:
        for _ in range(2):
            spare_interface.down()
            wait_until(lambda: bus.problem)
            spare_interface.up()
            wait_until(lambda: bus.problem is None)
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 1
    assert said[0].endswith("on cmspare cannot receive: the interface cmspare is down")


def test_a_disconnected_cable_is_a_problem(capture, spare_interface):
    spare_interface.plug("down")
    wait_until(
        lambda: capture.problem == "the interface cmspare has no link (no cable, or no radio connection)"
    )
    spare_interface.plug("up")
    wait_until(lambda: capture.problem is None)

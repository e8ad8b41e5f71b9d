"""The behavior that python-can documents for buses: of stock's multicast bus, of ours, and between both."""

import asyncio
import itertools
import select
import time
from collections.abc import Callable, Iterator

import can
import pytest
from can.interfaces.udp_multicast import UdpMulticastBus as StockBus

from canmcast_gui.transport import UdpMulticastBus
from tests.support.messages import assert_same_frames
from tests.support.network import Network

pytestmark = pytest.mark.network

Opener = Callable[..., can.BusABC]
BUSES = {"stock": StockBus, "ours": UdpMulticastBus}

FRAMES = [
    can.Message(arbitration_id=0x123, is_extended_id=False, data=[1, 2, 3]),
    can.Message(arbitration_id=0x1FFFFFFF, data=bytes(8), channel=3),
    can.Message(arbitration_id=5, is_extended_id=False, is_remote_frame=True, dlc=4),
    can.Message(arbitration_id=7, is_error_frame=True),
    can.Message(
        arbitration_id=0x7FF, is_extended_id=False, is_fd=True, data=bytes(range(64)), bitrate_switch=True
    ),
    can.Message(arbitration_id=0, is_fd=True, error_state_indicator=True, channel="engine"),
]


@pytest.fixture(params=BUSES)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def open_bus(network: Network, group: str, kind: str) -> Iterator[Opener]:
    """Open buses of both kinds on one port; all are shut down at the end."""
    port = network.free_port()
    buses: list[can.BusABC] = []

    def open_one(of: str = kind, **options: object) -> can.BusABC:
        buses.append(BUSES[of](channel=group, port=port, hop_limit=0, **options))
        return buses[-1]

    yield open_one
    for bus in buses:
        bus.shutdown()


@pytest.mark.parametrize("peer", BUSES)
def test_every_kind_of_frame_arrives_in_order_at_either_kind_of_bus(open_bus: Opener, peer: str):
    sender, receiver = open_bus(), open_bus(peer)
    before = time.time()
    for frame in FRAMES:
        sender.send(frame)
    received = [receiver.recv(2.0) for _ in FRAMES]
    assert_same_frames(received, FRAMES, timestamp_delta=None)
    times = [message.timestamp for message in received]
    assert before - 0.1 <= times[0]
    assert times == sorted(times)
    assert times[-1] <= time.time() + 0.1
    assert receiver.recv(0) is None


def test_waiting_ends_in_time(open_bus: Opener):
    bus = open_bus()
    assert bus.recv(0) is None
    start = time.monotonic()
    assert bus.recv(0.05) is None
    assert time.monotonic() - start >= 0.045


def test_each_message_is_a_new_object(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    for _ in range(2):
        sender.send(FRAMES[0])
    one, other = receiver.recv(2.0), receiver.recv(2.0)
    assert one is not other
    one.data[0] = 99
    assert other.data[0] == 1


def test_filters_pass_the_named_ids(open_bus: Opener):
    sender = open_bus()
    receiver = open_bus(can_filters=[{"can_id": 0x100, "can_mask": 0x700, "extended": False}])
    for number in (0x0FF, 0x100, 0x1FF, 0x200):
        sender.send(can.Message(arbitration_id=number, is_extended_id=False))
        sender.send(can.Message(arbitration_id=number, is_extended_id=True))
    assert [receiver.recv(2.0).arbitration_id for _ in range(2)] == [0x100, 0x1FF]
    receiver.set_filters(None)
    sender.send(can.Message(arbitration_id=0x300))
    rest = [receiver.recv(2.0).arbitration_id for _ in range(4)]
    assert rest == [0x1FF, 0x200, 0x200, 0x300]


def test_a_bus_is_an_iterator(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    for frame in FRAMES[:3]:
        sender.send(frame)
    assert_same_frames(list(itertools.islice(receiver, 3)), FRAMES[:3], timestamp_delta=None)


def test_a_notifier_thread_delivers_all_frames(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    reader = can.BufferedReader()
    with can.Notifier(receiver, [reader], timeout=0.1):
        for frame in FRAMES:
            sender.send(frame)
        received = [reader.get_message(2.0) for _ in FRAMES]
    assert_same_frames(received, FRAMES, timestamp_delta=None)


def test_a_notifier_in_an_event_loop_delivers_all_frames(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()

    async def receive() -> list[can.Message]:
        reader = can.AsyncBufferedReader()
        with can.Notifier(receiver, [reader], loop=asyncio.get_running_loop()):
            for frame in FRAMES:
                sender.send(frame)
            return [await asyncio.wait_for(reader.get_message(), 2.0) for _ in FRAMES]

    assert_same_frames(asyncio.run(receive()), FRAMES, timestamp_delta=None)


def test_frames_are_sent_periodically_until_stopped(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    task = sender.send_periodic(can.Message(arbitration_id=0x55, data=[9]), 0.005)
    received = [receiver.recv(2.0) for _ in range(4)]
    task.stop()
    assert {(m.arbitration_id, bytes(m.data)) for m in received} == {(0x55, b"\x09")}


def test_the_file_descriptor_is_readable_while_a_frame_waits(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    assert select.select([receiver.fileno()], [], [], 0)[0] == []
    for _ in range(3):
        sender.send(FRAMES[0])
    for _ in range(3):
        assert select.select([receiver.fileno()], [], [], 2.0)[0]
        assert receiver.recv(0) is not None
    assert select.select([receiver.fileno()], [], [], 0)[0] == []


def test_a_closed_bus_raises(open_bus: Opener):
    with open_bus() as bus:
        assert bus.fileno() >= 0
    bus.shutdown()
    assert bus.fileno() == -1
    with pytest.raises(can.CanOperationError):
        bus.send(FRAMES[0])


def test_a_classic_bus_refuses_to_send_fd_and_ignores_received_fd(open_bus: Opener):
    sender, classic = open_bus(), open_bus(fd=False)
    assert classic.protocol is can.CanProtocol.CAN_20
    assert sender.protocol is can.CanProtocol.CAN_FD
    with pytest.raises(can.CanOperationError):
        classic.send(FRAMES[4])
    sender.send(FRAMES[4])
    sender.send(FRAMES[0])
    received = classic.recv(2.0) or classic.recv(2.0)
    assert received.equals(FRAMES[0], timestamp_delta=None)


@pytest.mark.parametrize("channel", ["1.2.3.4", "2001:db8::1"])
def test_a_channel_that_is_not_a_group_is_an_initialization_error(kind: str, channel: str, network: Network):
    with pytest.raises(can.CanInitializationError):
        BUSES[kind](channel=channel, port=network.free_port(), hop_limit=0)


def test_a_thread_safe_bus_works(network: Network, group: str, kind: str):
    name = {"stock": "udp_multicast", "ours": "canmcast"}[kind]
    options = {"interface": name, "channel": group, "port": network.free_port(), "hop_limit": 0}
    with can.ThreadSafeBus(**options) as one, can.ThreadSafeBus(**options) as other:
        one.send(FRAMES[1])
        assert other.recv(2.0).equals(FRAMES[1], timestamp_delta=None)


def test_both_default_groups_are_detected(kind: str):
    name = {"stock": "udp_multicast", "ours": "canmcast"}[kind]
    assert can.detect_available_configs(name) == [
        {"interface": name, "channel": UdpMulticastBus.DEFAULT_GROUP_IPv6},
        {"interface": name, "channel": UdpMulticastBus.DEFAULT_GROUP_IPv4},
    ]
    assert (BUSES[kind].DEFAULT_GROUP_IPv4, BUSES[kind].DEFAULT_GROUP_IPv6) == (
        StockBus.DEFAULT_GROUP_IPv4,
        StockBus.DEFAULT_GROUP_IPv6,
    )

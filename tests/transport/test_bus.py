"""What our bus does beyond stock's: own frames, batches, sources, counts, and clear errors."""

import errno
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import can
import msgpack
import numpy as np
import psutil
import pytest
from can.interfaces.udp_multicast import UdpMulticastBus as StockBus
from can.interfaces.udp_multicast.utils import pack_message

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transport import UdpMulticastBus
from canmcast_gui.transport.python_can import InvalidMessageError
from tests.support.messages import assert_same_frames
from tests.support.network import Network, port_of

pytestmark = pytest.mark.network

FRAME = can.Message(arbitration_id=0x123, is_extended_id=False, data=[1, 2, 3])
LONG = can.Message(arbitration_id=0x456, is_fd=True, data=bytes(range(64)))

Opener = Callable[..., UdpMulticastBus]


@pytest.fixture
def port(network: Network) -> int:
    return network.free_port()


@pytest.fixture
def open_bus(group: str, port: int) -> Iterator[Opener]:
    buses: list[can.BusABC] = []

    def open_one(kind: type[can.BusABC] = UdpMulticastBus, **options: object) -> UdpMulticastBus:
        buses.append(kind(**{"channel": group, "port": port, "hop_limit": 0} | options))
        return buses[-1]

    yield open_one
    for bus in buses:
        bus.shutdown()


@pytest.fixture
def raw_sender(group: str, port: int) -> Iterator[Callable[[bytes], int]]:
    """Sends any bytes to the group, as a broken or hostile program could."""
    family = socket.AF_INET6 if ":" in group else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        if ":" in group:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 0)
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
        sock.connect((group, port))
        yield sock.send


# -- own frames and sources ------------------------------------------------------------------------------


def test_own_frames_are_received_only_on_request(open_bus: Opener):
    silent, both = open_bus(), open_bus(receive_own_messages=True)
    silent.send(FRAME)
    both.send(LONG)
    assert [m.arbitration_id for m in (silent.recv(2.0), silent.recv(0)) if m] == [0x456]
    messages = [both.recv(2.0), both.recv(2.0)]
    assert [(m.arbitration_id, m.is_rx) for m in messages] == [(0x123, True), (0x456, False)]
    silent.send(FRAME)
    both.send(LONG)
    batch = both.recv_batch(timeout=2.0)
    assert batch.has(Flag.TX).tolist() == [False, True]
    assert silent.recv_batch(timeout=2.0).arbitration_id.tolist() == [0x456]


def test_each_message_has_its_source(open_bus: Opener):
    receiver, one, other, stock = open_bus(), open_bus(), open_bus(), open_bus(StockBus)
    for bus in (one, other, stock):
        bus.send(FRAME)
    sources = [receiver.recv(2.0).source for _ in range(3)]
    assert len(set(sources)) == 3
    assert sources[2].port == port_of(stock)
    for bus in (one, other, stock):
        bus.send(FRAME)
    batch = receiver.recv_batch(timeout=2.0)
    assert [receiver.sources[row] for row in batch.source] == sources
    counts = receiver.statistics().by_source
    assert {source: counts[source].received for source in sources} == dict.fromkeys(sources, 2)


def test_a_process_beside_this_one_is_not_taken_for_it(open_bus: Opener, group: str, port: int):
    bus = open_bus()
    code = (
        "import can;"
        f"bus = can.Bus(interface='canmcast', channel={group!r}, port={port}, hop_limit=0);"
        "bus.send(can.Message(arbitration_id=0x77));"
        "bus.shutdown()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    message = bus.recv(2.0)
    assert (message.arbitration_id, message.is_rx) == (0x77, True)


# -- batches ---------------------------------------------------------------------------------------------


def test_a_batch_is_sent_as_ordinary_datagrams_and_received_as_columns(open_bus: Opener):
    sender, receiver, stock = open_bus(), open_bus(), open_bus(StockBus)
    messages = [
        can.Message(
            arbitration_id=[5, 0x90, 0x123, 0x12345][n % 4],
            is_extended_id=n % 4 == 3,
            is_fd=n % 5 == 0,
            data=bytes([n % 256]) * [8, 0, 3, 8, 8][n % 5] + (bytes(n % 56) if n % 5 == 0 else b""),
        )
        for n in range(150)
    ]
    assert sender.send_batch(FrameBatch.from_messages(messages)) == 150
    assert_same_frames([stock.recv(2.0) for _ in messages], messages, timestamp_delta=None)
    received = [receiver.recv_batch(timeout=2.0)]
    while sum(map(len, received)) < 150:
        received.append(receiver.recv_batch(timeout=2.0))
    batch = FrameBatch.concatenate(received)
    assert_same_frames(batch.to_messages(), messages, timestamp_delta=None)
    assert (np.diff(batch.timestamp_ns) >= 0).all()
    assert abs(batch.timestamp_ns[-1] / 1e9 - time.time()) < 60
    assert sender.statistics().sent == 150
    assert receiver.statistics().received == 150


def test_messages_are_sent_as_a_batch_too(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    messages = [FRAME, LONG, can.Message(channel="x" * 300), FRAME]
    assert sender.send_batch(iter(messages)) == 4
    assert sender.send_batch([FRAME] * 3) == 3
    assert sender.send_batch([]) == sender.send_batch(FrameBatch.empty()) == 0
    assert_same_frames([receiver.recv(2.0) for _ in range(7)], messages + [FRAME] * 3, timestamp_delta=None)


def test_a_high_channel_number_is_kept(open_bus: Opener):
    sender, stock = open_bus(), open_bus(StockBus)
    sender.send_batch(
        FrameBatch.from_columns(0, [1, 2, 3], np.zeros((3, 1), np.uint8), channel=[1, 128, 200])
    )
    assert [stock.recv(2.0).channel for _ in range(3)] == [0, 127, 199]


def test_a_batch_has_at_most_as_many_frames_as_asked_for(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    sender.send_batch([FRAME] * 10)
    assert [len(receiver.recv_batch(max_frames=4, timeout=2.0)) for _ in range(3)] == [4, 4, 2]
    start = time.monotonic()
    assert len(receiver.recv_batch(timeout=0.05)) == 0
    assert time.monotonic() - start >= 0.045
    assert len(receiver.recv_batch(timeout=0)) == 0


def test_filters_apply_to_batches(open_bus: Opener):
    sender = open_bus()
    filters = [{"can_id": 0x100, "can_mask": 0x7FF}, {"can_id": 0x5, "can_mask": 0xF, "extended": True}]
    receiver = open_bus(can_filters=filters)
    wanted = [(0x100, False), (0x100, True), (0x15, True)]
    for number, extended in [*wanted, (0x15, False), (0x200, False)]:
        sender.send(can.Message(arbitration_id=number, is_extended_id=extended))
    batch = receiver.recv_batch(timeout=2.0)
    assert list(zip(batch.arbitration_id.tolist(), batch.has(Flag.EXTENDED).tolist(), strict=True)) == wanted
    assert len(receiver.recv_batch(timeout=0)) == 0


def test_none_waits_inside_the_bus_while_its_descriptor_is_silent(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    sender.send_batch([FRAME] * 100)
    taken = 0
    while select.select([receiver], [], [], 0)[0]:
        taken += (
            len(receiver.recv_batch(max_frames=7, timeout=0)) if taken % 2 else receiver.recv(0) is not None
        )
    assert taken == 100


def test_a_filtered_frame_does_not_hide_the_next_one(open_bus: Opener):
    sender, receiver = open_bus(), open_bus(can_filters=[{"can_id": 2, "can_mask": 0x7FF}])
    sender.send_batch([can.Message(arbitration_id=number) for number in (1, 1, 1, 2, 1, 2)])
    assert receiver.recv(2.0).arbitration_id == 2
    assert receiver.recv(0).arbitration_id == 2
    assert receiver.recv(0) is None


# -- what the network may send ---------------------------------------------------------------------------


def test_malformed_datagrams_are_counted_and_kept_for_a_look(
    open_bus: Opener, raw_sender: Callable[[bytes], int]
):
    bus = open_bus()
    good = msgpack.unpackb(pack_message(FRAME))
    for bad in (b"\xc1", msgpack.packb({}), msgpack.packb(good | {"data": 700_000_000}), bytes(5000)):
        raw_sender(bad)
    raw_sender(pack_message(FRAME))
    assert bus.recv(2.0).equals(FRAME, timestamp_delta=None)
    counts = bus.statistics()
    assert counts.malformed == 4
    assert sum(counts.malformed_by_kind.values()) == 4
    assert len(counts.malformed_by_kind) == 4
    assert [one.length for one in counts.recent_malformed] == [1, 1, 157, 4097]
    assert max(len(one.data) for one in counts.recent_malformed) <= 256
    (source,) = counts.by_source
    assert (counts.by_source[source].received, counts.by_source[source].malformed) == (1, 4)


def test_a_flood_of_malformed_datagrams_costs_no_frame_and_no_notifier(
    open_bus: Opener, raw_sender: Callable[[bytes], int]
):
    bus = open_bus()
    reader = can.BufferedReader()
    with can.Notifier(bus, [reader], timeout=0.1):
        for number in range(300):
            raw_sender(b"\x93" + bytes(number % 40))
            if number % 3 == 0:
                raw_sender(pack_message(FRAME))
        assert all(reader.get_message(2.0) for _ in range(100))
    assert bus.statistics().malformed == 300
    assert len(bus.statistics().recent_malformed) == 16


def test_malformed_datagrams_among_many_good_ones_cost_none_of_them(
    open_bus: Opener, raw_sender: Callable[[bytes], int]
):
    bus = open_bus()
    remote = can.Message(arbitration_id=9, is_remote_frame=True, dlc=2)
    long = can.Message(arbitration_id=10, channel="x" * 1000, is_fd=True, data=bytes(range(64)))
    expected = [FRAME, remote, LONG, long] * 60
    for message in expected:
        raw_sender(pack_message(message))
        raw_sender(b"junk")
    received = [bus.recv_batch(timeout=2.0)]
    while sum(map(len, received)) < len(expected):
        received.append(bus.recv_batch(timeout=2.0))
    messages = FrameBatch.concatenate(received).to_messages()
    assert_same_frames(messages, expected, timestamp_delta=None, check_channel=False)
    assert bus.statistics().malformed == 240


def test_what_the_kernel_drops_is_counted(open_bus: Opener):
    sender, receiver = open_bus(), open_bus(receive_buffer=106_496)  # Linux doubles it
    assert receiver.statistics().receive_buffer_bytes == 212_992
    sender.send_batch([FRAME] * 1000)
    counts = receiver.statistics()
    assert 0 < counts.dropped_kernel < 1000
    received = 0
    while batch := len(receiver.recv_batch(timeout=0)):
        received += batch
    assert received + receiver.statistics().dropped_kernel == 1000
    receiver.shutdown()
    assert receiver.statistics().dropped_kernel == counts.dropped_kernel


def test_as_large_a_buffer_as_granted_is_asked_for(open_bus: Opener):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as usual:
        assert open_bus().statistics().receive_buffer_bytes > usual.getsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF
        )


# -- sending ---------------------------------------------------------------------------------------------

INVALID = [
    can.Message(data=bytes(9)),
    can.Message(arbitration_id=0x900, is_extended_id=False),
    can.Message(bitrate_switch=True),
    can.Message(dlc=3),
]


@pytest.mark.parametrize("message", INVALID)
def test_an_invalid_message_is_not_sent_and_nothing_of_its_batch(open_bus: Opener, message: can.Message):
    sender, receiver = open_bus(), open_bus()
    for wrong in (lambda: sender.send(message), lambda: sender.send_batch([FRAME, message])):
        with pytest.raises(InvalidMessageError) as caught:
            wrong()
        assert isinstance(caught.value, can.CanOperationError)
        assert isinstance(caught.value, ValueError)
    batch = FrameBatch.from_messages([FRAME, FRAME])
    batch.records["arbitration_id"][1] = 0x900
    with pytest.raises(InvalidMessageError, match="frame 1 of 2"):
        sender.send_batch(batch)
    assert receiver.recv(0.02) is None
    assert sender.statistics().sent == 0


def test_the_rate_limit_slows_sending_and_minds_the_timeout(open_bus: Opener):
    sender, receiver = open_bus(rate_limit=200), open_bus()
    start = time.monotonic()
    sender.send(FRAME)
    sender.send_batch([FRAME] * 10)
    for _ in range(5):
        sender.send(FRAME)
    assert time.monotonic() - start >= 14 / 200
    with pytest.raises(can.CanTimeoutError):
        for _ in range(10):
            sender.send(FRAME, timeout=0.0001)
    assert sender.statistics().sent >= 16
    assert len(receiver.recv_batch(timeout=0)) == sender.statistics().sent


def test_several_threads_may_send(open_bus: Opener):
    sender, receiver = open_bus(), open_bus()
    threads = [threading.Thread(target=lambda: [sender.send(FRAME) for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    received = 0
    while received < 800 and (batch := len(receiver.recv_batch(timeout=2.0))):
        received += batch
    assert received == sender.statistics().sent == 800


# -- opening and closing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"channel": "10.0.0.1"}, "not a multicast address.*239.255.255.255.*begins with ff"),
        ({"channel": "garage"}, "not a multicast address"),
        ({"interface": "nowhere0"}, "no network interface nowhere0; it has the interfaces .*lo"),
        ({"interface": "10.11.12.13"}, "no address 10.11.12.13"),
        ({"port": 0}, "between 1 and 65535"),
        ({"port": "x"}, "not a whole number"),
        ({"hop_limit": 256}, "between 0 and 255"),
        ({"receive_buffer": 0}, "receive buffer"),
        ({"rate_limit": 0}, "rate limit"),
    ],
)
def test_what_cannot_be_opened_says_what_to_do(options: dict[str, object], says: str):
    with pytest.raises(can.CanInitializationError, match=says):
        UdpMulticastBus(**{"hop_limit": 0} | options)


def test_a_port_that_is_not_shared_is_named(group: str, port: int):
    family = socket.AF_INET6 if ":" in group else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as selfish:
        selfish.bind((group, port))
        with pytest.raises(can.CanInitializationError, match=f"port {port} is in use"):
            UdpMulticastBus(group, port=port, hop_limit=0)


def test_a_closed_bus_raises_and_keeps_its_counts(open_bus: Opener):
    bus = open_bus()
    bus.send(FRAME)
    bus.shutdown()
    bus.shutdown()
    assert bus.fileno() == -1
    for use in (
        lambda: bus.send(FRAME),
        lambda: bus.recv(0),
        lambda: bus.recv(),
        lambda: bus.recv_batch(timeout=0),
    ):
        with pytest.raises(can.CanOperationError, match="closed"):
            use()
    with pytest.raises(can.CanOperationError, match="closed"):
        bus.send_batch([FRAME])
    assert bus.statistics().sent == 1


def test_a_thread_that_waits_notices_that_its_bus_was_closed(
    open_bus: Opener, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("canmcast_gui.transport.bus.SLICE_SECONDS", 0.01)
    bus = open_bus()
    said: list[str] = []

    def wait() -> None:
        with pytest.raises(can.CanOperationError) as caught:
            bus.recv()
        said.append(str(caught.value))

    thread = threading.Thread(target=wait)
    thread.start()
    bus.shutdown()
    thread.join(5.0)
    assert "the bus is closed" in said[0]


def test_filters_that_cannot_be_set_leave_nothing_open(
    group: str, port: int, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise ValueError("no such filter")

    monkeypatch.setattr(UdpMulticastBus, "set_filters", refuse)
    descriptors = psutil.Process().num_fds()
    with pytest.raises(ValueError, match="no such filter"):
        UdpMulticastBus(group, port, hop_limit=0)
    assert psutil.Process().num_fds() == descriptors


def test_a_network_interface_has_another_name_for_python_can(group: str, port: int):
    with pytest.raises(can.CanInitializationError, match="no network interface nowhere0"):
        can.Bus(interface="canmcast", channel=group, port=port, hop_limit=0, network_interface="nowhere0")


def test_a_bus_by_configuration_file(tmp_path, group: str, port: int):
    file = tmp_path / "can.ini"
    file.write_text(
        "[default]\ninterface = canmcast\n"
        f"channel = {group}\nport = {port}\nhop_limit = 0\nfd = false\nreceive_own_messages = true\n"
        "receive_buffer = 300000\n"
    )
    config = can.util.load_config(path=file)
    with can.Bus(**{key: value for key, value in config.items() if key != "timing"}) as bus:
        assert isinstance(bus, UdpMulticastBus)
        assert bus.protocol is can.CanProtocol.CAN_20
        assert bus.statistics().receive_buffer_bytes in (300_000, 600_000)  # Linux doubles it
        bus.send(FRAME)
        assert bus.recv(2.0).is_rx is False


def test_what_a_bus_says_of_itself(open_bus: Opener, group: str, port: int):
    bus = open_bus()
    assert group in str(bus)
    assert str(port) in bus.channel_info
    assert bus.state is can.BusState.ACTIVE
    assert bus.problem is None
    with pytest.raises(NotImplementedError):
        bus.state = can.BusState.PASSIVE
    with pytest.warns(DeprecationWarning):
        assert bus.is_fd


# -- this host only, and which interface -----------------------------------------------------------------


def test_a_local_bus_meets_stock_peers_of_this_host(network: Network):
    port = network.free_port()
    with UdpMulticastBus(local=True, port=port) as bus, StockBus("239.74.163.2", port, hop_limit=0) as stock:
        bus.send(FRAME)
        stock.send(LONG)
        assert stock.recv(2.0).equals(FRAME, timestamp_delta=None)
        received = [stock.recv(2.0), bus.recv(2.0)]
        assert all(message.equals(LONG, timestamp_delta=None) for message in received)
        assert bus.statistics().foreign == 0


@pytest.mark.parametrize("interface", ["lo", "1", 1, "127.0.0.1", "::1", ["lo"], ["lo", 1], "lo, 127.0.0.1"])
def test_an_interface_is_named_in_many_ways(open_bus: Opener, network: Network, interface: object):
    if not network.isolated:
        pytest.skip("needs a private network with loopback only")
    one, other = open_bus(interface=interface), open_bus()
    one.send(FRAME)
    assert other.recv(2.0).equals(FRAME, timestamp_delta=None)
    other.send(LONG)
    assert one.recv(2.0).equals(LONG, timestamp_delta=None)
    assert one.recv(0) is None


def test_ports_and_groups_do_not_talk_across(network: Network, group: str):
    port = network.free_port()
    near = group.replace("239.74.163.2", "239.74.163.3").replace("6173", "6174")
    with (
        UdpMulticastBus(group, port, hop_limit=0) as bus,
        UdpMulticastBus(near, port, hop_limit=0) as other_group,
        UdpMulticastBus(group, network.free_port(), hop_limit=0) as other_port,
        StockBus(near, port, hop_limit=0) as stock,
    ):
        for sender in (other_group, other_port, stock):
            sender.send(FRAME)
        address = ("::1", port, 0, 0) if ":" in group else ("127.0.0.1", port)
        with socket.socket(socket.AF_INET6 if ":" in group else socket.AF_INET, socket.SOCK_DGRAM) as unicast:
            try:
                unicast.sendto(pack_message(FRAME), address)
            except OSError as error:
                assert error.errno == errno.ECONNREFUSED
        assert other_group.recv(2.0) is not None
        assert bus.recv(0.02) is None
        assert bus.statistics().received == 0

"""A bus on systems that refuse socket options: each refusal simulated, alone and all together."""

import errno
import socket
import struct
from collections.abc import Callable, Iterator

import can
import pytest
from can.interfaces.udp_multicast import UdpMulticastBus as StockBus
from can.interfaces.udp_multicast.utils import pack_message

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transport import UdpMulticastBus
from canmcast_gui.transport.sockets import linux_receive, platforms, send
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.platforms import ArrivalStamp
from tests.support.messages import assert_same_frames
from tests.support.network import Network, port_of

FRAMES = [
    can.Message(arbitration_id=0x123, is_extended_id=False, data=[1, 2, 3]),
    can.Message(arbitration_id=0x456, is_fd=True, data=bytes(range(64))),
    can.Message(arbitration_id=5, is_remote_frame=True, dlc=3),
] * 40

Patch = pytest.MonkeyPatch


def refuse_option(patch: Patch, *options: tuple[int, int]) -> None:
    """Let the system refuse these (level, option) of setsockopt."""

    class Refusing(socket.socket):
        def setsockopt(self, level: int, option: int, *value: object) -> None:
            if (level, option) in options:
                raise OSError(errno.ENOPROTOOPT, "Protocol not available")
            super().setsockopt(level, option, *value)

    patch.setattr(socket, "socket", Refusing)


def no_recvmsg(patch: Patch) -> None:
    patch.setattr(platforms, "has_recvmsg", lambda: False)
    patch.setattr(linux_receive, "has_recvmmsg", lambda _: False)


def no_recvmmsg(patch: Patch) -> None:
    patch.setattr(linux_receive, "has_recvmmsg", lambda _: False)


def no_sendmmsg(patch: Patch) -> None:
    patch.setattr(send, "has_sendmmsg", lambda: False)


def no_segmentation(patch: Patch) -> None:
    patch.setattr(platforms, "LINUX_UDP_SEGMENT", 9999)


def no_reuseport(patch: Patch) -> None:
    patch.delattr(socket, "SO_REUSEPORT")


def no_bind_to_the_group(patch: Patch) -> None:
    class Refusing(socket.socket):
        def bind(self, address: tuple) -> None:
            if address[0].startswith(("239", "ff")):
                raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
            super().bind(address)

    patch.setattr(socket, "socket", Refusing)


def no_timestamps(patch: Patch) -> None:
    refuse_option(patch, (socket.SOL_SOCKET, platforms.LINUX_SO_TIMESTAMPNS))


def no_choice_of_groups(patch: Patch) -> None:
    refuse_option(
        patch,
        (socket.IPPROTO_IP, platforms.LINUX_IP_MULTICAST_ALL),
        (socket.IPPROTO_IPV6, platforms.LINUX_IPV6_MULTICAST_ALL),
    )


def no_destinations(patch: Patch) -> None:
    refuse_option(
        patch,
        (socket.IPPROTO_IP, platforms.IP_PKTINFO),
        (socket.IPPROTO_IPV6, platforms.IPV6_RECVPKTINFO),
    )


def no_privileges(patch: Patch) -> None:
    refuse_option(patch, (socket.SOL_SOCKET, platforms.LINUX_SO_RCVBUFFORCE))


def no_filtering(patch: Patch) -> None:
    no_bind_to_the_group(patch)
    no_choice_of_groups(patch)


def nothing_at_all(patch: Patch) -> None:
    for refusal in (no_recvmsg, no_sendmmsg, no_filtering):
        refusal(patch)


def no_refusal(patch: Patch) -> None:
    patch.setattr(platforms, "has_recvmsg", lambda: True)


REFUSALS = [
    no_refusal,
    no_recvmsg,
    no_recvmmsg,
    no_sendmmsg,
    no_segmentation,
    no_bind_to_the_group,
    no_timestamps,
    no_choice_of_groups,
    no_filtering,
    no_destinations,
    no_privileges,
    nothing_at_all,
]


@pytest.fixture(params=REFUSALS, ids=lambda refusal: refusal.__name__)
def buses(
    request: pytest.FixtureRequest, monkeypatch: Patch, network: Network, group: str
) -> Iterator[tuple[UdpMulticastBus, UdpMulticastBus, can.BusABC]]:
    """Two of our buses on a system that refuses options, and a stock peer."""
    port = network.free_port()
    with StockBus(group, port, hop_limit=0) as stock:
        request.param(monkeypatch)
        with (
            UdpMulticastBus(group, port, hop_limit=0, receive_own_messages=True) as one,
            UdpMulticastBus(group, port, hop_limit=0) as other,
        ):
            monkeypatch.undo()
            yield one, other, stock


def drain(bus: UdpMulticastBus, count: int) -> list[can.Message]:
    batches = []
    while sum(map(len, batches)) < count and len(batch := bus.recv_batch(timeout=2.0)):
        batches.append(batch)
    return FrameBatch.concatenate(batches).to_messages()


@pytest.mark.network
def test_frames_are_sent_and_received_if_the_system_refuses_options(
    buses: tuple[UdpMulticastBus, UdpMulticastBus, can.BusABC],
):
    one, other, stock = buses
    assert one.send_batch(FRAMES) == len(FRAMES)
    assert_same_frames([stock.recv(2.0) for _ in FRAMES], FRAMES, timestamp_delta=None)
    assert_same_frames(drain(other, len(FRAMES)), FRAMES, timestamp_delta=None)
    own = [one.recv(2.0) for _ in FRAMES]
    assert_same_frames(own, FRAMES, timestamp_delta=None, check_direction=False)
    assert not any(message.is_rx for message in own)
    assert other.recv(0) is None
    stock.send(FRAMES[1])
    for bus in (one, other):
        message = bus.recv(2.0)
        assert message.equals(FRAMES[1], timestamp_delta=None)
        assert message.source.port == port_of(stock)
    assert other.statistics().received == len(FRAMES) + 1


@pytest.mark.network
@pytest.mark.parametrize(
    "refusal", [no_bind_to_the_group, no_choice_of_groups, no_filtering], ids=lambda refusal: refusal.__name__
)
def test_datagrams_for_the_port_only_are_not_received_or_counted_as_foreign(
    monkeypatch: Patch, network: Network, group: str, refusal: Callable[[Patch], None]
):
    port = network.free_port()
    near = group.replace("239.74.163.2", "239.74.163.3").replace("6173", "6174")
    family = socket.AF_INET6 if ":" in group else socket.AF_INET
    refusal(monkeypatch)
    with UdpMulticastBus(group, port, hop_limit=0) as bus:
        monkeypatch.undo()
        with StockBus(near, port, hop_limit=0) as stock, socket.socket(family, socket.SOCK_DGRAM) as unicast:
            stock.send(FRAMES[0])
            unicast.sendto(pack_message(FRAMES[0]), ("::1" if ":" in group else "127.0.0.1", port))
            assert stock.recv(2.0) is not None
            assert bus.recv(0.05) is None
            # Where nothing keeps it away the other group's frame arrives; the one to this host alone may.
            assert (bus.statistics().foreign > 0) >= (refusal is no_filtering)
            assert bus.statistics().received == 0


@pytest.mark.network
def test_without_reuseport_a_port_is_shared_by_the_other_option(monkeypatch: Patch, network: Network):
    port = network.free_port()
    no_reuseport(monkeypatch)
    with (
        UdpMulticastBus("239.74.163.2", port, hop_limit=0) as one,
        UdpMulticastBus("239.74.163.2", port, hop_limit=0) as other,
    ):
        one.send(FRAMES[0])
        assert other.recv(2.0).equals(FRAMES[0], timestamp_delta=None)


class Recorder:
    """Records the calls of a socket."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def setsockopt(self, *arguments: object) -> None:
        self.asked.append(arguments)

    def bind(self, address: object) -> None:
        self.asked.append(("bind", address))


def test_windows_names_interfaces_by_index_in_network_order(monkeypatch: Patch):
    monkeypatch.setattr(platforms, "IS_WINDOWS", True)
    monkeypatch.setattr(platforms, "IS_LINUX", False)
    recorder, group = Recorder(), parse_group("239.1.2.3")
    platforms.join(recorder, group, 7)
    platforms.send_on(recorder, group, 7, 3)
    assert recorder.asked == [
        (socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, bytes([239, 1, 2, 3, 0, 0, 0, 7])),
        (socket.IPPROTO_IP, socket.IP_MULTICAST_IF, bytes([0, 0, 0, 7])),
        (socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 3),
    ]
    recorder.asked.clear()
    assert not platforms.bind_to_group(recorder, group, 5)
    assert recorder.asked == [("bind", ("", 5))]
    assert not platforms.receive_joined_groups_only(recorder, group)
    assert platforms.kernel_drops(recorder) == 0
    assert platforms.interface_problem(recorder, "Ethernet") is None


def test_linux_and_macos_name_interfaces_by_index_too():
    recorder, group = Recorder(), parse_group("239.1.2.3")
    platforms.join(recorder, group, 7)
    platforms.send_on(recorder, group, 7, 0)
    index = struct.pack("@i", 7)
    assert recorder.asked == [
        (socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, bytes([239, 1, 2, 3]) + bytes(4) + index),
        (socket.IPPROTO_IP, socket.IP_MULTICAST_IF, bytes(8) + index),
        (socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0),
    ]
    recorder.asked.clear()
    six = parse_group("ff15::1")
    platforms.join(recorder, six, 7)
    platforms.leave(recorder, six, 7)
    platforms.send_on(recorder, six, 7, 1)
    request = six.packed + struct.pack("@I", 7)
    assert recorder.asked == [
        (socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request),
        (socket.IPPROTO_IPV6, socket.IPV6_LEAVE_GROUP, request),
        (socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, 7),
        (socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1),
    ]


def test_macos_reports_arrival_times_in_microseconds(monkeypatch: Patch):
    monkeypatch.setattr(platforms, "IS_MACOS", True)
    recorder = Recorder()
    assert platforms.stamp_arrivals(recorder) is ArrivalStamp.KERNEL_MICROSECONDS
    assert recorder.asked == [(socket.SOL_SOCKET, platforms.MACOS_SO_TIMESTAMP, 1)]
    assert not linux_receive.has_recvmmsg(ArrivalStamp.KERNEL_MICROSECONDS)


def test_a_refused_buffer_size_is_halved(monkeypatch: Patch):
    monkeypatch.setattr(platforms, "IS_LINUX", False)

    class Stingy(Recorder):
        def setsockopt(self, level: int, option: int, value: int) -> None:
            if value > 1_000_000:
                raise OSError(errno.ENOBUFS, "No buffer space available")
            super().setsockopt(level, option, value)

        def getsockopt(self, level: int, option: int) -> int:
            return self.asked[-1][2] if self.asked else 4096

    assert 500_000 <= platforms.request_buffer(Stingy(), None) <= 1_000_000
    assert platforms.request_buffer(Stingy(), 2_000_000) == 4096
    assert platforms.request_buffer(Stingy(), 5000) == 5000

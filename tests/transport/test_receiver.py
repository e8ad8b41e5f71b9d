"""The receiving half by itself: both ways of reading give the same, and what it counts."""

import threading

import can
import pytest
from can.interfaces.udp_multicast.utils import pack_message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transport import BusSettings, FrameSender, Receiver
from canmcast_gui.transport.wire.codec import WireFrame, decode
from tests.support.network import Network
from tests.support.waiting import wait_until
from tests.transport.datagrams import datagrams, stock_datagrams

pytestmark = pytest.mark.network


@pytest.fixture
def bus_settings(network: Network, group: str) -> BusSettings:
    return BusSettings(group=group, port=network.free_port(), hop_limit=0)


def everything(receiver: Receiver, datagrams: int) -> FrameBatch:
    """All frames among that many datagrams."""
    batches: list[FrameBatch] = []

    def done() -> bool:
        batches.append(receiver.drain())
        counts = receiver.statistics()
        return counts.received + counts.malformed == datagrams

    wait_until(done)
    return FrameBatch.concatenate(batches)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(datagrams().filter(bool) | stock_datagrams(), min_size=1, max_size=150))
def test_many_at_once_and_one_by_one_receive_the_same(bus_settings: BusSettings, some: list[bytes]):
    receivers = [Receiver(bus_settings), Receiver(bus_settings, plain=True)]
    sender = FrameSender(bus_settings)
    try:
        sender.send_datagrams(some)
        fast, plain = (everything(receiver, len(some)) for receiver in receivers)
        expected = [frame for frame in map(decode, some) if isinstance(frame, WireFrame)]
        assert [fast.payload(row) for row in range(len(fast))] == [frame.data for frame in expected]
        assert fast.arbitration_id.tolist() == [frame.arbitration_id for frame in expected]
        for name in ("arbitration_id", "flags", "channel", "length", "dlc", "data"):
            assert (fast.records[name] == plain.records[name]).all()
        assert [plain.payload(row) for row in range(len(plain))] == [frame.data for frame in expected]
        one, other = (receiver.statistics() for receiver in receivers)
        assert one.malformed_by_kind == other.malformed_by_kind
        assert one.by_source == other.by_source
        assert abs(int(fast.timestamp_ns[-1] - plain.timestamp_ns[-1])) < 10**9 if expected else True
    finally:
        sender.close()
        for receiver in receivers:
            receiver.close()


def drained(receiver: Receiver, datagrams: int) -> FrameBatch:
    """All frames until that many datagrams were read."""
    batches: list[FrameBatch] = []

    def done() -> bool:
        batches.append(receiver.drain())
        return receiver.datagrams == datagrams

    wait_until(done)
    return FrameBatch.concatenate(batches)


ALIKE = [pack_message(can.Message(arbitration_id=0x100 + n % 9, data=bytes([n]))) for n in range(200)]


@pytest.mark.parametrize("count", [1, 11, 12, 31, 32, 200])
@pytest.mark.parametrize("other", [None, b"garbage", *ALIKE[:1], pack_message(can.Message(data=b"other"))])
def test_blocks_of_datagrams_that_are_alike_or_all_but_one(
    bus_settings: BusSettings, count: int, other: bytes | None
):
    some = ALIKE[:count]
    if other is not None:
        some[count // 2] = other
    expected = [frame.data for frame in map(decode, some) if isinstance(frame, WireFrame)]
    receiver, sender = Receiver(bus_settings), FrameSender(bus_settings)
    try:
        for _ in range(2):  # the second time with what was learned from the first
            sender.send_datagrams(some)
            batch = drained(receiver, receiver.datagrams + count)
            assert [batch.payload(row) for row in range(len(batch))] == expected
            assert set(batch.source.tolist()) <= {receiver.sources.number(sender.address)}
            assert (batch.timestamp_ns[1:] >= batch.timestamp_ns[:-1]).all()
        counts = receiver.statistics()
        assert counts.received + counts.malformed == receiver.datagrams == 2 * count
    finally:
        sender.close()
        receiver.close()


@pytest.mark.parametrize("plain", [False, True])
def test_own_frames_are_marked_or_dropped(bus_settings: BusSettings, plain: bool):
    keeping, dropping = (
        Receiver(bus_settings, plain=plain),
        Receiver(bus_settings, keep_own=False, plain=plain),
    )
    sender, other = FrameSender(bus_settings), FrameSender(bus_settings)
    frames = FrameBatch.from_columns([0] * 100, 1, [[1, 2]] * 100)
    try:
        for receiver in (keeping, dropping):
            receiver.mark_own(sender.address)
        for few_or_many in (frames[:3], frames):
            sender.send_batch(few_or_many)
            other.send_batch(few_or_many)
            received = keeping.drain()
            assert received.has(Flag.TX).tolist() == [True] * len(few_or_many) + [False] * len(few_or_many)
            assert [keeping.sources[row] for row in received.source[[0, -1]]] == [
                sender.address,
                other.address,
            ]
            assert len(dropping.drain()) == len(few_or_many)
        assert dropping.statistics().received == 103
    finally:
        for end in (keeping, dropping, sender, other):
            end.close()


@pytest.mark.parametrize("plain", [False, True])
def test_a_classic_receiver_counts_what_it_ignores(bus_settings: BusSettings, plain: bool):
    receiver = Receiver(BusSettings(**bus_settings.to_dict() | {"fd": False}), plain=plain)
    sender = FrameSender(bus_settings)
    frames = FrameBatch.from_columns([0] * 200, 1, [[1, 2]] * 200, flags=[0, int(Flag.FD)] * 100)
    try:
        for few_or_many in (frames[:4], frames):
            sender.send_batch(few_or_many)
            received = receiver.drain()
            assert len(received) == len(few_or_many) // 2
            assert not received.has(Flag.FD).any()
        assert receiver.statistics().ignored == 102
    finally:
        receiver.close()
        sender.close()


def test_a_batch_keeps_its_memory_when_the_next_is_read(bus_settings: BusSettings):
    receiver, sender = Receiver(bus_settings), FrameSender(bus_settings)
    try:
        batches = []
        for number in range(5):
            sender.send_batch(
                FrameBatch.from_columns([0] * 100, number, [[number] * 64] * 100, flags=int(Flag.FD))
            )
            batches.append(receiver.drain())
        for number, batch in enumerate(batches):
            assert batch.arbitration_id.tolist() == [number] * 100
            assert all(batch.payload(row) == bytes([number] * 64) for row in range(100))
    finally:
        receiver.close()
        sender.close()


def test_several_threads_receive_each_frame_once(bus_settings: BusSettings):
    receiver, sender = Receiver(bus_settings), FrameSender(bus_settings)
    numbers: list[int] = []
    done = threading.Event()

    def receive(single: bool) -> None:
        while not done.is_set():
            if single:
                received = receiver.receive_one()
                numbers.extend([received[0].arbitration_id] if isinstance(received, tuple) else [])
            else:
                numbers.extend(receiver.drain(7).arbitration_id.tolist())

    threads = [threading.Thread(target=receive, args=(number % 2 == 0,)) for number in range(4)]
    try:
        for thread in threads:
            thread.start()
        for number in range(2000):
            frame = FrameBatch.from_columns([0], number % 0x800, [[1]])
            sender.send_batch(frame)
        wait_until(lambda: len(numbers) >= 2000)
    finally:
        done.set()
        for thread in threads:
            thread.join()
        receiver.close()
        sender.close()
    assert sorted(numbers) == sorted(number % 0x800 for number in range(2000))


def test_a_closed_receiver_reads_no_other_file(bus_settings: BusSettings):
    receiver = Receiver(bus_settings)
    receiver.close()
    second = Receiver(bus_settings)  # gets the same descriptor most probably
    sender = FrameSender(bus_settings)
    try:
        sender.send_datagram(pack_message(can.Message(data=b"x")))
        with pytest.raises(OSError, match="Bad file descriptor"):
            receiver.receive_one()
        with pytest.raises(OSError, match="Bad file descriptor"):
            receiver.drain()
        assert len(second.drain()) == 1
    finally:
        sender.close()
        second.close()
        receiver.close()

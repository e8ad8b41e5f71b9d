"""The sending half: invalid frames, errors of the system, source addresses, and the rate limit."""

import errno
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import can
import numpy as np
import pytest
from can.interfaces.udp_multicast.utils import pack_message
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.transport import (
    BusError,
    BusSettings,
    FrameError,
    FrameSender,
    Receiver,
    open_sender,
)
from canmcast_gui.transport.pace import Pace
from canmcast_gui.transport.sockets import send
from canmcast_gui.transport.sockets.send import SendTimeoutError
from tests.support.network import Network

pytestmark = pytest.mark.network

PAYLOAD = pack_message(can.Message(arbitration_id=0x123, data=b"x"))


@pytest.fixture
def bus_settings(network: Network, group: str) -> BusSettings:
    return BusSettings(group=group, port=network.free_port(), hop_limit=0)


@pytest.fixture
def receiver(bus_settings: BusSettings) -> Iterator[Receiver]:
    receiver = Receiver(bus_settings)
    yield receiver
    receiver.close()


@pytest.fixture
def sender(bus_settings: BusSettings, receiver: Receiver) -> Iterator[FrameSender]:
    sender = FrameSender(bus_settings)
    yield sender
    sender.close()


def batch_of(count: int) -> FrameBatch:
    return FrameBatch.from_columns([0] * count, np.arange(count) % 0x800, np.zeros((count, 8), np.uint8))


def test_it_reports_the_source_of_its_frames(bus_settings: BusSettings, receiver: Receiver):
    told: list[Source] = []
    sender = FrameSender(bus_settings, on_address=told.append)
    assert told == [sender.address]
    sender.send_batch(batch_of(1))
    assert receiver.sources[receiver.drain().source[0]] == sender.address
    sender.close()


def test_it_opens_from_settings_as_json(bus_settings: BusSettings, receiver: Receiver):
    sender = open_sender(json.loads(json.dumps(bus_settings.to_dict())))
    assert sender.send_batch(batch_of(5)) == sender.sent == 5
    assert len(receiver.drain()) == 5
    sender.close()
    with pytest.raises(BusError, match="no network interface"):
        open_sender(bus_settings.to_dict() | {"interface": "nowhere0"})


@pytest.mark.parametrize("count", [2, 200])
def test_nothing_is_sent_if_one_frame_is_invalid(sender: FrameSender, receiver: Receiver, count: int):
    batch = batch_of(count)
    batch.records["flags"][count - 1] = int(Flag.BRS)
    with pytest.raises(FrameError, match=f"frame {count - 1} of {count}"):
        sender.send_batch(batch)
    assert len(receiver.drain()) == sender.sent == 0


def test_a_closed_sender_raises(sender: FrameSender):
    sender.close()
    for attempt in (lambda: sender.send_datagram(PAYLOAD), lambda: sender.send_batch(batch_of(100))):
        with pytest.raises(BusError, match="the bus is closed"):
            attempt()


def failing(error: OSError, times: int) -> type[socket.socket]:
    """A socket class whose sending fails a number of times."""
    left = [times]

    class Failing(socket.socket):
        def send(self, data: bytes, *flags: int) -> int:
            if left[0] and self.family != socket.AF_NETLINK:
                left[0] -= 1
                raise error
            return super().send(data, *flags)

    return Failing


Sending = Callable[[FrameSender], object]
WAYS: dict[str, Sending] = {
    "one": lambda sender: sender.send_datagram(PAYLOAD),
    "many": lambda sender: sender.send_datagrams([PAYLOAD]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_full_queue_is_waited_for(
    bus_settings: BusSettings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, way: str, times: int
):
    monkeypatch.setattr(send, "has_sendmmsg", lambda: False)
    monkeypatch.setattr(socket, "socket", failing(BlockingIOError(errno.EAGAIN, "full"), times))
    sender = FrameSender(bus_settings)
    WAYS[way](sender)
    assert len(receiver.drain()) == sender.sent == 1
    sender.close()


def test_a_queue_that_stays_full_is_a_timeout(bus_settings: BusSettings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket, "socket", failing(BlockingIOError(errno.EAGAIN, "full"), 10**9))
    sender = FrameSender(bus_settings)
    with pytest.raises(SendTimeoutError, match=r"within 0\.02 s"):
        sender.send_datagram(PAYLOAD, timeout=0.02)
    assert sender.sent == 0
    sender.close()


@pytest.mark.parametrize("way", WAYS)
def test_after_a_failure_it_opens_new_sockets_and_sends_once(
    bus_settings: BusSettings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, way: str
):
    monkeypatch.setattr(send, "has_sendmmsg", lambda: False)
    monkeypatch.setattr(socket, "socket", failing(OSError(errno.ENODEV, "No such device"), 1))
    told: list[Source] = []
    sender = FrameSender(bus_settings, on_address=told.append)
    WAYS[way](sender)
    received = receiver.drain()
    assert len(received) == sender.sent == 1
    assert told == [told[0], sender.address]
    assert receiver.sources[received.source[0]] == sender.address
    sender.close()


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENETDOWN, "bring the interface up"),
        (errno.EPERM, "firewall"),
        (errno.EHOSTUNREACH, "allowed to use the local network"),
        (errno.ENOBUFS, "cannot send on "),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_the_error_of_a_lasting_failure_says_what_to_do(
    bus_settings: BusSettings, monkeypatch: pytest.MonkeyPatch, number: int, says: str, way: str
):
    monkeypatch.setattr(send, "has_sendmmsg", lambda: False)
    monkeypatch.setattr(socket, "socket", failing(OSError(number, "refused"), 10**9))
    sender = FrameSender(bus_settings)
    with pytest.raises(BusError, match=says):
        WAYS[way](sender)
    assert sender.sent == 0
    sender.close()


def test_the_rate_limit_holds_for_batches(bus_settings: BusSettings, receiver: Receiver):
    sender = FrameSender(BusSettings(**bus_settings.to_dict() | {"rate_limit": 5000.0}))
    sender.send_batch(batch_of(300))
    times = receiver.drain().timestamp_ns
    assert len(times) == 300
    # At most the frames of 10 ms at once, then at most 5 in a millisecond.
    assert (times[-1] - times[0]) / 1e9 >= (300 - 2 * 50) / 5000
    sender.close()


@pytest.mark.parametrize("channel", [1, 200])
def test_frames_encoded_ahead_are_the_same_datagrams(network, channel):
    settings = BusSettings.this_computer(port=network.free_port())
    batch = FrameBatch.from_columns(range(40), range(100, 140), np.ones((40, 8)), channel=channel)
    with closing(FrameSender(settings)) as sender:
        matrix, sizes = sender.encode_ahead(batch)
        found = [bytes(matrix[row, : sizes[row]]) for row in range(40)]
        assert found == sender.datagrams(batch)
        assert sender.send_encoded((matrix, sizes), 5, 25) == 20
        assert sender.sent == 20


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@given(
    st.floats(1, 100_000), st.lists(st.tuples(st.integers(1, 50), st.floats(0, 0.1)), min_size=1, max_size=40)
)
def test_no_period_has_more_frames_than_allowed(rate: float, sends: list[tuple[int, float]]):
    clock = Clock()
    pace = Pace(rate, clock, clock.sleep)
    start, total = clock.now, 0
    for frames, pause in sends:
        frames = min(frames, pace.at_once)
        assert pace.wait(frames)
        total += frames
        assert total <= (clock.now - start) * rate * (1 + 1e-9) + pace.at_once + 1e-6
        clock.now += pause


def test_a_steady_sender_reaches_the_rate():
    clock = Clock()
    pace = Pace(1000, clock, clock.sleep)
    for _ in range(1000):
        pace.wait()
    assert 0.98 <= clock.now - 100 <= 1.0


def test_a_wait_beyond_the_timeout_is_refused_at_once():
    clock = Clock()
    pace = Pace(10, clock, clock.sleep)
    assert pace.wait(timeout=0)
    for _ in range(3):
        assert not pace.wait(timeout=0.05)
    assert clock.now == 100
    assert pace.wait(timeout=0.2)
    assert abs(clock.now - 100.1) < 1e-9

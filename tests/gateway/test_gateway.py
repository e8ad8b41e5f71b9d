"""Gateways as processes, between multicast channels with real sockets."""

import itertools
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import numpy as np
import psutil
import pytest

from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.gateway.client import Gateway
from canmcast_gui.gateway.rules import Rule, RuleError, RuleSet
from canmcast_gui.transport import BusSettings, FrameSender, Receiver
from canmcast_gui.transport.errors import BusError
from tests.support.waiting import wait_until

pytestmark = pytest.mark.network

# Numbers of frames that are sent after a restart.
LATER = itertools.count(1000)


class Bus:
    """A program on a multicast bus: a sender, and a receiver that leaves out what it sent itself."""

    def __init__(self, settings: ChannelSettings) -> None:
        bus = BusSettings.this_computer(port=settings.options["port"])
        self._receiver = Receiver(bus, keep_own=False)
        self._sender = FrameSender(bus, on_address=self._receiver.mark_own)
        self._batches: list[FrameBatch] = []

    def send(self, batch: FrameBatch) -> None:
        self._sender.send_batch(batch)

    @property
    def received(self) -> FrameBatch:
        """All frames so far."""
        self._batches.append(self._receiver.drain())
        return FrameBatch.concatenate(self._batches)

    def close(self) -> None:
        self._sender.close()
        self._receiver.close()


@pytest.fixture
def channels(network) -> list[ChannelSettings]:
    return [
        ChannelSettings("multicast", "", {"local": True, "port": network.free_port()}, name, number)
        for number, name in ((1, "powertrain"), (2, "body"))
    ]


@pytest.fixture
def buses(channels) -> Iterator[list[Bus]]:
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Bus(channel))) for channel in channels]


def numbered(count: int, first: int = 0, ids: int = 5, **columns: object) -> FrameBatch:
    numbers = np.arange(first, first + count, dtype=">u8")
    data = numbers.view(np.uint8).reshape(-1, 8)
    return FrameBatch.from_columns(0, 0x100 + numbers.astype(int) % ids, data, **columns)  # type: ignore[arg-type]


def numbers_of(batch: FrameBatch) -> list[int]:
    return batch.data.copy().view(">u8").ravel().tolist()


def wait_for_frames(bus: Bus, count: int) -> FrameBatch:
    wait_until(lambda: len(bus.received) >= count, 10)
    return bus.received


def polled(gateway: Gateway, condition: Callable[[], object]) -> list[str]:
    """Poll until a condition is met; returns the sentences."""
    notes: list[str] = []

    def met() -> object:
        notes.extend(gateway.poll())
        return condition()

    wait_until(met, 15)
    return notes


def test_both_directions_in_order_with_counters_and_then_other_rules(channels, buses):
    with Gateway(channels) as gateway:
        for first in range(0, 600, 30):
            buses[0].send(numbered(30, first, channel=3))
            buses[1].send(numbered(30, first + 10_000))
        there, back = wait_for_frames(buses[1], 600), wait_for_frames(buses[0], 600)
        assert numbers_of(there) == list(range(600))
        assert numbers_of(back) == list(range(10_000, 10_600))
        assert there.channel.tolist() == [3] * 600
        polled(gateway, lambda: gateway.report.rules and gateway.report.rules[0].forwarded == 1200)
        report = gateway.report
        assert report.forwarded == {(1, 2): 600, (2, 1): 600}
        assert (report.dropped, report.failed, report.returned, report.lost, report.loop) == (0, 0, 0, 0, "")
        assert 0 < report.latency_ms(0.5) <= report.latency_ms(0.99) < 1000

        with pytest.raises(RuleError, match="no channel 'chassis'"):
            gateway.replace_rules(RuleSet((Rule(source="chassis"),)))
        rule = Rule("one way", "powertrain", "body", "id == 0x100", id=0x555)
        gateway.replace_rules(RuleSet((rule,)))
        polled(gateway, lambda: [counts.name for counts in gateway.report.rules] == ["one way"])
        buses[1].send(numbered(5, 30_000))
        buses[0].send(numbered(10, 20_000))
        assert wait_for_frames(buses[1], 602).arbitration_id.tolist()[600:] == [0x555, 0x555]
        assert gateway.stop() == []
        counts = gateway.report.rules[0]
        assert (counts.seen, counts.forwarded) == (2, 2)
        assert gateway.report.unmatched == 8 + 5
        assert len(buses[0].received) == 600


def test_two_gateways_between_the_same_buses_end_each_frame_and_name_the_loop(channels, buses):
    with Gateway(channels) as one, Gateway(channels) as other:
        notes: list[str] = []
        for first in range(0, 200, 5):
            buses[0].send(numbered(5, first))
            buses[1].send(numbered(5, 10_000 + first, ids=7))
            wait_until(lambda count=first + 5: len(set(numbers_of(buses[1].received))) == count, 10)
            notes += one.poll() + other.poll()
        polled(one, lambda: one.report.returned == 400)
        polled(other, lambda: other.report.returned == 400)
        forwarded = [sum(each.report.forwarded.values()) for each in (one, other)]
        notes += one.poll() + other.poll()
        assert any("another gateway connects the same buses" in note for note in notes)
        # what comes back is not forwarded, but for the first few before the loop is known
        assert forwarded == [400, 400]
        # Each frame arrives once through each gateway, and none comes back to its own bus.
        assert sorted(numbers_of(buses[0].received)) == sorted([*range(10_000, 10_200)] * 2)
        assert sorted(numbers_of(buses[1].received)) == sorted([*range(200)] * 2)


def test_frames_that_a_channel_cannot_send_fail_and_the_others_pass(channels, buses):
    classic = ChannelSettings(
        channels[1].kind, "", {**channels[1].options, "fd": False}, channels[1].name, channels[1].number
    )
    with Gateway([channels[0], classic]) as gateway:
        fd = np.arange(20) % 2 == 1
        buses[0].send(numbered(20, flags=np.where(fd, int(Flag.FD), 0)))
        assert numbers_of(wait_for_frames(buses[1], 10)) == list(range(0, 20, 2))
        polled(gateway, lambda: gateway.report.failed == 10)
        assert "CAN FD is switched off on this bus" in gateway.report.rules[0].failure
        assert gateway.report.forwarded[(1, 2)] == 10


def test_a_driver_of_python_can_is_joined_with_multicast_in_both_directions(channels, buses):
    other = buses[1]
    options = {"port": channels[1].options["port"], "hop_limit": 0}
    driver = ChannelSettings("udp_multicast", "239.74.163.2", options, "driver", 2)
    with Gateway([channels[0], driver]) as gateway:
        for first in range(0, 100, 10):
            buses[0].send(numbered(10, first))
            other.send(numbered(10, first + 10_000))
            wait_for_frames(other, first + 10)
        assert numbers_of(wait_for_frames(other, 100)) == list(range(100))
        assert numbers_of(wait_for_frames(buses[0], 100)) == list(range(10_000, 10_100))
        polled(gateway, lambda: sum(gateway.report.forwarded.values()) == 200)
        assert (gateway.report.returned, gateway.report.failed, gateway.report.lost) == (0, 0, 0)


def test_a_process_that_ends_is_started_again_and_counters_continue(channels, buses):
    with Gateway(channels, RuleSet((Rule("all"),))) as gateway:
        buses[0].send(numbered(10))
        wait_for_frames(buses[1], 10)
        polled(gateway, lambda: gateway.report.rules and gateway.report.rules[0].forwarded == 10)
        (process,) = [
            child
            for child in psutil.Process().children()
            if "canmcast_gui.gateway.process" in child.cmdline()
        ]
        os.kill(process.pid, signal.SIGKILL)
        notes = polled(gateway, lambda: False if process.is_running() else sent_again(buses))
        assert any("was ended by SIGKILL" in note for note in notes)
        polled(gateway, lambda: gateway.report.rules[0].forwarded > 10)


def sent_again(buses: list[Bus]) -> bool:
    """Send a frame, and look whether one that was sent after the restart has been forwarded."""
    buses[0].send(numbered(1, next(LATER)))
    return max(numbers_of(buses[1].received)) >= 1000


@contextmanager
def no_new_child() -> Iterator[None]:
    before = set(psutil.Process().children(recursive=True))
    yield
    wait_until(lambda: set(psutil.Process().children(recursive=True)) <= before)


def test_channels_that_cannot_be_opened_leave_nothing_running(channels):
    bad = ChannelSettings("multicast", "", {"interface": "missing0"}, "", 2)
    with no_new_child(), pytest.raises(BusError, match="missing0"):
        Gateway([channels[0], bad])
    with no_new_child(), pytest.raises(BusError, match="at least two channels"):
        Gateway(channels[:1])
    with pytest.raises(RuleError, match="the filter is not valid"):
        Gateway(channels, RuleSet((Rule(filter="id =="),)))


def test_a_limit_of_the_latency_is_an_option_of_multicast_kinds():
    for settings in (ChannelSettings("multicast"), ChannelSettings("dronecan")):
        kind = kind_of(settings)
        assert kind.with_latency(settings, 0.5).options == {"latency_ms": 0.5}
        chosen = ChannelSettings(settings.kind, "", {"latency_ms": 2})
        assert kind.with_latency(kind.checked(chosen), 0.5).options == chosen.options
        for value in (0, 60, True, "fast"):
            with pytest.raises(BusError, match="latency_ms"):
                kind.checked(ChannelSettings(settings.kind, "", {"latency_ms": value}))
    other = ChannelSettings("virtual", "0")
    assert kind_of(other).with_latency(other, 0.5) is other

"""Frames of several channels: numbered, in the order of time, counted; each works without the others."""

import select
import time
from contextlib import closing

import can
import numpy as np
import pytest

from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.processes import SendingChannels
from canmcast_gui.channels.reception import Reception
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sender import FrameSender

pytestmark = pytest.mark.network
PATIENCE = 15.0
ABSENT = "socketcan:nosuch0"


@pytest.fixture
def texts(network) -> list[str]:
    """A native channel, and one through python-can."""
    native, driver = network.free_port(), network.free_port()
    return [
        f"multicast:239.74.163.2,port={native},hop_limit=0",
        f"body=udp_multicast:239.74.163.2,port={driver},hop_limit=0",
    ]


def receive(reception: Reception, count: int) -> FrameBatch:
    """Frames until there are ``count``."""
    batches, end = [], time.monotonic() + PATIENCE
    while sum(map(len, batches)) < count:
        assert time.monotonic() < end, f"{sum(map(len, batches))} of {count} frames, {reception.statistics()}"
        select.select(reception.readable, [], [], reception.seconds_to_wait or 0.05)
        reception.supervise()
        batches.append(reception.recv_batch())
    return FrameBatch.concatenate(batches)


def test_two_channels_are_on_one_time_axis(texts):
    measurement = Measurement.of(parse_channels(texts))
    native = Measurement.of(parse_channels(texts[:1])).multicast
    assert native is not None
    port = int(measurement.channels[1].options["port"])
    with (
        Reception(measurement) as reception,
        can.Bus(interface="udp_multicast", channel="239.74.163.2", port=port, hop_limit=0) as peer,
        closing(FrameSender(native)) as sender,
    ):
        for number in range(50):
            sender.send_batch(FrameBatch.from_columns(0, 0x100, [[number]]))
            peer.send(can.Message(arbitration_id=0x200, data=[number], is_extended_id=False))
        batch = receive(reception, 100)
        assert (np.diff(batch.timestamp_ns) >= 0).all()
        for channel, number in ((1, 0x100), (2, 0x200)):
            of_channel = batch[batch.channel == channel]
            assert set(of_channel.arbitration_id.tolist()) == {number}
            assert of_channel.data[:, 0].tolist() == list(range(50))
        assert reception.statistics().received == 100


def test_a_channel_that_cannot_be_opened_does_not_close_the_others(texts):
    measurement = Measurement.of(parse_channels([texts[0], ABSENT]))
    native = Measurement.of(parse_channels(texts[:1])).multicast
    assert native is not None
    with Reception(measurement) as reception, closing(FrameSender(native)) as sender:
        assert "nosuch0" in (reception.problem or "")
        sender.send_batch(FrameBatch.from_columns(0, 0x100, [[1]]))
        assert len(receive(reception, 1)) == 1


def test_without_any_channel_the_reasons_are_named():
    with pytest.raises(BusError, match="nosuch0"):
        Reception(Measurement.of(parse_channels([ABSENT, ABSENT])))
    with pytest.raises(BusError, match="nosuch0"):
        Reception(Measurement.of(parse_channels([ABSENT])))


def test_frames_are_sent_on_their_channel(texts):
    measurement = Measurement.of(parse_channels(texts))
    frames = FrameBatch.from_columns(0, [0x1, 0x2, 0x3], [[1], [2], [3]], channel=[1, 2, 0])
    with Reception(measurement) as reception, SendingChannels(measurement) as channels:
        channels.send_now(frames)
        batch = receive(reception, 3)
    assert sorted(zip(batch.channel.tolist(), batch.arbitration_id.tolist(), strict=True)) == [
        (1, 0x1),
        (1, 0x3),
        (2, 0x2),
    ]


def test_what_a_driver_refuses_is_an_error(texts):
    measurement = Measurement.of(parse_channels([f"{texts[1]},listen_only=true"]))
    with SendingChannels(measurement) as channels, pytest.raises(BusError, match="only listens"):
        channels.send_now(FrameBatch.from_columns(0, 0x1, [[1]]))


def test_own_frames_of_a_driver_appear_once_and_marked(texts):
    measurement = Measurement.of(parse_channels(texts[1:]))
    with Reception(measurement) as reception:
        capture = reception.channels[0].capture
        factory, settings = kind_of(measurement.channels[0]).sender(measurement.channels[0], capture)
        with closing(load_factory(factory)(settings)) as sender:
            for number in range(20):
                sender.send_batch(FrameBatch.from_columns(0, 0x1, [[number]]))
            sender.send_batch(FrameBatch.from_columns(0, 0x2, [[0]]))  # comes after a second one of those
            batch = receive(reception, 21)[:20]
    assert batch.has(Flag.TX).all()
    assert batch.data[:, 0].tolist() == list(range(20))

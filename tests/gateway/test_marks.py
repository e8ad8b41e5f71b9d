"""Marks of forwarded frames: where they come from, on the wire, and what a gateway does with them."""

import struct
from contextlib import closing

import can
import numpy as np
import pytest
from can.interfaces.udp_multicast.utils import pack_message
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.settings import ChannelSettings, parse_channel
from canmcast_gui.frames import FrameBatch
from canmcast_gui.gateway.engine import Outgoing
from canmcast_gui.gateway.marks import (
    BUS_IDS,
    MOST_HOPS,
    SHIFT,
    bus_id,
    channels_and_hops,
    mark_times,
    open_receiver,
)
from canmcast_gui.transport import BusSettings, FrameSender
from canmcast_gui.transport.wire.header_cache import HEAD_SIZE
from tests.gateway.engines import MS, NOW_NS, engine, forwarded, frames
from tests.support.waiting import wait_until

THIRD = ChannelSettings("multicast", "239.1.1.3", number=3)


def marked(batch: FrameBatch, channel: int, hops: int) -> FrameBatch:
    """Frames as they arrive through other gateways, from a channel (0 for one that is not known)."""
    copy = FrameBatch(batch.records.copy(), batch.heap)
    copy.records["flags"] |= np.uint16((hops << 5 | channel) << SHIFT)
    return copy


def outgoing(made, number: int, batch: FrameBatch) -> list[Outgoing]:
    made.forward(number, batch, NOW_NS + MS)
    return made.take_due(NOW_NS + MS)


def test_what_comes_back_to_its_bus_is_not_forwarded_and_a_sentence_names_the_loop():
    made = engine()
    copies = marked(frames(range(5)), 1, 1)
    assert forwarded(made, 2, copies) == {}
    report = made.report(NOW_NS + 2 * MS)
    assert report.returned == 5
    assert "come back on channel 2: another gateway connects the same buses" in report.loop
    assert len(forwarded(engine(loop_detection=False), 2, copies)[1]) == 5


def test_frames_of_other_gateways_are_forwarded_to_buses_that_they_do_not_come_from():
    channels = (*engine_channels(), THIRD)
    made = engine(channels=channels)
    assert sorted(forwarded(made, 2, marked(frames([7]), 1, 1))) == [3]
    assert sorted(forwarded(made, 2, marked(frames([7]), 0, 2))) == [1, 3]
    assert forwarded(made, 2, marked(frames([7]), 0, MOST_HOPS)) == {}
    assert made.report(NOW_NS + MS).returned == 2


def engine_channels() -> tuple[ChannelSettings, ...]:
    from tests.gateway.engines import CHANNELS

    return CHANNELS


def test_the_mark_names_the_bus_that_a_frame_comes_from_over_all_gateways():
    made = engine(channels=(*engine_channels(), THIRD))
    (first,) = [each for each in outgoing(made, 2, frames([7])) if each.direction == (2, 3)]
    assert first.marks.tolist() == mark_times(np.array([1002]), np.array([1])).tolist()
    (second,) = outgoing(made, 2, marked(frames([7]), 1, 2))
    assert second.direction == (2, 3)
    assert second.marks.tolist() == mark_times(np.array([1001]), np.array([3])).tolist()
    assert second.marked().timestamp_ns.tolist() == second.marks.tolist()
    assert second.batch.timestamp_ns.tolist() == [NOW_NS]


@given(st.integers(0, (1 << 36) - 1), st.integers(0, 7))
def test_marks_survive_as_floats_of_seconds(bus, hops):
    seconds = int(mark_times(np.array([bus]), np.array([hops]))[0]) / 1e9
    decoder = open_decoder({bus: 9, bus ^ 1: 3})
    datagram = pack_message(can.Message(timestamp=seconds, arbitration_id=1, data=b"\1"))
    assert struct.unpack_from(">d", datagram, HEAD_SIZE)[0] == seconds
    header, payload, _peer, _time = decoder.decode(datagram, (("127.0.0.1", 1), None), 5)
    assert (header.flags >> SHIFT, payload) == (hops << 5 | 9, b"\1")


def open_decoder(channels: dict[int, int]):
    from canmcast_gui.gateway.marks import MarkDecoder
    from canmcast_gui.transport.capture.peers import PeerTable, ReceiveOptions
    from canmcast_gui.transport.sockets.addresses import parse_group
    from canmcast_gui.transport.sockets.origins import Origins

    peers = PeerTable(Origins(parse_group("239.1.1.1"), False), lambda _address, _scope: True)
    return MarkDecoder(peers, ReceiveOptions(own=True, fd=True), channels)


@pytest.mark.network
@pytest.mark.parametrize("count", [1, 5, 200])
def test_marks_are_received_between_other_frames(network, count):
    settings = BusSettings.this_computer(port=network.free_port())
    plain = frames(range(count), at_ns=NOW_NS)
    with_mark = FrameBatch(plain.records.copy())
    with_mark.records["timestamp_ns"] = mark_times(np.full(count, 77), np.full(count, 2))
    values = {**settings.to_dict(), BUS_IDS: [[3, 77]]}
    with closing(open_receiver(values, watched=False)) as receiver, closing(FrameSender(settings)) as sender:
        sender.send_batch(plain)
        sender.send_batch(with_mark)
        sender.send_datagram(b"garbage")
        sender.send_batch(plain)
        batches: list[FrameBatch] = []

        def done() -> bool:
            batches.append(receiver.drain())
            return receiver.datagrams == 3 * count + 1

        wait_until(done)
        batch = FrameBatch.concatenate(batches)
        assert receiver.statistics().malformed == 1
    channels, hops = channels_and_hops(batch)
    assert channels.tolist() == [0] * count + [3] * count + [0] * count
    assert hops.tolist() == [0] * count + [2] * count + [0] * count
    assert (batch.arbitration_id == np.tile(np.arange(count), 3)).all()


def test_bus_ids_are_equal_for_one_bus_only():
    def of(text: str) -> int:
        return bus_id(parse_channel(text))

    assert of("multicast:239.1.1.1") == of("name=multicast:239.1.1.1,fd=false")
    texts = (
        "multicast:239.1.1.1",
        "multicast:239.1.1.2",
        "multicast:239.1.1.1,port=5",
        "multicast:239.1.1.1,interface=lo",
        "multicast:239.1.1.1,hop_limit=0",
        "socketcan:can0",
        "socketcan:can1",
        "dronecan:0",
    )
    assert len({of(text) for text in texts}) == len(texts)

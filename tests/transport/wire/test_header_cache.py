"""The short ways of decoding and encoding give what the general codec and stock's encoder give."""

import tracemalloc
from collections.abc import Iterable

import can
import msgpack
import pytest
from can.interfaces.udp_multicast.utils import pack_message
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag
from canmcast_gui.frames.messages import flags_of_message
from canmcast_gui.transport.capture.datagram_decoder import DatagramDecoder
from canmcast_gui.transport.capture.peers import PeerTable, ReceiveOptions
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.origins import Origins
from canmcast_gui.transport.wire.codec import KEYS, Refusal, WireFrame, decode
from canmcast_gui.transport.wire.header_cache import Encoder
from tests.support.messages import messages
from tests.transport.datagrams import datagrams, mutated, stock_datagrams


class Decoder:
    """Decodes datagrams of one sender, and returns frames in the form of the codec."""

    def __init__(self) -> None:
        origins = Origins(parse_group("239.1.2.3"), reports_destinations=False)
        self.decoder = DatagramDecoder(PeerTable(origins, lambda *_: True), ReceiveOptions(own=True, fd=True))

    def decode(self, datagram: bytes) -> WireFrame | Refusal:
        received = self.decoder.decode(datagram, (("10.0.0.7", 1), None), 0)
        if isinstance(received, Refusal):
            return received
        header, payload, _, _ = received
        assert header.length == len(payload)
        return WireFrame(header.arbitration_id, header.flags, header.channel, header.dlc, payload)


@st.composite
def with_other_payload(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two datagrams that differ in a few bytes, often only in time or payload."""
    first = draw(stock_datagrams() | mutated())
    second = bytearray(first)
    for at in draw(st.lists(st.integers(0, max(0, len(second) - 1)), max_size=12)):
        if second:
            second[at] = draw(st.integers(0, 255))
    return first, bytes(second)


@given(st.lists(datagrams(), max_size=4), with_other_payload())
def test_decoding_by_cached_headers_equals_the_codec(some: list[bytes], pair: tuple[bytes, bytes]):
    decoder = Decoder()
    for datagram in [*some, *pair, *pair, *some]:
        assert decoder.decode(datagram) == decode(datagram)


@pytest.mark.parametrize(
    "channel",
    [
        int.from_bytes(b"\xa4data\xc4\x08\x00", "big"),
        int.from_bytes(b"\x00\x00\xa4data\xc4", "big"),
        "ädataĀ" + "\x08" * 200,
        -(2**63),
        2**31,
        "",
    ],
)
@pytest.mark.parametrize("order", [KEYS, (KEYS[0], *KEYS[:0:-1])])
def test_a_channel_that_looks_like_the_payloads_mark_is_not_taken_for_it(
    channel: object, order: tuple[str, ...]
):
    message = can.Message(arbitration_id=5, channel=channel, data=b"\x00\xa3dlc\x08\xa4d")
    values = msgpack.unpackb(pack_message(message))
    datagram = msgpack.packb({key: values[key] for key in order})
    decoder = Decoder()
    for at in range(len(datagram)):
        changed = datagram[:at] + bytes([datagram[at] ^ 1]) + datagram[at + 1 :]
        for one in (datagram, changed):
            assert decoder.decode(one) == decode(one)


def test_invented_ids_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("canmcast_gui.transport.wire.header_cache.MOST_KEPT", 10)
    decoder, encoder = Decoder(), Encoder(allow_fd=True)

    def use_ids(numbers: Iterable[int]) -> int:
        for number in numbers:
            datagram = encoder.encode(number, 0, None, 1, b"x", 0.0)
            assert decoder.decode(datagram) == WireFrame(number, 0, None, 1, b"x")
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = use_ids(range(20))
        assert use_ids(range(20, 1000)) - before < 20_000
    finally:
        tracemalloc.stop()


def encoded(encoder: Encoder, message: can.Message) -> bytes:
    flags = flags_of_message(message) & ~Flag.TX
    return encoder.encode(
        message.arbitration_id, int(flags), message.channel, message.dlc, message.data, message.timestamp
    )


@given(st.lists(messages(), min_size=1, max_size=5))
def test_frames_are_encoded_byte_for_byte_as_stock_does(frames: list[can.Message]):
    encoder = Encoder(allow_fd=True)
    for message in [*frames, *frames]:
        assert encoded(encoder, message) == pack_message(message)


@pytest.mark.parametrize("timestamp", [0, 7, 1.5])
def test_times_that_are_whole_numbers_are_encoded_as_stock_does(timestamp: float):
    message = can.Message(arbitration_id=1, timestamp=timestamp, data=b"x")
    encoder = Encoder(allow_fd=True)
    assert [encoded(encoder, message) for _ in range(2)] == [pack_message(message)] * 2


@pytest.mark.parametrize(
    "message",
    [
        can.Message(data=bytes(9)),
        can.Message(data=bytes(65), is_fd=True),
        can.Message(arbitration_id=0x900, is_extended_id=False),
        can.Message(bitrate_switch=True),
        can.Message(is_remote_frame=True, is_fd=True),
        can.Message(dlc=3, data=b"x"),
        can.Message(timestamp=-1.0),
        can.Message(timestamp=float("nan")),
        can.Message(timestamp=float("inf")),
        can.Message(timestamp="now"),
        can.Message(timestamp=None),
        can.Message(arbitration_id=1.0),
        can.Message(arbitration_id=None),
        can.Message(arbitration_id="1"),
        can.Message(arbitration_id=-1),
        can.Message(arbitration_id=2**80),
        can.Message(dlc="8", data=bytes(8)),
        can.Message(channel="x" * 5000),
        can.Message(channel=2**80),
        can.Message(channel="\ud800"),
    ],
)
def test_what_would_end_a_stock_peer_is_not_encoded(message: can.Message):
    encoder = Encoder(allow_fd=True)
    for _ in range(2):
        with pytest.raises(FrameError):
            encoded(encoder, message)


def test_a_frame_that_was_fine_does_not_make_way_for_one_that_is_not():
    encoder = Encoder(allow_fd=True)
    encoded(encoder, can.Message(arbitration_id=1, data=b"abc"))
    for bad in (
        can.Message(arbitration_id=1, data=b"abc", timestamp=-1.0),
        can.Message(arbitration_id=1, dlc=3),
    ):
        with pytest.raises(FrameError):
            encoded(encoder, bad)


@pytest.mark.parametrize(
    ("channel", "sent"), [(True, 1), ([0, 1], "[0, 1]"), ((2,), "(2,)"), (300, 300), ("a", "a")]
)
def test_a_channel_goes_out_as_a_number_or_a_text(channel: object, sent: object):
    datagram = Encoder(allow_fd=True).encode(1, 0, channel, 1, b"x", 0.0)
    assert decode(datagram).channel == sent
    assert type(decode(datagram).channel) is type(sent)


def test_a_classic_bus_encodes_no_fd_frame():
    encoder = Encoder(allow_fd=False)
    with pytest.raises(FrameError, match="switched off"):
        encoder.encode(1, int(Flag.FD), None, 1, b"x", 0.0)
    assert encoder.encode(1, 0, None, 1, b"x", 0.0)

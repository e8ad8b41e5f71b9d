"""The wire format, against stock's own encoder and decoder."""

import tracemalloc

import can
import msgpack
import pytest
from can.interfaces.udp_multicast.utils import pack_message
from hypothesis import given

from canmcast_gui.frames import Flag
from canmcast_gui.transport.wire.codec import KEYS, MAX_DATAGRAM, Refusal, WireFrame, decode, encode
from tests.support.messages import messages
from tests.transport.datagrams import datagrams, stock_reading, wire_frame

GOOD = {
    "timestamp": 0.0,
    "arbitration_id": 0x123,
    "is_extended_id": False,
    "is_remote_frame": False,
    "is_error_frame": False,
    "channel": None,
    "dlc": 2,
    "data": b"\x01\x02",
    "is_fd": False,
    "bitrate_switch": False,
    "error_state_indicator": False,
}


def with_values(**changed: object) -> bytes:
    return msgpack.packb(GOOD | changed)


def without(key: str) -> bytes:
    return msgpack.packb({name: value for name, value in GOOD.items() if name != key})


@given(messages())
def test_every_valid_frame_is_written_as_stock_writes_it_and_read_back(message: can.Message):
    datagram = encode(wire_frame(message), message.timestamp)
    assert datagram == pack_message(message)
    assert decode(datagram) == wire_frame(message)


@given(datagrams())
def test_any_datagram_is_a_frame_that_stock_accepts_too_or_a_refusal(datagram: bytes):
    result = decode(datagram)
    if isinstance(result, WireFrame):
        assert wire_frame(stock_reading(datagram)) == result
    else:
        assert isinstance(result, Refusal)


@pytest.mark.parametrize(
    ("datagram", "refusal"),
    [
        (b"", Refusal.EMPTY),
        (b"\xc1garbage", Refusal.UNREADABLE),
        (msgpack.packb([1, 2, 3]), Refusal.UNREADABLE),
        (msgpack.packb(7), Refusal.WRONG_KEYS),
        (msgpack.packb({}), Refusal.WRONG_KEYS),
        (with_values() + b"\0", Refusal.UNREADABLE),
        (with_values()[:-1], Refusal.UNREADABLE),
        (with_values(sequence=1), Refusal.UNREADABLE),
        (
            with_values(channel=b"\xff".decode("latin-1")).replace(b"\xc3\xbf", b"\xff\xff"),
            Refusal.UNREADABLE,
        ),
        *((without(key), Refusal.WRONG_KEYS) for key in KEYS),
        (without("dlc").replace(b"\x8a", b"\x8b", 1) + msgpack.packb("DLC") + b"\x02", Refusal.WRONG_KEYS),
        (with_values(dlc=2.0), Refusal.WRONG_TYPE),
        (with_values(dlc=True, data=b"x"), Refusal.WRONG_TYPE),
        (with_values(arbitration_id=291.0), Refusal.WRONG_TYPE),
        (with_values(is_fd="yes"), Refusal.WRONG_TYPE),
        (with_values(is_extended_id=2), Refusal.WRONG_TYPE),
        (with_values(is_error_frame=None), Refusal.WRONG_TYPE),
        (with_values(data=[1, 2]), Refusal.UNREADABLE),
        (with_values(data="ab"), Refusal.WRONG_TYPE),
        (with_values(data=700_000_000), Refusal.WRONG_TYPE),
        (with_values(data=None), Refusal.WRONG_TYPE),
        (with_values(channel=1.5), Refusal.WRONG_TYPE),
        (with_values(channel=True), Refusal.WRONG_TYPE),
        (with_values(timestamp="now"), Refusal.WRONG_TYPE),
        (with_values(dlc=3), Refusal.INVALID_FRAME),
        (with_values(dlc=9, data=bytes(9)), Refusal.INVALID_FRAME),
        (with_values(dlc=65, data=bytes(65), is_fd=True), Refusal.INVALID_FRAME),
        (with_values(arbitration_id=0x800), Refusal.INVALID_FRAME),
        (with_values(arbitration_id=-1), Refusal.INVALID_FRAME),
        (with_values(arbitration_id=0x20000000, is_extended_id=True), Refusal.INVALID_FRAME),
        (with_values(is_remote_frame=True, is_fd=True), Refusal.INVALID_FRAME),
        (with_values(is_remote_frame=True, is_error_frame=True), Refusal.INVALID_FRAME),
        (with_values(is_remote_frame=True, dlc=9), Refusal.INVALID_FRAME),
        (with_values(bitrate_switch=True), Refusal.INVALID_FRAME),
        (with_values(error_state_indicator=True), Refusal.INVALID_FRAME),
        (with_values(channel="x" * MAX_DATAGRAM), Refusal.TOO_LONG),
    ],
)
def test_datagrams_that_are_not_frames_are_refused_by_kind(datagram: bytes, refusal: Refusal):
    assert decode(datagram) == refusal


def test_what_stock_peers_with_careless_users_send_is_a_frame():
    assert decode(with_values(is_fd=1)) == WireFrame(0x123, Flag.FD, None, 2, b"\1\2")
    assert decode(with_values(timestamp=0)) == WireFrame(0x123, 0, None, 2, b"\1\2")
    assert decode(with_values(is_remote_frame=True, dlc=5)) == WireFrame(0x123, Flag.REMOTE, None, 5, b"")
    assert decode(with_values(channel="vcan0")).channel == "vcan0"


@pytest.mark.parametrize(
    "hostile",
    [
        b"\xdc\x0f\xff" * 1300,  # arrays in arrays that each announce 4095 more
        b"\xdd\xff\xff\xff\xff" * 800,
        b"\x81\xa1a" * 1300,  # maps in maps
        b"\xc6\x7f\xff\xff\xff",  # two gigabytes of payload to come
        b"\xdb\x7f\xff\xff\xff",
        with_values(data=700_000_000),
    ],
)
def test_a_hostile_datagram_takes_memory_for_its_size_only(hostile: bytes):
    decode(hostile)
    tracemalloc.start()
    try:
        assert isinstance(decode(hostile), Refusal)
        assert tracemalloc.get_traced_memory()[1] < 300_000
    finally:
        tracemalloc.stop()

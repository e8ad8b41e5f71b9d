"""DroneCAN datagrams: one frame and columns are the same, and the same as an independent implementation."""

import struct

import numpy as np
import pytest
from crccheck.crc import Crc16CcittFalse
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.dronecan import wire
from canmcast_gui.channels.dronecan.columns import checksums, decode_columns, encode_columns
from canmcast_gui.channels.dronecan.encoder import DroneCanEncoder
from canmcast_gui.frames import FRAME_DTYPE, Flag, FrameBatch, bits
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.wire.codec import Refusal, WireFrame
from canmcast_gui.transport.wire.templates import WIDTH

# Worked out by hand: magic, CRC, no flags, extended id 1, payload 01 02.
KNOWN = bytes.fromhex("3429") + struct.pack("<H", Crc16CcittFalse.calc(bytes.fromhex("0000010000800102")))
KNOWN += bytes.fromhex("0000010000800102")


@st.composite
def frames(draw: st.DrawFn) -> WireFrame:
    """Valid data frames."""
    fd, extended = draw(st.booleans()), draw(st.booleans())
    data = draw(st.binary(max_size=64 if fd else 8))
    number = draw(st.integers(0, 0x1FFFFFFF if extended else 0x7FF))
    flags = (bits.FD if fd else 0) | (bits.EXTENDED if extended else 0)
    return WireFrame(number, flags, None, len(data), data)


def datagram_of(frame: WireFrame) -> bytes:
    return wire.encode(frame.arbitration_id, frame.flags, frame.dlc, frame.data)


@st.composite
def datagrams(draw: st.DrawFn) -> bytes:
    """Those of valid frames, damaged ones, and others whose checksum is right."""
    datagram = datagram_of(draw(frames()))
    kind = draw(st.sampled_from(["valid", "valid", "damaged", "cut", "random", "body", "longer"]))
    if kind == "damaged":
        at = draw(st.integers(0, len(datagram) - 1))
        return datagram[:at] + bytes([datagram[at] ^ draw(st.integers(1, 255))]) + datagram[at + 1 :]
    if kind == "cut":
        return datagram[: draw(st.integers(0, len(datagram)))]
    if kind == "random":
        return draw(st.binary(max_size=100))
    if kind == "body":
        body = draw(st.binary(min_size=6, max_size=80))
        return struct.pack("<HH", wire.MAGIC, wire.checksum(body)) + body
    return datagram + draw(st.binary(max_size=10)) if kind == "longer" else datagram


@given(st.integers(0, 70), st.integers(1, 40), st.randoms(use_true_random=False))
def test_checksums_of_rows_and_of_single_bodies_are_those_of_crccheck(size, count, random):
    rows = np.frombuffer(random.randbytes(size * count), dtype=np.uint8).reshape(count, size)
    expected = [Crc16CcittFalse.calc(row.tobytes()) for row in rows]
    assert checksums(rows).tolist() == expected
    assert [wire.checksum(row.tobytes()) for row in rows] == expected


def test_a_datagram_that_was_worked_out_by_hand():
    assert wire.decode(KNOWN) == WireFrame(1, bits.EXTENDED, None, 2, b"\x01\x02")
    assert wire.encode(1, bits.EXTENDED, 2, b"\x01\x02") == KNOWN


@given(frames())
def test_what_is_encoded_is_decoded(frame):
    assert wire.decode(datagram_of(frame)) == frame


@given(st.lists(frames(), min_size=1, max_size=40))
def test_columns_are_encoded_as_single_frames_are(some):
    batch = FrameBatch.from_columns(
        0,
        [frame.arbitration_id for frame in some],
        np.array([list(frame.data.ljust(64, b"\xee")) for frame in some], dtype=np.uint8),
        length=[len(frame.data) for frame in some],
        flags=[frame.flags for frame in some],
    )
    matrix, sizes = encode_columns(batch)
    rows = [matrix[row, :size].tobytes() for row, size in enumerate(sizes.tolist())]
    assert rows == [datagram_of(frame) for frame in some]


@given(st.lists(datagrams(), min_size=1, max_size=60))
def test_columns_are_decoded_as_single_datagrams_are(some):
    matrix = np.full((len(some), WIDTH), 0xEE, dtype=np.uint8)
    for row, datagram in enumerate(some):
        matrix[row, : len(datagram)] = np.frombuffer(datagram, dtype=np.uint8)
    records = np.zeros(len(some), dtype=FRAME_DTYPE)
    valid, heap = decode_columns(matrix, np.array([len(each) for each in some]), records)
    expected = [wire.decode(datagram) for datagram in some]
    assert valid.tolist() == [isinstance(frame, WireFrame) for frame in expected]
    batch = FrameBatch(records, heap)
    for row in np.flatnonzero(valid).tolist():
        frame, plain = expected[row], batch.plain_frame(row)
        assert isinstance(frame, WireFrame)
        assert (plain.arbitration_id, plain.flags, plain.data) == (
            frame.arbitration_id,
            frame.flags,
            frame.data,
        )
        assert not batch.data[row, len(frame.data) :].any()


def with_number(number: int, data: bytes = b"") -> bytes:
    body = wire.BODY.pack(0, number) + data
    return struct.pack("<HH", wire.MAGIC, wire.checksum(body)) + body


@pytest.mark.parametrize(
    ("datagram", "reason"),
    [
        (b"", Refusal.EMPTY),
        (KNOWN[:9], Refusal.WRONG_MAGIC),
        (b"\x8b" + KNOWN[1:], Refusal.WRONG_MAGIC),
        (KNOWN[:-1] + b"\x03", Refusal.WRONG_CHECKSUM),
        (KNOWN + bytes(70), Refusal.TOO_LONG),
        (with_number(0x800), Refusal.INVALID_FRAME),
        (with_number(0x100, bytes(9)), Refusal.INVALID_FRAME),
        (with_number(0x100 | wire.ID_REMOTE), Refusal.INVALID_FRAME),
        (with_number(0x100 | wire.ID_ERROR), Refusal.INVALID_FRAME),
    ],
)
def test_the_reason_why_a_datagram_has_no_frame(datagram, reason):
    assert wire.decode(datagram) is reason


def test_frames_that_the_format_does_not_have_are_refused_with_a_sentence():
    encoder = DroneCanEncoder(allow_fd=False)
    with pytest.raises(FrameError, match="DroneCAN has no remote frames"):
        encoder.encode(0x100, bits.REMOTE, None, 0, b"", 0.0)
    with pytest.raises(FrameError, match="CAN FD is switched off"):
        encoder.encode(0x100, bits.FD, None, 0, b"", 0.0)
    data = np.zeros((3, 0), dtype=np.uint8)
    with pytest.raises(FrameError, match="frame 2 of 3: DroneCAN has no error frames"):
        encoder.check(FrameBatch.from_columns(0, 1, data, flags=[0, 0, int(Flag.ERROR)]))
    with pytest.raises(FrameError, match="frame 0 of 3: CAN FD is switched off"):
        encoder.check(FrameBatch.from_columns(0, 1, data, flags=int(Flag.FD)))

"""Frames that differ in time, id and payload only: the same result as from the general codec, or none."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import FRAME_DTYPE, Flag, FrameBatch
from canmcast_gui.frames.messages import channel_number
from canmcast_gui.transport.wire.batch_codec import decode_columns
from canmcast_gui.transport.wire.codec import WireFrame, decode, encode
from canmcast_gui.transport.wire.uniform import (
    UniformDatagrams,
    UniformFrames,
    is_usual,
)
from tests.transport.datagrams import datagrams
from tests.transport.wire.test_batch_codec import matrix_of

# Ids of each size in a datagram.
RANGES = ((0, 0x7F), (0x80, 0xFF), (0x100, 0x7FF), (0x10000, 0x1FFFFFFF))


@st.composite
def alike(draw: st.DrawFn) -> list[WireFrame]:
    """Valid frames that differ in id and payload only, their ids of one size in a datagram."""
    lowest, highest = draw(st.sampled_from(RANGES))
    fd = draw(st.booleans())
    flags = Flag.FD * fd | draw(st.sampled_from([0, Flag.BRS, Flag.ESI])) * fd
    flags |= Flag.EXTENDED if highest > 0x7FF or draw(st.booleans()) else Flag(0)
    length = draw(st.sampled_from([0, 1, 7, 8, *((12, 64) if fd else ())]))
    channel = draw(st.sampled_from([None, 0, 5, 127]))
    ids = draw(st.lists(st.integers(lowest, highest), min_size=1, max_size=20))
    payload = st.binary(min_size=length, max_size=length)
    return [WireFrame(number, int(flags), channel, length, draw(payload)) for number in ids]


def batch_of(frames: list[WireFrame], times: list[int] | int = 0) -> FrameBatch:
    data = [list(frame.data.ljust(64, b"\0")) for frame in frames]
    lengths = [len(frame.data) for frame in frames]
    flags = [frame.flags for frame in frames]
    channels = [channel_number(frame.channel) for frame in frames]
    ids = [frame.arbitration_id for frame in frames]
    return FrameBatch.from_columns(times, ids, data, lengths, flags, channels)


def learned(datagram: bytes) -> UniformDatagrams | None:
    """What decodes datagrams like this one; None if it has an unusual layout."""
    matrix, sizes = matrix_of([datagram])
    record = np.zeros(1, dtype=FRAME_DTYPE)
    done, _ = decode_columns(matrix, sizes, record)
    return UniformDatagrams(matrix[0], record[0]) if done[0] else None


@given(alike(), st.integers(0, 255), st.floats(0, 2e9))
def test_decoding_gives_what_the_codec_gives(frames, padding, seconds):
    known = learned(encode(frames[0]))
    matrix, sizes = matrix_of([encode(frame, seconds) for frame in frames], padding)
    assert known is not None
    assert known.fits(matrix, sizes)
    assert known.is_fd == bool(frames[0].flags & Flag.FD)
    times = np.arange(len(frames))
    records, heap = known.decode(matrix, times, 3, int(Flag.TX))
    expected = batch_of(frames, times)
    for name in ("timestamp_ns", "arbitration_id", "channel", "dlc", "length", "data"):
        assert (records[name] == expected.records[name]).all()
    assert (records["flags"] == expected.flags | np.uint16(Flag.TX)).all()
    assert (records["source"] == 3).all()
    batch = FrameBatch(records, heap)
    assert [batch.payload(row) for row in range(len(batch))] == [frame.data for frame in frames]


@given(datagrams().filter(learned), datagrams(), st.integers(0, 255))
def test_what_fits_is_decoded_as_by_the_codec(first, other, padding):
    known = learned(first)
    matrix, sizes = matrix_of([first, other], padding)
    if known.fits(matrix, sizes):
        frame = decode(other)
        assert isinstance(frame, WireFrame)
        batch = FrameBatch(*known.decode(matrix, np.zeros(len(matrix)), 0, 0))
        assert (int(batch.arbitration_id[1]), int(batch.flags[1])) == (frame.arbitration_id, frame.flags)
        assert (batch.payload(1), int(batch.channel[1])) == (frame.data, channel_number(frame.channel))


@given(alike(), st.integers(0, 19), st.integers(0, 219))
def test_one_changed_byte_is_not_taken_for_a_frame_like_the_others(frames, row, at):
    some = [bytearray(encode(frame)) for frame in frames]
    known, row = learned(bytes(some[0])), row % len(some)
    at %= len(some[row])
    some[row][at] ^= 0x01
    matrix, sizes = matrix_of([bytes(datagram) for datagram in some])
    if known.fits(matrix, sizes):
        assert isinstance(decode(bytes(some[row])), WireFrame)
        batch = FrameBatch(*known.decode(matrix, np.zeros(len(matrix)), 0, 0))
        assert batch.payload(row) == decode(bytes(some[row])).data


@given(datagrams())
def test_a_usual_datagram_is_one_that_columns_understand(datagram):
    frame = decode(datagram)
    if isinstance(frame, WireFrame):
        assert is_usual(datagram, frame) == (learned(datagram) is not None)


@given(alike(), st.lists(st.integers(0, 2**61), min_size=20, max_size=20))
def test_encoding_gives_what_the_codec_gives(frames, times):
    batch = batch_of(frames, times[: len(frames)])
    for flags in (0, int(Flag.TX)):
        batch.records["flags"] |= np.uint16(flags)
        rows = UniformFrames(allow_fd=True).encode(batch)
        assert rows is not None
        expected = [encode(frame, time / 1e9) for frame, time in zip(frames, times, strict=False)]
        assert [row.tobytes() for row in rows] == expected


@given(alike(), st.sampled_from(["flags", "channel", "length", "arbitration_id", "timestamp_ns"]))
def test_frames_that_differ_more_or_are_not_valid_are_not_encoded(frames, name):
    batch = batch_of([*frames, frames[0]])
    value = {"arbitration_id": 0x20000000, "timestamp_ns": -1, "length": 200, "flags": 0x43, "channel": 250}
    batch.records[name][-1] = value[name]
    assert UniformFrames(allow_fd=True).encode(batch) is None
    batch.records[name] = value[name]
    assert UniformFrames(allow_fd=True).encode(batch) is None


def test_fd_frames_are_not_encoded_for_a_classic_bus_and_templates_are_limited():
    fd = FrameBatch.from_columns(0, 1, [[1] * 12], flags=int(Flag.FD))
    assert UniformFrames(allow_fd=False).encode(fd) is None
    frames = UniformFrames(allow_fd=True)
    for channel in range(128):
        for length in range(9):
            batch = FrameBatch.from_columns(0, 1, [[7] * 8], length=length, channel=channel)
            assert frames.encode(batch)[0].tobytes() == encode(
                WireFrame(1, 0, channel - 1 if channel else None, length, bytes([7] * length))
            )

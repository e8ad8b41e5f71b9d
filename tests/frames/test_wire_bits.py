"""Bits on the bus, compared with a sender that sends one bit at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import DLC_TO_LENGTH, LENGTH_TO_DLC, Flag, FrameBatch
from canmcast_gui.frames.wire_bits import ERROR_BITS, _crc_step, wire_bits
from tests.support.messages import messages


def number(value: int, width: int) -> list[int]:
    return [value >> place & 1 for place in reversed(range(width))]


def crc15(sequence: list[int]) -> int:
    """As ISO 11898-1 describes the shift register."""
    register = 0
    for bit in sequence:
        carry = bit ^ (register >> 14)
        register = (register << 1 & 0x7FFF) ^ (0x4599 if carry else 0)
    return register


def stuffed(sequence: list[int], at_the_end: bool) -> list[int]:
    """The position in the sequence after which each stuff bit is inserted."""
    places, last, run = [], None, 0
    for place, bit in enumerate(sequence):
        last, run = bit, run + 1 if bit == last else 1
        if run == 5 and (at_the_end or place + 1 < len(sequence)):
            places.append(place)
            last, run = 1 - bit, 1
    return places


def slow_bits(flags: int, arbitration_id: int, dlc: int, payload: bytes) -> tuple[int, int]:
    """One frame, bit by bit."""
    if flags & Flag.ERROR:
        return ERROR_BITS, 0
    base, rest = (
        (arbitration_id >> 18, arbitration_id & 0x3FFFF) if flags & Flag.EXTENDED else (arbitration_id, 0)
    )
    head = [0, *number(base, 11)]
    if flags & Flag.FD:
        code = int(LENGTH_TO_DLC[len(payload)])
        payload = payload.ljust(int(DLC_TO_LENGTH[code]), b"\0")
        head += [1, 1, *number(rest, 18), 0] if flags & Flag.EXTENDED else [0, 0]
        head += [1, 0, int(bool(flags & Flag.BRS))]
        data = [
            int(bool(flags & Flag.ESI)),
            *number(code, 4),
            *(b for byte in payload for b in number(byte, 8)),
        ]
        places = stuffed(head + data, at_the_end=False)
        crc = 21 if len(payload) > 16 else 17
        fixed = 1 + (4 + crc) // 4
        early = sum(place < len(head) - 1 for place in places)
        arbitration, fast = len(head) + early + 13, len(data) + len(places) - early + 4 + crc + fixed
        return (arbitration, fast) if flags & Flag.BRS else (arbitration + fast, 0)
    remote = int(bool(flags & Flag.REMOTE))
    head += [1, 1, *number(rest, 18), remote, 0, 0] if flags & Flag.EXTENDED else [remote, 0, 0]
    sequence = [*head, *number(dlc, 4), *(b for byte in payload for b in number(byte, 8))]
    sequence += number(crc15(sequence), 15)
    return len(sequence) + len(stuffed(sequence, at_the_end=True)) + 13, 0


@given(st.lists(messages(), max_size=20))
def test_bits_are_those_of_a_sender(some: list):
    batch = FrameBatch.from_messages(some)
    slow, fast = wire_bits(batch)
    expected = [
        slow_bits(int(batch.flags[n]), int(batch.arbitration_id[n]), int(batch.dlc[n]), batch.payload(n))
        for n in range(len(batch))
    ]
    assert list(zip(slow.tolist(), fast.tolist(), strict=True)) == expected


@given(st.binary(min_size=8, max_size=8) | st.just(bytes(8)) | st.just(b"\xff" * 8), st.integers(0, 0x7FF))
def test_a_classic_frame_keeps_within_its_bounds(payload: bytes, arbitration_id: int):
    """47 bits and those of the data, and at most one more for each four of those that may be stuffed."""
    batch = FrameBatch.from_columns(0, arbitration_id, np.frombuffer(payload, np.uint8)[None])
    slow, _ = wire_bits(batch)
    assert 111 <= slow[0] <= 111 + (34 + 64 - 1) // 4


def test_the_crc_is_that_of_published_catalogs():
    """CRC-15/CAN of the digits 1 to 9 is 059Eh."""
    crc = np.zeros(1, dtype=np.int64)
    for byte in b"123456789":
        crc = _crc_step(crc, np.array([byte]), 8)
    assert crc[0] == 0x059E


@pytest.mark.parametrize(
    ("flags", "length", "arbitration", "data"),
    [
        # 17 bits up to BRS and 13 at the end; ESI, DLC, data, stuff count, CRC and its fixed stuff bits
        (Flag.FD | Flag.BRS, 0, 30, 5 + 4 + 17 + 6),
        (Flag.FD | Flag.BRS, 64, 30, 5 + 512 + 4 + 21 + 7),
        (Flag.FD, 64, 30 + 5 + 512 + 4 + 21 + 7, 0),
    ],
)
def test_the_parts_of_a_fd_frame_that_needs_no_stuffing(flags, length, arbitration, data):
    batch = FrameBatch.from_columns(0, 0x555, np.full((1, length), 0x55, dtype=np.uint8), flags=int(flags))
    assert [int(part[0]) for part in wire_bits(batch)] == [arbitration, data]


def test_runs_that_need_a_bit_after_each_four():
    """A run of five, then runs of four that the bit put in before makes five."""
    data = np.full((1, 8), 0x3C, dtype=np.uint8)
    slow, _ = wire_bits(FrameBatch.from_columns(0, 0x078, data))
    # SOF and id are 00000 1111 000, RTR another 0: three; 000 of the DLC and 00 of the data, then
    # 1111 0000 and so on, fifteen runs: sixteen; and what the CRC needs
    assert 111 + 3 + 16 <= slow[0] <= 111 + 3 + 16 + 4
    assert (int(slow[0]), 0) == slow_bits(0, 0x078, 8, data.tobytes())


@given(
    st.integers(0, 0x1FFFFFFF),
    st.integers(0, 64).flatmap(
        lambda size: st.lists(st.sampled_from([0, 0x0F, 0xF8, 0xFF]), min_size=size, max_size=size)
    ),
    st.booleans(),
)
def test_lengths_between_two_of_fd_are_padded(arbitration_id: int, payload: list[int], switched: bool):
    flags = Flag.FD | Flag.EXTENDED | (Flag.BRS if switched else Flag(0))
    data = np.array([payload], dtype=np.uint8).reshape(1, -1)
    batch = FrameBatch.from_columns(0, arbitration_id, data, flags=int(flags))
    slow, fast = wire_bits(batch)
    expected = slow_bits(int(flags), arbitration_id, 0, bytes(payload))
    assert (int(slow[0]), int(fast[0])) == expected


def test_no_frames_have_no_bits():
    assert [len(part) for part in wire_bits(FrameBatch.empty())] == [0, 0]

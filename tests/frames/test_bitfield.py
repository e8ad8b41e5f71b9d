"""Bit fields against a reference that moves one bit at a time, and against cantools' bit numbers."""

import math
import struct

import numpy as np
import pytest
from cantools.database.can import Message, Signal
from cantools.database.conversion import BaseConversion
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.bitfield import BitField, batch_reader, rows_reader


@st.composite
def fields(draw: st.DrawFn, most_bits: int = 512, most_length: int = 512) -> BitField:
    """Any field within payloads of ``most_bits`` bits."""
    length = draw(st.integers(0, 9) | st.integers(55, 66) | st.integers(0, 512))
    length = min(length, most_bits, most_length)
    first = draw(st.integers(0, most_bits - length))
    big_endian = draw(st.booleans())
    start = 8 * (first // 8) + 7 - first % 8 if big_endian else first
    return BitField(start, length, big_endian, draw(st.booleans()), draw(st.booleans()))


def bit_numbers(field: BitField) -> list[int]:
    """The numbers of the field's bits, least significant first, from the definition in DBC files."""
    numbers, bit = [], field.start
    for _ in range(field.length):
        numbers.append(bit)
        if not field.big_endian:
            bit += 1
        else:
            bit = bit - 1 if bit % 8 else bit + 15
    return numbers[::-1] if field.big_endian else numbers


def reference_bits(field: BitField, payload: bytes) -> int:
    """The field's bits, one at a time."""
    number = int.from_bytes(payload, "little")
    return sum((number >> bit & 1) << place for place, bit in enumerate(bit_numbers(field)))


def reference_number(field: BitField, bits: int) -> int | float:
    """The number of bits, from the definitions of two's complement and of IEEE 754."""
    if field.is_float and field.length in (16, 32, 64):
        letter = {16: "e", 32: "f", 64: "d"}[field.length]
        return struct.unpack(f"<{letter}", bits.to_bytes(field.length // 8, "little"))[0]
    negative = field.signed and field.length and bits >= 1 << (field.length - 1)
    return bits - (1 << field.length) if negative else bits


def same(left: float, right: float) -> bool:
    return left == right or (math.isnan(left) and math.isnan(right))


@given(st.data(), fields())
def test_a_field_is_read_as_its_bits_one_by_one(data: st.DataObject, field: BitField):
    payload = data.draw(st.binary(min_size=max(field.bytes_needed, 1), max_size=64))
    bits = field.get(payload)
    assert bits == reference_bits(field, payload)
    assert same(field.number(bits), reference_number(field, bits))


@given(st.data(), fields())
def test_writing_changes_the_bits_of_the_field_only(data: st.DataObject, field: BitField):
    before = data.draw(st.binary(min_size=max(field.bytes_needed, 1), max_size=64))
    bits = data.draw(st.integers(-(2**70), 2**70))
    payload = bytearray(before)
    field.put(payload, bits)
    assert (len(payload), field.get(payload)) == (len(before), bits % (1 << field.length))
    own = sum(1 << bit for bit in bit_numbers(field))
    changed = int.from_bytes(before, "little") ^ int.from_bytes(payload, "little")
    assert changed & ~own == 0


@given(st.data(), fields())
def test_columns_have_the_numbers_of_the_single_payloads(data: st.DataObject, field: BitField):
    size = data.draw(
        st.sampled_from([size for size in (*range(9), 12, 24, 64) if size >= field.bytes_needed])
    )
    payloads = data.draw(st.lists(st.binary(min_size=size, max_size=size), max_size=5))
    numbers = [reference_number(field, reference_bits(field, payload)) for payload in payloads]
    rows = np.frombuffer(b"".join(payloads), np.uint8).reshape(len(payloads), size)
    batch = FrameBatch.from_columns(np.zeros(len(payloads)), 1, rows) if payloads else FrameBatch.empty()
    for column in (batch_reader(field)(batch), rows_reader(field)(rows)):
        assert len(column) == len(numbers)
        assert all(
            same(number, reference) for number, reference in zip(column.tolist(), numbers, strict=True)
        )


@given(st.data(), fields(most_length=64))
def test_bits_are_numbered_as_in_cantools(data: st.DataObject, field: BitField):
    if not field.length or (field.is_float and not field.float_format):
        return
    signal = Signal(
        "S",
        field.start,
        field.length,
        "big_endian" if field.big_endian else "little_endian",
        field.signed,
        conversion=BaseConversion.factory(scale=1, offset=0, is_float=field.is_float),
    )
    message = Message(1, "M", field.bytes_needed, [signal], is_fd=True, strict=False)
    payload = data.draw(st.binary(min_size=field.bytes_needed, max_size=field.bytes_needed))
    decoded = message.decode(payload, scaling=False, decode_choices=False)
    assert isinstance(decoded, dict)
    assert same(field.number(field.get(payload)), float(decoded["S"]) if field.is_float else decoded["S"])


@given(fields(), st.data())
def test_the_bits_of_a_number_encode_it(field: BitField, data: st.DataObject):
    bits = data.draw(st.integers(0, (1 << field.length) - 1))
    number = field.number(bits)
    if not math.isnan(number):
        assert field.number(field.bits(number)) == number


@pytest.mark.parametrize(
    ("field", "number", "nearest"),
    [
        (BitField(0, 4), 16, 15),
        (BitField(0, 4), -1, 0),
        (BitField(0, 4), 2.6, 3),
        (BitField(0, 4), math.inf, 15),
        (BitField(0, 4, signed=True), -9, -8),
        (BitField(0, 4, signed=True), 8, 7),
        (BitField(0, 32, is_float=True), 1e300, math.inf),
        (BitField(0, 16, is_float=True), -1e6, -math.inf),
    ],
)
def test_a_number_that_does_not_fit_becomes_the_nearest(field: BitField, number: float, nearest: float):
    assert field.number(field.bits(number)) == nearest


def test_the_type_of_a_column_follows_the_field():
    rows = np.zeros((1, 16), np.uint8)
    types = {
        BitField(0, 12): np.uint64,
        BitField(0, 12, signed=True): np.int64,
        BitField(0, 32, is_float=True): np.float64,
        BitField(0, 24, is_float=True): np.uint64,
        BitField(0, 65): np.object_,
    }
    assert [rows_reader(field)(rows).dtype for field in types] == list(types.values())


def test_payloads_on_a_heap_are_read_where_they_are():
    data = np.arange(2 * 12, dtype=np.uint8).reshape(2, 12)
    batch = FrameBatch.from_columns([0, 1], 1, data)[np.array([1, 0, 1])]
    assert batch_reader(BitField(64, 32))(batch).tolist() == [0x17161514, 0x0B0A0908, 0x17161514]

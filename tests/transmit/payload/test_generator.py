"""Bits of a payload as values, and payloads that continue after an edit."""

import cantools
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from canmcast_gui.transmit.payload import Counter, ScaledField
from canmcast_gui.transmit.payload.generator import GeneratedPayload


@given(st.data())
def test_written_bits_are_read_and_the_others_stay(data):
    length = data.draw(st.integers(1, 64))
    big = data.draw(st.booleans())
    first = data.draw(st.integers(0, 64 - length))
    start = 8 * (first // 8) + 7 - first % 8 if big else first
    before = data.draw(st.binary(min_size=8, max_size=8))
    raw = data.draw(st.integers(0, (1 << length) - 1))
    place, payload = ScaledField(start, length, big), bytearray(before)
    place.put(payload, raw)
    assert place.get(payload) == raw
    place.put(payload, place.get(before))
    assert bytes(payload) == before


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (ScaledField(0, 8), 200, 200),
        (ScaledField(0, 8, signed=True), 200, -56),
        (ScaledField(0, 16, scale=0.25), 10, 2.5),
        (ScaledField(0, 8, scale=2, offset=-40), 3, -34),
        (ScaledField(0, 32, is_float=True), 0x3FC00000, 1.5),
        (ScaledField(0, 0, signed=True), 0, 0),
        (ScaledField(0, 24, is_float=True), 7, 7),
    ],
)
def test_bits_are_values(field, raw, value):
    found = field.value_of(raw)
    assert found == value
    assert type(found) is type(value)


@given(st.integers(1, 63), st.booleans(), st.integers())
def test_a_value_within_the_limits_is_kept(length, signed, wanted):
    field = ScaledField(0, length, signed=signed)
    low, high = (int(limit) for limit in field.value_limits)
    value = min(max(wanted, low), high)
    assert field.value_of(field.bits_of(value)) == value


@given(
    st.integers(1, 64),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 1, 0.1, -1e308, 1e308, 5e-324, 1 << 63]),
    st.sampled_from([0, -40, 1e308]),
    st.floats(allow_nan=False) | st.integers(-(1 << 70), 1 << 1100),
)
def test_every_value_has_bits_at_any_scale(length, signed, is_float, scale, offset, value):
    field = ScaledField(0, length, signed=signed, is_float=is_float, scale=scale, offset=offset)
    raw = field.bits_of(value)
    assert 0 <= raw < 1 << length
    assert isinstance(float(field.value_of(raw)), float)


@given(
    st.integers(0, 63), st.integers(1, 64), st.booleans(), st.booleans(),
    st.binary(min_size=8, max_size=8), st.data(),
)  # fmt: skip
def test_bits_are_written_where_cantools_writes_them(start, length, big_endian, signed, base, data):
    field = ScaledField(start, length, big_endian, signed)
    first = 8 * (start // 8) + 7 - start % 8 if big_endian else start
    assume(first + length <= 64)
    low, high = (int(limit) for limit in field.value_limits) if length < 50 else (0, 2**40)
    value = data.draw(st.integers(low, high))
    signal = cantools.database.can.Signal(
        "s", start, length, "big_endian" if big_endian else "little_endian", is_signed=signed
    )
    message = cantools.database.can.Message(1, "m", 8, [signal], strict=False)
    expected = int.from_bytes(message.encode({"s": value}), "big")
    mask = int.from_bytes(message.encode({"s": -1 if signed else (1 << length) - 1}, strict=False), "big")
    payload = bytearray(base)
    field.put(payload, field.bits_of(value))
    kept = int.from_bytes(base, "big") & ~mask
    assert int.from_bytes(payload, "big") == kept | expected
    assert field.get(payload) == value & ((1 << length) - 1)


def test_another_base_continues_the_count():
    counter = [Counter(ScaledField(0, 8))]
    first = GeneratedPayload(bytes(8), counter)
    assert [first.at(n)[0] for n in range(3)] == [0, 1, 2]
    second = GeneratedPayload(bytes([0, 9, 0, 0, 0, 0, 0, 0]), counter)
    second.continue_from(first)
    assert second.at(3)[:2] == b"\x03\x09"

"""Generated payloads: bits against cantools, checksums against published values."""

import cantools
import pytest
from crccheck.crc import ALLCRCCLASSES
from hypothesis import assume, given
from hypothesis import strategies as st

from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.payload import (
    Checksum,
    Counter,
    E2EProfile1,
    E2EProfile2,
    E2EProfile5,
    PayloadGenerator,
    Ramp,
    RandomValue,
    ScaledField,
    Sine,
    StepWave,
    Triangle,
    ValueList,
)
from canmcast_gui.transmit.payload.generator import GeneratedPayload, start_all
from canmcast_gui.transmit.payload.protection import checksum

MS = 1_000_000
BYTE_0 = ScaledField(0, 8)
BYTE_7 = ScaledField(56, 8)


def payloads(base: bytes, generators: list[PayloadGenerator], times_ms: list[float]) -> list[bytes]:
    data = GeneratedPayload(base, generators)
    return [data.at(10**12 + round(time * MS)) for time in times_ms]


# The check values of the CRC RevEng catalog: of the nine ASCII digits.
PUBLISHED = {
    "CRC-8/SAE-J1850": 0x4B,
    "CRC-8/AUTOSAR": 0xDF,
    "CRC-8/SMBUS": 0xF4,
    "CRC-8/MAXIM-DOW": 0xA1,
    "CRC-16/IBM-3740": 0x29B1,
    "CRC-16/MODBUS": 0x4B37,
    "CRC-32/ISO-HDLC": 0xCBF43926,
    "crc8": 0x4B,
    "sum": sum(b"123456789"),
    "xor": 0x31,
}


@pytest.mark.parametrize(("name", "value"), PUBLISHED.items())
def test_checksums_have_their_published_check_values(name, value):
    assert checksum(name)(b"123456789") == value


def test_the_whole_catalog_is_available():
    assert len(ALLCRCCLASSES) > 80
    for algorithm in ALLCRCCLASSES:
        assert checksum(algorithm.__name__)(b"123456789") == algorithm.calc(b"123456789")
    with pytest.raises(TransmitError, match="CRC-8/SAE-J1850"):
        checksum("nonsense")


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


@given(st.integers(0, 10), st.integers(0, 10), st.integers(1, 4), st.integers(1, 100))
def test_a_counter_counts_and_starts_again(first, more, step, frames):
    last = first + more
    counter = Counter(BYTE_0, first, last, step)
    values = [payload[0] for payload in payloads(bytes(8), [counter], [0] * frames)]
    allowed = list(range(first, last + 1, step))
    assert values == [allowed[n % len(allowed)] for n in range(frames)]


@pytest.mark.parametrize(
    ("waveform", "values"),
    [
        (Sine, [0, 50, 100, 50, 0]),
        (Ramp, [0, 25, 50, 75, 0]),
        (Triangle, [0, 50, 100, 50, 0]),
        (StepWave, [0, 0, 100, 100, 0]),
    ],
)
def test_waveforms_follow_the_time_of_sending(waveform, values):
    generator = waveform(ScaledField(0, 8, scale=0.5), 0, 100, 1000)
    found = payloads(bytes(8), [generator], [0, 250, 500, 750, 1000])
    assert [payload[0] / 2 for payload in found] == values


def test_lists_and_random_values():
    each = ValueList(BYTE_0, (5, 6, 7))
    assert [payload[0] for payload in payloads(bytes(8), [each], [0, 9, 9, 9])] == [5, 6, 7, 5]
    held = ValueList(BYTE_0, (5, 6, 7), 10)
    assert [payload[0] for payload in payloads(bytes(8), [held], [0, 9, 10, 25])] == [5, 5, 6, 7]
    generator = RandomValue(BYTE_0, 3, 9, 1)
    first, second = (payloads(bytes(8), [generator], [0] * 50) for _ in range(2))
    assert first == second
    values = {payload[0] for payload in first}
    assert values <= set(range(3, 10))
    assert len(values) > 3


def test_a_checksum_covers_the_counter_and_not_itself():
    generators = [Checksum(BYTE_7, "CRC-8/SAE-J1850", prefix=b"\x12"), Counter(BYTE_0)]
    for payload in payloads(bytes(range(8)), generators, [0] * 5):
        assert payload[7] == checksum("crc8")(b"\x12" + payload[:7])


def test_e2e_passes_the_checks_of_the_library():
    p01, p02, p05 = (pytest.importorskip(f"e2e.p0{n}") for n in (1, 2, 5))
    for number, payload in enumerate(payloads(bytes(8), [E2EProfile1(0x123)], [0] * 20)):
        assert payload[1] & 0x0F == number % 15
        assert p01.e2e_p01_check(bytearray(payload), 0x123)
    ids = bytes(range(16))
    for payload in payloads(bytes(8), [E2EProfile2(ids)], [0] * 20):
        assert p02.e2e_p02_check(bytearray(payload), ids)
    for payload in payloads(bytes(8), [E2EProfile5(0x1234)], [0] * 300):
        assert p05.e2e_p05_check(bytearray(payload), 0x1234)


def test_e2e_gives_the_examples_of_the_standard():
    """AUTOSAR PRS E2E Protocol, the examples of profiles 1 (both) and 5: 8 bytes of zeros, counter 0."""
    pytest.importorskip("e2e")
    (one,) = payloads(bytes(8), [E2EProfile1(0x123)], [0])
    (five,) = payloads(bytes(8), [E2EProfile5(0x1234)], [0])
    assert one[0] == 0xCC
    assert five[:3] == b"\x1c\xca\x00"


@pytest.mark.parametrize(
    ("generator", "words"),
    [
        (Counter(ScaledField(60, 8)), "outside"),
        (Counter(BYTE_0, last=300), "300"),
        (Counter(BYTE_0, step=0), "wrong value"),
        (Sine(BYTE_0, 0, 300, 5), "300"),
        (Sine(BYTE_0, 0, 30, 0), "period"),
        (Sine(BYTE_0, 0, 30, float("inf")), "wrong value"),
        (RandomValue(BYTE_0, 0, 30, 1 << 64), "seed"),
        (ValueList(BYTE_0, ()), "1 to"),
        (Checksum(BYTE_0, "sum", last_byte=9), "bytes 0 to 9"),
        (Checksum(BYTE_0, "nonsense"), "CRC-8/SAE-J1850"),
        (E2EProfile1(0x123, mode="some"), "both, alt, low or nibble"),
        (E2EProfile2(b"1"), "16"),
        (E2EProfile5(1 << 16), "16 bits"),
    ],
)
def test_wrong_parameters_are_refused(generator, words):
    with pytest.raises(TransmitError, match=words):
        start_all([generator], 8)


def test_another_base_continues_the_count():
    counter = [Counter(BYTE_0)]
    first = GeneratedPayload(bytes(8), counter)
    assert [first.at(n)[0] for n in range(3)] == [0, 1, 2]
    second = GeneratedPayload(bytes([0, 9, 0, 0, 0, 0, 0, 0]), counter)
    second.continue_from(first)
    assert second.at(3)[:2] == b"\x03\x09"

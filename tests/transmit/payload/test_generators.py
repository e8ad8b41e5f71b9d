"""Data that changes from frame to frame: bits against cantools, checksums against published values."""

import cantools
import pytest
from crccheck.crc import ALLCRCCLASSES
from hypothesis import assume, given
from hypothesis import strategies as st

from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.payload.checksums import checksum, checksum_names
from canmcast_gui.transmit.payload.generators import ChangingData, compile_changes
from canmcast_gui.transmit.payload.scaled_field import Field

MS = 1_000_000
BYTE_0 = {"start": 0, "length": 8}
BYTE_7 = {"start": 56, "length": 8}


def payloads(base: bytes, changes: list[dict], times_ms: list[float]) -> list[bytes]:
    data = ChangingData(base, changes)
    return [data.at(10**12 + round(time * MS)) for time in times_ms]


# The check values of the CRC RevEng catalogue: of the nine ASCII digits.
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


def test_the_whole_catalogue_is_offered():
    assert len(checksum_names()) > 80
    assert {one.__name__ for one in ALLCRCCLASSES if one.calc(b"123456789") != one._check_result} == set()
    with pytest.raises(TransmitError, match="CRC-8/SAE-J1850"):
        checksum("nonsense")


@given(
    st.integers(0, 63), st.integers(1, 64), st.booleans(), st.booleans(),
    st.binary(min_size=8, max_size=8), st.data(),
)  # fmt: skip
def test_bits_are_written_where_cantools_writes_them(start, length, big_endian, signed, base, data):
    field = Field(start, length, big_endian, signed)
    first = 8 * (start // 8) + 7 - start % 8 if big_endian else start
    assume(first + length <= 64)
    low, high = (int(one) for one in field.limits()) if length < 50 else (0, 2**40)
    value = data.draw(st.integers(low, high))
    signal = cantools.database.can.Signal(
        "s", start, length, "big_endian" if big_endian else "little_endian", is_signed=signed
    )
    message = cantools.database.can.Message(1, "m", 8, [signal], strict=False)
    expected = int.from_bytes(message.encode({"s": value}), "big")
    mask = int.from_bytes(message.encode({"s": -1 if signed else (1 << length) - 1}, strict=False), "big")
    payload = bytearray(base)
    field.put(payload, field.raw_of(value))
    kept = int.from_bytes(base, "big") & ~mask
    assert int.from_bytes(payload, "big") == kept | expected
    assert field.get(payload) == value & ((1 << length) - 1)


@given(st.integers(0, 10), st.integers(0, 10), st.integers(1, 4), st.integers(1, 100))
def test_a_counter_counts_and_begins_anew(first, more, step, frames):
    last = first + more
    change = {"kind": "counter", "field": BYTE_0, "first": first, "last": last, "step": step}
    values = [one[0] for one in payloads(bytes(8), [change], [0] * frames)]
    allowed = list(range(first, last + 1, step))
    assert values == [allowed[n % len(allowed)] for n in range(frames)]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("sine", [0, 50, 100, 50, 0]),
        ("ramp", [0, 25, 50, 75, 0]),
        ("triangle", [0, 50, 100, 50, 0]),
        ("step", [0, 0, 100, 100, 0]),
    ],
)
def test_waveforms_follow_the_time_of_sending(kind, values):
    change = {"kind": kind, "field": {**BYTE_0, "scale": 0.5}, "low": 0, "high": 100, "period_ms": 1000}
    found = payloads(bytes(8), [change], [0, 250, 500, 750, 1000])
    assert [one[0] / 2 for one in found] == values


def test_lists_and_random_values():
    change = {"kind": "list", "field": BYTE_0, "values": [5, 6, 7]}
    assert [one[0] for one in payloads(bytes(8), [change], [0, 9, 9, 9])] == [5, 6, 7, 5]
    held = {**change, "period_ms": 10}
    assert [one[0] for one in payloads(bytes(8), [held], [0, 9, 10, 25])] == [5, 5, 6, 7]
    change = {"kind": "random", "field": BYTE_0, "low": 3, "high": 9, "seed": 1}
    one, two = (payloads(bytes(8), [change], [0] * 50) for _ in range(2))
    assert one == two
    assert {3, 9} >= {min(p[0] for p in one), max(p[0] for p in one)} or len({p[0] for p in one}) > 3


def test_a_checksum_covers_the_counter_and_not_itself():
    changes = [
        {"kind": "checksum", "algorithm": "CRC-8/SAE-J1850", "field": BYTE_7, "prefix": b"\x12"},
        {"kind": "counter", "field": BYTE_0},
    ]
    for payload in payloads(bytes(range(8)), changes, [0] * 5):
        assert payload[7] == checksum("crc8")(b"\x12" + payload[:7])


def test_e2e_is_what_the_library_checks():
    p01, p02, p05 = (pytest.importorskip(f"e2e.p0{n}") for n in (1, 2, 5))
    for number, payload in enumerate(
        payloads(bytes(8), [{"kind": "e2e", "profile": 1, "data_id": 0x123}], [0] * 20)
    ):
        assert payload[1] & 0x0F == number % 15
        assert p01.e2e_p01_check(bytearray(payload), 0x123)
    ids = bytes(range(16))
    for payload in payloads(bytes(8), [{"kind": "e2e", "profile": 2, "data_id": ids}], [0] * 20):
        assert p02.e2e_p02_check(bytearray(payload), ids)
    for payload in payloads(bytes(8), [{"kind": "e2e", "profile": 5, "data_id": 0x1234}], [0] * 300):
        assert p05.e2e_p05_check(bytearray(payload), 0x1234)


def test_e2e_gives_the_examples_of_the_standard():
    """AUTOSAR PRS E2E Protocol, the examples of profiles 1 (both) and 5: 8 bytes of zeros, counter 0."""
    pytest.importorskip("e2e")
    (one,) = payloads(bytes(8), [{"kind": "e2e", "profile": 1, "data_id": 0x123}], [0])
    (five,) = payloads(bytes(8), [{"kind": "e2e", "profile": 5, "data_id": 0x1234}], [0])
    assert one[0] == 0xCC
    assert five[:3] == b"\x1c\xca\x00"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "nothing"}, "nothing"),
        ({"kind": "counter"}, "field"),
        ({"kind": "counter", "field": {"start": 60, "length": 8}}, "outside"),
        ({"kind": "counter", "field": BYTE_0, "last": 300}, "300"),
        ({"kind": "sine", "field": BYTE_0, "low": 0, "high": 300, "period_ms": 5}, "300"),
        ({"kind": "sine", "field": BYTE_0, "low": 0, "high": 30, "period_ms": 0}, "period"),
        ({"kind": "list", "field": BYTE_0, "values": []}, "1 to"),
        ({"kind": "checksum", "field": BYTE_0, "algorithm": "sum", "last_byte": 9}, "bytes 0 to 9"),
        ({"kind": "e2e", "profile": 3, "data_id": 1}, "profile 3"),
        ({"kind": "e2e", "profile": 2, "data_id": b"1"}, "16"),
    ],
)
def test_what_does_not_fit_is_refused(change, words):
    with pytest.raises(TransmitError, match=words):
        compile_changes([change], 8)


def test_a_change_of_the_base_counts_on():
    change = [{"kind": "counter", "field": BYTE_0}]
    first = ChangingData(bytes(8), change)
    assert [first.at(n)[0] for n in range(3)] == [0, 1, 2]
    second = ChangingData(bytes([0, 9, 0, 0, 0, 0, 0, 0]), change)
    second.go_on_from(first)
    assert second.at(3)[:2] == b"\x03\x09"

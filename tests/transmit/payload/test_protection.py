"""Generators that protect payloads: checksums against published values, AUTOSAR E2E against its library."""

import pytest
from crccheck.crc import ALLCRCCLASSES

from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.payload import (
    Checksum,
    Counter,
    E2EProfile1,
    E2EProfile2,
    E2EProfile5,
)
from canmcast_gui.transmit.payload.generator import start_all
from canmcast_gui.transmit.payload.protection import checksum
from tests.transmit.payload.generated import BYTE_0, BYTE_7, payloads

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

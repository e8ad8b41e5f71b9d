"""Payload generators as users write them."""

import pytest

from canmcast_gui.app.transmit.parsing.generator_text import parse_generators
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.transmit.payload import ScaledField
from canmcast_gui.transmit.payload.generator import GeneratedPayload

MS = 1_000_000
SIGNALS = {
    "Speed": ScaledField(7, 16, True, scale=0.1),
    "Gear": ScaledField(16, 4),
    "Far": ScaledField(60, 8),
}


def payloads(text: str, count: int = 4, step_ms: float = 250) -> list[bytes]:
    data = GeneratedPayload(bytes(8), parse_generators(text, 8, SIGNALS.get))
    return [data.at(round(number * step_ms * MS)) for number in range(count)]


@pytest.mark.parametrize(
    ("text", "byte", "values"),
    [
        ("counter(byte 6)", 6, [0, 1, 2, 3]),
        ("counter(byte 6, 1..2)", 6, [1, 2, 1, 2]),
        ("counter(bits 52+4, 14..15)", 6, [0xE0, 0xF0, 0xE0, 0xF0]),
        ("counter(Gear, 0..0xF)", 2, [0, 1, 2, 3]),
        ("ramp(byte 0, 0..100, 1 s)", 0, [0, 25, 50, 75]),
        ("step(byte 0, 5..9, 1000 ms)", 0, [5, 5, 9, 9]),
        ("ramp(Speed, 0..102.4, 1s)", 0, [0, 1, 2, 3]),
        ("list(byte 1, 7 8 0x9)", 1, [7, 8, 9, 7]),
        ("list(byte 1, 7 8, 500 ms)", 1, [7, 7, 8, 8]),
        ("counter(byte 0); checksum(byte 7, sum)", 7, [0, 1, 2, 3]),
        ("checksum(byte 7, xor, 0..3); counter(byte 0)", 7, [0, 1, 2, 3]),
        ("", 0, [0, 0, 0, 0]),
    ],
)
def test_generators_make_the_payloads_of_their_text(text, byte, values):
    assert [payload[byte] for payload in payloads(text)] == values


def test_random_values_and_e2e():
    assert payloads("random(byte 0, 0..255, seed 7)") == payloads("random(byte 0, 0..255, seed 7)")
    assert payloads("e2e1(0x123)", 1)[0][0] == 0xCC
    assert payloads("e2e5(0x1234)", 1)[0][:2] == b"\x1c\xca"
    assert payloads(f"e2e2({bytes(range(16)).hex()})", 2)[1][1] == 1


def test_a_column_of_a_csv_file(tmp_path):
    file = tmp_path / "drive.csv"
    file.write_text("time,speed\n0,10\n1,20\n2,\n3,30\n")
    assert [one[0] for one in payloads(f"csv(byte 0, {file}, speed)")] == [10, 20, 30, 10]
    with pytest.raises(RowError, match="no column gear"):
        payloads(f"csv(byte 0, {file}, gear)")
    with pytest.raises(RowError, match="cannot be read"):
        payloads(f"csv(byte 0, {tmp_path}/absent.csv, speed)")
    with pytest.raises(RowError, match="it is a device"):
        payloads("csv(byte 0, /dev/zero, speed)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "Example: counter"),
        ("count(byte 0)", "Example: counter"),
        ("counter(Nothing)", "not a signal"),
        ("counter(Far)", "outside"),
        ("counter(byte 9)", "outside"),
        ("sine(byte 0)", "lacks"),
        ("sine(byte 0, 0..10, soon)", "lacks"),
        ("sine(byte 0, 0..1000, 1 s)", "1000"),
        ("sine(byte 0, 0..10, 9e999 s)", "lacks"),
        ("counter(byte 0, 0..9e999)", "lacks"),
        (f"counter(byte {'9' * 5000})", "lacks"),
        (f"sine(byte 0, 0..0x{'f' * 400}, 1 s)", "wrong value"),
        (f"sine(byte 0, 0..1, {'9' * 400} ms)", "wrong value"),
        (f"list(byte 0, 1, {'9' * 400} ms)", "wrong value"),
        ("csv(byte 0, /dev/zero, speed)", "it is a device, not a file"),
        ("checksum(byte 7, md5)", "md5"),
        ("e2e2(00)", "16"),
    ],
)
def test_wrong_text_is_refused_with_a_reason(text, words):
    with pytest.raises(RowError, match=words):
        payloads(text)

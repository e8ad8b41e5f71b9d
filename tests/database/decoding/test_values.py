"""Physical values and their texts, also at the limits of numbers."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.database import Database, DatabaseError, Message, Signal, load_database
from canmcast_gui.database.decoding.values import number_text, physical_value, value_text
from canmcast_gui.frames import FrameBatch

NUMBERS = st.one_of(
    st.sampled_from(
        [0, 1, -1, 1e300, 1e308, -1.5e308, 1e-310, 5e-324, 10**300, 2**63, 2**64 - 1, 0.1, -40.0]
    ),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**70), 2**70),
)
WHOLE = st.one_of(st.integers(0, 3), st.integers(-(2**70), 2**70))


@st.composite
def extreme_signals(draw: st.DrawFn, name: str) -> Signal:
    return Signal(
        name,
        draw(st.integers(0, 511)),
        draw(st.one_of(st.integers(1, 64), st.integers(65, 512))),
        *(draw(st.booleans()) for _ in range(3)),
        scale=draw(NUMBERS),
        offset=draw(NUMBERS),
        minimum=draw(st.none() | NUMBERS),
        maximum=draw(st.none() | NUMBERS),
        choices=draw(st.dictionaries(WHOLE, st.text(max_size=3), max_size=3)),
    )


@st.composite
def extreme_messages(draw: st.DrawFn) -> Message:
    above = replace(draw(extreme_signals("Above")), is_multiplexer=True)
    ids = frozenset(draw(st.lists(WHOLE, min_size=1, max_size=12)))
    below = replace(draw(extreme_signals("Below")), multiplexer="Above", multiplexer_ids=ids)
    return Message("M", 0x10, False, 64, (above, below))


@given(extreme_messages(), st.lists(st.binary(max_size=64) | st.just(b"\xff" * 64), min_size=1, max_size=3))
def test_rows_and_frames_have_the_same_values_with_any_scale(message: Message, payloads: list[bytes]):
    database = Database(Path("extreme.dbc"), [message])
    data = np.array([list(payload.ljust(64, b"\0")) for payload in payloads], np.uint8)
    batch = FrameBatch.from_columns(0, 0x10, data, [len(payload) for payload in payloads])
    found = [{one.name: one for one in database.decode_frame(0x10, False, payload)} for payload in payloads]
    for signal in message.signals:
        rows, values = database.decode_rows(batch, f"M.{signal.name}")
        there = [(row, frame[signal.name].value) for row, frame in enumerate(found) if signal.name in frame]
        assert rows.tolist() == [row for row, _ in there]
        for ours, (_, value) in zip(values, there, strict=True):
            assert math.isclose(ours, value, rel_tol=1e-9) or abs(value) > 1e300 or value != value
            assert isinstance(number_text(signal, value), str)


def test_a_scale_near_the_largest_float_gives_infinity(tmp_path):
    path = tmp_path / "large.dbc"
    path.write_text('BO_ 1 M: 8 X\n SG_ S : 0|16@1+ (1e308,0) [0|0] "" X\n')
    database = load_database(path)
    _, values = database.decode(FrameBatch.from_columns(0, 1, [[1, 0], [255, 255]]), "M.S")
    assert values.tolist() == [1e308, math.inf]
    assert [one.value for one in database.decode_frame(1, False, b"\xff\xff")] == [math.inf]
    with pytest.raises(DatabaseError):
        database.encode("M", {"S": math.inf})


def test_integers_larger_than_floats_are_shown_in_hexadecimal():
    signal = Signal("Key", 0, 32_000)
    raw = (1 << 32_000) - 1
    assert value_text(signal, raw, physical_value(signal, raw)) == "0x" + 8_000 * "f"
    assert physical_value(replace(signal, scale=0.5), raw) == math.inf
    assert number_text(replace(signal, scale=1e-300), 1e300) == "1e+300"


@pytest.mark.parametrize(
    ("scale", "raw", "text"),
    [
        (1e308, 0, "0"),
        (1e308, 1, "1e+308"),
        (-1e300, 3, "-3e+300"),
        (0.5e22, 3, "1.5e+22"),
        (1e308, 2, "inf"),
    ],
)
def test_numbers_of_hundreds_of_digits_are_shown_with_an_exponent(scale, raw, text):
    signal = Signal("S", 0, 16, scale=scale)
    assert value_text(signal, raw, physical_value(signal, raw)) == text


def test_large_integers_keep_all_digits():
    signal = Signal("Key", 0, 128)
    assert value_text(signal, 10**30, physical_value(signal, 10**30)) == "1" + 30 * "0"


@pytest.mark.parametrize(
    ("signal", "raw", "text"),
    [
        (Signal("S", 0, 8), 7, "7"),
        (Signal("S", 0, 8, scale=0.25), 3, "0.75"),
        (Signal("S", 0, 8, scale=0.1), 3, "0.3"),
        (Signal("S", 0, 8, scale=0.5, offset=-40), 3, "-38.5"),
        (Signal("S", 0, 32, scale=1e-7), 486265348, "48.6265348"),
        (Signal("S", 0, 64, scale=1e-16), 486265348000000000, "48.626534800"),
        (Signal("S", 0, 8, choices={3: "Reverse"}), 3, "Reverse"),
        (Signal("S", 0, 8, choices={3: "Reverse"}), 4, "4"),
        (Signal("S", 0, 32, is_float=True), 0.10000000149011612, "0.1"),
        (Signal("S", 0, 64, is_float=True), 1641469561.9497, "1641469561.95"),
        (Signal("S", 0, 32, is_float=True, choices={3: "Reverse"}), float("nan"), "nan"),
        (Signal("S", 0, 32, is_float=True, choices={3: "Reverse"}), float("inf"), "inf"),
    ],
)
def test_values_have_the_decimals_of_their_scale(signal, raw, text):
    assert value_text(signal, raw, physical_value(signal, raw)) == text

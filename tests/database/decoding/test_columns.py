"""Columns of signal values are those of cantools, frame by frame."""

import math
from pathlib import Path

import numpy as np
import pytest
from cantools.database.can import Message as ParsedMessage
from cantools.database.errors import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.database import Database, DatabaseError
from canmcast_gui.database.from_cantools import convert_message
from canmcast_gui.frames import Flag, FrameBatch
from tests.database import signals


def database_of(*parsed: ParsedMessage) -> Database:
    return Database(Path("test.dbc"), [convert_message(message) for message in parsed])


def batch_of(parsed: ParsedMessage, payloads: list[bytes]) -> FrameBatch:
    data = np.zeros((len(payloads), 64), np.uint8)
    for row, payload in enumerate(payloads):
        data[row, : len(payload)] = list(payload)
    return FrameBatch.from_columns(
        timestamp_ns=np.arange(len(payloads)) * 1000,
        arbitration_id=parsed.frame_id,
        data=data,
        length=[len(payload) for payload in payloads],
        flags=Flag.EXTENDED if parsed.is_extended_frame else 0,
    )


def same(ours: object, theirs: object) -> bool:
    if isinstance(theirs, float) and math.isnan(theirs):
        return math.isnan(float(ours))
    return float(ours) == float(theirs)


@given(signals.messages(), st.data())
def test_a_column_has_the_values_of_cantools(parsed: ParsedMessage, data: st.DataObject):
    payloads = data.draw(st.lists(st.binary(max_size=parsed.length), min_size=1, max_size=10))
    batch = batch_of(parsed, payloads)
    times, values = database_of(parsed).decode(batch, "M.S")
    expected = [
        (row * 1000, parsed.decode(payload, allow_truncated=True)["S"])
        for row, payload in enumerate(payloads)
        if "S" in parsed.decode(payload, allow_truncated=True)
    ]
    assert times.tolist() == [time for time, _ in expected]
    assert all(same(one, other) for one, (_, other) in zip(values, expected, strict=True))


@given(signals.messages(scaled=False), st.data())
def test_integers_of_64_bits_are_exact(parsed: ParsedMessage, data: st.DataObject):
    payloads = data.draw(st.lists(st.binary(min_size=parsed.length, max_size=parsed.length), min_size=1))
    _, values = database_of(parsed).decode(batch_of(parsed, payloads), "M.S")
    if parsed.signals[0].is_float:
        assert values.dtype == np.float64
        return
    assert values.dtype in (np.int64, np.uint64)
    assert values.tolist() == [parsed.decode(payload)["S"] for payload in payloads]


@given(signals.messages(), st.data())
def test_one_frame_has_the_values_of_the_column(parsed: ParsedMessage, data: st.DataObject):
    payload = data.draw(st.binary(max_size=parsed.length))
    database = database_of(parsed)
    found = database.decode_frame(parsed.frame_id, parsed.is_extended_frame, payload)
    _, column = database.decode(batch_of(parsed, [payload]), "M.S")
    assert len(found) == len(column)
    assert all(same(one.value, value) for one, value in zip(found, column, strict=True))


@given(st.lists(st.lists(st.integers(0, 3), max_size=5).map(bytes), min_size=1, max_size=20))
def test_multiplexed_signals_are_in_the_frames_that_select_them(payloads: list[bytes]):
    parsed = signals.multiplexed()
    database, batch = database_of(parsed), batch_of(parsed, payloads)
    frames = [database.decode_frame(0x100, False, payload) for payload in payloads]
    for payload, found in zip(payloads, frames, strict=True):
        ours = {value.name: value.value for value in found}
        try:
            assert ours == parsed.decode(payload, allow_truncated=True)
        except DecodeError:  # a number that selects nothing: what depends on no multiplexer is still there
            assert ours["Outer"] == payload[0]
    for name in ("Outer", "Inner", "Leaf", "Other", "Always"):
        times, values = database.decode(batch, f"M.{name}")
        expected = [(row, v.value) for row, found in enumerate(frames) for v in found if v.name == name]
        assert list(zip((times // 1000).tolist(), values.tolist(), strict=True)) == expected


def test_other_frames_are_left_out():
    parsed = signals.multiplexed()
    frame = batch_of(parsed, [bytes(5)] * 5)
    frame.records["flags"][:4] = [Flag.REMOTE, Flag.ERROR, Flag.EXTENDED, Flag.TX]
    frame.records["arbitration_id"][4] = 0x101
    times, _ = database_of(parsed).decode(frame, "M.Always")
    assert times.tolist() == [3000]


def test_signals_of_messages_that_share_a_name_have_the_order_of_the_frames():
    one, other = (ParsedMessage(number, "M", 5, signals.multiplexed().signals) for number in (0x10, 0x20))
    batch = batch_of(one, [bytes([0, 0, 0, 0, value]) for value in range(4)])
    batch.records["arbitration_id"][1::2] = 0x20
    times, values = database_of(one, other).decode(batch, "M.Always")
    assert times.tolist() == [0, 1000, 2000, 3000]
    assert values.tolist() == [0, 1, 2, 3]


def test_a_sliced_batch_of_long_frames_decodes_its_own_payloads():
    parsed = ParsedMessage(0x10, "M", 64, [signals.Signal("S", 8 * 40, 16)])
    payloads = [bytes(40) + value.to_bytes(2, "little") + bytes(22) for value in range(10)]
    _, values = database_of(parsed).decode(batch_of(parsed, payloads)[3:7], "M.S")
    assert values.tolist() == [3, 4, 5, 6]


def test_an_empty_column_has_its_type():
    times, values = database_of(signals.multiplexed()).decode(FrameBatch.empty(), "M.Leaf")
    assert (times.dtype, values.dtype, len(times), len(values)) == (np.int64, np.int64, 0, 0)


@pytest.mark.parametrize("name", ["M.Nothing", "Nothing.Always", "Always", ""])
def test_an_unknown_name_is_refused_with_a_sentence(name):
    with pytest.raises(DatabaseError, match="has no"):
        database_of(signals.multiplexed()).decode(FrameBatch.empty(), name)


@given(signals.multiplexed_messages(), st.data())
def test_multiplexed_messages_of_any_kind_are_decoded_as_in_cantools(parsed, data):
    heads = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(bytes)
    tails = st.binary(min_size=parsed.length - 2, max_size=parsed.length - 2)
    payloads = data.draw(st.lists(st.tuples(heads, tails).map(b"".join), min_size=1, max_size=8))
    database, batch = database_of(parsed), batch_of(parsed, payloads)
    frames = [
        {one.name: one.value for one in database.decode_frame(0x123, False, payload)} for payload in payloads
    ]
    for payload, found in zip(payloads, frames, strict=True):
        try:
            expected = parsed.decode(payload)
        except DecodeError:  # a number that selects nothing
            continue
        assert found.keys() == expected.keys()
        assert all(same(found[name], value) for name, value in expected.items())
    for signal in parsed.signals:
        rows, values = database.decode_rows(batch, f"M.{signal.name}")
        expected_rows = [row for row, found in enumerate(frames) if signal.name in found]
        assert rows.tolist() == expected_rows
        pairs = zip(values, expected_rows, strict=True)
        assert all(same(value, float(frames[row][signal.name])) for value, row in pairs)


@given(signals.messages(scaled=False), st.data())
def test_payloads_of_cantools_are_decoded_to_the_same_values(parsed: ParsedMessage, data: st.DataObject):
    (signal,) = parsed.signals
    if signal.is_float:
        width = signal.length if signal.length > 16 else 16
        value = data.draw(st.floats(width=width, allow_nan=False, allow_infinity=False))
    else:
        low = -(1 << (signal.length - 1)) if signal.is_signed else 0
        high = (1 << (signal.length - signal.is_signed)) - 1
        value = data.draw(st.integers(low, high))
    payload = parsed.encode({"S": value}, strict=False)
    _, values = database_of(parsed).decode(batch_of(parsed, [payload]), "M.S")
    assert values.tolist() == [value]


@given(st.integers(65, 200), st.booleans(), st.data())
def test_signals_of_more_than_64_bits_are_integers_of_any_size(length, big_endian, data):
    first = data.draw(st.integers(0, 512 - length))
    start = 8 * (first // 8) + 7 - first % 8 if big_endian else first
    order = "big_endian" if big_endian else "little_endian"
    parsed = ParsedMessage(0x10, "M", 64, [signals.Signal("S", start, length, order)])
    payload = data.draw(st.binary(min_size=64, max_size=64))
    _, values = database_of(parsed).decode(batch_of(parsed, [payload, payload[:2]]), "M.S")
    assert values.tolist() == [parsed.decode(payload)["S"]]


def container() -> ParsedMessage:
    inner = [
        ParsedMessage(
            0, name, length, [signals.Signal("S", 8, 16), signals.Signal("T", 0, 8)], header_id=header
        )
        for name, length, header in (("One", 3, 0x10203), ("Two", 4, 0x7))
    ]
    return ParsedMessage(0x200, "C", 64, [], contained_messages=inner, is_fd=True)


def test_messages_in_containers_are_decoded_as_in_cantools():
    parsed = container()
    database = database_of(parsed)
    payloads = [
        bytes(parsed.encode([("Two", {"S": 1000, "T": 5}), ("One", {"S": 7, "T": 1})])),
        bytes(parsed.encode([("One", {"S": 8, "T": 2}), ("One", {"S": 9, "T": 3})])),
        b"\x00\x00\x99\x02ab" + bytes(parsed.encode([("Two", {"S": 11, "T": 12})])),
        b"\x01\x02\x03\x03\x01\x02",  # ends within its message
        b"\x01\x02",
        b"",
    ]
    batch = batch_of(parsed, payloads)
    rows, values = database.decode_rows(batch, "C.One.S")
    assert (rows.tolist(), values.tolist()) == ([0, 1, 1], [7, 8, 9])
    rows, values = database.decode_rows(batch, "C.One.T")
    assert (rows.tolist(), values.tolist()) == ([0, 1, 1, 3], [1, 2, 3, 1])
    rows, values = database.decode_rows(batch, "C.Two.S")
    assert (rows.tolist(), values.tolist()) == ([0, 2], [1000, 11])
    shown = [(one.name, one.value) for one in database.decode_frame(0x200, False, payloads[0])]
    assert shown == [("Two.T", 5), ("Two.S", 1000), ("One.T", 1), ("One.S", 7)]
    assert [one.name for one in database.decode_frame(0x200, False, payloads[3])] == ["One.T"]
    assert database.signal("C.One.S").length == 16
    names = {one.name for one in database.messages[0].listed_signals}
    assert names == {"One.S", "One.T", "Two.S", "Two.T"}
    assert all(database.has_signal(f"C.{name}") for name in names)


@given(st.lists(st.binary(max_size=64), min_size=1, max_size=5))
def test_no_payload_of_a_container_makes_the_decoder_raise(payloads):
    parsed = container()
    database, batch = database_of(parsed), batch_of(parsed, payloads)
    for name in ("C.One.S", "C.Two.T"):
        rows, values = database.decode_rows(batch, name)
        shown = [
            (row, one.value)
            for row, payload in enumerate(payloads)
            for one in database.decode_frame(0x200, False, payload)
            if f"C.{one.name}" == name
        ]
        assert list(zip(rows.tolist(), values.tolist(), strict=True)) == shown


def test_values_outside_their_range_and_multiplexers_that_select_nothing_have_warnings():
    parsed = ParsedMessage(
        0x10,
        "M",
        3,
        [
            signals.Signal("Mode", 0, 8, is_multiplexer=True),
            signals.Signal("Low", 8, 8, minimum=1, maximum=100),
            signals.Signal("A", 16, 8, multiplexer_signal="Mode", multiplexer_ids=[3]),
        ],
    )
    database = database_of(parsed)

    def remarks(payload):
        return {one.name: one.warning for one in database.decode_frame(0x10, False, payload)}

    assert remarks(b"\x03\x64\x00") == {"Mode": "", "Low": "", "A": ""}
    assert remarks(b"\x04\x65") == {"Mode": "selects no signals", "Low": "outside 1 to 100"}
    assert remarks(b"\x03\x00") == {"Mode": "", "Low": "outside 1 to 100"}

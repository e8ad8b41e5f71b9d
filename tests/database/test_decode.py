"""Columns of signal values are what cantools says, frame by frame."""

import math
from pathlib import Path

import numpy as np
import pytest
from cantools.database.can import Message as ParsedMessage
from cantools.database.errors import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.database import Database, DatabaseError
from canmcast_gui.database.adopt import adopt_message
from canmcast_gui.frames import Flag, FrameBatch
from tests.database import signals


def database_of(*parsed: ParsedMessage) -> Database:
    return Database(Path("test.dbc"), [adopt_message(message) for message in parsed])


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
def test_a_column_is_what_cantools_decodes(parsed: ParsedMessage, data: st.DataObject):
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
def test_whole_numbers_are_exact_to_the_last_of_64_bits(parsed: ParsedMessage, data: st.DataObject):
    payloads = data.draw(st.lists(st.binary(min_size=parsed.length, max_size=parsed.length), min_size=1))
    _, values = database_of(parsed).decode(batch_of(parsed, payloads), "M.S")
    if parsed.signals[0].is_float:
        assert values.dtype == np.float64
        return
    assert values.dtype in (np.int64, np.uint64)
    assert values.tolist() == [parsed.decode(payload)["S"] for payload in payloads]


@given(signals.messages(), st.data())
def test_one_frame_is_what_the_column_says(parsed: ParsedMessage, data: st.DataObject):
    payload = data.draw(st.binary(max_size=parsed.length))
    database = database_of(parsed)
    found = database.decode_frame(parsed.frame_id, parsed.is_extended_frame, payload)
    _, column = database.decode(batch_of(parsed, [payload]), "M.S")
    assert len(found) == len(column)
    assert all(same(one.value, value) for one, value in zip(found, column, strict=True))


@given(st.lists(st.lists(st.integers(0, 3), max_size=5).map(bytes), min_size=1, max_size=20))
def test_multiplexed_signals_are_where_their_multiplexer_selects_them(payloads: list[bytes]):
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


def test_signals_of_messages_that_share_a_name_come_in_the_order_of_the_frames():
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


def test_a_column_of_nothing_has_its_type():
    times, values = database_of(signals.multiplexed()).decode(FrameBatch.empty(), "M.Leaf")
    assert (times.dtype, values.dtype, len(times), len(values)) == (np.int64, np.int64, 0, 0)


@pytest.mark.parametrize("name", ["M.Nothing", "Nothing.Always", "Always", ""])
def test_an_unknown_name_is_refused_with_a_sentence(name):
    with pytest.raises(DatabaseError, match="has no"):
        database_of(signals.multiplexed()).decode(FrameBatch.empty(), name)

"""Transmit rows: always valid frames; their load."""

import can
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.row import FRAME_TYPES, Load, RowError, TransmitRow, load_of
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.schema import dump, load, load_list
from canmcast_gui.frames.units import MAX_PERIOD_NS, MIN_PERIOD_NS
from canmcast_gui.frames.wire_bits import wire_bits


@st.composite
def rows(draw: st.DrawFn) -> TransmitRow:
    """Any row."""
    _, flags = draw(st.sampled_from(FRAME_TYPES))
    row = TransmitRow(
        name=draw(st.text(max_size=20)),
        arbitration_id=draw(st.integers(0, 0x1FFFFFFF if flags & Flag.EXTENDED else 0x7FF)),
        flags=int(flags),
        period_ns=draw(st.integers(MIN_PERIOD_NS, MAX_PERIOD_NS)),
    )
    return row.with_length(draw(st.sampled_from(row.lengths)))


@given(rows())
def test_every_row_is_a_frame_that_python_can_accepts(row: TransmitRow):
    (message,) = row.frame().to_messages()
    assert can.Message(
        arbitration_id=message.arbitration_id,
        is_extended_id=message.is_extended_id,
        is_remote_frame=message.is_remote_frame,
        is_fd=message.is_fd,
        bitrate_switch=message.bitrate_switch,
        dlc=message.dlc,
        data=message.data,
        check=True,
    )
    assert message.dlc == len(row.data)
    assert bytes(message.data) == (b"" if row.is_remote else row.data)


@given(rows())
def test_rows_are_loaded_as_they_were_dumped(row: TransmitRow):
    assert load(TransmitRow, dump(row)) == (row, [])


@given(rows(), st.sampled_from([flags for _, flags in FRAME_TYPES]))
def test_another_type_keeps_the_data_that_fits(row: TransmitRow, flags: int):
    try:
        changed = row.with_flags(flags)
    except RowError:
        assert row.arbitration_id > 0x7FF
        assert not flags & Flag.EXTENDED
    else:
        assert row.data.startswith(changed.data)
        assert len(changed.data) == min(len(row.data), 64 if flags & Flag.FD else 8)


def test_a_longer_row_is_filled_with_zeros_and_a_shorter_one_is_cut():
    row = TransmitRow(data=b"\xde\xad", flags=int(Flag.FD))
    assert row.with_length(4).data == b"\xde\xad\0\0"
    assert row.with_length(64).data == b"\xde\xad" + bytes(62)
    assert row.with_length(1).data == b"\xde"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"arbitration_id": 0x800}, "make its type Extended"),
        ({"arbitration_id": 0x2000_0000, "flags": int(Flag.EXTENDED)}, "end at 1FFFFFFF"),
        ({"arbitration_id": -1}, "too large"),
        ({"data": bytes(9)}, "make its type CAN FD"),
        ({"data": bytes(9), "flags": int(Flag.FD)}, "use 8 or 12"),
        ({"data": bytes(65), "flags": int(Flag.FD)}, "up to 64"),
        ({"flags": int(Flag.BRS)}, "no frame with these flags"),
        ({"flags": int(Flag.FD | Flag.REMOTE)}, "no frame with these flags"),
        ({"period_ns": 0}, "between 0.1 and"),
        ({"period_ns": MAX_PERIOD_NS + 1}, "between 0.1 and"),
    ],
)
def test_values_that_no_frame_can_have_are_refused_with_a_reason(values, reason):
    with pytest.raises(RowError, match=reason):
        TransmitRow(**values)


@pytest.mark.parametrize(
    "values", [{}, {"data": "xy"}, {"flags": 16}, {"arbitration_id": None}, {"period_ns": float("inf")}]
)
def test_stored_rows_that_were_damaged_are_refused(values):
    stored = {**dump(TransmitRow()), **values} if values else {}
    assert load_list(TransmitRow, [stored])[0] == []


def test_the_comment_of_older_rows_is_their_name():
    stored = dump(TransmitRow(comment="Ping"))
    del stored["name"]
    assert load(TransmitRow, stored) == (TransmitRow(name="Ping"), [])


def test_a_trigger_is_stored_and_older_rows_have_none():
    row = TransmitRow(trigger='name ~ "Eng*" after 20 ms')
    assert load(TransmitRow, dump(row)) == (row, [])
    stored = dump(row)
    del stored["trigger"]
    assert load(TransmitRow, stored)[0].trigger == ""


def test_no_rows_have_no_load():
    assert load_of([], 500_000, 2_000_000) == Load()
    assert load_of([], 500_000, 2_000_000).text == ""


def test_both_phases_have_their_own_bit_rate():
    classic = TransmitRow(arbitration_id=0x123, period_ns=10_000_000).with_length(8)
    fast = TransmitRow(arbitration_id=0x124, flags=int(Flag.FD | Flag.BRS), period_ns=1_000_000)
    fast = fast.with_length(64)
    slow_bits, fast_bits = wire_bits(FrameBatch.concatenate([classic.frame(), fast.frame()]))
    load = load_of([classic, fast], 500_000, 4_000_000)
    assert load.frames_per_second == pytest.approx(1100)
    asked = 100 * slow_bits[0] / 500_000 + 1000 * (slow_bits[1] / 500_000 + fast_bits[1] / 4_000_000)
    assert load.share == pytest.approx(asked)
    assert fast_bits.tolist()[0] == 0 < fast_bits[1]
    assert load.text == "Scheduled: 1,100 frames/s (25 % bus load)"


def test_triggered_rows_have_no_known_load():
    rows = [TransmitRow(trigger="id == 1"), TransmitRow(period_ns=10_000_000)]
    assert load_of(rows, 500_000, 500_000) == load_of(rows[1:], 500_000, 500_000)
    assert load_of(rows[:1], 500_000, 500_000).text == ""

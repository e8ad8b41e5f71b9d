"""What armed rows ask of a bus."""

import pytest

from canmcast_gui.app.transmit.row import Load, TransmitRow, load_of
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.wire_bits import wire_bits


def test_nothing_asks_for_nothing():
    assert load_of([], 500_000, 2_000_000) == Load()
    assert load_of([], 500_000, 2_000_000).text == ""


def test_both_phases_count_at_their_own_rate():
    classic = TransmitRow(arbitration_id=0x123, period_ns=10_000_000).with_length(8)
    fast = TransmitRow(arbitration_id=0x124, flags=int(Flag.FD | Flag.BRS), period_ns=1_000_000)
    fast = fast.with_length(64)
    slow_bits, fast_bits = wire_bits(FrameBatch.concatenate([classic.frame(), fast.frame()]))
    load = load_of([classic, fast], 500_000, 4_000_000)
    assert load.frames_per_second == pytest.approx(1100)
    asked = 100 * slow_bits[0] / 500_000 + 1000 * (slow_bits[1] / 500_000 + fast_bits[1] / 4_000_000)
    assert load.share == pytest.approx(asked)
    assert fast_bits.tolist()[0] == 0 < fast_bits[1]
    assert load.text.startswith("1,100 frames/s asked, ")


def test_what_waits_for_a_trigger_asks_for_nothing_that_is_known():
    rows = [TransmitRow(trigger="id == 1"), TransmitRow(period_ns=10_000_000)]
    assert load_of(rows, 500_000, 500_000) == load_of(rows[1:], 500_000, 500_000)
    assert load_of(rows[:1], 500_000, 500_000).text == ""

"""What rules do with frames, without channels and without time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.gateway import engine as engine_module
from canmcast_gui.gateway.rules import ByteChange, Rule, RuleError, RuleSet
from tests.gateway.engines import CHANNELS, MS, NOW_NS, engine, forwarded, frames, sent
from tests.support.frames import DBC


def test_without_rules_all_frames_go_to_all_other_channels_as_they_are():
    three = (*CHANNELS, ChannelSettings("virtual", "0", number=3))
    made = engine(channels=three)
    batch = frames([0x100, 0x101], channel=7, source=3)
    found = forwarded(made, 1, batch)
    assert sorted(found) == [2, 3]
    for part in found.values():
        for name in ("arbitration_id", "flags", "length", "dlc", "data", "channel"):
            assert (part.records[name] == batch.records[name]).all()
    report = made.report(NOW_NS)
    assert report.forwarded[(1, 2)] == report.forwarded[(1, 3)] == 2
    assert report.forwarded[(2, 1)] == 0
    assert (report.rules[0].name, report.rules[0].seen, report.rules[0].forwarded) == ("all frames", 4, 4)


def test_own_frames_and_error_frames_are_not_forwarded():
    flags = [int(Flag.TX), int(Flag.ERROR), 0]
    assert forwarded(engine(), 1, frames([1, 2, 3], flags=flags))[2].arbitration_id.tolist() == [3]


def test_the_first_rule_that_fits_decides_and_frames_without_one_are_dropped():
    made = engine(
        Rule("block", source="1", filter="id == 0x101", drop=True),
        Rule("engine", source="powertrain", target="body", filter="id in 0x100..0x1FF"),
        Rule("late", source="1", filter="id == 0x101"),
        Rule("off", enabled=False),
    )
    found = forwarded(made, 1, frames([0x100, 0x101, 0x102, 0x200]))[2]
    assert found.arbitration_id.tolist() == [0x100, 0x102]
    assert forwarded(made, 2, frames([0x100], first=50)) == {}
    block, motor, late, off = made.report(NOW_NS).rules
    assert (block.seen, block.dropped, block.forwarded) == (1, 1, 0)
    assert (motor.seen, motor.dropped, motor.forwarded) == (2, 0, 2)
    assert late.seen == off.seen == 0
    assert made.report(NOW_NS).unmatched == 2
    assert made.report(NOW_NS).dropped == 3


@pytest.mark.parametrize(
    ("rule", "ids", "flags"),
    [
        (Rule(id=0x77), [0x77, 0x77], [0, Flag.EXTENDED]),
        (Rule(id_offset=0x10), [0x110, 0x810], [0, Flag.EXTENDED]),
        (Rule(id_table={0x100: 0x300, 0x555: 1}), [0x300, 0x800], [0, Flag.EXTENDED]),
        (Rule(id_table={0x100: 0x300}, id_offset=1), [0x301, 0x801], [0, Flag.EXTENDED]),
        (Rule(extended=True), [0x100, 0x800], [Flag.EXTENDED, Flag.EXTENDED]),
        (Rule(extended=False, id=5), [5, 5], [0, 0]),
        (Rule(id=0x800), [0x800, 0x800], [Flag.EXTENDED, Flag.EXTENDED]),
    ],
)
def test_ids_are_mapped(rule, ids, flags):
    batch = frames([0x100, 0x800], flags=[0, int(Flag.EXTENDED)])
    found = forwarded(engine(rule), 1, batch)[2]
    assert found.arbitration_id.tolist() == ids
    assert found.flags.tolist() == flags


def test_an_id_that_is_not_possible_fails_and_is_counted():
    made = engine(Rule(id_offset=-0x100))
    assert forwarded(made, 1, frames([0x100, 0x50, 0x200]))[2].arbitration_id.tolist() == [0, 0x100]
    counts = made.report(NOW_NS).rules[0]
    assert (counts.seen, counts.forwarded, counts.failed) == (3, 2, 1)
    assert counts.failure == "the changed id is not an arbitration id"


def test_channel_numbers_of_datagrams_are_mapped():
    batch = frames([1, 2, 3], channel=[0, 1, 2])
    assert forwarded(engine(Rule(channel=9)), 1, batch)[2].channel.tolist() == [9, 9, 9]
    assert forwarded(engine(Rule(channel_table={1: 5, 0: 4})), 1, batch)[2].channel.tolist() == [4, 5, 2]
    assert forwarded(engine(Rule(filter="channel == 1")), 1, batch)[2].channel.tolist() == [0, 1, 2]


def test_bytes_change_by_mask_only_where_the_payload_has_them():
    data = np.full((3, 64), 0xF0, dtype=np.uint8)
    batch = FrameBatch.from_columns(
        NOW_NS, [1, 2, 3], data, length=[1, 8, 64], flags=[0, 0, int(Flag.FD)], channel=4
    )
    rule = Rule(data=(ByteChange(0, 0x0A, 0x0F), ByteChange(5, 0x33), ByteChange(60, 0x01, 0x01)))
    found = forwarded(engine(rule), 1, batch)[2]
    assert found.payload(0) == b"\xfa"
    assert found.payload(1) == bytes([0xFA, *[0xF0] * 4, 0x33, 0xF0, 0xF0])
    long = bytearray(b"\xf0" * 64)
    long[0], long[5], long[60] = 0xFA, 0x33, 0xF1
    assert found.payload(2) == bytes(long)
    assert found.channel.tolist() == [4, 4, 4]
    assert batch.payload(0) == b"\xf0"


def test_signals_get_a_value_and_filters_know_messages(tmp_path):
    path = tmp_path / "engine.dbc"
    path.write_text(DBC)
    rule = Rule(filter="name ~ Engine", signals={"Engine.Speed": 800.0, "Engine.Gear": "First"}, id=0x222)
    made = engine(rule, databases=(str(path),))
    found = forwarded(made, 1, frames([0x100, 0x101], first=0x1122334455667788))[2]
    assert found.arbitration_id.tolist() == [0x222]
    assert found.payload(0).hex() == "800c015544332211"
    for signals, reason in (
        ({"Engine.Torque": 1.0}, "no database has the signal Engine.Torque"),
        (
            {"Engine.Gear": "Ninth"},
            "'Ninth' is not a text of the signal Engine.Gear; there are: Neutral, First",
        ),
        ({"Engine.Speed": 1e6}, "1e\\+06 does not fit into the signal Engine.Speed"),
    ):
        with pytest.raises(RuleError, match=reason) as raised:
            engine(Rule(), Rule(signals=signals), databases=(str(path),))
        assert (raised.value.rule, raised.value.key) == (1, "signals")


def test_the_rate_limit_of_a_rule_drops_what_is_too_much():
    made = engine(Rule(rate_limit=1000.0, filter="id == 1"), Rule())
    found = forwarded(made, 1, frames([1] * 100 + [2] * 10))[2]
    assert found.arbitration_id.tolist() == [1] * 20 + [2] * 10  # a burst of 20 ms
    later = forwarded(made, 1, frames([1] * 100, first=200, at_ns=NOW_NS + 11 * MS), NOW_NS + 11 * MS)[2]
    assert len(later) == 10
    counts = made.report(NOW_NS).rules[0]
    assert (counts.seen, counts.forwarded, counts.dropped) == (200, 30, 170)


def test_delayed_frames_are_sent_when_they_are_due_and_none_overtakes_another():
    made = engine(Rule(filter="id == 1", delay_ms=10.0), Rule())
    assert forwarded(made, 1, frames([1])) == {}
    assert forwarded(made, 1, frames([2], first=1)) == {}  # waits for the first
    assert forwarded(made, 2, frames([3], first=2))[1].arbitration_id.tolist() == [3]
    due_ns = made.next_ns()
    assert due_ns == NOW_NS + 10 * MS
    assert sent(made, due_ns - 1) == {}
    assert sent(made, due_ns)[2].arbitration_id.tolist() == [1, 2]
    assert made.next_ns() is None
    assert 9.9 < made.report(due_ns).rules[0].latency_ms(0.99) < 10.5


def test_a_block_is_sent_in_parts_as_its_frames_become_due():
    made = engine(Rule(delay_ms=5.0))
    assert forwarded(made, 1, frames(range(10), at_ns=NOW_NS)) == {}
    assert sent(made, NOW_NS + 5 * MS + 3000)[2].arbitration_id.tolist() == [0, 1, 2, 3]
    assert sent(made, NOW_NS + 6 * MS)[2].arbitration_id.tolist() == [4, 5, 6, 7, 8, 9]


def test_frames_that_wait_are_bounded(monkeypatch):
    monkeypatch.setattr(engine_module, "MOST_WAITING", 100)
    made = engine(Rule(delay_ms=1000.0))
    forwarded(made, 1, frames(range(80)))
    forwarded(made, 1, frames(range(80), first=80))
    counts = made.report(NOW_NS).rules[0]
    assert (counts.seen, counts.failed) == (160, 60)
    assert "more than 100 frames wait" in counts.failure
    assert sent(made, NOW_NS + 2000 * MS)[2].data[:, 0].tolist() == list(range(100))


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 30)), min_size=1, max_size=60),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_order_is_kept_in_each_direction(traffic, first_delay, second_delay):
    """Rules may delay and change: what arrives first in a direction is sent first."""
    made = engine(
        Rule(filter="id < 2", delay_ms=float(first_delay)),
        Rule(filter="id < 4", delay_ms=float(second_delay), id_offset=0x100),
        Rule(),
    )
    now_ns, numbers = NOW_NS, []
    for number, (arbitration_id, gap) in enumerate(traffic):
        now_ns += gap * MS // 10
        found = forwarded(made, 1, frames([arbitration_id], first=number, at_ns=now_ns), now_ns)
        numbers += found[2].data[:, 0].tolist() if found else []
    rest = sent(made, now_ns + 10 * MS)
    numbers += rest[2].data[:, 0].tolist() if rest else []
    assert numbers == list(range(len(traffic)))


def test_rules_that_channels_do_not_allow_are_refused_with_the_reason():
    for rule, key, reason in (
        (
            Rule(source="chassis"),
            "from",
            r"no channel 'chassis'; the channels are 1 \(powertrain\), 2 \(body\)",
        ),
        (Rule(target="3"), "to", "there is no channel '3'"),
        (Rule(source="1", target="powertrain"), "to", "to the channel that they come from"),
        (Rule(filter="id == "), "filter", "the filter is not valid"),
    ):
        with pytest.raises(RuleError, match=reason) as raised:
            engine(rule)
        assert (raised.value.rule, raised.value.key) == (0, key)
    with pytest.raises(RuleError, match=r"the database missing\.dbc cannot be loaded"):
        engine(databases=("missing.dbc",))


def test_plain_values_make_the_same_rules():
    rules = RuleSet(
        (Rule("a", id_table={1: 2}, channel_table={0: 1}, data=(ByteChange(1, 2),), signals={"A.B": "x"}),),
        ("a.dbc",),
        loop_detection=False,
    )
    assert RuleSet.from_dict(rules.to_dict()) == rules

"""Sequences as users write them."""

import pytest

from canmcast_gui.app.transmit.parsing.sequence_text import parse_sequence
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.transmit.conditions import DatabaseCondition
from canmcast_gui.transmit.payload import Counter, ScaledField
from canmcast_gui.transmit.sequence import ExpectStep, RepeatStep, SendStep, WaitStep

ROW = TransmitRow(name="My request", arbitration_id=0x7DF)
MS = 1_000_000
GENERATORS = (Counter(ScaledField(0, 8)),)


def parse(text: str):
    return parse_sequence(text, lambda name: ROW if name == ROW.name else None, lambda _row: GENERATORS)


def test_all_steps():
    program = parse(
        """// a comment
        send My request
        loop 3 times
          wait 1.5 ms   // a while
          loop
            expect id == 0x7E8 within 200 ms or continue
          end
        end
        expect id == 1
        send 123#AABB
        """
    )
    first, wait, expect, inner, outer, last, plain = program.steps
    assert isinstance(first, SendStep)
    assert (first.frame.arbitration_id[0], first.generators) == (0x7DF, GENERATORS)
    assert wait == WaitStep(1_500_000)
    assert expect == ExpectStep("id == 0x7E8", 200 * MS, required=False)
    assert (inner, outer) == (RepeatStep(2), RepeatStep(1, 3))
    assert last == ExpectStep("id == 1")
    assert isinstance(plain, SendStep)
    assert (plain.frame.payload(0), plain.generators) == (b"\xaa\xbb", ())
    assert program.lines == [1, 3, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("send Nothing", "Line 1: there is no row named Nothing"),
        ("wait soon", "Line 1: wait soon is not a step"),
        ("wait 1.2.3 ms", "Line 1: 1.2.3 is not a number"),
        (f"wait {'9' * 400} ms", "Line 1: 9+ is not a number"),
        (f"loop {'9' * 5000} times", "Line 1: loop 9+ times is not a step"),
        ("\nexpect id ==", "Line 2: expected"),
        ("loop\nwait 1 ms", "Line 1: this loop has no end"),
        ("end", "Line 1: there is no loop"),
        ("loop\nend", "Line 2: the loop is empty"),
        ("send 123#A", "Line 1"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(text, words):
    with pytest.raises(RowError, match=words):
        parse(text)


def test_an_expected_frame_can_be_named_by_a_database():
    condition = DatabaseCondition("Engine", {"Engine": ((0x100, False, 0),)}, {}, {})
    program = parse_sequence("expect Engine", lambda _name: None, lambda _row: (), lambda _text: condition)
    assert program.steps == [ExpectStep(condition)]


def test_a_frame_and_a_row_are_sent_on_a_channel():
    frame, row, plain = parse("send 123#AABB channel 2\nsend My request  channel 16\nsend My request").steps
    for step, channel in ((frame, 2), (row, 16), (plain, 0)):
        assert isinstance(step, SendStep)
        assert step.frame.channel.tolist() == [channel]
    assert isinstance(row, SendStep)
    assert row.generators == GENERATORS


@pytest.mark.parametrize("number", [0, 17])
def test_a_channel_that_cannot_be_is_refused(number):
    with pytest.raises(RowError, match=f"Line 1: {number} is not a channel"):
        parse(f"send 123# channel {number}")

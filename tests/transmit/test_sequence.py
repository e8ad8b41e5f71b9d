"""Sequences, with a clock that the test moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.sequence import (
    MAX_STEPS_AT_ONCE,
    ExpectStep,
    RepeatStep,
    SendStep,
    SequenceRun,
    WaitStep,
    check_steps,
)

MS = 1_000_000


def send(name: str) -> SendStep:
    """A step that sends the character in its payload."""
    return SendStep(FrameBatch.from_columns(0, [1], [list(name.encode())]))


def wait(ms: int) -> WaitStep:
    return WaitStep(ms * MS)


def expect(text: str, ms: int | None = None, required: bool = True) -> ExpectStep:
    return ExpectStep(text, None if ms is None else ms * MS, required)


def names(steps: list[tuple[int, SendStep]]) -> list[str]:
    return [step.frame.payload(0).decode() for _index, step in steps]


def run(sequence: SequenceRun, until: int) -> list[tuple[int, str]]:
    """Follow it exactly; (ms, name) of what it sends."""
    sent = []
    while (due := sequence.next_due()) is not None and due <= until * MS:
        sent += [(due // MS, name) for name in names(sequence.take_due(due))]
    return sent


def frames(*numbers: int) -> FrameBatch:
    return FrameBatch.from_columns(0, list(numbers), np.zeros((len(numbers), 1)))


def test_it_sends_and_waits():
    sequence = SequenceRun([send("a"), wait(5), send("b"), send("c")], 10 * MS)
    assert run(sequence, 100) == [(10, "a"), (15, "b"), (15, "c")]
    assert (sequence.state, sequence.outcome, sequence.sent) == ("ended", "done", 3)


@given(st.integers(1, 20), st.integers(1, 50), st.lists(st.integers(0, 3), min_size=20, max_size=20))
def test_waits_do_not_add_up_lateness(times, ms, late):
    sequence = SequenceRun([send("a"), wait(ms), RepeatStep(0, times)], 0)
    due = []
    while (next_due := sequence.next_due()) is not None:
        due.append(next_due)
        sequence.take_due(next_due + late[len(due) % 20] * MS // 4)
    assert sequence.sent == times
    assert due == [n * ms * MS for n in range(times + 1)] or times == 0 or len(due) <= times + 1


def test_nested_loops():
    steps = [send("a"), send("b"), RepeatStep(1, 2), RepeatStep(0, 3)]
    assert "".join(name for _, name in run(SequenceRun(steps, 0), 10)) == "abb" * 3


def test_it_waits_for_a_frame_and_counts_from_its_arrival():
    sequence = SequenceRun([expect("id == 0x123"), wait(3), send("a"), RepeatStep(0)], 0)
    assert run(sequence, 0) == []
    assert sequence.next_due() is None
    sequence.on_frames(frames(0x100), np.array([4 * MS]))
    assert sequence.next_due() is None
    sequence.on_frames(frames(0x123, 0x123), np.array([5 * MS, 5 * MS]))
    assert run(sequence, 100) == [(8, "a")]
    assert sequence.state == "running"


def test_after_a_timeout_it_ends_or_continues():
    sequence = SequenceRun([expect("id == 1", 10), send("a")], 0)
    assert run(sequence, 100) == []
    assert sequence.outcome == "no frame came within 10 ms: id == 1"
    sequence = SequenceRun([expect("id == 1", 10, required=False), send("a")], 0)
    assert run(sequence, 100) == [(10, "a")]
    assert sequence.missed == 1
    sequence = SequenceRun([expect("id == 1", 10), send("a")], 0)
    run(sequence, 0)
    sequence.on_frames(frames(1), np.array([11 * MS]))
    assert sequence.expects_frame


def test_it_is_stepped_paused_and_resumed():
    steps = [send("a"), wait(1000), expect("id == 1"), send("b"), wait(5), send("c")]
    sequence = SequenceRun(steps, 0, paused=True)
    assert sequence.next_due() is None
    found = [names(sequence.step(n * MS)) for n in range(4)]
    assert found == [["a"], [], [], ["b"]]
    sequence.resume(100 * MS)
    assert run(sequence, 102) == []
    sequence.pause()
    assert sequence.next_due() is None
    sequence.resume(200 * MS)
    assert run(sequence, 300) == [(205, "c")]
    assert sequence.step(0) == []


def test_a_loop_without_a_wait_lets_others_have_their_turn():
    sequence = SequenceRun([send("a"), RepeatStep(0)], 0)
    assert len(sequence.take_due(0)) <= MAX_STEPS_AT_ONCE
    assert sequence.next_due() > 0


@pytest.mark.parametrize(
    ("step", "words"), [(expect("id =="), "Step 2: expected"), (RepeatStep(5), "Step 2: it goes back")]
)
def test_wrong_steps_are_named(step, words):
    with pytest.raises(TransmitError, match=words):
        check_steps([send("a"), step])

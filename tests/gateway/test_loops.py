"""Frames that come back by their content: gateways between buses whose frames carry no mark."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.gateway.engine import Engine
from canmcast_gui.gateway.loops import LOOP_NS, MOST_ARRIVALS, content_keys
from tests.gateway.engines import MS, NOW_NS, engine, forwarded, frames

DRIVERS = tuple(ChannelSettings("socketcan", f"can{number}", number=number) for number in (1, 2))


def circulate(made: Engine, first: FrameBatch, rounds: int) -> list[int]:
    """Two gateways, the other of which forwards everything; returns how many frames each round sends."""
    sent = []
    arriving = {1: first, 2: FrameBatch.empty()}
    for turn in range(rounds):
        now_ns = NOW_NS + turn * 2 * MS
        found = [forwarded(made, number, batch, now_ns) for number, batch in arriving.items()]
        sent.append(sum(len(batch) for each in found for batch in each.values()))
        # The other gateway has forwarded what was on each bus, and so brings back what this one has sent.
        arriving = {
            number: FrameBatch.concatenate(
                [*(each[3 - number] for each in found if 3 - number in each), arriving[3 - number]]
            )
            for number in (1, 2)
        }
        if turn == 0:
            arriving[1] = FrameBatch.empty()
    return sent


def test_frames_that_circulate_between_drivers_end_and_a_sentence_names_the_loop():
    made = engine(channels=DRIVERS)
    sent = circulate(made, frames([1]), 12)
    assert sent[0] == 1
    assert sent[-1] == 0
    assert sum(sent) < 6 * MOST_ARRIVALS
    report = made.report(NOW_NS + 24 * MS)
    assert report.returned > 0
    assert "come back on channel" in report.loop
    assert "another gateway connects the same buses" in report.loop
    assert made.report(NOW_NS + 25 * MS + LOOP_NS).loop == ""
    # While the loop is known, a copy is dropped when it comes back for the first time.
    later = NOW_NS + 2_000 * MS
    copy = forwarded(made, 1, frames([5], first=9), later)[2]
    assert forwarded(made, 2, copy, later + MS) == {}


def test_the_same_content_on_both_buses_is_forwarded_in_both_directions():
    made = engine(channels=DRIVERS)
    for turn in range(200):  # a second of periodic frames of 100 and 200 Hz, constant or counting
        now_ns = NOW_NS + turn * 5 * MS
        for number in (1, 2):
            batch = frames([1, 2], first=turn // 2 if turn % 2 else 0, at_ns=now_ns)
            assert len(forwarded(made, number, batch, now_ns)[3 - number]) == 2
    assert made.report(NOW_NS).returned == 0


def test_loop_detection_can_be_switched_off():
    made = engine(channels=DRIVERS, loop_detection=False)
    assert circulate(made, frames([1]), 8)[-1] > 0
    assert made.report(NOW_NS).returned == 0


CONTENTS = st.tuples(st.integers(0, 3), st.integers(0, 1), st.binary(max_size=64))


@given(st.lists(CONTENTS, min_size=2, max_size=30))
def test_contents_have_one_key_exactly_if_they_are_the_same(contents):
    data = np.array([list(payload.ljust(64, b"\0")) for _, _, payload in contents], dtype=np.uint8)
    batch = FrameBatch.from_columns(
        np.arange(len(contents)),
        [number for number, _, _ in contents],
        data,
        length=[len(payload) for _, _, payload in contents],
        flags=[int(Flag.FD) | extended for _, extended, _ in contents],
    )
    keys = content_keys(batch).tolist()
    assert [keys.index(key) for key in keys] == [contents.index(content) for content in contents]
    assert [int(content_keys(batch[row : row + 1])[0]) for row in range(len(batch))] == keys
    marked = FrameBatch(batch.records.copy(), batch.heap)
    marked.records["flags"] |= np.uint16(Flag.TX | Flag.BRS)
    assert content_keys(marked).tolist() == keys

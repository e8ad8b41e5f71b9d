"""Periods, missed cycles and senders of each id, against plain programs that look at one frame at a time."""

from __future__ import annotations

import statistics
from collections import defaultdict
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording.id_statistics import BIN_EDGES_NS, BINS, MAX_MISSED, MAX_MISSES, OWN, MissedCycles
from canmcast_gui.recording.newest import NewestById

MS = 1_000_000


def batch_of(times, ids=1) -> FrameBatch:
    times = np.asarray(times, dtype=np.int64)
    return FrameBatch.from_columns(times, ids, np.zeros((len(times), 1), np.uint8))


def fed(times, ids=1, pieces=1) -> NewestById:
    """Entries of frames in several batches."""
    newest, batch = NewestById(), batch_of(times, ids)
    for part in np.array_split(np.arange(len(batch)), pieces):
        if len(part):
            newest.update(batch[int(part[0]) : int(part[-1]) + 1], int(part[0]))
    return newest


def missed_in(periods: list[int], rows: list[int]) -> list[MissedCycles]:
    """What a plain program would find."""
    found = []
    for number in range(16, len(periods)):
        ordered = sorted(periods[number - 16 : number])
        usual, gap = ordered[8], periods[number]
        if usual > 0 and ordered[12] - ordered[3] <= 30 * usual // 100 and 2 * gap > 3 * usual:
            count = (2 * gap + usual) // (2 * usual) - 1
            if count <= MAX_MISSED:
                found.append(MissedCycles(rows[number], count))
    return found


def bins_of(periods: list[int]) -> list[int]:
    """A histogram, counted one by one."""
    counts = [0] * BINS
    for period in periods:
        place = sum(edge <= period for edge in BIN_EDGES_NS.tolist()) - 1
        counts[min(max(place, 0), BINS - 1)] += 1
    return counts


@st.composite
def traffic(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Times and ids: mostly periodic, sometimes late, early, out of order or silent."""
    kinds = st.sampled_from([1000, 1000, 1000, 1010, 990, 1499, 1501, 2000, 3500, 700, -20, 5_000_000])
    steps = draw(st.lists(kinds, min_size=1, max_size=120))
    ids = draw(st.lists(st.sampled_from([1, 1, 1, 2]), min_size=len(steps), max_size=len(steps)))
    return np.cumsum(steps).tolist(), ids


@given(traffic(), st.integers(1, 9))
@settings(deadline=None, max_examples=80)
def test_it_agrees_with_a_plain_model(frames: tuple[list[int], list[int]], pieces: int):
    times, ids = frames
    newest = fed(times, ids, pieces)
    rows = defaultdict(list)
    for row, number in enumerate(ids):
        rows[number].append(row)
    cycles = newest.cycles
    assert len(cycles) == len(newest) == len(rows)
    for entry, own in enumerate(rows.values()):
        periods = [times[b] - times[a] for a, b in pairwise(own)]
        assert cycles.histogram(entry).tolist() == bins_of(periods)
        places = missed_in(periods, own[1:])
        assert cycles.missed_cycles(entry) == places[-MAX_MISSES:]
        assert cycles.missed[entry] == sum(place.count for place in places)
        found = [c[entry] for c in (cycles.shortest_ns, cycles.mean_ns, cycles.longest_ns, cycles.jitter_ns)]
        if not periods:
            assert np.isnan(found).all()
            continue
        mean, jitter = statistics.fmean(periods), statistics.pstdev(periods)
        assert found == pytest.approx([min(periods), mean, max(periods), jitter], rel=1e-9, abs=1e-3)


@pytest.mark.parametrize("pieces", [1, 7])
def test_missed_cycles_of_a_periodic_id_have_their_rows(pieces):
    ticks = np.delete(np.arange(400), [100, 200, 201, 202, 300])
    newest = fed(ticks * 10 * MS, pieces=pieces)
    assert newest.cycles.missed[0] == 5
    assert newest.cycles.missed_cycles(0) == [
        MissedCycles(100, 1),
        MissedCycles(199, 3),
        MissedCycles(296, 1),
    ]


def test_each_of_many_missed_cycles_is_found():
    ticks = np.delete(np.arange(600), np.arange(20, 600, 6))
    assert fed(ticks * MS).cycles.missed[0] == 97


def test_irregular_traffic_has_no_missed_cycles():
    steps = np.random.default_rng(1).exponential(10 * MS, 20_000)
    assert fed(np.cumsum(steps)).cycles.missed[0] <= 20  # one in a thousand by chance


def test_a_sender_that_was_switched_off_has_no_missed_cycles():
    times = np.r_[np.arange(50) * MS, np.arange(50) * MS + 60_000 * MS]
    newest = fed(times)
    assert newest.cycles.missed[0] == 0
    assert newest.cycles.longest_ns[0] == 60_000 * MS - 49 * MS


def test_the_newest_missed_cycles_are_kept():
    ticks = np.delete(np.arange(6000), np.arange(20, 6000, 10))
    cycles = fed(ticks * MS, pieces=4).cycles
    assert cycles.missed[0] == 598
    assert len(cycles.missed_cycles(0)) == MAX_MISSES
    assert cycles.missed_cycles(0)[-1].row == len(ticks) - 9


ONE = st.tuples(st.integers(1, 4), st.integers(0, 4), st.booleans())


def sent_by(frames: list[tuple[int, int, bool]]) -> FrameBatch:
    """Frames of (id, source, sent by this program)."""
    ids, sources, own = (list(column) for column in zip(*frames, strict=True))
    flags = np.where(own, int(Flag.TX), 0).astype(np.uint16)
    batch = FrameBatch.from_columns(np.arange(len(ids)), ids, np.zeros((len(ids), 1), np.uint8), flags=flags)
    batch.records["source"] = sources
    return batch


def plain(frames: list[tuple[int, int, bool]]) -> dict[int, list[int]]:
    """Of each id, in the order of appearance: source, the previous one, and how often a sender returned."""
    entries: dict[int, list[int]] = {}
    for number, source, own in frames:
        source = OWN if own else source
        entry = entries.setdefault(number, [0, 0, 0])
        if entry[0] and source and source != entry[0]:
            entry[2] += entry[1] == source
            entry[1] = entry[0]
        entry[0] = source
    return entries


@given(st.lists(st.lists(ONE, min_size=1, max_size=30), min_size=1, max_size=5))
def test_senders_agree_with_a_plain_model(batches):
    newest, row = NewestById(), 0
    for frames in batches:
        newest.update(sent_by(frames), row)
        row += len(frames)
    senders = newest.senders
    found = zip(senders.source.tolist(), senders.before.tolist(), senders.returns.tolist(), strict=True)
    assert [list(one) for one in found] == list(plain([*chain(*batches)]).values())


def test_a_sender_that_replaces_another_for_good_is_not_a_second_one():
    newest = NewestById()
    newest.update(sent_by([(1, 1, False)] * 5 + [(1, 2, False)] * 5 + [(1, 3, False)]), 0)
    assert newest.senders.returns.tolist() == [0]
    newest.update(sent_by([(1, 2, False)]), 11)
    assert newest.senders.returns.tolist() == [1]


def test_this_program_is_one_sender_on_all_its_interfaces():
    newest = NewestById()
    newest.update(sent_by([(1, 1, True), (1, 2, True)] * 5), 0)
    assert newest.senders.returns.tolist() == [0]
    assert newest.senders.source.tolist() == [OWN]

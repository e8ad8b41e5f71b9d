"""The newest frame by id agrees with a model that reads one frame at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording.entry_numbers import Kind
from canmcast_gui.recording.newest import DECAY, Change, NewestById
from tests.recording.batches import frames, numbered
from tests.support.fresh_process import number_from


@dataclass
class Entry:
    """What a plain program keeps of one id."""

    frame: tuple
    row: int
    count: int = 1
    periods: list[int] = field(default_factory=list)
    changed: dict[int, tuple[Change, int]] = field(default_factory=dict)

    def take(self, frame: tuple, row: int) -> None:
        old, new = (one[-1].ljust(64, b"\0") for one in (self.frame, frame))
        for place in range(64):
            if old[place] != new[place]:
                change = Change.UP if new[place] > old[place] else Change.DOWN
                self.changed[place] = (change, frame[0])
        self.periods.append(frame[0] - self.frame[0])
        self.frame, self.row, self.count = frame, row, self.count + 1

    @property
    def mean_and_jitter(self) -> tuple[float, float]:
        weights = [DECAY**age for age in range(len(self.periods))][::-1]
        mean = sum(w * p for w, p in zip(weights, self.periods, strict=True)) / sum(weights)
        squares = sum(w * (p - mean) ** 2 for w, p in zip(weights, self.periods, strict=True))
        return mean, math.sqrt(squares / sum(weights))


def model_of(batches: list[FrameBatch]) -> dict[tuple, Entry]:
    """Entries by (id, extended, kind, channel), in the order of their first appearance."""
    entries: dict[tuple, Entry] = {}
    for row, frame in enumerate(frame for batch in batches for frame in frames(batch)):
        flags = frame[2]
        kind = Kind.ERROR if flags & Flag.ERROR else Kind.REMOTE if flags & Flag.REMOTE else Kind.DATA
        key = (frame[1], bool(flags & Flag.EXTENDED), kind, frame[4])
        if key in entries:
            entries[key].take(frame, row)
        else:
            entries[key] = Entry(frame, row)
    return entries


@st.composite
def traffic(draw: st.DrawFn) -> FrameBatch:
    """A batch with few ids and few values, so that they repeat."""
    count = draw(st.integers(0, 30))
    column = lambda values: draw(st.lists(values, min_size=count, max_size=count))  # noqa: E731
    lengths = np.array(column(st.sampled_from([0, 1, 8, 12, 64])), dtype=np.int64)
    data = np.frombuffer(draw(st.binary(min_size=64 * count, max_size=64 * count)), dtype=np.uint8) % 3
    return FrameBatch.from_columns(
        np.cumsum(column(st.integers(-5, 1000))).astype(np.int64) if count else [],
        column(st.sampled_from([1, 2, 0x7FF, 0x1FFFFFFF])),
        data.reshape(count, 64),
        length=lengths,
        flags=column(st.sampled_from([0, Flag.EXTENDED, Flag.REMOTE, Flag.ERROR, Flag.FD, Flag.TX])),
        channel=column(st.sampled_from([0, 1, 1, 255])),
    )


@given(st.lists(traffic(), max_size=6))
@settings(deadline=None, max_examples=60)
def test_it_agrees_with_a_plain_model(batches: list[FrameBatch]):
    newest = NewestById()
    row = 0
    for batch in batches:
        newest.update(batch, row)
        row += len(batch)
    entries = model_of(batches)
    columns = (newest.arbitration_id, newest.frames.has(Flag.EXTENDED), newest.kind, newest.channel)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == list(entries)
    assert frames(newest.frames) == [entry.frame for entry in entries.values()]
    for index, (key, entry) in enumerate(entries.items()):
        assert newest.find(*key) == index
        same = [other.row for known, other in entries.items() if known[:3] == key[:3]]
        assert newest.last_row[newest.find(*key[:3])] == max(same)
        assert newest.count[index] == entry.count
        assert newest.last_row[index] == entry.row
        assert newest.last_timestamp_ns[index] == entry.frame[0]
        assert newest.payload[index].tobytes() == entry.frame[-1].ljust(64, b"\0")
        assert changes(newest, index) == entry.changed
        assert_same_periods(newest, index, entry)


def changes(newest: NewestById, index: int) -> dict[int, tuple[Change, int]]:
    """The bytes of an entry that ever changed."""
    places = np.flatnonzero(newest.changed[index])
    return {
        int(place): (Change(newest.changed[index, place]), int(newest.changed_at_ns[index, place]))
        for place in places
    }


def assert_same_periods(newest: NewestById, index: int, entry: Entry) -> None:
    """Period, mean and jitter are the model's; NaN where it has no period."""
    found = (newest.period_ns[index], newest.period_mean_ns[index], newest.jitter_ns[index])
    if not entry.periods:
        assert np.isnan(found).all()
        return
    mean, jitter = entry.mean_and_jitter
    assert found[0] == entry.periods[-1]
    assert found[1:] == pytest.approx((mean, jitter), rel=1e-9, abs=1e-4)


def test_a_period_is_found_in_spite_of_a_pause():
    newest = NewestById()
    times = np.r_[0, 3_600_000_000_000 + np.arange(3000) * 10_000_000]
    newest.update(FrameBatch.from_columns(times, 1, np.zeros((3001, 8), np.uint8)), 0)
    assert newest.period_mean_ns[0] == pytest.approx(10_000_000, rel=1e-3)
    assert newest.jitter_ns[0] < 1e6


def test_frames_beyond_the_limit_are_counted():
    newest = NewestById(limit=3)
    ids = [5, 6, 7, 8, 5, 9]
    newest.update(FrameBatch.from_columns(range(6), ids, np.zeros((6, 8), np.uint8)), 10)
    assert newest.arbitration_id.tolist() == [5, 6, 7]
    assert newest.count.tolist() == [2, 1, 1]
    assert newest.last_row.tolist() == [14, 11, 12]
    assert newest.overflow == 2
    assert newest.find(9, extended=False) is None
    assert newest.find(5, extended=False, channel=1) is None


def test_the_largest_number_of_ids():
    newest = NewestById()
    ids = np.arange(70_000, dtype=np.uint32)[::-1]
    batch = FrameBatch.from_columns(0, ids, np.zeros((70_000, 1), np.uint8), flags=Flag.EXTENDED)
    newest.update(batch, 0)
    newest.update(batch, 70_000)
    assert len(newest) == 65_536
    assert newest.overflow == 2 * (70_000 - 65_536)
    assert newest.arbitration_id.tolist() == ids[:65_536].tolist()
    assert set(newest.count.tolist()) == {2}


def test_generation_rises_with_every_change():
    newest = NewestById()
    seen = [newest.generation]
    newest.update(FrameBatch.empty(), 0)
    assert newest.generation == seen[-1]
    for change in (lambda: newest.update(numbered(0, 3), 0), lambda: newest.update(numbered(3, 9000), 3)):
        change()
        seen.append(newest.generation)
    newest.clear()
    seen.append(newest.generation)
    assert seen == sorted(set(seen))
    assert len(newest) == 0


RANDOM_IDS = """
import numpy as np
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording import NewestById
from tests.support.long_runs import anonymous_memory

newest, data = NewestById(), np.zeros((512, 8), dtype=np.uint8)
before = anonymous_memory()
for start in range(0, 70_000, 512):
    ids = start + np.arange(512)
    newest.update(FrameBatch.from_columns(start, ids, data, flags=int(Flag.EXTENDED)), start)
assert newest.overflow
print((anonymous_memory() - before) // len(newest))
"""


def test_an_id_that_is_sent_once_takes_little_memory():
    assert number_from(RANDOM_IDS) < 1300

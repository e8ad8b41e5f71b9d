"""Filtered rows and a plain list, while frames are appended, looked at in steps, and evicted."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import FilteredRows, Limits, Recording

SMALL = Limits(most_frames=64)  # chunks of 8 frames

CONDITIONS = {
    "id == 1": lambda one: one == 1,
    "id in 0..1": lambda one: one <= 1,
    "not id == 2": lambda one: one != 2,
    "id == 7": lambda one: one == 7,
    "rx": lambda one: one >= 0,
}


class AgainstAList(RuleBasedStateMachine):
    """Ids in a list, and the rows of those that pass, as far as they were looked at and are still there."""

    def __init__(self) -> None:
        super().__init__()
        self.parent = tempfile.TemporaryDirectory()
        self.recording = Recording.create(Path(self.parent.name) / "trace", limits=SMALL)
        self.ids: list[int] = []
        self.expected: list[int] = []

    @initialize(ids=st.lists(st.integers(0, 2), max_size=40), text=st.sampled_from(sorted(CONDITIONS)))
    def begin(self, ids: list[int], text: str) -> None:
        self.append(ids)
        self.passes = CONDITIONS[text]
        self.rows = FilteredRows(self.recording, self.recording.filter(text))

    def teardown(self) -> None:
        self.recording.discard()
        self.parent.cleanup()

    @rule(ids=st.lists(st.integers(0, 2), max_size=100))
    def append(self, ids: list[int]) -> None:
        self.recording.append(FrameBatch.from_columns(0, ids, np.zeros((len(ids), 1), np.uint8)))
        self.ids += ids

    @rule(budget=st.integers(0, 150))
    def look(self, budget: int) -> None:
        before = [row for row in self.expected if row >= self.recording.first_row]
        start = max(self.rows.next_row, self.recording.first_row)
        found = self.rows.update(budget, budget_ns=1 << 62)
        assert self.rows.next_row == min(start + budget, len(self.ids))
        new = [row for row in range(start, self.rows.next_row) if self.passes(self.ids[row])]
        assert found == len(new)
        self.expected = before + new

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "rows"):
            return
        assert len(self.rows) == len(self.expected)
        assert self.rows[:].tolist() == self.expected
        assert self.rows.complete == (self.rows.next_row >= len(self.ids))

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        places = st.none() | st.integers(-70, 70)
        part = slice(data.draw(places), data.draw(places), data.draw(st.none() | st.sampled_from([1, 2, -1])))
        assert self.rows[part].tolist() == self.expected[part]
        row = data.draw(st.integers(0, len(self.ids) + 2))
        assert self.rows.position(row) == sum(one < row for one in self.expected)
        if self.expected:
            place = data.draw(st.integers(0, len(self.expected) - 1))
            assert self.rows[place] == self.expected[place]


TestAgainstAList = AgainstAList.TestCase
TestAgainstAList.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)

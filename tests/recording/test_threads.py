"""Threads read while another appends and evicts: each result is right, or an error about evicted rows."""

import threading
from pathlib import Path

import numpy as np

from canmcast_gui.recording import FilteredRows, Limits, Recording, RowsGoneError
from tests.recording.batches import numbered, numbers

FRAMES = 60_000


class Reader(threading.Thread):
    """Reads rows below the end in every way until it is stopped; keeps its errors."""

    def __init__(self, recording: Recording, seed: int) -> None:
        super().__init__(name=f"reader {seed}")
        self._recording = recording
        self._random = np.random.default_rng(seed)
        self.stop = threading.Event()
        self.problem: BaseException | None = None
        self.answers = 0

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                self._ask()
        except BaseException as error:  # noqa: BLE001 handed to the test
            self.problem = error

    def _ask(self) -> None:
        first, end = self._recording.first_row, self._recording.end_row
        if first == end:
            return
        start = int(self._random.integers(first, end))
        stop = min(start + int(self._random.integers(1, 300)), end)
        rows = self._random.integers(first, end, 20)
        try:
            assert numbers(self._recording.rows(start, stop)) == list(range(start, stop))
            assert numbers(self._recording.take(rows)) == rows.tolist()
        except RowsGoneError:
            return
        found = self._recording.find("id == 0x107", start, stop)
        assert set(found.tolist()) <= {row for row in range(start, stop) if row % 80 == 7}
        self.answers += 1


def test_reading_while_appending(tmp_path: Path):
    with Recording.create(tmp_path / "trace", limits=Limits(most_frames=10_000)) as recording:
        recording.append(numbered(0, 100))
        readers = [Reader(recording, seed) for seed in range(3)]
        rows = FilteredRows(recording, recording.filter("id == 0x107"))
        for reader in readers:
            reader.start()
        while recording.end_row < FRAMES:
            recording.append(numbered(recording.end_row, 200, width=64 if recording.end_row % 3 else 8))
            rows.update()
        for reader in readers:
            reader.stop.set()
            reader.join()
        assert [reader.problem for reader in readers] == [None] * 3
        assert all(reader.answers for reader in readers)
        first = recording.first_row
        assert rows[:].tolist() == [row for row in range(first, recording.end_row) if row % 80 == 7]

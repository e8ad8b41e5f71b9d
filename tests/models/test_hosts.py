"""Frames and ids are counted by source, under Qt's model tester."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.models.hosts import COLUMNS, MAX_IDS, HostsModel
from canmcast_gui.transport.statistics import SourceCounts

ONE, TWO = Source("10.0.0.7", 43113), Source("fe80::1%eth0", 5000)


@pytest.fixture
def hosts(qapp):
    """An empty model and a table of sources."""
    model = HostsModel()
    model.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.sources = SourceTable()
    model.sources.number(ONE)
    model.sources.number(TWO)
    return model


def frames(ids, source, flags=0) -> FrameBatch:
    return FrameBatch.from_columns(
        np.arange(len(ids)), ids, np.zeros((len(ids), 1)), source=source, flags=flags
    )


def texts(model):
    """What the table shows, but names and nodes."""
    columns = [n for n, column in enumerate(COLUMNS) if column.title not in ("Name", "Nodes")]
    return [[model.index(row, n).data() for n in columns] for row in range(model.rowCount())]


def test_frames_and_ids_are_counted_by_source(hosts):
    hosts.count(frames([1, 2, 1, 1], [1, 1, 1, 2]), hosts.sources)
    hosts.count(frames([1, 5], [1, 1], [Flag.EXTENDED, Flag.ERROR]), hosts.sources)
    hosts.count(FrameBatch.empty(), hosts.sources)
    assert texts(hosts) == [
        ["10.0.0.7:43113", "5", "3", "1", "0"],
        ["[fe80::1%eth0]:5000", "1", "1", "1", "0"],
    ]
    assert "001, 002, 00000001" in hosts.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_this_program_is_named(hosts):
    hosts.count(frames([1], [2], Flag.TX), hosts.sources)
    assert "this program" in texts(hosts)[0][0]


def test_sent_frames_of_a_file_are_from_the_program_that_recorded_it(hosts):
    hosts.count(frames([1, 2], [0, 0], [Flag.TX, Flag.TX]), SourceTable())
    assert texts(hosts)[0][:2] == ["the program that recorded the file", "2"]
    hosts.count(frames([3], [0], [0]), SourceTable())
    assert texts(hosts)[0][:2] == ["unknown, and the program that recorded the file", "3"]
    tip = hosts.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "this program" not in tip
    assert "2 frames sent by the program that recorded the file" in tip


def test_malformed_datagrams_of_a_source_without_frames_are_shown(hosts):
    hosts.count(frames([1], [1]), hosts.sources)
    hosts.set_counters({ONE: SourceCounts(9, 0), TWO: SourceCounts(0, 3)})
    assert texts(hosts) == [["10.0.0.7:43113", "1", "1", "", "0"], ["[fe80::1%eth0]:5000", "0", "0", "", "3"]]


def test_frames_of_a_file_are_from_an_unknown_source(hosts):
    hosts.count(frames([1, 2], 0), hosts.sources)
    assert texts(hosts) == [["unknown", "2", "2", "", "0"]]
    hosts.clear()
    assert texts(hosts) == []


def test_sources_beyond_the_limit_share_a_row(hosts):
    few = SourceTable(limit=3)
    for number in range(5):
        few.number(Source("10.0.0.1", number))
    hosts.count(frames([1, 2, 3], [1, 0, 0]), few)
    assert [line[:2] for line in texts(hosts)] == [["more than 2 sources", "2"], ["10.0.0.1:0", "1"]]
    assert "the first 2 sources" in hosts.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_the_ids_of_a_source_are_limited(hosts):
    hosts.count(frames(np.arange(3 * MAX_IDS), 1, Flag.EXTENDED), hosts.sources)
    assert len(hosts.rows[0].ids) == MAX_IDS
    assert texts(hosts)[0][2] == f"{MAX_IDS:,}+"


def test_an_id_of_two_sources_is_shared_but_not_for_remote_frames(hosts):
    tip, color = Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.ForegroundRole
    hosts.count(frames([1, 2], [1, 2]), hosts.sources)
    hosts.count(frames([1], [2], Flag.REMOTE), hosts.sources)
    assert [row.shared for row in hosts.rows] == [set(), set()]
    assert hosts.index(0, 0).data(color) is None
    hosts.count(frames([1], [2]), hosts.sources)
    assert [row.shared for row in hosts.rows] == [{1}, {1}]
    assert "Other sources send these ids too: 001" in hosts.index(1, 0).data(tip)
    assert hosts.index(1, 0).data(color) is not None


def test_an_id_on_two_channels_and_own_addresses_one_after_the_other_are_not_shared(qapp):
    sources = SourceTable()
    first, second, own, restarted = (sources.number(Source("10.0.0.1", port)) for port in (1, 2, 3, 4))
    model = HostsModel()
    model.count(FrameBatch.from_columns(0, 0x100, [[0]] * 2, source=[first, second], channel=[1, 2]), sources)
    sent = FrameBatch.from_columns(0, 0x200, [[0]] * 2, source=[own, restarted], flags=Flag.TX)
    model.count(sent, sources)
    assert not any(row.shared for row in model.rows)
    model.count(FrameBatch.from_columns(0, 0x100, [[0]], source=[second], channel=[1]), sources)
    assert sorted(row.source.port for row in model.rows if row.shared) == [1, 2]

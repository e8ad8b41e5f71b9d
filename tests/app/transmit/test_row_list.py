"""The list of transmit rows: what its signals report, arming and counting."""

from dataclasses import replace

import pytest

from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.row_list import MAX_ROWS, TransmitRows
from canmcast_gui.database import DatabaseSet, Scope, load_database
from canmcast_gui.transmit import Trigger
from tests.database.test_load import SMALL


@pytest.fixture
def rows(qapp):
    """Rows named a to d; a and c are a group."""
    rows = TransmitRows(DatabaseSet())
    rows.reset(TransmitRow(name=name, group="g" if name in "ac" else "") for name in "abcd")
    return rows


@pytest.fixture
def armed(rows):
    """The names of the rows in each signal ``armed``."""
    signals = []
    rows.armed.connect(lambda jobs: signals.append([row.name for _job_id, row in jobs]))
    return signals


def names(rows):
    return [row.name for row in rows]


def test_rows_of_a_group_are_armed_and_disarmed_together(rows, armed):
    rows.set_armed(2, True)
    assert [rows.is_armed(index) for index in range(4)] == [True, False, True, False]
    assert armed == [["a", "c"]]
    rows.set_armed(0, False)
    assert rows.armed_rows == []


def test_a_replaced_row_keeps_its_job_and_is_armed_again(rows, armed):
    job_id = rows.job_id(1)
    rows.set_armed(1, True)
    rows.replace(job_id, TransmitRow(name="e"))
    assert armed == [["b"], ["e"]]
    assert rows.job_id(1) == job_id
    rows.replace(10_000, TransmitRow())
    assert names(rows) == ["a", "e", "c", "d"]


def test_rows_are_taken_disarmed_and_inserted_again(rows):
    disarmed, edits = [], []
    rows.disarmed.connect(disarmed.append)
    rows.edited.connect(lambda: edits.append(names(rows)))
    ids = [rows.job_id(index) for index in range(4)]
    rows.set_armed(3, True)
    taken = rows.take([0, 1, 3])
    assert disarmed == [ids[3]]
    rows.insert([0, 1, 3], taken)
    assert [rows.job_id(index) for index in range(4)] == ids
    assert edits == [["c"], ["a", "b", "c", "d"]]


def test_counts_and_measured_times_are_those_of_the_job(rows):
    changed = []
    rows.counts_changed.connect(changed.append)
    job_id = rows.job_id(2)
    rows.count_sent(job_id, 3, late=1)
    rows.set_measured(job_id, 7, 2e6, 1e3)
    rows.count_sent(10_000, 1)
    entry = rows.entry(2)
    assert (entry.sent, entry.late, entry.left, entry.period_ns, entry.jitter_ns) == (3, 1, 7, 2e6, 1e3)
    assert changed == [2, 2]


def test_a_row_is_found_by_its_name_and_named_in_messages(rows):
    assert rows.named("c") == rows[2]
    assert rows.named("x") is None
    assert rows.label(rows.job_id(0)) == "a"
    assert rows.label(10_000) == "row 10000"


def test_triggers_and_generators_are_read_or_refused(rows):
    assert rows.trigger_of(TransmitRow()) is None
    assert rows.trigger_of(TransmitRow(trigger="id == 1 after 2 ms")) == Trigger("id == 1", 2_000_000)
    with pytest.raises(RowError, match="at character"):
        rows.trigger_of(TransmitRow(trigger="id =="))
    assert len(rows.generators_of(TransmitRow(generators="counter(byte 0)"))) == 1
    with pytest.raises(RowError, match="not a signal"):
        rows.generators_of(TransmitRow(generators="counter(Speed)"))


def test_there_is_a_maximum_of_rows(rows):
    assert len(rows.new_entries([TransmitRow()] * MAX_ROWS)) == MAX_ROWS - 4


def test_a_row_has_the_message_of_the_database_for_its_channel(qapp, tmp_path):
    databases = DatabaseSet()
    for channel, name in ((2, "Engine"), (3, "Motor")):
        path = tmp_path / f"{name}.dbc"
        path.write_text(SMALL.replace("Engine", name))
        databases.add(load_database(path))
        databases.set_scope(path, Scope(frozenset([channel])))
    rows = TransmitRows(databases)
    on = [TransmitRow(arbitration_id=256, channel=channel) for channel in range(4)]
    messages = [rows.message_of(row) for row in on]
    assert [message and message.name for message in messages] == ["Engine", None, "Engine", "Motor"]
    assert rows.find_signal(on[2])("Speed") is not None and rows.find_signal(on[1])("Speed") is None
    named = rows.renamed(on[1], on[2])
    assert named.name == "Engine"
    assert rows.renamed(named, replace(named, channel=3)).name == "Motor"
    mine = replace(named, name="mine")
    assert rows.renamed(mine, replace(mine, channel=3)).name == "mine"

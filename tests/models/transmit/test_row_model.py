"""The model of the transmit rows, checked by the model tester of Qt."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.row_list import MAX_ROWS, TransmitRows
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Flag
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.models.transmit.row_columns import (
    ARMED,
    COLUMNS,
    DATA,
    IDENTIFIER,
    KEY,
    LENGTH,
    PERIOD,
    SENT,
    TRIGGER,
    TYPE,
)
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.transmit import Trigger


class Watched:
    """A model with two rows, and the signals that it emitted."""

    def __init__(self) -> None:
        self.model = TransmitModel(TransmitRows(DatabaseSet()))
        self.tester = QAbstractItemModelTester(
            self.model, QAbstractItemModelTester.FailureReportingMode.Fatal
        )
        self.signals: list[tuple] = []
        self.model.insert(0, [TransmitRow(name="one"), TransmitRow(name="two", arbitration_id=0x200)])
        self.model.rows.armed.connect(lambda jobs: self.signals.extend(("armed", *one) for one in jobs))
        self.model.rows.disarmed.connect(lambda job: self.signals.append(("disarmed", job)))
        self.model.refused.connect(lambda sentence: self.signals.append(("refused", sentence)))

    def index(self, row, column):
        """The index of a column of a row."""
        return self.model.index(row, COLUMNS.index(column))

    def text(self, row, column):
        """The text of a cell."""
        return self.index(row, column).data()

    def type(self, row, column, value):
        """Edit a cell."""
        return self.model.setData(self.index(row, column), value)

    def names(self):
        """The names of the rows."""
        return [row.name for row in self.model.rows]


@pytest.fixture
def table(qapp) -> Watched:
    return Watched()


def test_the_length_follows_the_data(table):
    assert table.type(0, DATA, "DE AD BE")
    assert (table.text(0, LENGTH), table.text(0, DATA)) == ("3", "DE AD BE")


def test_the_data_follows_the_length_and_keeps_its_first_byte(table):
    table.type(0, DATA, "11 22 33")
    assert table.type(0, LENGTH, "5")
    assert table.text(0, DATA) == "11 22 33 00 00"
    assert table.type(0, LENGTH, "2")
    assert table.text(0, DATA) == "11 22"


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        (IDENTIFIER, "800", "Extended"),
        (IDENTIFIER, "hello", "hex digits"),
        (DATA, "1", "odd number"),
        (LENGTH, "9", "CAN FD"),
        (PERIOD, "0", "between"),
        (ARMED, "x", "cannot be changed"),
    ],
)
def test_wrong_values_are_refused_and_the_old_ones_kept(table, column, text, reason):
    before = table.model.rows[0]
    assert reason in table.model.problem_of(table.index(0, column), text)
    assert not table.type(0, column, text)
    assert reason in table.signals[-1][1]
    assert table.model.rows[0] == before


def test_a_valid_value_has_no_problem(table):
    assert table.model.problem_of(table.index(0, IDENTIFIER), "7FF") is None
    assert not table.signals


def test_fd_data_is_cut_for_a_classic_frame_with_a_message(table):
    assert table.type(0, TYPE, int(Flag.FD | Flag.BRS))
    table.type(0, LENGTH, "12")
    assert table.type(0, TYPE, 0)
    assert table.text(0, LENGTH) == "8"
    assert "cut to 8 bytes" in table.signals[-1][1]


def test_a_remote_frame_shows_no_data_and_keeps_it(table):
    table.type(0, DATA, "11 22")
    table.type(0, TYPE, int(Flag.REMOTE))
    assert (table.text(0, DATA), table.text(0, LENGTH)) == ("remote, 2 bytes", "2")
    assert not table.index(0, DATA).flags() & Qt.ItemFlag.ItemIsEditable
    table.type(0, TYPE, 0)
    assert table.text(0, DATA) == "11 22"


def test_an_edit_of_an_armed_row_arms_it_again_without_disarming(table):
    job = table.model.rows.job_id(0)
    assert table.model.setData(
        table.index(0, ARMED), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole
    )
    table.type(0, DATA, "01")
    table.type(0, PERIOD, "20")
    table.model.rows.set_armed(0, False)
    table.type(0, DATA, "02")
    assert [what for what, *_ in table.signals] == ["armed", "armed", "armed", "disarmed"]
    assert all(one[1] == job for one in table.signals)
    assert table.signals[2][2].data == b"\x01"
    assert table.signals[2][2].period_ns == 20 * NS_PER_MS


def test_the_same_value_again_changes_nothing(table):
    table.model.rows.set_armed(0, True)
    table.signals.clear()
    assert table.type(0, PERIOD, "100.0")
    assert not table.signals


def test_rows_move_and_keep_their_jobs(table):
    job = table.model.rows.job_id(0)
    assert table.model.move([0], -1) == [0]
    assert table.model.move([0], 2) == [1]
    assert table.model.move([1], 3) == [1]
    assert table.names() == ["two", "one"]
    assert table.model.rows.job_id(1) == job
    assert table.model.move([1], 0) == [0]
    assert table.names() == ["one", "two"]


def test_a_removed_row_is_disarmed_first(table):
    job = table.model.rows.job_id(1)
    table.model.rows.set_armed(1, True)
    table.model.remove([1, 0])
    assert table.signals[-1] == ("disarmed", job)
    assert table.model.rowCount() == 0


def test_counts_go_to_their_row_and_ignore_removed_rows(table):
    job = table.model.rows.job_id(1)
    table.model.move([1], 0)
    table.model.rows.count_sent(job, 1200, late=3, left_out=2)
    assert table.text(0, SENT) == "1,200"
    tip = table.index(0, SENT).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "3 frames were not sent in time, 2 of them were left out"
    table.model.remove([0])
    table.model.rows.count_sent(job, 1)
    table.model.rows.job_ended(job)


def test_a_job_that_has_ended_is_shown_disarmed_and_not_stopped_again(table):
    table.model.rows.set_armed(0, True)
    table.model.rows.job_ended(table.model.rows.job_id(0))
    assert len(table.model.rows.armed_rows) == 0
    assert [what for what, *_ in table.signals] == ["armed"]


def test_decimal_numbers_are_shown_and_accepted(table):
    table.model.set_decimal(True)
    assert table.text(0, IDENTIFIER) == "256"
    table.type(0, DATA, "222 173")
    assert table.text(0, DATA) == "222 173"
    table.model.set_decimal(False)
    assert table.text(0, DATA) == "DE AD"


def test_dropped_text_becomes_rows(table):
    mime = QMimeData()
    mime.setText("123#DEADBEEF\n124#")
    assert table.model.dropMimeData(mime, Qt.DropAction.CopyAction, 1, 0, QModelIndex())
    assert [row.arbitration_id for row in table.model.rows] == [0x100, 0x123, 0x124, 0x200]
    mime.setText("nothing")
    assert not table.model.dropMimeData(mime, Qt.DropAction.CopyAction, -1, -1, QModelIndex())
    assert "is not a frame" in table.signals[-1][1]


def test_the_table_has_a_maximum_of_rows(table):
    assert table.model.insert(2, [TransmitRow()] * MAX_ROWS) == MAX_ROWS - 2
    assert "2 were left out" in table.signals[-1][1]


def test_every_cell_has_a_tool_tip(table):
    for column in range(len(COLUMNS)):
        assert table.model.index(0, column).data(Qt.ItemDataRole.ToolTipRole)
        assert table.model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)


def test_a_trigger_is_typed_and_a_wrong_one_names_the_position(table):
    assert table.type(0, TRIGGER, " id == 0x100 and data[0] & 1 after 20 ms ")
    assert table.text(0, TRIGGER) == "id == 0x100 and data[0] & 1 after 20 ms"
    assert table.model.rows.trigger_of(table.model.rows[0]) == Trigger(
        "id == 0x100 and data[0] & 1", 20_000_000
    )
    assert "Sent when a received frame" in table.index(0, PERIOD).data(Qt.ItemDataRole.ToolTipRole)
    table.model.rows.count_sent(table.model.rows.job_id(0), 1, late=2)
    assert "2 matching frames" in table.index(0, SENT).data(Qt.ItemDataRole.ToolTipRole)
    for text, reason in (("id == ", "at character 6"), ("id == 1 after 5", "at character 9")):
        assert reason in table.model.problem_of(table.index(0, TRIGGER), text)
        assert not table.type(0, TRIGGER, text)
    assert table.type(0, TRIGGER, "")
    assert table.model.rows.trigger_of(table.model.rows[0]) is None


def test_keys_of_the_window_are_refused(table):
    table.model.key_use = lambda key: "Connect" if key == "F5" else ""
    assert not table.type(0, KEY, "F5")
    assert table.signals[-1] == ("refused", "F5 is used by the window, for Connect: choose another key.")
    assert table.type(0, KEY, "f6")


def test_several_rows_move_together_and_back(table):
    table.model.rows.reset([TransmitRow(name=name) for name in "abcdef"])
    assert table.model.move([1, 4], 3) == [2, 3]
    assert "".join(table.names()) == "acbedf"
    assert table.model.move([0, 5], 6) == [4, 5]
    assert "".join(table.names()) == "cbedaf"
    table.model.edits.undo()
    table.model.edits.undo()
    assert "".join(table.names()) == "abcdef"
    before = table.model.edits.index()
    assert table.model.move([2, 3], 3) == [2, 3]
    assert table.model.edits.index() == before


@given(st.integers(1, 8), st.sets(st.integers(0, 7)), st.integers(0, 8))
def test_moved_rows_are_where_they_were_dropped(count, wanted, at):
    model = TransmitModel(TransmitRows(DatabaseSet()))
    model.rows.reset([TransmitRow(name=str(n)) for n in range(count)])
    moved, at = sorted(n for n in wanted if n < count), min(at, count)
    places = model.move(moved, at)
    rest = [n for n in range(count) if n not in moved]
    first = sum(n < at for n in rest)
    assert [int(row.name) for row in model.rows] == [*rest[:first], *moved, *rest[first:]]
    assert [int(model.rows[place].name) for place in places] == moved


def test_dragged_rows_are_moved_here_and_copied_elsewhere(table):
    table.model.rows.reset([TransmitRow(name=name) for name in "abc"])
    mime = table.model.mimeData([table.index(0, DATA), table.index(0, SENT), table.index(1, DATA)])
    job = table.model.rows.job_id(0)
    assert table.model.dropMimeData(mime, Qt.DropAction.MoveAction, 3, 0, QModelIndex())
    assert "".join(table.names()) == "cab"
    assert table.model.rows.job_id(1) == job
    other = TransmitModel(TransmitRows(DatabaseSet()))
    assert other.dropMimeData(mime, Qt.DropAction.CopyAction, 0, 0, QModelIndex())
    assert [row.name for row in other.rows] == ["a", "b"]


steps = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 5)), max_size=25)


@given(steps)
def test_all_edits_can_be_undone_and_done_again(steps):
    model = TransmitModel(TransmitRows(DatabaseSet()))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    states = [list(model.rows)]
    for what, place, value in steps:
        count = model.rowCount()
        before = model.edits.index()
        if what == 0 or not count:
            model.insert(min(place, count), [TransmitRow(name=str(n)) for n in range(value)])
        elif what == 1:
            model.remove({place % count, value % count})
        elif what == 2:
            model.move({place % count, (place + value) % count}, value)
        elif what == 3:
            model.replace(place % count, TransmitRow(name=f"new {value}"))
        else:
            model.rows.set_armed(place % count, True)
        if model.edits.index() != before:
            states.append(list(model.rows))
        assert [model.rows.index_of(model.rows.job_id(n)) for n in range(model.rowCount())] == list(
            range(model.rowCount())
        )
    for state in reversed(states[:-1]):
        model.edits.undo()
        assert list(model.rows) == state
    for state in states[1:]:
        model.edits.redo()
        assert list(model.rows) == state


def test_one_drag_of_a_slider_is_one_edit(table):
    row = table.model.rows[0]
    for value in range(5):
        table.model.replace(0, replace(row, data=bytes([value])), gesture=7)
    table.model.edits.undo()
    assert table.model.rows[0] == row

"""Tables of what databases hold: rows, search, sorting, dragging; a message's bits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from canmcast_gui.app.transmit.row_list import TransmitRows
from canmcast_gui.database import DatabaseSet, Message, Signal, load_database
from canmcast_gui.models import database_entries, database_tables
from canmcast_gui.models.bit_layout import LayoutModel, bits_of, is_selected, selections_of
from canmcast_gui.models.drag import rows_of_mime, signals_of_mime
from canmcast_gui.models.transmit.row_model import TransmitModel

CAR = """VERSION ""
BU_: ECU Dash
BO_ 256 Engine: 8 ECU
 SG_ Speed : 0|16@1+ (0.25,0) [0|100] "rpm" Dash
 SG_ Torque : 23|12@0- (1,0) [0|0] "Nm" Dash
BO_ 257 Modes: 2 Dash
 SG_ Mode M : 0|4@1+ (1,0) [0|0] "" ECU
 SG_ A m0 : 8|8@1+ (1,0) [0|0] "" ECU
 SG_ B m1 : 8|4@1+ (1,0) [0|0] "" ECU
VAL_ 300 Lost 0 "none" ;
CM_ BU_ ECU "drives";
BA_DEF_ BO_ "GenMsgCycleTime" INT 0 1000;
BA_ "GenMsgCycleTime" BO_ 256 20;
"""


@pytest.fixture
def databases(tmp_path):
    found = DatabaseSet()
    for name, text in (
        ("car.dbc", CAR),
        ("other.dbc", CAR.replace("Engine", "Motor").replace("VAL_", "CM_ //")),
    ):
        path = tmp_path / name
        path.write_text(text)
        found.add(load_database(path))
    return found


@pytest.fixture
def table(qapp):
    made = []

    def make(columns, entries):
        model = database_tables.EntryTable(columns)
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
        model.set_entries(entries)
        made.append(model)
        return model

    return make


def texts(model, column=0):
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_messages_are_searched_and_sorted(databases, table):
    model = table(database_tables.MESSAGE_COLUMNS, database_entries.message_entries(databases))
    assert texts(model) == ["Engine", "Modes", "Motor", "Modes"]
    assert texts(model, 3) == ["20 ms", "", "20 ms", ""]
    model.set_filter("MO to")
    assert texts(model) == ["Motor"]
    model.set_filter("101")
    assert texts(model) == ["Modes", "Modes"]
    model.set_filter("")
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert texts(model, 1) == ["101", "101", "100", "100"]
    model.set_decimal(True)
    assert texts(model, 1) == ["257", "257", "256", "256"]


def test_signals_nodes_and_problems_have_their_rows(databases, table):
    signals = table(database_tables.SIGNAL_COLUMNS, database_entries.signal_entries(databases))
    signals.set_filter("engine.sp")
    assert [signals.index(0, column).data() for column in range(5)] == [
        "Speed",
        "Engine",
        "rpm",
        "16",
        "0 … 100",
    ]
    nodes = table(database_tables.NODE_COLUMNS, database_entries.node_entries(databases))
    assert [nodes.index(0, column).data() for column in range(4)] == ["ECU", "1", "1", "drives"]
    problems = table(database_tables.PROBLEM_COLUMNS, database_entries.problem_entries(databases))
    assert texts(problems, 2)[:2] == ["conflict", "error"]
    assert "100 is Engine in car.dbc" in texts(problems, 3)[0]
    assert texts(problems, 1)[1] == "10"


def test_a_signal_is_dragged_into_plots_and_its_message_into_the_transmit_list(databases, table, qapp):
    model = table(database_tables.SIGNAL_COLUMNS, database_entries.signal_entries(databases))
    mime = model.mimeData([model.index(0, 0), model.index(0, 1), model.index(1, 0)])
    assert signals_of_mime(mime) == ["Engine.Speed", "Engine.Torque"]
    (row,) = rows_of_mime(mime)
    assert (row.arbitration_id, row.name, row.period_ns) == (256, "Engine", 20_000_000)
    transmit = TransmitModel(TransmitRows(DatabaseSet()))
    assert transmit.dropMimeData(mime, Qt.DropAction.CopyAction, -1, -1, transmit.index(-1, -1))
    assert transmit.rowCount() == 1
    assert mime.text() == "Engine.Speed\nEngine.Torque"


def test_a_message_is_dragged_into_the_transmit_list_alone(databases, table):
    model = table(database_tables.MESSAGE_COLUMNS, database_entries.message_entries(databases))
    mime = model.mimeData([model.index(1, 0)])
    assert signals_of_mime(mime) == []
    assert [row.name for row in rows_of_mime(mime)] == ["Modes"]


def layout(message, selection=None):
    model = LayoutModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.set_message(message, selection)
    rows = [[model.index(row, column).data() for column in range(8)] for row in range(model.rowCount())]
    return rows, model.runs


def test_bits_of_intel_and_motorola_signals(databases, qapp):
    rows, runs = layout(databases.message(256, False))
    assert rows[0] == rows[1] == ["Speed"] * 8
    assert rows[2] == ["Torque"] * 8
    assert rows[3] == ["Torque"] * 4 + [None] * 4
    assert runs == [(0, 0, 8), (1, 0, 8), (2, 0, 8), (3, 0, 4)]


def test_bits_that_a_multiplexer_shares(databases, qapp):
    message = databases.message(257, False)
    assert selections_of(message) == [("Mode", 0), ("Mode", 1)]
    assert layout(message)[0][1] == ["A"] * 4 + ["A +1"] * 4
    assert layout(message, ("Mode", 1))[0][1] == [None] * 4 + ["B"] * 4
    assert is_selected(message, message.signal("Mode"), ("Mode", 1))


@given(st.booleans(), st.integers(1, 64), st.integers(0, 63))
def test_bits_are_those_that_are_decoded(big_endian, length, first):
    length = min(length, 64 - first)
    start = 8 * (first // 8) + 7 - first % 8 if big_endian else first
    signal = Signal("S", start, length, big_endian=big_endian)
    value = 0
    for byte, column in bits_of(signal):
        payload = bytearray(8)
        payload[byte] = 0x80 >> column
        value |= signal.field.get(bytes(payload))
    assert value == (1 << length) - 1
    assert len(list(bits_of(signal))) == length


def test_long_messages_show_what_a_frame_can_hold(qapp):
    rows, _ = layout(Message("Long", 1, False, 300, (Signal("S", 0, 8), Signal("Far", 1000, 8))))
    assert len(rows) == 64

"""The tree of databases, messages and signals, under Qt's model tester."""

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QBrush
from PySide6.QtTest import QAbstractItemModelTester

from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.models.drag import rows_of_mime, signals_of_mime
from canmcast_gui.models.signal_tree import ID_ROLE, NAME, VALUE, SignalTreeModel
from canmcast_gui.recording import NewestById
from canmcast_gui.resources_path import resource
from tests.support.frames import databases

J1939 = """VERSION ""
NS_ :
BS_:
BU_: A
BO_ 2364540158 EEC1: 8 A
 SG_ Speed : 24|16@1+ (0.125,0) [0|8031] "rpm" A
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","J1939PG";
BA_DEF_ "ProtocolType" STRING ;
BA_DEF_DEF_ "VFrameFormat" "J1939PG";
BA_DEF_DEF_ "ProtocolType" "J1939";
BA_ "VFrameFormat" BO_ 2364540158 2;
BA_ "ProtocolType" "J1939";
"""


@pytest.fixture
def tree(qapp, tmp_path):
    """A model with one database, and its tester."""
    model = SignalTreeModel()
    model.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_databases(databases(tmp_path))
    return model


def lines(model, parent=QModelIndex()):  # noqa: B008  an invalid index is a constant
    """Names and values of all lines below ``parent``, nested."""
    return [
        (
            model.index(row, NAME, parent).data(),
            model.index(row, VALUE, parent).data(),
            lines(model, model.index(row, NAME, parent)),
        )
        for row in range(model.rowCount(parent))
    ]


def index_of(model, *names):
    """The index of a path of names."""
    index = QModelIndex()
    for name in names:
        rows = range(model.rowCount(index))
        index = next(one for row in rows if (one := model.index(row, NAME, index)).data() == name)
    return index


def frame(arbitration_id=0x100, data=(0x40, 0x1F, 1), flags=0):
    return FrameBatch.from_columns([1], [arbitration_id], [list(data)], flags=flags)


def test_databases_messages_and_signals_are_shown(tree):
    assert lines(tree) == [("test", "1 message", [("Engine", "", [("Speed", "", []), ("Gear", "", [])])])]
    assert index_of(tree, "test", "Engine").data(ID_ROLE) == "100"
    tree.set_decimal(True)
    assert index_of(tree, "test", "Engine").data(ID_ROLE) == "256"


def test_the_newest_values_are_shown_with_unit_or_state(tree):
    newest = NewestById()
    tree.set_expanded(index_of(tree, "test", "Engine"), True)
    tree.refresh(newest, [index_of(tree, "test", "Engine")])
    newest.update(frame(), 0)
    tree.refresh(newest, [index_of(tree, "test", "Engine", "Gear"), index_of(tree, "test")])
    assert index_of(tree, "test", "Engine", "Speed").siblingAtColumn(VALUE).data() == "2000.00 rpm"
    assert index_of(tree, "test", "Engine", "Gear").siblingAtColumn(VALUE).data() == "First"
    newest.update(frame(data=(4, 0)), 1)
    tree.refresh(newest, [index_of(tree, "test", "Engine")])
    assert index_of(tree, "test", "Engine", "Speed").siblingAtColumn(VALUE).data() == "1.00 rpm"
    assert index_of(tree, "test", "Engine", "Gear").siblingAtColumn(VALUE).data() == ""
    tree.clear_values()
    assert index_of(tree, "test", "Engine", "Speed").siblingAtColumn(VALUE).data() == ""


def test_a_collapsed_message_shows_its_first_values(tree):
    newest, message = NewestById(), index_of(tree, "test", "Engine")
    newest.update(frame(), 0)
    tree.refresh(newest, [message])
    assert message.siblingAtColumn(VALUE).data() == "2000.00 rpm · First"
    assert "Gear" not in message.data(Qt.ItemDataRole.ToolTipRole)
    tree.set_expanded(message, True)
    tree.refresh(newest, [message])
    assert "Gear First" in message.data(Qt.ItemDataRole.ToolTipRole)


def test_a_message_whose_frames_stop_is_gray_and_shows_their_age(tree):
    newest, message = NewestById(), index_of(tree, "test", "Engine")
    gray = QBrush(Qt.GlobalColor.gray)
    tree.set_muted(gray)
    role = Qt.ItemDataRole.ForegroundRole
    assert message.data(role) is None  # there are no frames at all
    times = np.arange(5, dtype=np.int64) * 10_000_000
    newest.update(FrameBatch.from_columns(times, 0x100, np.zeros((5, 3), np.uint8)), 0)
    newest.update(FrameBatch.from_columns([0], [0x7FF], [[1]]), 5)
    assert tree.new_messages(newest) == [message]
    assert tree.new_messages(newest) == []
    tree.set_expanded(message, True)
    tree.refresh(newest, [message], 50_000_000)
    assert message.data(role) is None
    assert message.siblingAtColumn(VALUE).data() == "every 10 ms"
    tree.refresh(newest, [message], 5_040_000_000)
    assert message.siblingAtColumn(VALUE).data() == "5 s ago"
    assert message.data(role) == gray
    assert index_of(tree, "test", "Engine", "Gear").data(role) == gray
    assert "5 frames, 5 s ago" in message.data(Qt.ItemDataRole.ToolTipRole)


def test_a_multiplexed_signal_keeps_the_value_that_it_had_last(qapp, tmp_path):
    path = tmp_path / "mux.dbc"
    path.write_text(
        'VERSION ""\nBU_: A\nBO_ 256 Tyres: 2 A\n SG_ Wheel M : 0|8@1+ (1,0) [0|1] "" A\n'
        ' SG_ Left m0 : 8|8@1+ (1,0) [0|9] "bar" A\n SG_ Right m1 : 8|8@1+ (1,0) [0|9] "bar" A\n'
    )
    known = DatabaseSet()
    known.add(load_database(path))
    model, newest = SignalTreeModel(), NewestById()
    model.set_databases(known)
    message = index_of(model, "mux", "Tyres")
    model.set_expanded(message, True)
    for row, data in enumerate([(0, 2), (1, 3)]):
        newest.update(frame(data=data), row)
        model.refresh(newest, [message])
    found = [
        index_of(model, "mux", "Tyres", name).siblingAtColumn(VALUE).data() for name in ("Left", "Right")
    ]
    assert found == ["2 bar", "3 bar"]


def test_a_parameter_group_shows_the_newest_frame_of_any_sender(qapp, tmp_path):
    path = tmp_path / "j1939.dbc"
    path.write_text(J1939)
    known = DatabaseSet()
    known.add(load_database(path))
    model = SignalTreeModel()
    model.set_databases(known)
    newest = NewestById()
    model.set_expanded(index_of(model, "j1939", "EEC1"), True)
    for row, (sender, speed) in enumerate([(0x0CF00403, 8), (0x0CF00405, 16)]):
        payload = [0, 0, 0, speed, 0, 0, 0, 0]
        newest.update(frame(sender, payload, flags=int(Flag.EXTENDED)), row)
    model.refresh(newest, [index_of(model, "j1939", "EEC1")])
    value = index_of(model, "j1939", "EEC1", "Speed").siblingAtColumn(VALUE).data()
    assert value.startswith("2")
    assert value.endswith("rpm")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["Speed", "Gear"]),
        ("gear", ["Gear"]),
        ("ENGINE", ["Speed", "Gear"]),
        ("eng spe", ["Speed"]),
        ("engine.gear", ["Gear"]),
        ("100", ["Speed", "Gear"]),
        ("nothing", None),
    ],
)
def test_the_filter_shows_lines_with_all_words(tree, text, expected):
    tree.set_filter(text)
    (_, _, messages) = lines(tree)[0]
    assert [name for name, _, _ in messages[0][2]] == expected if expected else not messages
    assert tree.shown_lines == (1 + len(expected) if expected else 0)


def test_checking_a_signal_requests_its_plot(tree):
    asked = []
    tree.plot_toggled.connect(lambda name, wanted: asked.append((name, wanted)))
    index = index_of(tree, "test", "Engine", "Gear")
    role = Qt.ItemDataRole.CheckStateRole
    assert tree.setData(index, Qt.CheckState.Checked.value, role)
    assert Qt.CheckState(index.data(role)) == Qt.CheckState.Checked
    assert tree.setData(index, Qt.CheckState.Unchecked.value, role)
    assert asked == [("Engine.Gear", True), ("Engine.Gear", False)]
    tree.set_plotted(["Engine.Gear"])
    assert Qt.CheckState(index.data(role)) == Qt.CheckState.Checked
    assert not tree.setData(index_of(tree, "test"), Qt.CheckState.Checked.value, role)


def test_signals_can_be_dragged(tree):
    speed, engine = index_of(tree, "test", "Engine", "Speed"), index_of(tree, "test", "Engine")
    mime = tree.mimeData([speed, speed.siblingAtColumn(VALUE), engine])
    assert signals_of_mime(mime) == ["Engine.Speed"]
    assert mime.text() == "Engine.Speed\nEngine"
    assert [row.name for row in rows_of_mime(mime)] == ["Engine"]
    assert engine.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert not engine.parent().flags() & Qt.ItemFlag.ItemIsDragEnabled


def test_tool_tips_show_the_descriptions_of_databases(tree):
    tip = index_of(tree, "test", "Engine", "Gear").data(Qt.ItemDataRole.ToolTipRole)
    assert "Engine.Gear" in tip
    assert "1: First" in tip
    assert "8 bytes" in index_of(tree, "test", "Engine").data(Qt.ItemDataRole.ToolTipRole)
    assert "test.dbc" in index_of(tree, "test").data(Qt.ItemDataRole.ToolTipRole)


def test_databases_are_added_and_removed(tree, tmp_path):
    known = databases(tmp_path)
    known.add(load_database(resource("demo.dbc")))
    tree.set_databases(known)
    assert [name for name, _, _ in lines(tree)] == ["test", "demo"]
    tree.set_decimal(True)
    assert index_of(tree, "test", "Engine").data(ID_ROLE) == "256"
    tree.set_databases(DatabaseSet())
    assert lines(tree) == []
    assert list(np.array(list(tree.lines()))) == []


def test_a_value_outside_its_range_is_marked(tree):
    newest = NewestById()
    newest.update(frame(data=(255, 255, 9)), 0)
    tree.set_expanded(index_of(tree, "test", "Engine"), True)
    tree.refresh(newest, [index_of(tree, "test", "Engine")])
    speed, gear = (index_of(tree, "test", "Engine", name) for name in ("Speed", "Gear"))
    assert speed.siblingAtColumn(VALUE).data() == "16383.75 rpm (!)"
    assert gear.siblingAtColumn(VALUE).data() == "9 (!)"
    assert "Current value: outside 0 to 8" in gear.data(Qt.ItemDataRole.ToolTipRole)
    tree.clear_values()
    assert "Current value" not in gear.data(Qt.ItemDataRole.ToolTipRole)

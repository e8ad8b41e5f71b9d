"""Decoded signals in rows, in the panel Signals and as bits, by mouse and by keyboard."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import open_writer
from canmcast_gui.models.signal_tree import NAME, VALUE
from tests.support.frames import DBC, START_NS

pytestmark = pytest.mark.window

KEY = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def drive(count: int, channels: int = 1, start: int = 0) -> FrameBatch:
    """Frames of the message Engine, and every fifth one an error frame."""
    numbers = np.arange(start, start + count)
    data = (numbers * 400).astype("<u8").view(np.uint8).reshape(-1, 8).copy()
    data[:, 2] = 1
    return FrameBatch.from_columns(
        timestamp_ns=START_NS + numbers * 10_000_000,
        arbitration_id=np.where(numbers % 5 == 4, 0, 0x100),
        data=data,
        length=np.where(numbers % 5 == 4, 0, 8),
        flags=np.where(numbers % 5 == 4, int(Flag.ERROR), 0),
        channel=1 + numbers // 5 % channels,
    )


@pytest.fixture
def opened(desk, tmp_path):
    """A window with an opened file of one channel and its database."""
    desk.window.resize(1280, 800)
    (tmp_path / "engine.dbc").write_text(DBC)
    desk.session.databases.load(tmp_path / "engine.dbc")
    open_file(desk, tmp_path / "one.asc", drive(40))
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    with desk.qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    return desk


def open_file(desk, path, batch: FrameBatch) -> None:
    with open_writer(path) as writer:
        writer.write(batch)
    desk.choose_file(desk.window.actions_.open, path)
    desk.wait(lambda: len(desk.trace_lines()) == len(batch), "the frames of the file")


def titles(view) -> list[str]:
    return [column.title for column in view.table.header.shown_columns()]


def test_decoded_signals_are_in_the_rows_of_both_views(opened, tmp_path):
    window = opened.window
    view = window.panel.chronological
    opened.wait(lambda: "Info" in titles(view), "the column Info")
    assert not {"Source", "Chn", "Dir"} & set(titles(view))
    info = view.model.columns.index(view.table.header.shown_columns()[-1])
    lines = opened.trace_lines()
    assert lines[1][info] == "Speed 100.00 rpm · Gear First"
    assert lines[4][info] == "Error frame"
    by_keyboard(opened, view)
    QTest.keyClick(view.table, KEY.Key_1, CTRL)
    opened.wait(lambda: window.panel.by_id.isVisible(), "the view by ID")
    assert "Info" in titles(window.panel.by_id)
    open_file(opened, tmp_path / "two.asc", drive(40, channels=2))
    opened.wait(lambda: "Chn" in titles(view), "the column of the channel")
    by_mouse(opened, view, tmp_path / "three.asc")


def by_keyboard(desk, view) -> None:
    """Copy a row with its signals, and look at its bits."""
    view.table.setFocus()
    QTest.keyClick(view.table, KEY.Key_Home)
    QTest.keyClick(view.table, KEY.Key_Down)
    QTest.keyClick(view.table, KEY.Key_C, CTRL)
    assert QGuiApplication.clipboard().text().splitlines()[1].endswith("Speed 100.00 rpm · Gear First")
    QTest.keyClick(view.table, KEY.Key_F12, SHIFT)
    bits = desk.window.subjects.bits
    desk.wait(bits.isVisible, "the window with the bits")
    assert bits.title.text() == "Engine  ·  ID 100  ·  8 bytes"
    assert [bits.signals.item(row, 1).text() for row in range(2)] == ["100.00 rpm", "First"]
    shown = [bits.model.index(0, column).data() for column in range(8)]
    assert "".join(shown) == f"{400 & 0xFF:08b}"
    assert bits.model.index(0, 0).data(Qt.ItemDataRole.BackgroundRole) != bits.model.index(2, 0).data(
        Qt.ItemDataRole.BackgroundRole
    )
    desk.window.activateWindow()
    view.table.setFocus()
    QTest.keyClick(view.table, KEY.Key_Down)
    desk.wait(lambda: bits.signals.item(0, 1).text() == "200.00 rpm", "the bits of the next row")
    QTest.keyClick(view.table, KEY.Key_Down)
    QTest.keyClick(view.table, KEY.Key_Down)
    desk.wait(lambda: bits.signals.rowCount() == 0, "an error frame without signals")
    QTest.keyClick(bits, KEY.Key_Escape)
    desk.wait(lambda: not bits.isVisible(), "the end of the window with the bits")
    with desk.qtbot.waitActive(desk.window):
        desk.window.activateWindow()


def by_mouse(desk, view, path) -> None:
    """Hide a column in the menu of the titles; it stays hidden for the next file."""
    header = view.table.header
    header.customContextMenuRequested.emit(QPoint(40, 5))
    (menu,) = [one for one in header.findChildren(QMenu) if one.isVisible()]
    action = next(action for action in menu.actions() if action.text() == "Chn")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    desk.wait(lambda: "Chn" not in titles(view), "a view without channels")
    open_file(desk, path, drive(30, channels=2))
    assert "Chn" not in titles(view)


def test_the_panel_signals_shows_values_and_is_used_without_a_mouse(opened):
    panel = opened.window.docks.signals
    first = panel.model.index(0, NAME, panel.model.index(0, NAME))

    def value(row: int) -> str:
        return panel.model.index(row, VALUE, first).data()

    opened.wait(lambda: panel.tree.isExpanded(first), "the expanded message")
    opened.wait(lambda: value(0) == f"{38 * 100:.2f} rpm", "the last value of the file")
    assert value(1) == "First"
    QTest.keyClick(opened.window, KEY.Key_1, Qt.KeyboardModifier.AltModifier)
    opened.wait(panel.search.hasFocus, "the focus")
    QTest.keyClicks(panel.search, "engine")
    QTest.keyClick(panel.search, KEY.Key_Return)
    opened.wait(panel.tree.hasFocus, "the focus of the tree")
    first = panel.model.index(0, NAME, panel.model.index(0, NAME))
    panel.search.clear()
    first = panel.model.index(0, NAME, panel.model.index(0, NAME))
    panel.tree.setCurrentIndex(first)
    QTest.keyClick(panel.tree, KEY.Key_Left)
    assert not panel.tree.isExpanded(first)
    opened.wait(
        lambda: first.siblingAtColumn(VALUE).data() == "3800.00 rpm · First", "the first values in the row"
    )
    QTest.keyClick(panel.tree, KEY.Key_Right)
    QTest.keyClick(panel.tree, KEY.Key_Down)
    QTest.keyClick(panel.tree, KEY.Key_Return)
    opened.wait(
        lambda: opened.window.docks.plots.first.panel.signals.names == ["Engine.Speed"], "the plotted signal"
    )

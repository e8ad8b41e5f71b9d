"""The signals panel: searching, newest values, asking for plots, databases that come and go."""

import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.signal_tree import NAME, VALUE
from canmcast_gui.resources_path import resource
from canmcast_gui.ui.panels.signal_lines import MAX_AUTOMATIC_LINES
from canmcast_gui.ui.panels.signals import SELECT_SIGNALS, SignalsPanel
from tests.support.frames import traffic
from tests.ui.live import WAIT_MS, ticks


@pytest.fixture
def session(stage):
    """The session of the stage."""
    return stage.session


@pytest.fixture
def panel(qtbot, session, stage):
    panel = SignalsPanel(session, stage.settings)
    qtbot.addWidget(panel)
    panel.resize(300, 400)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def shown(panel) -> list[str]:
    """The names of the lines that can be seen."""
    return [index.data() for index in panel.visible_lines()]


def line(panel, name):
    """The index of a line that can be seen."""
    return next(index for index in panel.visible_lines() if index.data() == name)


def double_click(qtbot, panel, name):
    """Double-click a line, as a user does: a click comes first."""
    place = panel.tree.visualRect(line(panel, name)).center()
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_without_a_database_it_says_how_to_get_one(panel):
    assert panel.hint.isVisible()
    assert "No database is loaded" in panel.hint.text()


def test_a_double_click_opens_a_message_and_plots_a_signal(qtbot, panel, session, stage):
    stage.add_database()
    assert shown(panel) == ["engine", "Engine"]
    double_click(qtbot, panel, "Engine")
    assert shown(panel) == ["engine", "Engine", "Speed", "Gear"]
    with qtbot.waitSignal(panel.plot_requested) as asked:
        double_click(qtbot, panel, "Gear")
    assert asked.args == ["Engine.Gear"]


def test_typing_filters_and_what_was_open_comes_back(qtbot, panel, session, stage):
    stage.add_database()
    qtbot.keyClicks(panel.search, "gear")
    assert shown(panel) == ["engine", "Engine", "Gear"]
    panel.search.clear()
    assert shown(panel) == ["engine", "Engine"]


def test_newest_values_are_shown_and_stand_while_paused(qtbot, panel, session, stage):
    stage.add_database()
    panel.tree.expandAll()

    def value():
        return line(panel, "Speed").siblingAtColumn(VALUE).data()

    session.document.recording.append(traffic(9))
    qtbot.waitUntil(lambda: value() == "2.00 rpm", timeout=WAIT_MS)
    session.clock.set_paused(True)
    session.document.recording.append(traffic(8, first=9))
    ticks(session)
    assert value() == "2.00 rpm"
    session.clock.set_paused(False)
    qtbot.waitUntil(lambda: value() == "4.00 rpm", timeout=WAIT_MS)
    session.clear()
    assert value() == ""


def test_a_checked_signal_is_plotted_and_an_unchecked_one_is_not(qtbot, panel, session, stage):
    stage.add_database()
    panel.tree.expandAll()
    index, role = line(panel, "Speed"), Qt.ItemDataRole.CheckStateRole
    with qtbot.waitSignal(panel.plot_requested):
        panel.model.setData(index, Qt.CheckState.Checked.value, role)
    panel.set_plotted(["Engine.Gear"])
    assert Qt.CheckState(index.data(role)) == Qt.CheckState.Unchecked
    with qtbot.waitSignal(panel.unplot_requested) as asked:
        panel.model.setData(line(panel, "Gear"), Qt.CheckState.Unchecked.value, role)
    assert asked.args == ["Engine.Gear"]


def test_databases_are_loaded_and_removed(qtbot, panel, session):
    panel.choose_database()
    (dialog,) = panel.findChildren(QFileDialog)
    dialog.filesSelected.emit([str(resource("demo.dbc"))])
    dialog.close()
    qtbot.waitUntil(lambda: len(session.databases.loaded) == 1, timeout=WAIT_MS)
    assert not panel.hint.isVisible()
    assert not panel.remove_action.isEnabled()
    panel.tree.setCurrentIndex(panel.model.index(0, NAME))
    panel.remove_action.trigger()
    assert len(session.databases.loaded) == 0
    assert panel.hint.isVisible()


def test_plot_and_gauges_take_all_signals_of_a_message(qtbot, panel, stage):
    stage.add_database()
    for action in (panel.plot_action, panel.gauge_action):
        assert not action.isEnabled()
        assert action.toolTip().endswith(SELECT_SIGNALS)
    place = panel.tree.visualRect(line(panel, "Engine")).center()
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    plotted = []
    panel.plot_requested.connect(plotted.append)
    panel.plot_action.trigger()
    assert plotted == ["Engine.Speed", "Engine.Gear"]
    with qtbot.waitSignal(panel.gauges_requested) as asked:
        panel.gauge_action.trigger()
    assert asked.args == [["Engine.Speed", "Engine.Gear"]]
    qtbot.mouseClick(
        panel.tree.viewport(),
        Qt.MouseButton.LeftButton,
        pos=panel.tree.visualRect(line(panel, "engine")).center(),
    )
    assert not panel.gauge_action.isEnabled()
    assert panel.remove_action.isEnabled()


def test_return_opens_a_message_and_plots_a_signal(qtbot, panel, stage):
    stage.add_database()
    with qtbot.waitActive(panel):
        panel.activateWindow()
    panel.tree.setFocus()
    plotted = []
    panel.plot_requested.connect(plotted.append)
    panel.tree.setCurrentIndex(line(panel, "Engine"))
    qtbot.keyClick(panel.tree, Qt.Key.Key_Return)
    assert shown(panel) == ["engine", "Engine", "Speed", "Gear"]
    assert plotted == []
    panel.tree.setCurrentIndex(line(panel, "Gear"))
    qtbot.keyClick(panel.tree, Qt.Key.Key_Return)
    assert plotted == ["Engine.Gear"]


def data_frames(ids, count=3):
    """Frames of some ids, 10 ms apart, from now."""
    numbers = np.arange(count * len(ids))
    return FrameBatch.from_columns(
        timestamp_ns=time.time_ns() + numbers * 10_000_000,
        arbitration_id=np.array(ids)[numbers % len(ids)],
        data=np.ones((len(numbers), 8), np.uint8),
    )


def many_messages(count: int) -> str:
    """A database with messages 100h and following of two signals each."""
    return 'VERSION ""\nBU_: A\n' + "".join(
        f'BO_ {256 + n} Message{n}: 8 A\n SG_ First : 0|8@1+ (1,0) [0|0] "V" A\n'
        f' SG_ Second : 8|8@1+ (1,0) [0|0] "" A\n\n'
        for n in range(count)
    )


def test_messages_are_expanded_when_their_frames_come_until_the_user_collapses_them(qtbot, panel, stage):
    stage.add_database(many_messages(3))
    assert shown(panel) == ["engine", "Message0", "Message1", "Message2"]
    stage.receive(data_frames([0x100, 0x101]))
    qtbot.waitUntil(lambda: shown(panel) == [
        "engine", "Message0", "First", "Second", "Message1", "First", "Second", "Message2"
    ])  # fmt: skip
    assert [line(panel, "First").siblingAtColumn(VALUE).data()] == ["1 V"]
    with qtbot.waitActive(panel):
        panel.activateWindow()
    panel.tree.setFocus()
    panel.tree.setCurrentIndex(line(panel, "Message0"))
    qtbot.keyClick(panel.tree, Qt.Key.Key_Left)
    assert shown(panel)[:3] == ["engine", "Message0", "Message1"]
    qtbot.waitUntil(lambda: line(panel, "Message0").siblingAtColumn(VALUE).data() == "1 V · 1")
    stage.session.clear()
    stage.receive(data_frames([0x100, 0x101, 0x102]))
    qtbot.waitUntil(lambda: len(shown(panel)) == 8)
    assert shown(panel)[:3] == ["engine", "Message0", "Message1"]
    again = SignalsPanel(stage.session, stage.settings)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: len(shown(again)) == 8)
    assert shown(again)[:3] == ["engine", "Message0", "Message1"]


def test_of_many_messages_only_some_are_expanded_and_visible_lines_stay(qtbot, panel, stage):
    stage.add_database(many_messages(3000))
    bar = panel.tree.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = shown(panel)[0]
    stage.receive(data_frames([0x100 + number for number in range(1000)]))
    first = panel.model.index(0, NAME, panel.model.index(0, NAME))
    qtbot.waitUntil(lambda: panel.tree.isExpanded(first))
    assert shown(panel)[0] == before
    messages = [index for index in panel.model.lines() if index.parent().isValid()]
    assert sum(map(panel.tree.isExpanded, messages)) == MAX_AUTOMATIC_LINES // 2

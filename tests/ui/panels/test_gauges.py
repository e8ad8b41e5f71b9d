"""The gauges panel: signals dropped on it, values of a recording from its beginning, drawing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from canmcast_gui.models.drag import Dragged, mime_of
from canmcast_gui.models.gauges import MAXIMUM, VALUE
from canmcast_gui.ui.panels.gauges import GaugesPanel, trend_points
from tests.models.test_gauges import frames


@pytest.fixture
def panel(qtbot, stage):
    stage.add_database()
    one = GaugesPanel(stage.session, stage.settings)
    qtbot.addWidget(one)
    one.resize(700, 300)
    with qtbot.waitExposed(one):
        one.show()
    return one


def value(panel, row, column=VALUE):
    return panel.model.index(row, column).data()


def test_a_gauge_shows_what_came_before_it_and_what_comes(qtbot, stage, panel):
    assert panel.hint.isVisible()
    stage.receive(frames([4000, 40]))
    panel.add_signals(["Engine.Speed"])
    assert not panel.hint.isVisible()
    qtbot.waitUntil(lambda: value(panel, 0) == "10.00")
    panel.add_signals(["Engine.Gear"])
    stage.receive(frames([80], gear=2, start=2))
    qtbot.waitUntil(lambda: value(panel, 0) == "20.00" and value(panel, 1) == "2")
    assert value(panel, 0, MAXIMUM) == "1000.00"
    stage.session.clear()
    assert value(panel, 0) == ""


def test_signals_are_dropped_removed_plotted_and_reset(qtbot, stage, panel):
    (database,) = stage.session.databases.loaded
    message = database.messages[0]
    mime = mime_of([Dragged(database, message, signal) for signal in message.signals])
    assert panel.model.dropMimeData(mime, Qt.DropAction.CopyAction, -1, -1, panel.model.index(-1, -1))
    assert panel.signals() == ["Engine.Speed", "Engine.Gear"]
    stage.receive(frames([4000, 40]))
    qtbot.waitUntil(lambda: value(panel, 0, MAXIMUM) == "1000.00")
    panel.reset_action.trigger()
    stage.receive(frames([80], start=2))
    qtbot.waitUntil(lambda: value(panel, 0, MAXIMUM) == "20.00")
    panel.table.selectRow(0)
    panel.remove_action.trigger()
    assert panel.signals() == ["Engine.Gear"]
    assert not panel.grab().toImage().isNull()


def test_while_paused_values_stay(qtbot, stage, panel):
    panel.add_signals(["Engine.Speed"])
    stage.receive(frames([40]))
    qtbot.waitUntil(lambda: value(panel, 0) == "10.00")
    stage.session.clock.set_paused(True)
    stage.receive(frames([80], start=1))
    panel.refresh()
    assert value(panel, 0) == "10.00"


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=500), st.integers(4, 60))
def test_the_course_keeps_its_peaks(values, width):
    points = trend_points(np.array(values), width)
    assert points[:, 0].min() >= 0
    assert points[:, 0].max() <= width
    assert len(points) <= 2 * width + 2 or len(points) == len(values)
    if max(values) > min(values):
        assert points[:, 1].min() == 0
        assert points[:, 1].max() == 1


def test_signals_become_gauges_from_the_signals_panel(qtbot, stage, window):
    stage.add_database()
    tree = window.docks.signals.tree
    tree.expandAll()
    model = window.docks.signals.model
    message = model.index(0, 0, model.index(0, 0))
    tree.setCurrentIndex(model.index(0, 0, message))
    window.docks.signals.gauge_action.trigger()
    assert window.docks.gauges.signals() == [model.signal_name(model.index(0, 0, message))]


def test_values_are_never_cut_short(qtbot, stage, panel):
    panel.add_signals(["Engine.Speed"])
    for column in (VALUE, MAXIMUM):
        panel.table.setColumnWidth(column, 30)
    stage.receive(frames([4000, 40]))
    qtbot.waitUntil(lambda: value(panel, 0, MAXIMUM) == "1000.00")
    for column in (VALUE, MAXIMUM):
        qtbot.waitUntil(
            lambda column=column: panel.table.columnWidth(column) >= panel.table.sizeHintForColumn(column)
        )


def test_entries_of_the_menu_say_what_is_missing(panel):
    assert not panel.remove_action.isEnabled()
    assert panel.remove_action.toolTip().endswith("Select a row first.")
    assert not panel.reset_action.isEnabled()
    panel.add_signals(["Engine.Speed"])
    assert not panel.reset_action.isEnabled()
    panel.table.selectRow(0)
    assert panel.remove_action.isEnabled()
    panel.remove_action.trigger()
    assert not panel.remove_action.isEnabled()

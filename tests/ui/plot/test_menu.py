"""The context menu of a plot, and what it does to the signal below the mouse."""

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QContextMenuEvent, QGuiApplication

from tests.support.frames import traffic
from tests.ui.plot.plotting import GEAR, SPEED


def texts(menu) -> dict:
    return {action.text(): action for action in menu.actions()}


@pytest.fixture
def menus(panel, session):
    session.document.recording.append(traffic(100))
    for name in (SPEED, GEAR):
        panel.signals.add(name)
    panel.fit()
    return panel.menus


def test_a_lane_has_the_menu_of_its_signal_and_the_plot(panel, menus):
    asked = []
    panel.picture.menu_requested.disconnect()
    panel.picture.menu_requested.connect(lambda name, _position: asked.append(name))
    view = panel.picture.lanes
    for lane in view.lanes:
        position = lane.area.center().toPoint()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, position, view.viewport().mapToGlobal(position)
        )
        QCoreApplication.sendEvent(view.viewport(), event)
    assert asked == [SPEED, GEAR]
    found = texts(menus.menu(SPEED))
    assert {"Lines", "Color…", "Use as x of an XY plot", "Remove from the plot", "Fit", "Export…"} <= set(
        found
    )
    found["Copy the value"].trigger()
    assert QGuiApplication.clipboard().text() == "24.00 rpm"
    found["Remove from the plot"].trigger()
    assert panel.signals.names == [GEAR]
    assert "Lines" not in texts(menus.menu(""))


def test_a_signal_of_the_menu_becomes_x_and_stays_it_in_the_setup(panel, menus):
    texts(menus.menu(GEAR))["Use as x of an XY plot"].trigger()
    assert panel.actions_.xy.isChecked() and panel.picture.xy.isVisible()
    assert panel.picture.xy.across.title == "Gear"
    assert [axis.name() for axis in panel.picture.xy.axes] == ["Speed [rpm]"]
    assert texts(menus.menu(GEAR))["Use as x of an XY plot"].isChecked()
    assert [panel.options.x_box.itemText(row) for row in range(2)] == ["Speed", "Gear"]
    assert panel.options.x_box.currentText() == "Gear"
    setup = panel.setup()
    assert (setup.xy, setup.x) == (True, GEAR)
    panel.signals.remove(GEAR)  # then the first signal is x
    assert panel.picture.xy.across.title == "Speed [rpm]"
    assert panel.picture.xy_hint.isVisible()
    panel.apply_setup(setup)
    assert panel.picture.xy.across.title == "Gear"
    panel.options.x_box.setCurrentIndex(0)
    panel.options.x_box.activated.emit(0)
    assert panel.picture.xy.across.title == "Speed [rpm]"


def test_values_and_measurements_are_copied(panel, menus):
    panel.actions_.copy.trigger()
    assert QGuiApplication.clipboard().text().splitlines() == [f"{SPEED}\t24.00 rpm", f"{GEAR}\tNeutral"]
    panel.actions_.measure.trigger()
    panel.actions_.copy.trigger()
    assert QGuiApplication.clipboard().text().startswith("Signal\tAt A\tAt B")


def test_the_row_at_the_cursor_is_asked_for(qtbot, panel, menus):
    assert not panel.actions_.show_row.isEnabled()
    panel.cursors.move(0, 0.05)
    with qtbot.waitSignal(panel.row_requested) as asked:
        panel.actions_.show_row.trigger()
    assert asked.args == [0.05]

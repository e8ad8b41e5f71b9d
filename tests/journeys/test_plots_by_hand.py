"""A user plots, measures, compares and exports signals: with the mouse, then by keys alone."""

import csv

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from canmcast_gui.ui.plot.export import ExportDialog
from tests.journeys.test_plots import SPEED, TORQUE, open_drive
from tests.ui.plot.plotting import drag

pytestmark = pytest.mark.window

LEFT, SHIFT, CONTROL = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.fixture
def panel(desk, tmp_path):
    """The empty plot of a window in which a log and its database are open."""
    open_drive(desk, tmp_path)
    desk.window.docks.docks["plot"].bring_forward()
    desk.wait(lambda: desk.window.docks.plots.current.isVisible(), "the plot")
    return desk.window.docks.plots.current


def read_all(desk, panel) -> None:
    desk.wait(
        lambda: panel.signals.names and len(panel.signals.values(panel.signals.names[-1])) == 100, "values"
    )


def test_with_the_mouse(desk, panel, tmp_path):
    button = panel.bar.widgetForAction
    desk.window.docks.plots.plot_signal(SPEED)
    desk.window.docks.plots.plot_signal(TORQUE)
    read_all(desk, panel)
    desk.qtbot.mouseClick(button(panel.actions_.fit), LEFT)
    desk.qtbot.mouseClick(button(panel.actions_.measure), LEFT)  # one click: A, B and the table
    table = panel.cursors.table.measures
    assert None not in panel.cursors.seconds and panel.cursors.panel.isVisible()
    flag = panel.picture.lanes.times.flag(0).center().toPoint()
    target = QPoint(round(panel.picture.lanes.times.x_of(0.2)), flag.y())
    viewport = panel.picture.lanes.viewport()
    QTest.mousePress(viewport, LEFT, pos=flag)
    drag(viewport, target)
    QTest.mouseRelease(viewport, LEFT, pos=target)
    assert panel.cursors.seconds[0] == pytest.approx(0.2, abs=0.01)
    assert table.index(0, 0).data() == "Speed [rpm]" and float(table.index(0, 3).data()) > 0
    menu = panel.menus.menu(SPEED)
    watch = next(action for action in menu.actions() if "Watch" in action.text())
    menu.aboutToShow.emit()
    assert watch.isEnabled()
    menu.close()
    desk.choose_file(panel.actions_.compare, tmp_path / "before.asc")
    desk.wait(lambda: panel.options.file_label.text() == "Dashed: before.asc", "the comparison")
    desk.wait(lambda: len(panel.picture.lanes.lanes[0].axes[0].others[0].x) == 100, "the other curve")
    desk.qtbot.mouseClick(panel.options.end_button, LEFT)
    assert not panel.options.isVisible()
    desk.qtbot.mouseClick(button(panel.actions_.export), LEFT)  # three clicks to an image
    dialog = panel.findChild(ExportDialog)
    desk.qtbot.mouseClick(dialog.save_image, LEFT)
    files = dialog.findChild(QFileDialog)
    files.setDirectory(str(tmp_path))
    files.selectFile(str(tmp_path / "plot.png"))
    files.accept()
    desk.wait(lambda: (tmp_path / "plot.png").exists(), "the image")
    message = desk.window.panel.messages.messages[-1]
    assert message.text == f"Image of the plot exported to {tmp_path / 'plot.png'}."
    cross = panel.legend.entries[1].cross.center()
    desk.qtbot.mouseClick(panel.picture.lanes.viewport(), LEFT, pos=cross)
    assert panel.signals.names == [SPEED]


def test_by_keys_alone(desk, panel, tmp_path):
    keys = desk.qtbot.keyClick
    desk.window.activateWindow()
    with desk.qtbot.waitActive(desk.window):
        panel.bar.name_edit.setFocus()
    for name in ("torq", "spe"):
        for letter in name:
            keys(panel.bar.name_edit, letter)
        desk.wait(lambda: panel.bar.name_edit.completer().popup().isVisible(), "the suggestions")
        keys(panel.bar.name_edit.completer().popup(), Qt.Key.Key_Down)
        keys(panel.bar.name_edit.completer().popup(), Qt.Key.Key_Return)
        desk.wait(lambda: panel.bar.name_edit.text() == "", "the signal")
    assert panel.signals.names == [TORQUE, SPEED]
    read_all(desk, panel)
    panel.picture.lanes.setFocus()
    keys(panel.picture.lanes, Qt.Key.Key_F)
    keys(panel.picture.lanes, Qt.Key.Key_C, SHIFT)
    first, second = panel.cursors.seconds
    keys(panel.picture.lanes, Qt.Key.Key_Right)
    keys(panel.picture.lanes, Qt.Key.Key_Left, SHIFT)
    assert panel.cursors.seconds[0] > first and panel.cursors.seconds[1] < second
    keys(panel.picture.lanes, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith(f"{TORQUE} [Nm]")
    keys(panel.picture.lanes, Qt.Key.Key_R)
    row = desk.window.panel.chronological.current_row()
    assert row == round(panel.cursors.seconds[0] * 100)
    keys(panel.picture.lanes, Qt.Key.Key_Escape)
    assert panel.cursors.seconds == [None, None]
    before = panel.span.seconds
    keys(panel.picture.lanes, Qt.Key.Key_Plus)
    assert panel.span.seconds < before
    keys(panel.picture.lanes, Qt.Key.Key_Left)
    keys(panel.picture.lanes, Qt.Key.Key_F)
    keys(panel.picture.lanes, Qt.Key.Key_X)
    assert panel.picture.is_xy and panel.picture.xy.across.title == "Torque [Nm]"
    panel.options.x_box.setFocus()
    keys(panel.options.x_box, Qt.Key.Key_Down)
    assert panel.picture.xy.across.title == "Speed [rpm]"
    panel.picture.xy.setFocus()
    keys(panel.picture.xy, Qt.Key.Key_X)
    panel.picture.lanes.setFocus()
    keys(panel.picture.lanes, Qt.Key.Key_E)
    dialog = panel.findChild(ExportDialog)
    desk.wait(lambda: dialog.isActiveWindow() or QApplication.activeModalWidget() is dialog, "the dialog")
    while dialog.focusWidget() is not dialog.save_table:
        keys(dialog.focusWidget(), Qt.Key.Key_Tab)
    keys(dialog.save_table, Qt.Key.Key_Space)
    files = dialog.findChild(QFileDialog)
    files.setDirectory(str(tmp_path))
    files.selectFile(str(tmp_path / "plot.csv"))
    files.accept()
    desk.wait(lambda: (tmp_path / "plot.csv").exists(), "the table")
    with (tmp_path / "plot.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 100

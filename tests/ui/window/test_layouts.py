"""Layouts to choose from, the first size, and panels that keep their part of the window."""

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canmcast_gui.ui.window.arrangement.geometry import first_size
from canmcast_gui.ui.window.arrangement.layouts import LAYOUTS, STANDARD, tab_bars


def open_panels(window) -> set[str]:
    return {name for name, dock in window.docks.docks.items() if not dock.isHidden()}


def in_front(window) -> set[str]:
    return {name for name, dock in window.docks.docks.items() if dock.is_in_front}


@pytest.mark.parametrize("number", range(len(LAYOUTS)))
def test_each_layout_opens_its_panels_by_its_key(window, qtbot, number):
    layout = LAYOUTS[number]
    with qtbot.waitActive(window):
        window.activateWindow()
    QTest.keySequence(window, layout.keys)
    assert open_panels(window) == set(layout.panels)
    qtbot.waitUntil(lambda: set(layout.front) <= in_front(window))
    window.geometry_.reset.trigger()
    assert open_panels(window) == set(STANDARD.panels)


def test_a_closed_panel_returns_to_its_usual_place(window, qtbot):
    window.geometry_.actions[0].trigger()
    window.docks.docks["transmit"].bring_forward()
    qtbot.waitUntil(lambda: {"transmit", "plot"} <= in_front(window))
    assert window.docks.docks["transmit"].x() < window.docks.docks["plot"].x()


def parts(window) -> dict[str, float]:
    docks, size = window.docks.docks, window.size()
    return {
        "signals": docks["signals"].width() / size.width(),
        "transmit": docks["transmit"].width() / size.width(),
        "plot": docks["plot"].width() / size.width(),
        "height": docks["plot"].height() / size.height(),
    }


def resize(window, qtbot, width: int, height: int) -> None:
    window.resize(width, height)
    qtbot.waitUntil(lambda: window.size() == QSize(width, height))
    QApplication.processEvents()


def test_panels_grow_and_shrink_with_the_window(window, qtbot):
    resize(window, qtbot, 1300, 860)
    window.geometry_.reset.trigger()
    QApplication.processEvents()
    before = parts(window)
    resize(window, qtbot, 1560, 980)
    assert parts(window) == pytest.approx(before, abs=0.03)
    resize(window, qtbot, 1300, 860)
    assert parts(window) == pytest.approx(before, abs=0.03)


def test_a_window_that_grew_has_the_parts_of_its_layout(window, qtbot):
    resize(window, qtbot, 1024, 700)
    window.geometry_.reset.trigger()
    resize(window, qtbot, 1500, 900)  # before the docks have their sizes
    widths = [window.docks.docks[name].width() for name in ("transmit", "plot")]
    assert widths[0] / sum(widths) == pytest.approx(STANDARD.columns[0] / sum(STANDARD.columns), abs=0.02)
    heights = [window.docks.docks[name].height() for name in ("signals", "hosts")]
    assert heights[0] / sum(heights) == pytest.approx(STANDARD.lines[0] / sum(STANDARD.lines), abs=0.05)
    window.docks.docks["statistics"].bring_forward()  # another tab of the plot's area
    resize(window, qtbot, 1100, 760)
    widths = [window.docks.docks[name].width() for name in ("transmit", "statistics")]
    assert widths[0] / sum(widths) == pytest.approx(STANDARD.columns[0] / sum(STANDARD.columns), abs=0.02)


def test_the_tabs_of_panels_are_visible_after_each_change_of_the_layout(window, qtbot):
    resize(window, qtbot, 1024, 700)
    for action in (window.geometry_.reset, *window.geometry_.actions, window.geometry_.reset):
        action.trigger()
        qtbot.waitUntil(lambda: all(not bar.isHidden() for bar in tab_bars(window) if bar.count()))
        resize(window, qtbot, 1030, 700)
        assert all(not bar.isHidden() for bar in tab_bars(window) if bar.count())
        resize(window, qtbot, 1024, 700)


def test_what_the_user_drags_is_the_new_part(window, qtbot):
    resize(window, qtbot, 1300, 860)
    window.geometry_.reset.trigger()
    QApplication.processEvents()
    plot = window.docks.docks["plot"]
    border = QPoint(plot.x() + 50, plot.y() - 3)
    QTest.mouseMove(window, border)
    QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=border)
    QTest.mouseMove(window, border - QPoint(0, 100))
    QApplication.processEvents()
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=border - QPoint(0, 100))
    QApplication.processEvents()
    dragged = parts(window)
    resize(window, qtbot, 1560, 980)
    assert parts(window) == pytest.approx(dragged, abs=0.03)
    assert parts(window)["height"] > 0.4


def test_the_first_size_follows_the_screen(window):
    available = window.screen().availableSize()
    size = first_size()
    assert size.width() <= available.width() and size.height() <= available.height()
    assert size.width() >= min(1280, available.width())
    if available.width() > 1600:
        assert size.width() > 1280

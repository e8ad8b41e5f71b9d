"""The by-ID view: live while visible, constant while paused, sorted by a click on the header."""

import time
from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor

from canmcast_gui.frames import FrameBatch
from canmcast_gui.ui import theme
from canmcast_gui.ui.theme import READABLE, contrast
from canmcast_gui.ui.trace.by_id_view import ByIdView
from canmcast_gui.ui.trace.table.column_area import PADDING
from canmcast_gui.ui.trace.table.header_menu import menu_of
from tests.support.frames import mixed, traffic


@pytest.fixture
def view(shown_view):
    return shown_view(ByIdView)


def column(view, key: str) -> list[str]:
    number = [column.key for column in view.model.columns].index(key)
    return [view.model.data(view.model.index(row, number)) for row in range(view.model.rowCount())]


def test_it_is_live_and_drawn(qtbot, stage, view):
    stage.receive(mixed())
    qtbot.waitUntil(lambda: view.shown_ids() == 6)
    stage.receive(traffic(8))
    qtbot.waitUntil(lambda: view.shown_ids() == 10)  # an id has a line for each channel
    assert view.model.expand(column(view, "name").index("Engine"))
    picture = view.grab().toImage()
    assert len({picture.pixelColor(x, y).name() for x in range(0, 900, 2) for y in range(200)}) > 20


def test_a_paused_view_does_not_change_and_keeps_expanded_lines(stage, view):
    stage.receive(traffic(8))
    view.refresh()
    view.model.expand(0)
    stage.session.clock.set_paused(True)
    stage.receive(traffic(800, first=8))
    view.refresh()
    assert column(view, "count")[0] == "2"
    stage.session.clock.set_paused(False)
    assert column(view, "count")[0] == "202"
    assert view.model.is_expanded(0)


def test_it_is_sorted_by_id_first_and_then_by_clicks(stage, view):
    batch = traffic(8)
    batch.records["arbitration_id"] = batch.arbitration_id[::-1].copy()
    stage.receive(batch)
    view.refresh()
    assert column(view, "id") == ["100", "101", "102", "103"]
    view.table.header.setSortIndicator(0, view.table.header.sortIndicatorOrder().DescendingOrder)
    assert column(view, "id") == ["103", "102", "101", "100"]


def test_another_recording_resets_the_view(stage, view, filters):
    stage.receive(traffic(8))
    view.refresh()
    filters.set_text("id == 0x101")
    assert column(view, "id") == ["101"]
    stage.session.clear()
    assert view.shown_ids() == 0


def test_columns_are_fitted_until_the_user_changes_them(view):
    header = view.table.header
    names = [column.key for column in view.model.columns].index("name")
    view.resize(400, 400)
    narrow = header.sectionSize(names)
    view.resize(1600, 400)
    wide = header.sectionSize(names)
    assert wide > narrow
    header.resizeSection(names, 77)
    view.resize(1400, 400)
    assert header.sectionSize(names) == 77


def test_ids_are_sorted_without_a_mouse(stage, view):
    stage.receive(traffic(8))
    view.refresh()
    for order in ([3, 2, 1, 0], [0, 1, 2, 3]):  # a second time in descending order, like a click on the title
        menu = menu_of(view.table.header)
        sort = next(action.menu() for action in menu.actions() if action.text() == "&Sort by")
        {action.text(): action for action in sort.actions()}["ID"].trigger()
        menu.close()
        assert [view.model.entry(line) for line in range(4)] == order


def rising(count: int):
    """Frames of one id whose bytes rise and fall."""
    data = np.tile(np.array([[1, 9]], dtype=np.uint8), (count, 1))
    data[1::2] = [[2, 8]]
    times = np.arange(count) + time.time_ns() - 1000
    return FrameBatch.from_columns(timestamp_ns=times, arbitration_id=np.full(count, 0x100), data=data)


def extremes(picture, area):
    """The color that most pixels have, and the one that contrasts most with it."""
    counts = Counter(
        picture.pixel(x, y)
        for x in range(area.left(), area.right())
        for y in range(area.top() + 3, area.bottom() - 3)  # without the bars above and below
    )
    ground = QColor(counts.most_common(1)[0][0])
    return ground, max((QColor(name) for name in counts), key=lambda color: contrast(ground, color))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("selected", [False, True], ids=["", "selected"])
def test_changed_bytes_are_readable_on_each_line(qtbot, stage, view, qapp, dark, selected):
    before = qapp.palette()
    qapp.setPalette(theme.make_palette(dark))
    try:
        view.activateWindow()
        qtbot.waitUntil(view.isActiveWindow)
        stage.receive(rising(20))
        view.refresh()
        if selected:
            view.table.selectRow(0)
            view.table.setFocus()
        stage.receive(rising(21))
        view.refresh()
        picture = view.table.viewport().grab().toImage()
        number = [column.key for column in view.model.columns].index("data")
        digit = view.table.line_painter().digit
        left = view.table.columnViewportPosition(number) + PADDING
        changed = 0
        for byte in range(2):
            cell = QRect(round(left + byte * 3 * digit), 0, round(2 * digit), view.table.rowHeight(0))
            ground, text = extremes(picture, cell)
            assert contrast(ground, text) >= READABLE, (ground.name(), text.name())
            changed += ground not in (qapp.palette().base().color(), qapp.palette().highlight().color())
        assert changed == 2
    finally:
        qapp.setPalette(before)

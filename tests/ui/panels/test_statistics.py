"""The statistics panel: numbers while it is visible, a histogram, missed cycles, the clipboard."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.statistics import CHANNEL
from canmcast_gui.recording.id_statistics import BINS
from canmcast_gui.ui.panels.cycle_histogram import FEWEST_BINS, short_period, shown_bins
from canmcast_gui.ui.panels.statistics import StatisticsPanel
from tests.support.frames import START_NS, traffic
from tests.ui.live import WAIT_MS, ticks


@pytest.fixture
def panel(qtbot, stage):
    panel = StatisticsPanel(stage.session, stage.settings)
    panel.resize(700, 400)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def steady(missing: list[int]) -> FrameBatch:
    """Frames of id 100h each 10 ms, some of which did not come."""
    times = START_NS + np.delete(np.arange(200), missing) * 10_000_000
    return FrameBatch.from_columns(times, 0x100, np.zeros((len(times), 8)))


def pixels(widget) -> bytes:
    """What a widget looks like."""
    image = widget.grab().toImage()
    return bytes(image.constBits())


def test_numbers_follow_while_it_is_visible(qtbot, panel, stage):
    assert panel.hint.isVisible()
    stage.receive(traffic(100))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.total.text().startswith("100 frames  ·  4 IDs  ·  "), timeout=WAIT_MS)
    assert not panel.hint.isVisible()
    panel.hide()
    stage.receive(traffic(100, first=100, ids=7))
    ticks(stage.session)
    assert panel.model.rowCount() == 4
    panel.show()
    assert panel.model.rowCount() == 7
    stage.session.clear()
    qtbot.waitUntil(lambda: panel.model.rowCount() == 0, timeout=WAIT_MS)


def test_the_channel_is_shown_while_there_are_several(panel, stage):
    def is_shown(channels):
        batch = traffic(len(channels))
        batch.records["channel"] = channels
        stage.receive(batch)
        panel.refresh()
        return not panel.table.isColumnHidden(CHANNEL)

    assert [is_shown([1, 1, 1, 1]), is_shown([1, 2, 1, 1])] == [False, True]


def test_the_periods_of_the_chosen_id_are_drawn(panel, stage):
    stage.receive(steady([50, 90]))
    panel.refresh()
    empty = pixels(panel.histogram)
    panel.table.selectRow(0)
    assert panel.histogram.title == "100"
    assert sorted(panel.histogram.counts[panel.histogram.counts > 0].tolist()) == [2, 195]
    assert pixels(panel.histogram) != empty


def test_each_double_click_shows_the_next_place_where_cycles_were_missed(qtbot, panel, stage):
    stage.receive(steady([50, 90, 91]))
    panel.refresh()
    panel.table.selectRow(0)
    asked = []
    panel.jump_requested.connect(asked.append)
    for _ in range(2):
        panel.table.doubleClicked.emit(panel.model.index(0, 0))
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert asked == [50, 89, 50]
    panel.menu_actions()[0].trigger()
    assert asked[-1] == 89


def test_an_id_without_missed_cycles_says_so(panel, stage):
    stage.receive(steady([]))
    panel.refresh()
    panel.show_missed()
    said = []
    stage.session.messages.posted.connect(lambda level, text: said.append((level, text)))
    panel.table.selectRow(0)
    panel.show_missed()
    assert said == [("info", "100 has no missed cycles in the recording.")]


def test_lines_go_to_the_clipboard_with_their_titles(panel, stage):
    stage.receive(traffic(100))
    panel.refresh()
    panel.table.selectRow(1)
    QTest.keySequence(panel.table, "Ctrl+C")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["ID", "101"]
    panel.table.copy_all()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 5


def test_a_missed_cycle_is_shown_in_the_trace(qtbot, stage, window):
    stage.receive(steady([50]))
    window.docks.docks["statistics"].raise_()
    panel = window.docks.statistics
    panel.refresh()
    panel.table.selectRow(0)
    panel.show_missed()
    assert window.views.chronological_view().current_row() == 50


def test_bars_stand_amid_an_axis():
    counts = np.zeros(BINS, dtype=np.uint32)
    assert shown_bins(counts)[1] - shown_bins(counts)[0] == BINS
    counts[60] = 1
    first, last = shown_bins(counts)
    assert (first < 60 < last, last - first >= FEWEST_BINS) == (True, True)
    counts[[0, BINS - 1]] = 1
    assert shown_bins(counts) == (0, BINS)
    assert [short_period(ns) for ns in (1000, 11_220_000, 10**12)] == ["1 µs", "11.2 ms", "1e+03 s"]

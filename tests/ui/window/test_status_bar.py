"""The status bar: counters, losses, and tasks that can be canceled."""

import threading

import pytest
from PySide6.QtWidgets import QInputDialog, QToolButton

from canmcast_gui.app.program.report import SessionTotals
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.frames.wire_bits import wire_bits
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.labels import ElidedLabel
from canmcast_gui.ui.window.bus_load import ARBITRATION_RATES, RateMenu
from canmcast_gui.ui.window.status_bar import StatusBar, _reach_text
from canmcast_gui.ui.window.task_list import TaskList
from tests.support.frames import traffic


@pytest.fixture
def bar(qtbot, stage):
    one = StatusBar(stage.session, stage.settings)
    qtbot.addWidget(one)
    return one


def test_an_idle_bar_shows_no_losses(bar):
    texts = {name: label.text() for name, label in bar.labels.items()}
    assert texts["state"] == "Not connected"
    for name in ("rate", "load", "position", "lost", "frames", "memory"):
        assert bar.labels[name].isHidden()
    assert bar.labels["record"].isHidden()


def test_a_bus_whose_frames_leave_this_host_says_so():
    assert _reach_text(Measurement.of_bus(BusSettings(hop_limit=2))) == ", hop limit 2"
    assert _reach_text(Measurement.of_bus(BusSettings(hop_limit=0))) == ""


def test_frames_rate_and_load_are_counted(stage, bar):
    stage.receive(traffic(1200))
    bar.refresh()
    assert bar.labels["frames"].text() == "1,200 frames"
    assert bar.labels["rate"].text() == "1,200 frames/s"
    bits = int(wire_bits(traffic(1200))[0].sum())
    assert bar.labels["load"].text() == f"load {bits / 500_000:.0%}".replace("%", " %")
    assert f"{bits:,} bit/s" in bar.labels["load"].toolTip()
    assert "exceeds" not in bar.labels["load"].toolTip()


def test_a_load_that_does_not_fit_is_said_once(stage, bar):
    said: list[tuple[str, str]] = []
    stage.session.messages.posted.connect(lambda level, text: said.append((level, text)))
    stage.receive(traffic(1200))
    bar.refresh()
    stage.settings.bitrate.set(125_000)
    for _ in range(3):
        bar.refresh()
    ((level, text),) = said
    assert level == "warning"
    assert "exceeds" in bar.labels["load"].toolTip()
    assert text.startswith("This traffic exceeds a bus with 125 kbit/s, 2 Mbit/s for FD data: its load is 1")
    stage.settings.bitrate.set(1_000_000)
    bar.refresh()
    stage.settings.bitrate.set(125_000)
    bar.refresh()
    assert len(said) == 2


def test_any_bit_rate_can_be_chosen(qtbot, stage, bar):
    menu = RateMenu("Bit rate", bar, stage.settings.bitrate, ARBITRATION_RATES)
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["500 kbit/s"]
    menu.actions()[0].trigger()
    assert stage.settings.bitrate.value == 125_000
    menu.actions()[-1].trigger()
    dialog = bar.findChild(QInputDialog)
    dialog.setIntValue(83)
    dialog.accept()
    assert stage.settings.bitrate.value == 83_000
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["83 kbit/s"]


def test_losses_are_said_with_their_reasons(stage, bar, monkeypatch):
    totals = SessionTotals(dropped_kernel=1000, dropped_ring=2, malformed=3, foreign=4)
    monkeypatch.setattr(stage.session, "statistics", lambda: totals)
    bar.refresh()
    assert bar.labels["lost"].text() == "1,002 lost · 3 malformed"
    for number in ("1,000", "2 ", "3 ", "4 "):
        assert number in bar.labels["lost"].toolTip()


def test_the_record_light_is_on_while_a_file_is_written(stage, bar, tmp_path):
    assert stage.session.record.start(tmp_path / "record.asc")
    bar.refresh()
    assert not bar.labels["record"].isHidden()
    assert "REC 00:0" in bar.labels["record"].text()
    stage.session.record.stop()
    assert bar.labels["record"].isHidden()


def test_a_slow_task_is_shown_and_can_be_canceled(qtbot, stage, monkeypatch):
    monkeypatch.setattr("canmcast_gui.ui.window.task_list.SHOW_AFTER_MS", 1)
    tasks = TaskList(stage.session)
    qtbot.addWidget(tasks)
    tasks.show()

    pause = threading.Event()

    def work(report) -> None:
        while report(0.5):
            pause.wait(0.005)

    task = stage.session.tasks.make("Slow work", work)
    task.start()
    qtbot.waitUntil(lambda: any(button.isVisible() for button in tasks.findChildren(QToolButton)))
    with qtbot.waitSignal(task.ended):
        tasks.findChild(QToolButton).click()
    qtbot.waitUntil(lambda: not tasks.findChildren(QToolButton))


@pytest.mark.parametrize(("width", "count"), [(740, 1), (1600, 2)])
def test_what_a_task_does_is_read_whole(qtbot, stage, bar, monkeypatch, width, count):
    monkeypatch.setattr("canmcast_gui.ui.window.task_list.SHOW_AFTER_MS", 0)
    bar.resize(width, 24)
    bar.show()
    stage.receive(traffic(1200))
    stage.session.record.changed.emit()
    bar.refresh()
    assert bar.labels["memory"].isVisible()
    ready = threading.Event()
    titles = [f"Loading the-database-of-the-car-{number}.dbc" for number in range(count)]
    for title in titles:
        stage.session.tasks.make(title, lambda _report: ready.wait(5)).start()
    found = lambda: [one for one in bar.findChildren(ElidedLabel) if one.isVisible()]  # noqa: E731
    qtbot.waitUntil(lambda: len(found()) == count)
    qtbot.waitUntil(lambda: [one.shown_text() for one in found()] == titles)
    assert bar.labels["lost"].isVisible() and bar.labels["frames"].isVisible()
    for label in (one for one in bar.labels.values() if one.isVisible()):
        assert label.width() >= label.sizeHint().width()
    assert bar.labels["memory"].isVisible() == (width == 1600)
    ready.set()
    qtbot.waitUntil(bar.labels["memory"].isVisible)

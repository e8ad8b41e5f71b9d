"""The start page: three ways to start, recent files and buses, and frames of a crashed session."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel, QMessageBox, QToolButton

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.recording import Recording, leftovers
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.start_page import StartPage
from tests.support.frames import traffic
from tests.support.stage import process_deletions


@pytest.fixture
def page(qtbot, stage):
    one = StartPage(stage.settings)
    qtbot.addWidget(one)
    return one


def links(page) -> dict[str, QToolButton]:
    page.refresh()
    return {button.text(): button for button in page.findChildren(QToolButton) if not button.isHidden()}


def test_the_three_choices(qtbot, page):
    for name, signal in (
        ("demo", page.demo_requested),
        ("connect", page.connect_requested),
        ("open", page.open_requested),
    ):
        with qtbot.waitSignal(signal):
            page.buttons[name].click()


def test_recent_things_that_are_still_there(qtbot, stage, page, tmp_path):
    known = tmp_path / "drive.asc"
    known.touch()
    stage.settings.recent_files.set((str(tmp_path / "gone.asc"), str(known)))
    stage.settings.recent_buses.set((Measurement.of_bus(BusSettings(group="239.9.9.9", port=99)),))
    assert links(page).keys() == {"drive.asc", "239.9.9.9:99"}
    with qtbot.waitSignal(page.file_requested) as asked:
        links(page)["drive.asc"].click()
    assert asked.args == [str(known)]
    with qtbot.waitSignal(page.bus_requested):
        links(page)["239.9.9.9:99"].click()


def test_a_recording_that_a_crash_left_can_be_recovered_or_deleted(qtbot, page):
    for _ in range(2):
        recording = Recording.create()
        recording.append(traffic(1500))
        recording.close()
    assert "Open" in links(page)
    assert any("1,500 frames" in label.text() for label in page.findChildren(QLabel))
    with qtbot.waitSignal(page.recover_requested) as asked:
        links(page)["Open"].click()
    assert asked.args[0].frames == 1500
    with qtbot.waitSignal(page.save_requested) as asked:
        links(page)["Save…"].click()
    assert asked.args[0].frames == 1500
    for answer, left in (("Cancel", 2), ("Discard", 1)):
        links(page)["Discard…"].click()
        box = page.findChild(QMessageBox)
        assert "1,500 frames from " in box.text()
        box.button(QMessageBox.StandardButton[answer]).click()
        process_deletions()
        assert len(leftovers()) == left


def test_the_icons_of_the_choices_survive_a_change_of_the_theme(page, qapp):
    demo = page.buttons["demo"]
    before = demo.icon().cacheKey()
    sheet = qapp.styleSheet()
    qapp.setStyleSheet("QLabel { }")
    qapp.setStyleSheet(sheet)
    QCoreApplication.sendEvent(page, QEvent(QEvent.Type.PaletteChange))
    assert demo.icon().cacheKey() == before

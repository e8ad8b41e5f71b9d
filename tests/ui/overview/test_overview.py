"""The header line of a file, the overview, Go to time, and the status bar of a file."""

import gc

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from canmcast_gui.app.session import SessionState
from canmcast_gui.frames.wire_bits import wire_bits
from canmcast_gui.logfile import LogPart, save
from canmcast_gui.ui.dialogs.problems import ProblemsDialog
from canmcast_gui.ui.overview.go_to import GoToTimeDialog
from canmcast_gui.ui.overview.header import HIDDEN_FIRST, PropertiesDialog
from tests.support.frames import START_NS, traffic
from tests.ui.dialogs.conftest import dialog_of

pytestmark = pytest.mark.window

COUNT = 20_000


def open_files(qtbot, stage, window, *paths):
    with qtbot.waitSignal(stage.session.open_files([LogPart(path) for path in paths]).ended):
        pass
    assert stage.session.state is SessionState.FILE
    qtbot.waitUntil(lambda: stage.session.overview.is_complete)
    qtbot.waitUntil(lambda: window.panel.chronological.model.rowCount() > 0)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "drive.asc"
    save(path, [traffic(COUNT)])
    return path


def header_texts(window):
    header = window.panel.overview.header
    return {key: label.text() for key, label in header.parts.items() if not label.isHidden()}


def test_an_opened_file_has_a_header_line_with_its_properties(qtbot, stage, window, file):
    header = window.panel.overview.header
    assert header.isHidden()
    open_files(qtbot, stage, window, file)
    window.resize(1500, 800)
    qtbot.waitUntil(lambda: len(header_texts(window)) == 6)
    load = wire_bits(traffic(COUNT))[0].sum() / 500_000 / 19.999
    found = header_texts(window)
    assert found == {
        "format": "Vector ASC",
        "date": found["date"],
        "duration": "20.0 s",
        "frames": "20,000 frames",
        "channels": "1 channel",
        "load": f"mean load {load * 100:.0f} %",
    }
    assert found["date"].startswith("2023-11-1")
    assert header.name.text() == "drive.asc"
    assert header.problems.isHidden()
    assert "500 kbit/s" in header.parts["load"].toolTip()
    stage.settings.bitrate.set(1_000_000)
    assert header_texts(window)["load"] == f"mean load {load * 50:.0f} %"
    header.properties.click()
    dialog = dialog_of(window, PropertiesDialog)
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert str(file) in texts
    assert f"20,000 frames, mean load {load * 50:.0f} %" in texts
    dialog.reject()
    stage.session.clear()
    assert header.isHidden()
    stage.receive(traffic(10))
    assert header.isHidden()


def test_a_narrow_header_hides_what_is_less_important(qtbot, stage, window, file):
    open_files(qtbot, stage, window, file)
    header = window.panel.overview.header
    shown = []
    for width in (1200, 700, 420):
        header.setFixedWidth(width)
        qtbot.waitUntil(lambda width=width: header.width() == width)
        shown.append(set(header_texts(window)))
    assert shown[0] == set(HIDDEN_FIRST)
    assert shown[0] > shown[1] > shown[2]
    assert "frames" in shown[1]
    assert "drive.asc" in header.name.toolTip()
    assert "Vector ASC" in header.name.toolTip()


def test_several_files_are_named_and_problems_are_listed_from_the_header(qtbot, stage, window, tmp_path):
    paths = [tmp_path / "a.log", tmp_path / "b.log"]
    paths[0].write_text("(10.0) can0 1#00\n(9.0) can0 1#00\ngarbage\n")
    paths[1].write_text("(11.0) can0 1#00\n")
    open_files(qtbot, stage, window, *paths)
    header = window.panel.overview.header
    assert header.name.text() == "2 files: a.log, b.log"
    assert header.problems.text() == "2 problems…"
    assert "date" not in header_texts(window)
    qtbot.keyClick(header.problems, Qt.Key.Key_Space)
    dialog = dialog_of(window, ProblemsDialog)
    assert dialog.windowTitle() == "Read errors"
    assert dialog.sentences[0] == "timestamps go backwards at 1 frame"
    assert len(dialog.sentences) == 2
    dialog.go.click()
    assert window.views.chronological_view().current_row() == 1


def test_the_status_bar_of_a_file_shows_the_position_and_no_live_figures(qtbot, stage, window, file):
    bar = window.statusBar()
    open_files(qtbot, stage, window, file)
    window.panel.chronological.show_row(500)
    bar.refresh()
    assert bar.labels["position"].text() == "row 500 at 0.500000 s"
    for name in ("rate", "load", "lost"):
        assert bar.labels[name].isHidden()
    assert bar.labels["frames"].text() == "20,000 frames"


def test_the_overview_shows_the_recording_and_goes_to_a_time_by_mouse_and_keys(qtbot, stage, window, file):
    minimap = window.panel.overview.minimap
    assert not minimap.isVisible()
    open_files(qtbot, stage, window, file)
    qtbot.waitUntil(minimap.isVisible)
    view = window.panel.chronological
    assert minimap.spread.counts.sum() == COUNT
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(minimap.width() // 2, 10))
    assert view.current_row() == pytest.approx(COUNT / 2, abs=COUNT / minimap.width() * 2)
    QTest.mousePress(minimap, Qt.MouseButton.LeftButton, pos=QPoint(3, 10))
    QTest.mouseMove(minimap, QPoint(minimap.width() // 4, 10))
    QTest.mouseRelease(minimap, Qt.MouseButton.LeftButton, pos=QPoint(minimap.width() // 4, 10))
    qtbot.waitUntil(lambda: abs(view.current_row() - COUNT / 4) < COUNT / minimap.width() * 2)
    qtbot.waitUntil(lambda: minimap.current_ns == START_NS + view.current_row() * 1_000_000)
    first, last = minimap.visible_ns
    assert first <= minimap.current_ns <= last < first + 1_000_000_000
    minimap.setFocus()
    for key, wanted in (
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_PageDown, COUNT / 10),
        (Qt.Key.Key_Right, COUNT * 0.11),
        (Qt.Key.Key_Left, COUNT / 10),
        (Qt.Key.Key_End, COUNT - 1),
        (Qt.Key.Key_PageUp, COUNT * 0.9),
    ):
        QTest.keyClick(minimap, key)
        assert view.current_row() == pytest.approx(wanted, abs=2)
        qtbot.waitUntil(lambda: minimap.current_ns == START_NS + view.current_row() * 1_000_000)
    text = minimap.text_at(minimap.width() // 2)
    assert text.startswith(("9.9", "10.0"))
    rate = float(text.splitlines()[-1].removesuffix(" frames/s").replace(",", ""))
    assert rate == pytest.approx(1000, rel=0.01)
    window.actions_.overview.trigger()
    assert minimap.isHidden()
    window.actions_.overview.trigger()
    assert not minimap.isHidden()
    window.actions_.by_id.trigger()
    assert not minimap.isVisible()


def test_losses_and_marks_are_drawn_and_named(qtbot, stage, window):
    stage.receive(traffic(5000))
    window.actions_.chronological.trigger()
    recording = stage.session.document.recording
    recording.marks.add(1000, "here")
    recording.add_gap(3, "the buffer was full")
    stage.receive(traffic(5000, first=5000))
    stage.session.overview.update()
    minimap = window.panel.overview.minimap
    qtbot.waitUntil(minimap.isVisible)
    assert len(minimap.places.marks) == len(minimap.places.losses) == 1
    assert "a mark" in minimap.text_at(minimap.x_of(START_NS + 1000 * 1_000_000))
    assert "frames were lost here" in minimap.text_at(minimap.x_of(START_NS + 4999 * 1_000_000))
    image = minimap.grab().toImage()
    colors = {image.pixelColor(x, image.height() - 1).name() for x in range(image.width())}
    assert len(colors) >= 2
    gc.collect()


def test_go_to_time_by_keyboard(qtbot, stage, window, file):
    window.actions_.go_to_time.trigger()
    assert window.panel.messages.texts[-1] == "There are no frames to go to."
    open_files(qtbot, stage, window, file)
    window.panel.chronological.show_row(700)
    window.actions_.go_to_time.trigger()
    dialog = dialog_of(window, GoToTimeDialog)
    assert dialog.field.text() == "0.700"
    assert dialog.field.hasSelectedText()
    qtbot.keyClicks(dialog.field, "500")
    assert not dialog.go.isEnabled()
    assert "The recording has frames from 0.000 s" in dialog.answer.text()
    dialog.field.selectAll()
    qtbot.keyClicks(dialog.field, "12.5")
    assert dialog.answer.text().startswith("12.500 s (2023-11-1")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert window.views.chronological_view().current_row() == 12_500


def test_a_frame_years_away_is_named_at_the_edge_of_the_overview(qtbot, stage, window, tmp_path):
    path = tmp_path / "clock.log"
    lines = [f"({1_700_000_000 + n / 100:.6f}) can0 1#00" for n in range(1000)]
    path.write_text("\n".join(["(1.000000) can0 7FF#", *lines]) + "\n")
    open_files(qtbot, stage, window, path)
    minimap, view = window.panel.overview.minimap, window.panel.chronological
    qtbot.waitUntil(minimap.isVisible)
    assert (minimap.before, minimap.after) == ("◂ 1 frame", "")
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(minimap.width() // 2, 10))
    assert view.current_row() == pytest.approx(500, abs=5)
    assert minimap.text_at(4).startswith("1 frame long before the shown time")
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(4, 10))
    assert view.current_row() == 0
    minimap.setFocus()
    QTest.keyClick(minimap, Qt.Key.Key_End)
    assert view.current_row() == 1000
    QTest.keyClick(minimap, Qt.Key.Key_Home)
    assert view.current_row() == 0

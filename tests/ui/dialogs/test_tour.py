"""The tour of first steps: its hints, where they are, and that it stays away once ended."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from canmcast_gui.ui.dialogs.tour import EDGE, Hint, Tour, bubble_corner
from canmcast_gui.ui.window.help import TOUR_SEEN
from tests.ui.themes import in_both_themes


@pytest.fixture
def tour(qtbot):
    """Three hints on the corners of a window."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    targets = [QWidget(window) for _number in range(3)]
    for target, place in zip(
        targets, (QRect(0, 0, 200, 30), QRect(700, 650, 200, 50), QRect(0, 0, 900, 700)), strict=True
    ):
        target.setGeometry(place)
    made = Tour([Hint(f"Title {n}", "Text " * 20, lambda n=n: targets[n]) for n in range(3)], window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return made


def test_each_hint_is_beside_its_target_and_inside_the_window(qtbot, tour):
    tour.start(with_focus=False)
    for number in range(3):
        assert tour.number == number
        bubble, window = tour.bubble, tour.bubble.parentWidget()
        assert window.rect().contains(bubble.geometry())
        assert bubble.isVisible() and tour.frame.isVisible()
        assert tour.frame.geometry().contains(tour.target.geometry().intersected(window.rect()))
        if number < 2:
            assert not bubble.geometry().intersects(tour.target.geometry())
        qtbot.mouseClick(bubble.next, Qt.MouseButton.LeftButton)
    assert not tour.bubble.isVisible() and not tour.frame.isVisible()


def test_back_and_the_end_by_keys(qtbot, tour):
    ends = []
    tour.ended.connect(lambda: ends.append(1))
    tour.start(with_focus=True)
    qtbot.waitUntil(lambda: tour.bubble.next.hasFocus())
    QTest.keyClick(tour.bubble.next, Qt.Key.Key_Return)
    assert tour.number == 1
    QTest.mouseClick(tour.bubble.back, Qt.MouseButton.LeftButton)
    assert tour.number == 0
    QTest.keyClick(tour.bubble.next, Qt.Key.Key_Escape)
    assert ends == [1]
    assert tour.bubble.isHidden()


def test_it_follows_the_size_of_the_window(qtbot, tour):
    tour.start(with_focus=False)
    tour.go(1)
    tour.target.move(300, 300)
    tour.bubble.parentWidget().resize(600, 500)
    qtbot.waitUntil(lambda: tour.bubble.parentWidget().rect().contains(tour.bubble.geometry()))


@pytest.mark.parametrize("target", [QRect(0, 0, 10, 10), QRect(990, 690, 10, 10), QRect(0, 0, 300, 700)])
def test_a_bubble_is_beside_its_target(target):
    size, window = QSize(320, 120), QSize(1000, 700)
    bubble = QRect(bubble_corner(target, size, window), size)
    assert QRect(QPoint(), window).contains(bubble.adjusted(-EDGE + 1, -EDGE + 1, 0, 0))
    assert not bubble.intersects(target)


def test_the_window_has_five_hints_at_real_places(window, qtbot):
    window.actions_.tour.trigger()
    tour = window.help.tour
    titles = []
    while tour.bubble.isVisible():
        assert tour.target.isVisible()
        assert window.rect().contains(tour.bubble.geometry())
        titles.append(tour.bubble.title.text())
        tour.go(1)
    assert len(titles) == len(set(titles)) == 5
    assert window.help.tour.bubble.isHidden()


def test_the_theme_can_change_during_the_tour(window, stage, qapp):
    window.actions_.tour.trigger()
    bubble = window.help.tour.bubble
    assert len(set(in_both_themes(stage.settings, qapp, bubble.styleSheet))) == 2
    stage.session.bus.close()


def test_once_ended_it_is_not_offered_again(window, stage, qtbot):
    seen = stage.settings.field(TOUR_SEEN)
    assert not seen.value
    window.actions_.tour.trigger()
    QTest.mouseClick(window.help.tour.bubble.close_button, Qt.MouseButton.LeftButton)
    assert seen.value
    window.help.tour = None
    window.help.offer_tour()
    stage.session.state_changed.emit()
    assert window.help.tour is None
    stage.session.bus.close()

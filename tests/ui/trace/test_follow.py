"""Auto-scroll lets go when the user scrolls up and comes back at the end."""

import pytest
from PySide6.QtWidgets import QScrollBar

from canmcast_gui.ui.trace.follow import Follower


@pytest.fixture
def bar(qtbot):
    one = QScrollBar()
    qtbot.addWidget(one)
    one.setRange(0, 100)
    return one


def test_the_end_is_followed_while_rows_come(bar):
    follower = Follower(bar)
    for maximum in (150, 1000):
        bar.setMaximum(maximum)
        assert bar.value() == maximum
    assert follower.following


def test_scrolling_up_lets_go_and_the_end_takes_hold_again(bar, qtbot):
    follower = Follower(bar)
    follower.set_following(True)
    with qtbot.waitSignal(follower.changed) as changed:
        bar.setValue(60)
    assert changed.args == [False]
    bar.setMaximum(200)
    assert bar.value() == 60
    with qtbot.waitSignal(follower.changed) as changed:
        bar.setValue(200)
    assert changed.args == [True]
    bar.setMaximum(300)
    assert bar.value() == 300


def test_what_is_in_view_stays_when_rows_go_away_above(bar):
    follower = Follower(bar)
    bar.setValue(60)
    follower.rows_gone(25)
    assert bar.value() == 35
    follower.rows_gone(100)
    assert bar.value() == 0
    assert not follower.following


def test_the_button_goes_to_the_end(bar, qtbot):
    follower = Follower(bar)
    follower.set_following(False)
    bar.setValue(10)
    with qtbot.waitSignal(follower.changed):
        follower.set_following(True)
    assert bar.value() == 100

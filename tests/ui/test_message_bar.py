"""Messages stay until they are read, are counted when they repeat, and never fill the window."""

import pytest
from PySide6.QtWidgets import QToolButton

from canmcast_gui.ui import message_bar
from canmcast_gui.ui.message_bar import MOST_MESSAGES, MessageBar


@pytest.fixture
def bar(qtbot, stage):
    one = MessageBar(stage.session)
    qtbot.addWidget(one)
    return one


def test_the_sessions_messages_are_shown_until_they_are_closed(stage, bar):
    stage.session.messages.error("It went wrong.")
    assert bar.texts == ["It went wrong."]
    bar.findChild(QToolButton).click()
    assert bar.texts == []


def test_a_topic_that_has_ended_takes_its_messages_with_it(stage, bar):
    stage.session.messages.warning("It has broken off.", "replay")
    stage.session.messages.error("The disk is full.", "record")
    stage.session.messages.error("About nothing.")
    stage.session.messages.end("replay")
    assert bar.texts == ["The disk is full.", "About nothing."]


def test_equal_messages_are_counted(bar):
    for _ in range(3):
        bar.show_message("warning", "Again")
    assert bar.texts == ["Again"]
    assert "×3" in bar.messages[0].shown_text


def test_the_oldest_makes_room(bar):
    for number in range(MOST_MESSAGES + 2):
        bar.show_message("error", str(number))
    assert bar.texts == ["2", "3", "4"]


def test_information_goes_by_itself(qtbot, stage, bar, monkeypatch):
    monkeypatch.setattr(message_bar, "INFO_MS", 1)
    bar.show_message("info", "Saved.")
    bar.show_message("error", "Stays.")
    qtbot.waitUntil(lambda: bar.texts == ["Stays."])

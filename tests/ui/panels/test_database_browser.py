"""The database browser: search, details, order and scopes, files that change."""

import pytest
from PySide6.QtCore import Qt

from canmcast_gui.database import Scope
from canmcast_gui.ui.panels.database_browser import DatabaseBrowser
from canmcast_gui.ui.panels.database_files import CHANNELS, FILE, SOURCES
from tests.models.test_database_tables import CAR

WAIT_MS = 20_000


@pytest.fixture
def browser(qtbot, stage):
    one = DatabaseBrowser(stage.session, stage.settings)
    qtbot.addWidget(one)
    with qtbot.waitExposed(one):
        one.show()
    return one


@pytest.fixture
def load(qtbot, stage, tmp_path):
    def load_text(name, text=CAR):
        path = tmp_path / name
        path.write_text(text)
        with qtbot.waitSignal(stage.session.databases.changed, timeout=WAIT_MS):
            stage.session.databases.load(path)
        return path

    return load_text


def rows(view):
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def test_it_says_how_to_get_a_database(browser):
    assert browser.hint.isVisible()
    assert "No database is loaded" in browser.hint.text()


def test_a_message_is_found_and_shown_with_its_bits(qtbot, browser, load):
    load("car.dbc")
    assert not browser.hint.isVisible()
    assert browser.tabs.tabText(1) == "Signals (5)"
    qtbot.keyClicks(browser.search, "eng")
    assert rows(browser.messages) == ["Engine"]
    browser.messages.setCurrentIndex(browser.messages.model().index(0, 0))
    text = browser.details.facts.toPlainText()
    assert "Engine" in text
    assert "20 ms" in text
    assert "GenMsgCycleTime" in text
    assert browser.details.layout_table.columnSpan(0, 0) == 8
    assert not browser.details.selection.isVisible()


def test_a_click_on_bits_goes_to_the_signal_and_a_double_click_plots_it(qtbot, browser, load):
    load("car.dbc")
    browser.messages.setCurrentIndex(browser.messages.model().index(0, 0))
    browser.details.layout_table.clicked.emit(browser.details.model.index(2, 0))
    assert browser.tabs.currentWidget() is browser.signals
    assert "Engine.Torque" in browser.details.facts.toPlainText()
    with qtbot.waitSignal(browser.plot_requested) as asked:
        browser.signals.doubleClicked.emit(browser.signals.currentIndex())
    assert asked.args == ["Engine.Torque"]


def test_a_multiplexed_signal_shows_the_bits_of_its_number(browser, load):
    load("car.dbc")
    browser.show_signal("Modes.B")
    assert browser.details.selection.currentText() == "Mode = 1"
    assert browser.details.model.index(1, 7).data() == "B"


def test_what_was_chosen_stays_when_a_file_changes(qtbot, browser, load):
    path = load("car.dbc")
    browser.show_signal("Engine.Speed")
    path.write_text(CAR.replace("rpm", "1/min"))
    qtbot.waitUntil(lambda: "1/min" in browser.details.facts.toPlainText(), timeout=WAIT_MS)
    assert browser.signals.model().entry(browser.signals.currentIndex()).name == "Engine.Speed"


def test_order_and_scopes_are_edited_in_the_table_of_files(stage, browser, load):
    first = load("one.dbc")
    second = load("two.dbc", CAR.replace("Engine", "Motor"))
    databases = stage.session.databases.loaded
    browser.show_files()
    files = browser.files
    assert databases.name(256, False) == "Engine"
    files.table.selectRow(1)
    files.up_action.trigger()
    assert databases.name(256, False) == "Motor"
    assert [files.table.item(row, FILE).text() for row in range(2)] == ["two.dbc", "one.dbc"]
    assert not files.up_action.isEnabled()
    files.table.item(0, CHANNELS).setText("2, 3")
    files.table.item(0, SOURCES).setText("10.0.0.7")
    assert databases.scope(second) == Scope(frozenset([2, 3]), frozenset(["10.0.0.7"]))
    assert databases.name(256, False, 1, "10.0.0.8") == "Engine"
    files.remove_action.trigger()
    assert [database.path for database in databases] == [first]


def test_a_wrong_channel_is_refused_with_a_sentence(qtbot, stage, browser, load):
    path = load("one.dbc")
    with qtbot.waitSignal(stage.session.messages.posted) as said:
        browser.files.table.item(0, CHANNELS).setText("left")
    assert "left is not a channel" in said.args[1]
    assert stage.session.databases.loaded.scope(path).is_everything


def test_problems_are_reported_and_listed_by_line(qtbot, stage, browser, tmp_path):
    path = tmp_path / "flawed.dbc"
    path.write_text(CAR)
    with qtbot.waitSignal(stage.session.messages.posted, timeout=WAIT_MS) as said:
        stage.session.databases.load(path)
    assert said.args[1] == "In flawed.dbc 1 issue was repaired or left out. The database browser lists them."
    browser.show_problems()
    assert browser.tabs.tabText(browser.tabs.currentIndex()) == "Issues (1)"
    assert not browser.no_issues.isVisible()
    assert browser.problems.model().index(0, 2).data() == "error"
    assert "line 10" in browser.details.facts.toPlainText()


def test_decimal_ids(stage, browser, load):
    load("car.dbc")
    stage.settings.decimal.set(True)
    assert browser.messages.model().index(0, 1).data() == "256"


def test_the_window_opens_it_by_menu_and_from_the_signals(qtbot, window):
    dock = window.docks.browser_dock
    assert not dock.isVisible()
    window.actions_.database_browser.trigger()
    assert dock.isVisible()
    assert dock.isFloating()
    dock.close()
    window.docks.signals.browse_action.trigger()
    assert dock.isVisible()
    window.docks.browser.search.setText("x")
    assert window.docks.browser.search.text() == "x"
    assert Qt.DockWidgetArea.RightDockWidgetArea in dock.allowedAreas()

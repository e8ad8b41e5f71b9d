"""The commands for rows, signals, ids and senders: in all menus, with one key, on the right subject."""

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from canmcast_gui.app.workspace.view_setups import COLOR_RULES
from canmcast_gui.ui.dialogs.record import RecordDialog
from canmcast_gui.ui.trace.colors import ColorsDialog
from tests.support.frames import traffic
from tests.ui.tab_order import activate

pytestmark = [pytest.mark.window]


@pytest.fixture
def full(stage, window):
    """A window with a database and frames, in the chronological view."""
    stage.add_database()
    stage.receive(traffic(200))
    window.panel.set_mode("chronological")
    view = window.panel.chronological
    view.refresh()
    view.set_following(False)
    activate(window)
    view.table.setFocus()
    return window


def row(window, line: int):
    view = window.panel.chronological
    view.table.setCurrentIndex(view.model.index(line, 0))
    return window.subjects.commands


def signal_row(window, frame_line: int, number: int):
    """Show the signals of a frame, and select one."""
    view = window.panel.chronological
    view.model.expand(frame_line)
    return row(window, frame_line + 1 + number)


def actions_of(menu):
    """The actions of a menu and of the menus in it."""
    found = []
    for action in menu.actions():
        found += actions_of(action.menu()) if action.menu() is not None else [action]
    return [action for action in found if not action.isSeparator()]


OWN_OF_PANELS = {"signals", "gauges", "statistics"}


def test_each_action_of_a_context_menu_is_in_the_menu_bar_with_the_same_key(full, stage):
    in_bar = [action for entry in full.menuBar().actions() for action in actions_of(entry.menu())]
    signal_row(full, 0, 0)
    menus = [full.subjects.view_menu(full.panel.chronological)]
    row(full, 1)
    menus.append(full.subjects.view_menu(full.panel.chronological))
    panels = full.docks
    panels.gauges.set_signals(["Engine.Speed"])
    panels.gauges.table.selectRow(0)
    panels.statistics.refresh()
    panels.statistics.table.selectRow(0)
    own = set()
    for name, actions in (
        ("signals", panels.signals.menu_actions()),
        ("gauges", panels.gauges.table.actions()),
        ("statistics", panels.statistics.menu_actions()),
    ):
        menus.append(full.subjects.menu(name))
        own |= {id(action) for action in actions}
    missing = [
        action.text()
        for menu in menus
        for action in actions_of(menu)
        if id(action) not in own and action not in in_bar
    ]
    for menu in menus:
        menu.close()
    assert missing == []
    assert sum(len(actions_of(menu)) for menu in menus) > 60


def test_a_row_is_filtered_by_its_id_and_opened_in_a_view_of_its_own(full):
    commands = row(full, 1)
    commands.frame.only_id.trigger()
    assert full.panel.filter_box.text() == "id == 0x101 and not extended"
    full.panel.filter_box.clear()
    row(full, 2)
    commands.frame.without_id.trigger()
    assert full.panel.filter_box.text() == "not (id == 0x102 and not extended)"
    full.panel.filter_box.clear()
    row(full, 1)
    commands.frame.new_view.trigger()
    (pane,) = full.views.panes
    assert pane.filter_box.text() == "id == 0x101 and not extended"


def test_a_signal_of_a_row_is_plotted_watched_filtered_and_copied(full):
    commands = signal_row(full, 4, 0)
    subject = commands.subject()
    assert subject.signal == "Engine.Speed"
    commands.signal.plot.trigger()
    assert full.docks.plots.plotted() == ["Engine.Speed"]
    commands.signal.watch.trigger()
    assert full.docks.gauges.signals() == ["Engine.Speed"]
    commands.signal.copy_name.trigger()
    assert QGuiApplication.clipboard().text() == "Engine.Speed"
    commands.signal.copy_value.trigger()
    assert QGuiApplication.clipboard().text().startswith(subject.value.text)
    commands.frame.only_value.trigger()
    view = full.panel.chronological
    view.refresh()
    assert full.panel.filter_box.text().startswith("Engine.Speed == ")
    assert 0 < view.shown_frames() < 50
    assert full.panel.filters.filter.text == full.panel.filter_box.text()  # it is valid


def test_a_message_is_plotted_with_all_signals(full):
    tree, model = full.docks.signals.tree, full.docks.signals.model
    tree.setCurrentIndex(model.index(0, 0, model.index(0, 0)))
    menu = full.subjects.menu("signals")
    {action.text(): action for action in menu.actions()}["&Plot all signals of Engine"].trigger()
    menu.close()
    assert full.docks.plots.plotted() == ["Engine.Speed", "Engine.Gear"]
    commands = full.subjects.commands
    commands.signal.watch.trigger()
    assert full.docks.gauges.signals() == ["Engine.Speed", "Engine.Gear"]


def test_a_color_rule_is_made_for_an_id(full, stage):
    commands = row(full, 1)
    commands.frame.color_id.trigger()
    (rule, *_others) = stage.settings.field(COLOR_RULES).value
    assert (rule.name, rule.filter) == ("ID 101", "id == 0x101 and not extended")
    dialog = full.findChild(ColorsDialog)
    assert dialog.table.currentRow() == 0
    dialog.accept()


def test_recording_begins_at_an_id(full):
    commands = row(full, 1)
    commands.frame.record_on.trigger()
    dialog = full.findChild(RecordDialog)
    assert dialog.trigger.text() == "id == 0x101 and not extended"
    dialog.reject()


def test_frames_of_an_id_and_changes_of_a_signal_are_found(qtbot, full):
    view = full.panel.chronological
    commands = row(full, 5)
    commands.frame.find_next.trigger()
    qtbot.waitUntil(lambda: view.current_row() == 9)
    commands.frame.find_previous.trigger()
    qtbot.waitUntil(lambda: view.current_row() == 5)
    signal_row(full, 4, 0)
    commands.signal.next_change.trigger()
    qtbot.waitUntil(lambda: view.current_row() == 8)


def test_it_is_shown_in_the_database_and_in_statistics(full):
    commands = row(full, 0)
    commands.signal.show_in_database.trigger()
    browser = full.docks.browser
    assert browser.tabs.currentWidget() is browser.messages
    assert browser.messages.currentIndex().isValid()
    commands.frame.show_statistics.trigger()
    statistics = full.docks.statistics
    assert full.docks.docks["statistics"].is_in_front
    assert "100" in statistics.histogram.title


def test_rows_are_copied_for_programs(full):
    view = full.panel.chronological
    commands = row(full, 1)
    view.table.selectRow(1)
    commands.copy.data.trigger()
    payload = QGuiApplication.clipboard().text().strip()
    assert len(bytes.fromhex(payload)) == 8
    commands.copy.c_array.trigger()
    assert QGuiApplication.clipboard().text().startswith("static const uint8_t frame_101[8] = { 0x")
    commands.copy.python.trigger()
    message = eval(QGuiApplication.clipboard().text(), {"can": __import__("can")})
    assert (message.arbitration_id, message.is_extended_id) == (0x101, False)
    assert message.data == bytes.fromhex(payload)


def test_a_key_without_a_subject_says_what_is_missing(full, stage):
    view = full.panel.chronological
    view.table.setCurrentIndex(QModelIndex())
    said = []
    stage.session.messages.posted.connect(lambda level, text: said.append((level, text)))
    full.subjects.commands.frame.only_id.trigger()
    assert said == [("info", "Select a frame, an ID or a message first.")]
    menu = full.subjects.view_menu(view)
    assert not [action for action in menu.actions() if action.text().startswith("&Only")]
    menu.close()


def test_menus_say_why_an_entry_is_gray(full):
    commands = row(full, 0)
    full.menuBar().actions()[2].menu().aboutToShow.emit()
    assert not commands.source.only.isEnabled()
    assert commands.source.only.toolTip().endswith("The sender is unknown.")
    full.menuBar().actions()[2].menu().aboutToHide.emit()
    QApplication.processEvents()
    assert commands.source.only.isEnabled()


def test_a_signal_is_set_in_a_new_or_known_transmit_row(full, stage):
    commands = signal_row(full, 0, 1)
    for _again in range(2):  # the second time the row is there
        commands.signal.set_in_transmit.trigger()
        (sent,) = stage.session.transmit.rows
        assert (sent.name, sent.arbitration_id) == ("Engine", 0x100)
        field = full.docks.transmit.details.signals.fields[1]
        assert field.line.signal.name == "Gear"
        assert field.editor.isAncestorOf(QApplication.focusWidget())
        full.panel.chronological.table.setFocus()


def test_a_transmit_row_has_the_commands_for_its_id(full, stage):
    row(full, 0).frame.add_rows.trigger()
    menu = full.subjects.menu("transmit")
    texts = {action.text(): action for action in menu.actions()}
    texts["&Plot all signals of Engine"].trigger()
    menu.close()
    assert full.docks.plots.plotted() == ["Engine.Speed", "Engine.Gear"]


def test_values_of_signals_are_filters_that_find_the_frame(full, stage):
    for line, number in ((0, 0), (0, 1)):
        view = full.panel.chronological
        subject = signal_row(full, line, number).subject()
        condition = full.panel.context.filter(subject.cell.text)
        assert condition.mask(subject.frame).tolist() == [True]
        view.model.collapse(line)


def test_a_menu_that_closes_does_not_change_the_next_one(qtbot, full):
    row(full, 1)
    first = full.subjects.view_menu(full.panel.chronological)
    first.popup(full.mapToGlobal(full.rect().center()))
    qtbot.waitUntil(first.isVisible)
    first.close()
    row(full, 2)
    second = full.subjects.view_menu(full.panel.chronological)
    second.popup(full.mapToGlobal(full.rect().center()))
    qtbot.waitUntil(second.isVisible)
    QApplication.processEvents()
    assert "&Only ID 102" in [action.text() for action in second.actions()]
    second.close()
    qtbot.waitUntil(lambda: full.subjects.commands.frame.only_id.text() == "&Only this ID")

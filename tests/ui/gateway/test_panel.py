"""The panel Gateway and the dialog of a rule, without a bus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from canmcast_gui.app.gateway.control import NO_BUS
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.gateway.rules import Rule, RuleSet
from canmcast_gui.models.gateway import CHANGE, NAME, ON
from canmcast_gui.ui.gateway.panel import GatewayPanel
from canmcast_gui.ui.gateway.rule_dialog import RuleDialog

CHANNELS = (ChannelSettings("multicast", name="a"), ChannelSettings("multicast", number=2))


@pytest.fixture
def panel(qtbot, stage):
    panel = GatewayPanel(stage.session, stage.settings)
    qtbot.addWidget(panel)
    panel.resize(900, 300)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def names(panel) -> list[str]:
    return [panel.model.index(row, NAME).data() for row in range(panel.model.rowCount())]


def test_an_empty_panel_says_what_to_do(panel):
    assert panel.hint.isVisible()
    assert panel.hint.text() == NO_BUS
    assert not panel.start_action.isEnabled()
    assert NO_BUS in panel.start_action.toolTip()
    assert not panel.save_action.isEnabled()
    assert panel.sending_bar.isVisible()


def test_rules_are_ordered_switched_and_removed(panel):
    panel.control.set_rules(RuleSet((Rule("a"), Rule("b", drop=True), Rule("c"))))
    assert not panel.hint.isVisible()
    assert panel.model.index(1, CHANGE).data() == "drop"
    assert not panel.edit_action.isEnabled()
    panel.table.selectRow(2)
    assert not panel.down_action.isEnabled()
    panel.up_action.trigger()
    assert names(panel) == ["a", "c", "b"]
    assert panel.table.currentIndex().row() == 1
    panel.table.setCurrentIndex(panel.model.index(1, ON))
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert [rule.enabled for rule in panel.control.rules.rules] == [True, False, True]
    panel.remove_action.trigger()
    assert names(panel) == ["a", "b"]
    assert panel.table.currentIndex().row() == 1
    panel.remove_action.trigger()
    panel.remove_action.trigger()
    assert names(panel) == []
    assert panel.hint.isVisible()


@pytest.fixture
def dialog(qtbot):
    dialog = RuleDialog("Rule", Rule("speed", "a", "2", "id == 1", id=0x300, extended=True), CHANNELS)
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def accept(dialog) -> None:
    QTest.mouseClick(dialog.buttons.button(dialog.buttons.StandardButton.Ok), Qt.MouseButton.LeftButton)


def test_the_dialog_shows_a_rule_and_makes_it_again(dialog):
    rules = []
    dialog.accepted_rule.connect(rules.append)
    source = dialog.fields["from"]
    assert isinstance(source, QComboBox)
    assert [source.itemText(row) for row in range(source.count())] == ["", "a", "2"]
    accept(dialog)
    assert rules == [Rule("speed", "a", "2", "id == 1", id=0x300, extended=True)]
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("id", "x", "'x' is not a number such as 256 or 0x100."),
        ("data", "1", "'1' is not written as A = B; separate several by commas."),
        ("id_offset", "1", "A rule has one of id and id_offset or id_table."),
    ],
)
def test_a_mistake_is_shown_below_its_field(dialog, key, text, problem):
    dialog.fields[key].setText(text)
    accept(dialog)
    assert dialog.isVisible()
    shown = {name: label.text() for name, label in dialog.problems.items() if label.isVisible()}
    assert list(shown.values()) == [problem]
    field = dialog.fields[next(iter(shown))]
    field.setFocus()
    QTest.keyClicks(field, "0")
    assert not any(label.isVisible() for label in dialog.problems.values())


def test_a_channel_that_does_not_exist(dialog):
    dialog.fields["to"].setCurrentText("body")
    accept(dialog)
    assert dialog.problems["to"].text() == "There is no channel 'body'; the channels are a, 2."

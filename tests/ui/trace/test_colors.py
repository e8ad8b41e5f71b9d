"""The dialog for color rules; text is readable on all colors in both themes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit

from canmcast_gui.app.workspace.view_setups import COLOR_RULES, DEFAULT_RULES, ColorRule
from canmcast_gui.ui import theme
from canmcast_gui.ui.theme import READABLE, contrast, readable_on, tint
from canmcast_gui.ui.trace.colors import FILTER, NAME, ColorsDialog
from canmcast_gui.ui.trace.context import ViewContext
from tests.support.frames import mixed


@pytest.fixture
def context(stage):
    return ViewContext(stage.session, stage.settings, stage.session)


@pytest.fixture
def dialog(qtbot, context):
    dialog = ColorsDialog(context)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    return dialog


@given(st.integers(0, 0xFFFFFF), st.booleans())
def test_text_is_readable_on_any_color(qapp, number, dark):
    palette = theme.make_palette(dark)
    colors = theme.colors(palette)
    background = tint(f"#{number:06x}", palette)
    for text in (palette.color(QPalette.ColorRole.Text), colors.error, colors.remote):
        assert contrast(background, text) >= READABLE


def test_the_default_colors_differ(qapp):
    for dark in (False, True):
        palette = theme.make_palette(dark)
        tints = {tint(rule.color, palette).name() for rule in DEFAULT_RULES}
        assert len(tints | {palette.color(QPalette.ColorRole.Base).name()}) == 1 + len(DEFAULT_RULES)


def test_a_rule_is_added_moved_and_removed_and_applied_immediately(stage, context, dialog):
    dialog.add()
    dialog.table.item(0, FILTER).setText("length == 12")
    dialog.table.item(0, NAME).setText("long")
    assert context.rules.which(mixed()) == [-1, -1, 2, 1, 3, 0]
    dialog.set_color(0, "#123456")
    assert stage.settings.field(COLOR_RULES).value[0] == ColorRule("long", "length == 12", "#123456")
    dialog.table.setCurrentCell(0, NAME)
    dialog.move_rule(1)
    assert [rule.name for rule in stage.settings.field(COLOR_RULES).value][:2] == ["Error frames", "long"]
    assert dialog.table.currentRow() == 1
    dialog.table.item(1, NAME).setCheckState(Qt.CheckState.Unchecked)
    assert context.rules.which(mixed())[5] == -1
    dialog.remove()
    assert stage.settings.field(COLOR_RULES).value == DEFAULT_RULES


def test_the_error_of_a_filter_is_shown_with_its_position(dialog):
    dialog.add()
    dialog.table.item(0, FILTER).setText("id == zebra")
    assert "New rule" in dialog.problem.text()
    assert "at character 7" in dialog.problem.text()
    error = theme.colors(dialog.palette()).error
    marked = [dialog.table.item(row, FILTER).foreground().color() == error for row in range(4)]
    assert marked == [True, False, False, False]
    assert "at character 7" in dialog.table.item(0, FILTER).toolTip()
    dialog.table.item(0, FILTER).setText("id == 1")
    assert dialog.problem.text() == ""
    assert dialog.table.item(0, FILTER).foreground().color() != error


def test_tab_moves_between_the_cells_of_rules(qtbot, dialog):
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    dialog.table.setCurrentCell(0, FILTER)
    dialog.table.editItem(dialog.table.item(0, FILTER))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: (dialog.table.currentRow(), dialog.table.currentColumn()) == (1, NAME))
    assert isinstance(QApplication.focusWidget(), QLineEdit)  # the color's cell is passed over


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_changed_bytes_are_readable_on_every_background(qapp, dark):
    palette = theme.make_palette(dark)
    colors, roles = theme.colors(palette), QPalette.ColorRole
    rules = [rule.color for rule in DEFAULT_RULES] + ["#d97a00", "#2461c9", "#ffffff", "#000000"]
    selected = [palette.color(group, roles.Highlight) for group in (QPalette.Active, QPalette.Inactive)]
    pens = [palette.color(group, roles.HighlightedText) for group in (QPalette.Active, QPalette.Inactive)]
    pens += [palette.color(roles.Text), colors.error, colors.remote]
    tints = [tint(rule, palette) for rule in rules]
    for background in (palette.color(roles.Base), *selected, *tints):
        for strong in (colors.changed_up, colors.changed_down):
            for sixtyfourths in range(65):
                mixed_color = theme.mix(background.rgba(), strong.rgba(), sixtyfourths)
                shade = QColor.fromRgba(mixed_color.rgba())  # as the screen has it
                for pen in pens:
                    assert contrast(shade, readable_on(shade.rgba(), pen.rgba())) >= READABLE


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
def test_a_text_color_is_changed_only_if_it_is_not_readable(background, wanted):
    shade, pen = QColor.fromRgb(background), QColor.fromRgb(wanted)
    found = readable_on(shade.rgba(), pen.rgba())
    assert contrast(shade, found) >= READABLE
    assert found == pen or contrast(shade, pen) < READABLE


def test_the_rules_have_the_colors_of_the_theme_while_it_changes(dialog):
    for is_dark in (False, True, False):
        dialog.setPalette(theme.make_palette(is_dark))
        found = dialog.table.item(0, 0).background().color()
        assert found == theme.tint(DEFAULT_RULES[0].color, dialog.palette())
        assert (found.lightness() < 128) == is_dark

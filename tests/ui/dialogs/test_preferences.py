"""The dialog for the settings: each editor shows, stores and follows its setting."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canmcast_gui.app.program.settings import ASK_UNSAVED, DECIMAL, FONT_SIZE, THEME, AppSettings
from canmcast_gui.app.transmit.transmit_control import CATCH_UP
from canmcast_gui.ui import theme
from canmcast_gui.ui.dialogs.files import LOG_FOLDER, LOG_FORMAT, log_suffix
from canmcast_gui.ui.dialogs.preferences import SECTIONS, PreferencesDialog
from tests.support.stage import delete

ALL = [preference for _title, preferences in SECTIONS for preference in preferences]


@pytest.fixture
def dialog(qtbot, stage):
    made = PreferencesDialog(stage.settings)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    delete(made)


def choose(dialog, setting, text: str) -> None:
    box = dialog.editors[setting.key].box
    index = box.findText(text)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_a_choice_is_stored_at_once_and_for_the_next_start(dialog, stage):
    choose(dialog, THEME, "Dark")
    choose(dialog, DECIMAL, "Decimal")
    choose(dialog, CATCH_UP, "Send late")
    stage.settings.save()
    again = AppSettings(stage.folder / "settings.ini")
    assert [again.field(one).value for one in (THEME, DECIMAL, CATCH_UP)] == ["dark", True, True]
    delete(again)


def test_the_log_format_is_the_one_that_is_proposed(dialog, stage):
    assert log_suffix(stage.settings) == ".blf"
    box = dialog.editors[LOG_FORMAT.key].box
    choose(dialog, LOG_FORMAT, box.itemText(box.findData("asc")))
    assert log_suffix(stage.settings) == ".asc"
    stage.settings.field(LOG_FORMAT).set("no such format")
    assert log_suffix(stage.settings) == ".blf"


def test_editors_follow_other_changes(dialog, stage):
    stage.settings.theme.set("light")
    assert dialog.editors[THEME.key].box.currentText() == "Light"
    stage.settings.field(LOG_FOLDER).set("/somewhere")
    assert dialog.editors[LOG_FOLDER.key].line.text() == "/somewhere"


def test_a_folder_is_typed(dialog, stage):
    line = dialog.editors[LOG_FOLDER.key].line
    QTest.keyClicks(line, "/data/logs")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert stage.settings.field(LOG_FOLDER).value == "/data/logs"
    assert dialog.isVisible(), "Enter in a field does not close the dialog"


def test_restore_defaults(dialog, stage):
    for preference in ALL:
        assert stage.settings.field(preference.setting).value == preference.setting.default
    choose(dialog, THEME, "Dark")
    dialog.editors[ASK_UNSAVED.key].box.click()
    dialog.editors[FONT_SIZE.key].box.setValue(14)
    assert (stage.settings.field(ASK_UNSAVED).value, stage.settings.field(FONT_SIZE).value) == (False, 14)
    dialog.defaults.click()
    for preference in ALL:
        assert stage.settings.field(preference.setting).value == preference.setting.default
    assert dialog.editors[ASK_UNSAVED.key].box.isChecked()


def test_the_font_size_changes_the_whole_window(window, stage, qapp, qtbot):
    before = QApplication.font()
    applied = theme.apply(qapp, stage.settings)
    height = window.panel.by_id.table.verticalHeader().defaultSectionSize()
    try:
        stage.settings.font_size.set(20)
        assert QApplication.font().pointSize() == 20
        qtbot.waitUntil(lambda: window.panel.by_id.table.verticalHeader().defaultSectionSize() > height)
        stage.settings.font_size.set(FONT_SIZE.default)
        assert QApplication.font() == before
    finally:
        applied.deleteLater()
        qapp.setFont(before)


def test_unsaved_frames_are_deleted_without_a_question_if_that_is_chosen(window, stage):
    from tests.support.frames import traffic

    stage.receive(traffic(10))
    stage.settings.field(ASK_UNSAVED).set(False)
    asked = []
    window.files.keep_unsaved(lambda: asked.append("then"))
    assert asked == ["then"]

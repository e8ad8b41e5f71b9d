"""Lists that pop up are as wide as what they offer, inside of the screen."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from canmcast_gui.frames.filters import FilterError
from canmcast_gui.ui.content_size import NameCompleter, widen
from canmcast_gui.ui.dialogs.limits import LimitsDialog
from canmcast_gui.ui.dialogs.record import RecordDialog, RecordFields

LONG = "TransmissionStatus.GearboxOilTemperatureAtTheOutletOfTheCooler"


@pytest.mark.parametrize("place", [20, 1500])
def test_the_list_of_a_narrow_box_is_read_whole(qtbot, place):
    box = QComboBox()
    qtbot.addWidget(box)
    widen(box)
    box.addItems(["short", LONG])
    box.setFixedWidth(80)
    box.move(place, 100)
    with qtbot.waitExposed(box):
        box.show()
    box.showPopup()
    popup = box.view().window()
    qtbot.waitUntil(lambda: box.view().viewport().width() >= box.view().sizeHintForColumn(0))
    assert popup.screen().availableGeometry().contains(popup.geometry())
    box.hidePopup()


def test_what_is_offered_has_details_that_are_not_typed(qtbot):
    edit = QLineEdit()
    qtbot.addWidget(edit)
    completer = NameCompleter(edit)
    completer.offer([(LONG, "[°C]"), ("Engine.Gear", "")])
    edit.setFixedWidth(90)
    with qtbot.waitActive(edit):
        edit.show()
        edit.activateWindow()
    edit.setFocus()
    qtbot.keyClicks(edit, "gear")
    popup = completer.popup()
    qtbot.waitUntil(popup.isVisible)
    assert [popup.model().index(row, 0).data() for row in range(2)] == [f"{LONG}  [°C]", "Engine.Gear"]
    assert popup.viewport().width() >= popup.sizeHintForColumn(0)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    assert edit.text() == LONG
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    assert edit.text() == "Engine.Gear"
    qtbot.keyClicks(edit, " ")
    qtbot.waitUntil(lambda: not popup.isVisible())
    assert completer.popup().width() <= popup.screen().availableGeometry().width()


def test_what_is_offered_again_is_not_built_again(qtbot):
    edit = QLineEdit()
    qtbot.addWidget(edit)
    completer = NameCompleter(edit)
    resets = []
    completer.completionModel().modelReset.connect(lambda: resets.append(1))
    for _again in range(2):
        completer.offer([(LONG, "[°C]")])
    before = len(resets)
    completer.offer([(LONG, "[°C]")])
    assert len(resets) == before


def is_fitting(dialog) -> bool:
    """Whether a dialog is just as high as its layout needs."""
    layout = dialog.layout()
    wrapped = layout.totalHeightForWidth(dialog.width())
    return dialog.height() == (wrapped if wrapped >= 0 else layout.totalSizeHint().height())


def refuse(text: str) -> None:
    """Find a mistake in any text, with a long sentence."""
    if text:
        raise FilterError(30 * "wrong ", 0)


def test_the_record_dialog_follows_what_it_says(qtbot, tmp_path):
    dialog = RecordDialog(
        tmp_path / "a.asc",
        RecordFields(),
        refuse,
        print,
        lambda _path, _options: "",
    )
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    qtbot.waitUntil(lambda: is_fitting(dialog))
    before = dialog.height()
    dialog.trigger.setText("zebra")
    qtbot.waitUntil(lambda: dialog.height() > before and is_fitting(dialog))
    dialog.trigger.setText("")
    qtbot.waitUntil(lambda: dialog.height() == before)


def test_the_limits_dialog_shows_its_sentences_whole(qtbot, stage):
    dialog = LimitsDialog(stage.settings)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    qtbot.waitUntil(lambda: is_fitting(dialog))

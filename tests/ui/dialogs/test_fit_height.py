"""Dialogs that follow the sentences in them."""

from canmcast_gui.ui.dialogs.limits import LimitsDialog
from canmcast_gui.ui.dialogs.record import RecordDialog


def is_fitting(dialog) -> bool:
    """Whether a dialog is just as high as its layout needs."""
    layout = dialog.layout()
    wrapped = layout.totalHeightForWidth(dialog.width())
    return dialog.height() == (wrapped if wrapped >= 0 else layout.totalSizeHint().height())


def test_the_record_dialog_follows_what_it_says(qtbot, tmp_path):
    dialog = RecordDialog(
        tmp_path / "a.asc", {}, lambda text: f"{text}: " + 30 * "wrong " if text else "", print
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

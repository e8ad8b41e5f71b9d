"""A label that says that there is more of its text."""

from PySide6.QtCore import Qt

from canmcast_gui.ui.labels import ElidedLabel


def test_text_is_whole_where_there_is_room_and_has_dots_where_there_is_not(qtbot):
    label = ElidedLabel("ResponseIdentifier")
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    label.show()
    assert label.shown_text() == "ResponseIdentifier"
    label.resize(label.width() // 2, label.height())
    assert label.shown_text().endswith("…")
    label.mode = Qt.TextElideMode.ElideMiddle
    assert label.shown_text().endswith("r")
    assert label.minimumSizeHint().width() == 0
    assert not label.grab().isNull()

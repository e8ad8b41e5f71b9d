"""Something slow, done once for many causes."""

from PySide6.QtCore import QObject

from canmcast_gui.ui.later import Later


def test_many_causes_are_one_deed(qtbot):
    parent, done = QObject(), []
    later = Later(lambda: done.append(1), parent)
    for _ in range(100):
        later.start()
    assert not done
    qtbot.waitUntil(lambda: bool(done))
    later.start()
    qtbot.waitUntil(lambda: len(done) > 1)
    assert len(done) == 2

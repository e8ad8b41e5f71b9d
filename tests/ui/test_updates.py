"""Something slow, done once for many causes."""

from PySide6.QtCore import QObject, QTimer

from canmcast_gui.ui.updates import DELAY_MS, Debouncer


def test_many_causes_are_one_deed(qtbot):
    parent, done = QObject(), []
    later = Debouncer(lambda: done.append(1), parent)
    for _ in range(100):
        later.start()
    assert not done
    qtbot.waitUntil(lambda: bool(done))
    later.start()
    qtbot.waitUntil(lambda: len(done) > 1)
    assert len(done) == 2


def test_causes_that_keep_coming_do_not_put_it_off(qtbot, qapp):
    acted = []
    later = Debouncer(lambda: acted.append(1), qapp)
    causes = QTimer()
    causes.timeout.connect(later.start)
    causes.start(DELAY_MS // 5)
    qtbot.waitUntil(lambda: len(acted) >= 2)
    causes.stop()
    later.deleteLater()

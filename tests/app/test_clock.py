"""One clock, about 20 ticks a second, none after its end."""

from canmcast_gui.app.clock import TICKS_PER_SECOND, DisplayClock


def test_it_ticks_until_it_is_stopped(qtbot):
    clock = DisplayClock()
    ticks = []
    clock.tick.connect(lambda: ticks.append(1))
    qtbot.waitUntil(lambda: len(ticks) >= 3)
    clock.stop()
    count = len(ticks)
    qtbot.wait(3 * 1000 // TICKS_PER_SECOND)
    assert len(ticks) == count

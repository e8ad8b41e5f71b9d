"""A blocked event loop is seen; an idle one is not mistaken for it."""

import time

from PySide6.QtCore import QTimer

from canmcast_gui.app import stalls
from canmcast_gui.app.stalls import StallMeter


def test_a_long_turn_is_the_longest_stall(qtbot):
    meter = StallMeter()
    qtbot.wait(50)
    meter.reset()
    QTimer.singleShot(10, lambda: time.sleep(0.08))
    qtbot.wait(300)
    assert meter.longest_ms >= 80
    assert 0 < meter.p99_ms <= meter.longest_ms


def test_memory_is_bounded(qapp, monkeypatch):
    monkeypatch.setattr(stalls, "MAX_SAMPLES", 64)
    meter = StallMeter()
    for milliseconds in range(1000):
        meter.add(milliseconds)
    assert len(meter._gaps) <= 64
    assert meter.longest_ms == 999
    assert meter.p99_ms > 900
    meter.reset()
    assert (meter.longest_ms, meter.p99_ms) == (0, 0)

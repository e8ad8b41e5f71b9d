"""The pump takes everything that waits, with pauses, until it is stopped."""

import os

import pytest
from PySide6.QtCore import QElapsedTimer

from canmcast_gui.app.bus.live import READ_INTERVAL_MS, Pump


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


def test_the_pump_takes_everything_that_waits(qtbot, pipe):
    reader, writer = pipe
    taken = []

    def take() -> bool:
        taken.append(os.read(reader, 1))
        return True

    pump = Pump(reader, take)
    os.write(writer, b"abc")
    qtbot.waitUntil(lambda: len(taken) == 3)
    assert taken == [b"a", b"b", b"c"]
    pump.stop()


def test_draining_ends_when_nothing_waits(qtbot, pipe):
    reader, _writer = pipe
    waiting = [1, 2, 3]

    def take() -> bool:
        return bool(waiting) and waiting.pop() > 0

    pump = Pump(reader, take)
    pump.drain()
    assert waiting == []
    pump.stop()


def test_a_stopped_pump_takes_nothing(qtbot, pipe):
    reader, writer = pipe
    calls = []

    def take() -> bool:
        calls.append(os.read(reader, 8))
        return False

    pump = Pump(reader, take)
    os.write(writer, b"x")
    qtbot.waitUntil(lambda: len(calls) == 1)
    pump.stop()
    os.write(writer, b"y")
    elapsed = QElapsedTimer()
    elapsed.start()
    qtbot.waitUntil(lambda: elapsed.hasExpired(4 * READ_INTERVAL_MS))
    assert calls == [b"x"]

"""The pump takes what is there, keeps still for a moment, and leaves nothing lying."""

import os

import pytest

from canmcast_gui.app.bus.live import Pump
from canmcast_gui.frames import FrameBatch


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


def test_every_wake_up_is_followed_to_the_end(qtbot, pipe):
    reader, writer = pipe
    taken = []

    def take():
        taken.append(os.read(reader, 1))
        return FrameBatch.from_columns([len(taken)], 1, [[0]])

    pump = Pump(reader, take)
    batches = []
    pump.arrived.connect(batches.append)
    os.write(writer, b"abc")
    qtbot.waitUntil(lambda: len(batches) == 3)
    assert taken == [b"a", b"b", b"c"]
    assert [int(batch.timestamp_ns[0]) for batch in batches] == [1, 2, 3]
    pump.stop()


def test_an_empty_batch_is_not_announced_and_a_stopped_pump_is_silent(qtbot, pipe):
    reader, writer = pipe
    calls = []

    def take():
        calls.append(os.read(reader, 8))
        return FrameBatch.empty()

    pump = Pump(reader, take)
    pump.arrived.connect(lambda _batch: pytest.fail("nothing arrived"))
    os.write(writer, b"x")
    qtbot.waitUntil(lambda: len(calls) == 1)
    pump.stop()
    os.write(writer, b"y")
    qtbot.wait(60)
    assert calls == [b"x"]

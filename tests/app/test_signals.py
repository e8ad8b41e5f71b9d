"""The system's wish to end the program reaches the event loop."""

import os
import signal

import pytest

from canmcast_gui.app.signals import InterruptWatch


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_arrives_on_the_event_loop(qtbot, number):
    before = signal.getsignal(number)
    watch = InterruptWatch()
    with qtbot.waitSignal(watch.interrupted):
        os.kill(os.getpid(), number)
    watch.close()
    assert signal.getsignal(number) is before

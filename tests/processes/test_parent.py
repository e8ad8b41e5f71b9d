"""Signals that end a process make a descriptor readable; the previous handlers are restored."""

import os
import select
import signal

import pytest

from canmcast_gui.processes.parent import SIGNALS, EndSignals


def readable(signals, seconds=5.0) -> bool:
    return bool(select.select([signals], [], [], seconds)[0])


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_makes_it_readable_until_it_is_cleared(number):
    handled = []
    before = signal.getsignal(number)
    signals = EndSignals(lambda: handled.append(number))
    os.kill(os.getpid(), number)
    assert readable(signals)
    assert handled == [number]
    signals.clear()
    assert not readable(signals, 0)
    signals.close()
    assert signal.getsignal(number) is before


def test_after_restoring_the_next_signal_acts_as_usual():
    signals = EndSignals(lambda: signals.restore())
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    signals.close()

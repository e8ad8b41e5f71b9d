"""The wake-up between two processes, in both of its kinds."""

import pytest

from canmcast_gui.processes.channel import wait_for
from canmcast_gui.processes.wakeup import PipeWakeup, SocketWakeup, Wakeup, wakeup_from_text


@pytest.fixture(params=[PipeWakeup, SocketWakeup])
def wakeup(request):
    wakeup: Wakeup = request.param.create()
    yield wakeup
    wakeup.close()


def is_readable(wakeup: Wakeup) -> bool:
    return wait_for(wakeup.fileno(), 0.05)


def test_it_is_readable_from_set_to_clear(wakeup):
    assert not is_readable(wakeup)
    wakeup.set()
    wakeup.set()
    assert is_readable(wakeup)
    assert is_readable(wakeup)
    wakeup.clear()
    assert not is_readable(wakeup)


def test_setting_it_never_blocks_and_one_clear_is_enough(wakeup):
    for _ in range(100_000):
        wakeup.set()
    wakeup.clear()
    assert not is_readable(wakeup)
    wakeup.set()
    assert is_readable(wakeup)


def test_a_closed_wakeup_does_nothing(wakeup):
    wakeup.close()
    wakeup.clear()
    assert wakeup.fileno() == -1


def test_the_writers_end_is_made_from_text():
    wakeup = SocketWakeup.create()
    other = wakeup_from_text(wakeup.to_text())
    other.set()
    assert is_readable(wakeup)
    other.close()
    wakeup.close()

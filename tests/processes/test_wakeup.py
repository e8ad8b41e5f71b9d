"""The bell between two processes, in both of its kinds."""

import pytest

from canmcast_gui.processes.channel import wait_for
from canmcast_gui.processes.wakeup import PipeWakeup, SocketWakeup, Wakeup, wakeup_from_text


@pytest.fixture(params=[PipeWakeup, SocketWakeup])
def bell(request):
    bell: Wakeup = request.param.create()
    yield bell
    bell.close()


def rings(bell: Wakeup) -> bool:
    return wait_for(bell.fileno(), 0.05)


def test_it_rings_until_it_is_silenced(bell):
    assert not rings(bell)
    bell.set()
    bell.set()
    assert rings(bell)
    assert rings(bell)
    bell.clear()
    assert not rings(bell)


def test_a_bell_that_nobody_hears_never_blocks_and_is_silenced_at_once(bell):
    for _ in range(100_000):
        bell.set()
    bell.clear()
    assert not rings(bell)
    bell.set()
    assert rings(bell)


def test_closed_it_does_nothing(bell):
    bell.close()
    bell.clear()
    assert bell.fileno() == -1


def test_the_other_end_is_made_from_text():
    bell = SocketWakeup.create()
    other = wakeup_from_text(bell.to_text())
    other.set()
    assert rings(bell)
    other.close()
    bell.close()

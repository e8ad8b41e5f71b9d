"""One thread looks after all receivers, while there are any."""

import gc
import threading

import pytest

from canmcast_gui.transport.sockets import interface_monitor as watching
from tests.support.waiting import wait_until


class Watched:
    def __init__(self) -> None:
        self.looks = 0

    def check_interfaces(self) -> None:
        self.looks += 1


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "INTERVAL_SECONDS", 0.005)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "canmcast-interfaces"]


def test_one_thread_looks_after_all_until_the_last_has_gone():
    one, other = Watched(), Watched()
    watching.watch(one)
    watching.watch(other)
    assert len(threads()) == 1
    wait_until(lambda: one.looks and other.looks)
    watching.unwatch(one)
    seen = one.looks
    looked = other.looks
    wait_until(lambda: other.looks > looked + 2)
    assert one.looks <= seen + 1
    watching.unwatch(other)
    assert not threads()
    watching.unwatch(other)


def test_a_forgotten_receiver_keeps_neither_itself_nor_the_thread_alive():
    watching.watch(Watched())
    gc.collect()
    wait_until(lambda: not threads())
    late = Watched()
    watching.watch(late)
    wait_until(lambda: late.looks)
    watching.unwatch(late)

"""Objects of Qt that refer to each other are deleted in the GUI thread, whoever makes objects meanwhile."""

import gc
import threading
import weakref
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject

from canmcast_gui.app.garbage import GarbageCollection, collect_due

WAIT_MS = 10_000


class Node(QObject):
    """One of a circle; says in which thread it was deleted."""

    deleted_in: ClassVar[list[int]] = []

    def __init__(self) -> None:
        super().__init__()
        self.circle = self

    def __del__(self) -> None:
        Node.deleted_in.append(threading.get_ident())


def make_many_objects(kept: list[list[int]]) -> None:
    """Enough for some fifty collections."""
    kept.extend([number] for number in range(50_000))


@pytest.fixture
def garbage(qtbot):
    collection = GarbageCollection()
    Node.deleted_in.clear()
    yield collection
    collection.end()


def test_a_circle_is_deleted_in_the_gui_thread(qtbot, garbage):
    circle = weakref.ref(Node())
    kept: list[list[int]] = []
    worker = threading.Thread(target=make_many_objects, args=(kept,))
    worker.start()
    worker.join()
    assert circle() is not None
    qtbot.waitUntil(lambda: circle() is None, timeout=WAIT_MS)
    assert Node.deleted_in == [threading.get_ident()]


def test_old_generations_have_their_turn_too(garbage):
    old = Node()
    for _ in range(3):
        gc.collect(1)  # it is in the oldest generation now
    circle = weakref.ref(old)
    del old
    for _ in range(1000):
        kept = [[] for _ in range(2 * gc.get_threshold()[0])]
        collect_due()
        if circle() is None:
            break
        del kept
    assert circle() is None


def test_the_end_collects_everything_and_leaves_automatic_collection_off(garbage):
    old = Node()
    gc.freeze()
    circle = weakref.ref(old)
    del old
    garbage.end()
    assert circle() is None  # frozen objects are looked at again
    assert not gc.isenabled()

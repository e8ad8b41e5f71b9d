"""A module is imported in slices: the window lives between them, and waits during them."""

import sys
import time
from itertools import pairwise

import pytest
from PySide6.QtCore import QTimer

from canmcast_gui.ui.sliced_import import SlicedImport
from tests.ui.live import WAIT_MS

PART = "import time\nbegan = time.perf_counter()\ntime.sleep(0.03)\nended = time.perf_counter()\n"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of three modules that take their time, importable by its name."""
    name = f"sliced_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name
    folder.mkdir()
    for part in ("one", "two", "three"):
        (folder / f"{part}.py").write_text(PART)
    (folder / "__init__.py").write_text("from . import one, two, three\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    for module in [one for one in sys.modules if one.startswith(name)]:
        del sys.modules[module]


def test_the_window_lives_between_the_slices_and_waits_during_them(qtbot, package):
    turns = []
    timer = QTimer()
    timer.timeout.connect(lambda: turns.append(time.perf_counter()))
    timer.start(1)
    one = SlicedImport(package, [package])
    finders = len(sys.meta_path)
    with qtbot.waitSignal(one.ended, timeout=WAIT_MS) as ended:
        one.start()
    assert ended.args == [""]
    assert len(sys.meta_path) == finders
    parts = [sys.modules[f"{package}.{part}"] for part in ("one", "two", "three")]
    for part in parts:
        assert not [turn for turn in turns if part.began < turn < part.ended]
    for earlier, later in pairwise(parts):
        assert [turn for turn in turns if earlier.ended < turn < later.began]


def test_what_is_left_is_done_at_once_where_the_end_comes(qtbot, package):
    one = SlicedImport(package, [package])
    one.start()
    one.finish()
    assert f"{package}.three" in sys.modules
    one.finish()  # nothing is left to do


def test_a_module_that_is_not_there_is_said(qtbot):
    one = SlicedImport("sliced_nowhere", ["sliced_nowhere"])
    with qtbot.waitSignal(one.ended, timeout=WAIT_MS) as ended:
        one.start()
    assert "sliced_nowhere" in ended.args[0]

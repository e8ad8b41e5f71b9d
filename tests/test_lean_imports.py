"""Libraries do without others in our programs, and only there."""

import subprocess
import sys

import pytest

HIDDEN = "from canmcast_gui.lean_imports import keep_imports_lean as hide; hide(); hide()"
SHOW = """
import can, sys
print('pandas' in sys.modules, can.MF4Reader.__name__)
import asammdf
print(asammdf.MDF.__name__)
"""


def output(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_python_can_is_imported_without_asammdf_which_can_still_be_imported():
    pytest.importorskip("asammdf", reason="python-can imports nothing where asammdf is not installed")
    assert output(HIDDEN + SHOW) == ["False", "MF4Reader", "MDF"]


def test_a_program_that_only_uses_the_library_is_not_affected():
    pytest.importorskip("asammdf", reason="python-can imports nothing where asammdf is not installed")
    code = "import canmcast_gui.database, canmcast_gui.transport; canmcast_gui.transport.UdpMulticastBus"
    assert output(code + SHOW)[0] == "True"


def test_a_database_is_loaded_without_python_can():
    code = """
from canmcast_gui.lean_imports import keep_imports_lean; keep_imports_lean()
import sys, cantools.database
print('can' in sys.modules, 'asyncio' in sys.modules, 'ssl' in sys.modules)
"""
    assert output(code) == ["False", "False", "False"]


def test_plots_are_drawn_without_the_widgets_that_no_plot_needs():
    code = """
from canmcast_gui.lean_imports import keep_imports_lean; keep_imports_lean()
import sys, PySide6.QtWidgets, canmcast_gui.ui.plot.drawing.lanes
print(*(name in sys.modules for name in (
    'pyqtgraph', 'pyqtgraph.parametertree', 'pyqtgraph.multiprocess', 'PySide6.QtTest')))
import PySide6.QtTest
print(PySide6.QtTest.QTest.__name__)
"""
    assert output(code) == ["True", "False", "False", "False", "QTest"]

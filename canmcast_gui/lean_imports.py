"""Keeps libraries that no program needs out of its processes.

python-can imports asammdf where it is installed, for MF4 files: with pandas and pyarrow, which is 0.7 s and
60 MB for each process. cantools imports python-can for its simulated nodes: with asyncio, ssl and sqlite3,
which is 10 MB. pyqtgraph imports widgets with trees of parameters and with processes, and Qt's module for
tests: 4 MB. The programs do without. A library that imports ``canmcast_gui`` is not affected.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# Modules that are not installed for the module that imports them, as long as that has not defined the name.
_HIDDEN = {"asammdf": ("can.io.mf4", "MF4Reader"), "PySide6.QtTest": ("pyqtgraph.Qt", "mkQApp")}
# Modules that are empty but for the name that others import from them.
_EMPTY = {
    "cantools.tester": "Tester",
    "pyqtgraph.widgets.ColorMapWidget": "ColorMapWidget",
    "pyqtgraph.widgets.DataFilterWidget": "DataFilterWidget",
    "pyqtgraph.widgets.RemoteGraphicsView": "RemoteGraphicsView",
    "pyqtgraph.widgets.ScatterPlotWidget": "ScatterPlotWidget",
}


class _Empty(Loader):
    """Makes a module in which one name is None."""

    def exec_module(self, module: ModuleType) -> None:
        setattr(module, _EMPTY[module.__name__], None)


class _Lean(MetaPathFinder):
    """Finds the modules that are to be empty, and reports the hidden ones as not installed."""

    def find_spec(self, fullname: str, *_path_and_target: object) -> ModuleSpec | None:
        if fullname in _EMPTY:
            return ModuleSpec(fullname, _Empty())
        importer, last_name = _HIDDEN.get(fullname, ("", ""))
        if importer in sys.modules and not hasattr(sys.modules[importer], last_name):
            raise ModuleNotFoundError(f"{importer} does not need {fullname} in this program", name=fullname)
        return None


def keep_imports_lean() -> None:
    """Call this first in a program. What is hidden from one module can still be imported by others."""
    if not any(isinstance(finder, _Lean) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Lean())

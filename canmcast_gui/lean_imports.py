"""Keeps libraries that no program needs out of its processes.

python-can imports asammdf where it is installed, for MF4 files: with pandas and pyarrow, which is 0.7 s and
60 MB for each process. cantools imports python-can for its simulated nodes: with asyncio, ssl and sqlite3,
which is 0.1 s and 10 MB. The programs read and write MF4 on their own, and send on their own, so they do
without. A library that imports ``canmcast_gui`` is not affected.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

_IMPORTER = "can.io.mf4"
_HIDDEN = "asammdf"
_EMPTY = "cantools.tester"


class _Empty(Loader):
    """Makes a module without content."""

    def exec_module(self, module: object) -> None:
        """Nothing is defined in it."""


class _Lean(MetaPathFinder):
    """Reports that asammdf is not installed, only while python-can's module for MF4 is being imported.

    The simulated nodes of cantools are an empty module.
    """

    def find_spec(self, fullname: str, *_path_and_target: object) -> ModuleSpec | None:
        importer = sys.modules.get(_IMPORTER)
        if fullname == _HIDDEN and importer is not None and not hasattr(importer, "MF4Reader"):
            raise ModuleNotFoundError(f"{_IMPORTER} does not need {_HIDDEN} in this program", name=_HIDDEN)
        return ModuleSpec(fullname, _Empty()) if fullname == _EMPTY else None


def keep_imports_lean() -> None:
    """Call this first in a program. asammdf can still be imported by its name."""
    if not any(isinstance(finder, _Lean) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Lean())

"""Keeps libraries that no program needs out of its processes.

python-can imports asammdf where it is installed, for MF4 files, and cantools imports python-can. With asammdf
come pandas and pyarrow: 0.7 s and 60 MB for each process. The programs read and write MF4 on their own, so
python-can does without it there. A library that imports ``canmcast_gui`` is not affected.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec

_IMPORTER = "can.io.mf4"
_HIDDEN = "asammdf"


class _HiddenFromPythonCan(MetaPathFinder):
    """Reports that asammdf is not installed, only while python-can's module for MF4 is being imported."""

    def find_spec(self, fullname: str, *_path_and_target: object) -> ModuleSpec | None:
        importer = sys.modules.get(_IMPORTER)
        if fullname == _HIDDEN and importer is not None and not hasattr(importer, "MF4Reader"):
            raise ModuleNotFoundError(f"{_IMPORTER} does not need {_HIDDEN} in this program", name=_HIDDEN)
        return None


def hide_asammdf_from_python_can() -> None:
    """Call this first in a program. asammdf can still be imported by its name."""
    if not any(isinstance(finder, _HiddenFromPythonCan) for finder in sys.meta_path):
        sys.meta_path.insert(0, _HiddenFromPythonCan())

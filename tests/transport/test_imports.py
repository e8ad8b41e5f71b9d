"""The modules that a process that only receives, or only sends, loads."""

import subprocess
import sys

import pytest

import canmcast_gui.transport as transport

HEAVY = ("can", "psutil", "PySide6", "pyqtgraph", "cantools")


@pytest.mark.parametrize("module", ["receiver", "sender", "settings", "sockets.interfaces", "statistics"])
def test_the_headless_parts_load_neither_python_can_nor_qt(module: str):
    code = f"import sys, canmcast_gui.transport.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {name.partition(".")[0] for name in loaded.split()} & set(HEAVY)


def test_every_documented_name_exists():
    for name in transport.__all__:
        assert getattr(transport, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Bus'"):
        transport.Bus  # noqa: B018 - asking is what is tested

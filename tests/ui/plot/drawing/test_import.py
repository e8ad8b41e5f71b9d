"""pyqtgraph is imported with the first signal, so that the start of the program does not wait for it."""

import os
import subprocess
import sys

MADE = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from canmcast_gui.app.session import Session
from canmcast_gui.ui.plot.panel import PlotPanel
import canmcast_gui.ui.window.main_window
panel = PlotPanel(Session())
panel.show()
panel.cursors.move(0, 0.5)
app.processEvents()
print("pyqtgraph" in sys.modules)
panel.signals.add("Engine.Speed")
print("pyqtgraph" in sys.modules, panel.picture.lanes.times.cursors)
sys.stdout.flush()
import os; os._exit(0)
"""


def test_only_a_plot_with_signals_needs_pyqtgraph(tmp_path):
    folders = {
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
    }
    done = subprocess.run(
        [sys.executable, "-c", MADE], capture_output=True, text=True, check=True, env=os.environ | folders
    )
    assert done.stdout.splitlines() == ["False", "True [0.5, None]"]

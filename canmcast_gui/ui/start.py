"""The start of the program: a picture is drawn before the modules of the window are imported.

To import them and to make the window takes about a second of computing, and longer on a busy computer. What
this module imports takes a quarter of that.
"""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from canmcast_gui.app.program.event_loop import allow_open_files, disable_automatic_collection
from canmcast_gui.options import StartOptions
from canmcast_gui.ui.start_picture import StartPicture


def run(options: StartOptions) -> int:
    """Show the window until it is closed; returns the exit code."""
    disable_automatic_collection()
    if problem := allow_open_files():
        print(f"canmcast-gui: {problem}", file=sys.stderr)
        return 1
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    picture = StartPicture(application)
    picture.show_now()
    from canmcast_gui.ui.app import run_window

    return run_window(application, options, picture)

"""Make a picture of every state of the window, in both themes and at several sizes, to look at.

    .venv/bin/python installer/gallery.py FOLDER [STATE…]

Writes FOLDER/STATE-THEME-WIDTHxHEIGHT.png, and with @1.5 those of a screen that is scaled. STATE selects by
the beginning of a name. Frames stay on this computer; settings and recordings go to a temporary folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.ui import icons, labels, theme
from canmcast_gui.ui.window.main_window import MainWindow
from installer.gallery_channels import CHANNEL_STATES
from installer.gallery_files import FILE_STATES
from installer.gallery_panels import PANEL_STATES
from installer.gallery_popups import OVER_THE_WINDOW, POPUP_STATES, close_popups, picture
from installer.gallery_window import WINDOW_STATES
from installer.screenshots import settle, wait

SIZES = (QSize(1024, 700), QSize(1280, 800), QSize(2560, 1440))
SCALE, SCALED_SIZE = "1.5", QSize(1280, 800)
THEMES = ("light", "dark")
ENOUGH_FRAMES = 4000
# A mistake in a filter is shown after a pause.
ERROR_SECONDS = 1.4


class Stage:
    """The window and what the states need of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = AppSettings(folder / "settings.ini")
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, self.settings)
        labels.disable_rich_text(application)
        self.session = Session()
        self.window = MainWindow(self.session, self.settings)
        self.window.show()

    def demo(self) -> QWidget:
        """The window on the demonstration, without a filter, pause and dialogs."""
        self.close_dialogs()
        if self.window.help.tour is not None:
            self.window.help.tour.end()
        window, session = self.window, self.session
        if session.state is not SessionState.LIVE or not session.bus.is_demo:
            session.bus.close()
            session.clear()
            window.bus.start_demo()
            wait(lambda: len(session.document.recording) > ENOUGH_FRAMES, "the demonstration")
        session.clock.set_paused(False)
        window.panel.filter_box.clear()
        window.geometry_.reset.trigger()
        window.panel.set_mode("by_id")
        return window

    def close_dialogs(self) -> None:
        """Close what is open over the window."""
        close_popups(self)
        for dialog in self.window.findChildren(QDialog):
            dialog.close()
        self.window.docks.browser_dock.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def dialog(self) -> QWidget:
        """The dialog that was opened last."""
        settle(0.3)
        return next(one for one in reversed(self.window.findChildren(QDialog)) if one.isVisible())

    def end(self) -> None:
        """Close the window and delete its objects."""
        self.close_dialogs()
        self.window.end()
        self.session.bus.close()
        self.session.shutdown()
        for thing in (self.window, self.session, self.settings):
            thing.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


STATES: dict[str, Callable[[Stage], QWidget]] = {
    **WINDOW_STATES,
    **POPUP_STATES,
    **PANEL_STATES,
    **FILE_STATES,
    **CHANNEL_STATES,
}


def combinations(is_scaled: bool) -> Iterator[tuple[str, QSize]]:
    """The themes and sizes of the pictures of a state."""
    for name in THEMES:
        for size in (SCALED_SIZE,) if is_scaled else SIZES:
            yield name, size


def take(stage: Stage, name: str, out: Path, is_scaled: bool) -> None:
    """Write all pictures of one state."""
    is_over = name.startswith(OVER_THE_WINDOW)
    stage.window.resize(SIZES[0])
    settle(0.1)
    widget = STATES[name](stage)
    done = set()
    for theme_name, size in combinations(is_scaled):
        if widget is not stage.window and theme_name in done:
            continue  # dialogs have one size
        done.add(theme_name)
        stage.settings.theme.set(theme_name)
        stage.window.resize(size)
        if is_over:
            settle(0.2)
            STATES[name](stage)
        settle(ERROR_SECONDS if name == "filter-error" else 0.4)
        shown = widget.size() if widget is not stage.window else size
        scale = f"@{SCALE}" if is_scaled else ""
        path = out / f"{name}-{theme_name}-{shown.width()}x{shown.height()}{scale}.png"
        (picture(widget) if is_over else widget.grab()).save(str(path), "PNG")
    print(name, flush=True)


def run(out: Path, wanted: list[str], is_scaled: bool) -> None:
    """Write the pictures of all wanted states, at one scale."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("canmcast")
    application.setWindowIcon(icons.program_icon())
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        stage = Stage(Path(folder))
        for name in STATES:
            if not wanted or name.startswith(tuple(wanted)):
                try:
                    take(stage, name, out, is_scaled)
                except Exception:  # noqa: BLE001 – the other states are still worth a look
                    traceback.print_exc()
        stage.end()


def main(arguments: list[str]) -> None:
    """Both scales, each in a process of its own, because Qt reads the scale once."""
    out, wanted = Path(arguments[0]), arguments[1:]
    out.mkdir(parents=True, exist_ok=True)
    if "QT_SCALE_FACTOR" in os.environ:
        run(out, wanted, os.environ["QT_SCALE_FACTOR"] == SCALE)
        return
    for scale in ("1", SCALE):
        environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_LOGGING_RULES": "default.warning=false"}
        subprocess.run([sys.executable, __file__, *arguments], env=environment, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])

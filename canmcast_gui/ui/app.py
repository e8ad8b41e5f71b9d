"""The program around the window: start, end, and the options for scripts."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QBuffer, QCoreApplication, QEvent, QIODevice, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from canmcast_gui import __version__
from canmcast_gui.app.document.saving import location_problem
from canmcast_gui.app.program.event_loop import (
    GarbageCollection,
    InterruptWatch,
    StallMeter,
)
from canmcast_gui.app.program.report import WindowFigures, window_report
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.frames.files import WRITE_SECONDS, within, write_json
from canmcast_gui.options import StartOptions
from canmcast_gui.recording import RecordingError
from canmcast_gui.ui import icons, labels, theme
from canmcast_gui.ui.start_picture import StartPicture, seconds_since_command
from canmcast_gui.ui.window.main_window import MainWindow
from canmcast_gui.wording import printable

log = logging.getLogger(__name__)


class RepaintCounter(QObject):
    """Counts the repaints of a window and measures the time from the command until it can be used."""

    first_drawn = Signal()

    def __init__(self, window: QObject) -> None:
        super().__init__(window)
        self.repaints = 0
        self.usable_s: float | None = None
        window.installEventFilter(self)

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.UpdateRequest:
            self.repaints += 1
            if self.repaints == 1:
                QTimer.singleShot(0, self._on_first_drawn)
        return False

    def _on_first_drawn(self) -> None:
        self.usable_s = seconds_since_command()
        self.first_drawn.emit()


class Program(QObject):
    """One run of the window: made from the options, ended by the user, a signal or a timer."""

    def __init__(self, application: QApplication, options: StartOptions, picture: StartPicture) -> None:
        super().__init__()
        self._options = options
        self._picture = picture
        self._exit_code = 0
        self.is_stuck = False
        self.settings = AppSettings()
        theme.apply(application, self.settings)
        labels.disable_rich_text(application)
        self.session = Session()
        self.window = MainWindow(self.session, self.settings)
        if options.workspace is None:
            self.window.bring_back()
        self._repaints = RepaintCounter(self.window)
        self._repaints.first_drawn.connect(picture.hide)
        self._stalls = StallMeter(self, lambda: self.session.document.appended)
        self._garbage = GarbageCollection(self)
        self._interrupts = InterruptWatch(self)
        self._interrupts.interrupted.connect(application.quit)
        sys.excepthook = self._on_exception

    def start(self) -> None:
        """Show the window, then do what the command line requests."""
        self.window.show()
        QTimer.singleShot(0, self._begin)
        if self._options.quit_after is not None:
            QTimer.singleShot(round(self._options.quit_after * 1000), self._quit_by_timer)

    def _begin(self) -> None:
        options = self._options
        location = location_problem(self.session.document.recording)
        for sentence in (self.settings.problem(), self.settings.bad_values(), location):
            if sentence:
                self.session.messages.warning(sentence)
        for database in options.databases:
            self.session.databases.load(database)
        if options.record is not None:
            self.session.record.start(options.record)
        self.session.workspace.begin(options.workspace, options.databases)
        if options.demo is not None:
            self.window.bus.start_demo(options.demo)
        elif options.bus is not None:
            self.session.bus.open(options.bus)
        if options.file is not None:
            self.session.open_file(options.file)
        if options.demo is not None or options.bus is not None or options.file is not None:
            self.window.recovery.offer()
        if options.quit_after is None:
            self.window.help.offer_tour()
        self._stalls.reset()

    def _quit_by_timer(self) -> None:
        if self._options.screenshot is not None:
            self._save_screenshot(self._options.screenshot)
        QCoreApplication.quit()

    def _save_screenshot(self, path: Path) -> None:
        memory = QBuffer()
        memory.open(QIODevice.OpenModeFlag.WriteOnly)
        self.window.grab().save(memory, "PNG")
        content = bytes(memory.data().data())
        try:
            within(WRITE_SECONDS, lambda: path.write_bytes(content))
        except OSError as error:
            self._complain(f"The screenshot could not be written: {error}")

    def finish(self) -> int:
        """Close everything; returns the exit code."""
        self._interrupts.close()
        sys.excepthook = sys.__excepthook__
        figures = self._figures()
        self.window.end()
        self.session.bus.close()
        self.session.record.stop()
        if self._options.record is not None:
            for sentence in self.session.record.problems:
                self._complain(sentence)
        totals = self.session.statistics()
        self.is_stuck = not self.session.shutdown()
        self.settings.save()
        if not self.is_stuck:
            self._delete_objects()
        self._garbage.end()
        if self._options.report is not None:
            self._write_report(self._options.report, window_report(totals, figures))
        return self._exit_code

    def _delete_objects(self) -> None:
        """Delete window, session and settings while the application exists.

        The interpreter deletes objects in any order when it exits, and a widget that is deleted after the
        application crashes.
        """
        for owned in (self._picture, self.window, self.session, self.settings):
            owned.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _figures(self) -> WindowFigures:
        return WindowFigures(
            repaints=self._repaints.repaints,
            longest_stall_ms=self._stalls.longest_ms,
            p99_stall_ms=self._stalls.p99_ms,
            first_paint_s=self._picture.painted_s or self._repaints.usable_s,
            usable_s=self._repaints.usable_s,
        )

    def _write_report(self, path: Path, report: dict[str, object]) -> None:
        try:
            write_json(path, report)
        except OSError as error:
            self._complain(f"The report could not be written: {error}")

    def _complain(self, sentence: str) -> None:
        print(f"canmcast-gui: {printable(sentence)}", file=sys.stderr)
        self._exit_code = 1

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """An error in the program: log it for developers, show it to the user, and keep running."""
        log.error("%s", "".join(traceback.format_exception(kind, error, trace)))
        self.session.messages.error(f"Internal error: {kind.__name__}: {error}")


def run_window(application: QApplication, options: StartOptions, picture: StartPicture) -> int:
    """Show the window, instead of the picture of the start, until it is closed; returns the exit code."""
    logging.basicConfig(level=logging.WARNING, format="canmcast-gui: %(message)s")
    application.setApplicationName("canmcast")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("canmcast")
    application.setWindowIcon(icons.program_icon())
    try:
        program = Program(application, options, picture)
    except RecordingError as error:
        print(f"canmcast-gui: {printable(str(error))}", file=sys.stderr)
        return 1
    program.start()
    application.exec()
    code = program.finish()
    if program.is_stuck:
        _end_at_once(code)
    return code


def _end_at_once(code: int) -> None:
    """End the process although one of its threads is blocked by a file; everything else is cleaned up."""
    print("canmcast-gui: a file that was read or written does not respond", file=sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or absent where there is no terminal
            stream.flush()
    os._exit(code)

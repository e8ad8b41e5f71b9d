"""A real window on a real session, driven by its own actions, editors and dialogs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.ui.dialogs.channels import ChannelsDialog
from canmcast_gui.ui.window.main_window import MainWindow
from tests.support.stage import release_keys

WAIT_MS = 15_000


class Desk:
    """A user in front of the window."""

    def __init__(self, qtbot, folder: Path) -> None:
        self.qtbot = qtbot
        self.settings = AppSettings(folder / "settings.ini")
        self.session = Session()
        self.messages: list[tuple[str, str]] = []
        self.session.messages.posted.connect(lambda level, text: self.messages.append((level, text)))
        self.window = MainWindow(self.session, self.settings)
        self.window.show()
        qtbot.waitExposed(self.window)

    def wait(self, condition, what: str) -> None:
        """Wait until ``condition`` is true."""
        try:
            self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)
        except Exception as error:
            raise AssertionError(f"{what} did not happen; messages: {self.messages}") from error

    def child(self, kind: type):
        """The newest open dialog of a kind."""
        found: list = []
        self.wait(lambda: found.extend(self.window.findChildren(kind)) or found, f"a {kind.__name__}")
        return found[-1]

    def connect(self, group: str, port: int) -> None:
        """Fill in the connect dialog and accept it."""
        self.window.actions_.connect.trigger()
        dialog = self.child(ChannelsDialog)
        fields = dialog.form.fields.form
        fields.group.setText(group)
        fields.port.setText(str(port))
        fields.hop_limit.setValue(0)
        ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
        assert ok.isEnabled(), dialog.form.problem
        self.qtbot.mouseClick(ok, Qt.MouseButton.LeftButton)
        self.wait(lambda: self.session.state is SessionState.LIVE, "connecting")

    def choose_file(self, action, path: Path) -> None:
        """Trigger an action that asks for a file, and answer with ``path``."""
        action.trigger()
        dialog = self.child(QFileDialog)
        dialog.selectFile(str(path))
        dialog.accept()

    def type_into(self, table, row: int, column: int, text: str) -> None:
        """Open a cell's editor, unless a new row has opened it already, type and press Enter."""
        index = table.model().index(row, column)
        if not self._editors(table):
            table.setCurrentIndex(index)
            table.edit(index)
        editors = self._editors(table)
        assert editors, f"no editor opened in row {row}, column {column}"
        editors[0].selectAll()
        QTest.keyClicks(editors[0], text)
        QTest.keyClick(editors[0], Qt.Key.Key_Return)
        self.wait(lambda: not self._editors(table), "the end of editing")

    @staticmethod
    def _editors(table) -> list[QLineEdit]:
        return [one for one in table.viewport().findChildren(QLineEdit) if one.isVisible()]

    def trace_lines(self) -> list[list[str]]:
        """The text of all lines of the chronological view."""
        model = self.window.panel.chronological.model
        return [
            [model.index(line, column).data() or "" for column in range(model.columnCount())]
            for line in range(model.rowCount())
        ]

    def close(self) -> None:
        """Close the window and end the session, as the program does."""
        self.window.end()
        self.session.shutdown()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def desk(qtbot, tmp_path) -> Iterator[Desk]:
    """A window with nothing in it."""
    desk = Desk(qtbot, tmp_path)
    yield desk
    release_keys()
    desk.close()

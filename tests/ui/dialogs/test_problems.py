"""The dialog that lists the problems of a file."""

from PySide6.QtCore import Qt

from canmcast_gui.app.document.files import Opened
from canmcast_gui.ui.dialogs.problems import ProblemsDialog
from tests.ui.dialogs.conftest import dialog_of


def test_what_could_not_be_read_is_shown_from_the_message(qtbot, window, stage, tmp_path):
    path = tmp_path / "log.log"
    path.write_text("(1.0) can0 1#00\ngarbage\n")
    window.files.open(str(path))
    qtbot.waitUntil(lambda: bool(window.panel.messages.texts), timeout=10_000)
    (message,) = window.panel.messages.messages
    message.buttons["Show…"].click()
    assert dialog_of(window, ProblemsDialog).sentences == [
        "line 2: neither a frame nor a comment in 'garbage'"
    ]


def test_more_than_the_list_holds_is_said(qtbot):
    dialog = ProblemsDialog("log", Opened(60, tuple(f"line {row}" for row in range(50))))
    qtbot.addWidget(dialog)
    assert len(dialog.sentences) == 50
    assert dialog.layout().itemAt(2).widget().text() == "… and 10 more. The first 50 are listed."


def test_odd_frames_are_listed_and_shown_in_the_trace(qtbot, window, stage, tmp_path):
    path = tmp_path / "log.log"
    ids = ["100", "101", "900", "102", "900"]
    path.write_text("".join(f"({row}.0) can0 {number}#00\n" for row, number in enumerate(ids)) + "garbage\n")
    window.files.open(str(path))
    qtbot.waitUntil(lambda: bool(window.panel.messages.texts), timeout=10_000)
    odd = "standard ids above 7FF, read as extended: 2 frames"
    assert window.panel.messages.texts[-1].endswith(
        f"loaded from log.log; 1 unreadable entry skipped; {odd}."
    )
    (message,) = window.panel.messages.messages
    message.buttons["Show…"].click()
    dialog = dialog_of(window, ProblemsDialog)
    assert dialog.sentences == [odd, "line 6: neither a frame nor a comment in 'garbage'"]
    view = window.views.chronological_view()
    for show in (dialog.go.click, lambda: qtbot.keyClick(dialog.list, Qt.Key.Key_Return)):
        qtbot.waitUntil(lambda: view.show_row(0), timeout=10_000)  # once the view has its rows
        show()
        assert view.current_row() == 2
    dialog.list.setCurrentRow(1)
    assert not dialog.go.isEnabled()

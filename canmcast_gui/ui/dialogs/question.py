"""Questions before something is lost or sent, with the same buttons and behavior everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from canmcast_gui.ui import icons

Button = QMessageBox.StandardButton


def ask(
    parent: QWidget,
    title: str,
    text: str,
    more: str,
    answers: Mapping[Button, Callable[[], object]],
    default: Button = Button.Cancel,
    labels: Mapping[Button, str] | None = None,
    is_warning: bool = False,
) -> None:
    """Show a question and return; each button of ``answers`` calls its function, Cancel nothing.

    ``more`` is below the text in a smaller font; ``labels`` replace the texts of buttons.
    """
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning if is_warning else QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(more)
    for button in (*answers, Button.Cancel):
        box.addButton(button)
    for button, label in (labels or {}).items():
        box.button(button).setText(label)
    box.setDefaultButton(default)
    icons.without_icons(box)

    def act(button: Button) -> None:
        if button in answers:
            answers[button]()

    box.buttonClicked.connect(lambda button: act(box.standardButton(button)))
    box.open()

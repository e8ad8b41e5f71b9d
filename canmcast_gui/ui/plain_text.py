"""Text from files and from the network is shown character by character, and never read as markup.

Qt guesses from a text whether it is rich text, and rich text reads files and addresses of the network in the
thread of the window: a log file called ``<img src="/dev/zero">`` would stop the program.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from canmcast_gui.wording import printable

# Reaches every label before it is measured or drawn, also those inside of message boxes and dialogs, and the
# label that shows all tool tips, which would guess again for each text. Labels that say that theirs is rich
# text keep it.
_SHEET = 'QLabel[textFormat="AutoText"], QToolTip { qproperty-textFormat: PlainText; }'


def apply(app: QApplication) -> None:
    """Let no label and no tool tip of the program guess whether its text is rich text."""
    app.setStyleSheet(_SHEET)


def label_text(text: str) -> str:
    """A text for menus, tabs, buttons and panel titles, where a single ``&`` would underline a letter
    and a line feed would make them higher.
    """
    return printable(text).replace("&", "&&")


def title_text(text: str) -> str:
    """A text for a window's title, where ``[*]`` would be the mark of unsaved changes."""
    return printable(text).replace("[*]", "[*][*]")

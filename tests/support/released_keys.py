"""Keys that a test pressed are not held in the next one."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget


def release_keys() -> None:
    """Let no modifier be held.

    QTest forgets to tell the application that Shift, Ctrl or Alt was released, and what selects rows asks it.
    """
    if QApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        QTest.keyRelease(QWidget(), Qt.Key.Key_Shift)

"""The two ways in which a user works: with the mouse, or with the keyboard alone.

Both classes have the same methods, so that a journey is written once. ``Mouse`` clicks at the places of
widgets and types into them. ``Keys`` reaches each widget with Tab, arrows, keys of commands and mnemonics.
"""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QTabWidget, QToolButton, QWidget

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
MOST_STEPS = 200
POLL_MS = 10


def press_key(key: Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the focus is."""
    target = QApplication.activePopupWidget() or QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None
    QTest.keyClick(target, key, modifiers)


def write(text: str) -> None:
    """Type a text where the focus is, instead of what is selected."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClicks(focus, text)


def plain(text: str) -> str:
    """The text of an action without the mark of its key."""
    return text.replace("&", "")


def button_of(panel: QWidget, action: QAction) -> QToolButton:
    """The visible button of an action."""
    return next(one for one in panel.findChildren(QToolButton) if one.defaultAction() is action)


def has_focus(widget: QWidget) -> bool:
    """Whether a widget, or one in it, has the focus."""
    focus = QApplication.focusWidget()
    return focus is widget or (focus is not None and widget.isAncestorOf(focus))


class Hands:
    """What both have in common."""

    name = ""

    def __init__(self, desk) -> None:
        self.desk = desk

    def fill(self, field: QWidget, text: str) -> None:
        """Replace the text of a field, and press Enter."""
        self.go(field)
        press_key(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        write(text)
        press_key(Key.Key_Return)

    def go(self, widget: QWidget) -> None:
        """Give the focus to a widget."""
        raise NotImplementedError

    def back(self, closed: type) -> None:
        """Wait until dialogs of a kind are gone, and return to the window, as a window manager does."""
        window = self.desk.window
        self.desk.wait(lambda: not window.findChildren(closed), f"the end of {closed.__name__}")
        window.activateWindow()
        self.desk.wait(lambda: window.isActiveWindow() and QApplication.focusWidget(), "the focus")

    def open_menu(self, open_it: Callable[[], object], entry: str) -> None:
        """Open a menu, which may wait for its end, and choose an entry."""
        timer = QTimer()
        timer.setInterval(POLL_MS)
        chosen = []

        def choose() -> None:
            menu = QApplication.activePopupWidget()
            if isinstance(menu, QMenu) and menu.isVisible() and not chosen:
                chosen.append(entry)
                timer.stop()
                self.choose_entry(menu, entry)

        timer.timeout.connect(choose)
        timer.start()
        open_it()
        self.desk.wait(lambda: chosen, f"the menu with {entry}")

    def choose_entry(self, menu: QMenu, entry: str) -> None:
        """Choose an entry of an open menu by the start of its text."""
        raise NotImplementedError


class Mouse(Hands):
    """Clicks; types only text."""

    name = "mouse"

    def go(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, LEFT)
        self.desk.wait(lambda: has_focus(widget), "the focus")

    def press(self, button: QWidget) -> None:
        """Press a button."""
        QTest.mouseClick(button, LEFT)

    def command(self, panel: QWidget, action: QAction) -> None:
        """Use an action that has a button in a panel, or else an entry in the menu bar."""
        buttons = [one for one in panel.findChildren(QToolButton) if one.defaultAction() is action]
        shown = [one for one in buttons if one.isVisible()]
        if shown:
            # The arrow of a button with a menu is at its right end.
            QTest.mouseClick(shown[0], LEFT, pos=QPoint(8, shown[0].height() // 2))
        else:
            self.entry(action)

    def entry(self, action: QAction) -> None:
        """Use an entry of the menu bar."""
        bar = self.desk.window.menuBar()
        top = next(one for one in bar.actions() if action in one.menu().actions())
        place = bar.actionGeometry(top).center()
        self.open_menu(lambda: QTest.mouseClick(bar, LEFT, pos=place), plain(action.text()))

    def choose_entry(self, menu: QMenu, entry: str) -> None:
        action = next(one for one in menu.actions() if plain(one.text()).startswith(entry))
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())

    def choose(self, box: QComboBox, text: str) -> None:
        """Choose an entry of a list."""
        QTest.mouseClick(box, LEFT, pos=QPoint(box.width() - 8, box.height() // 2))
        self.desk.wait(box.view().isVisible, "the list")
        place = box.view().visualRect(box.model().index(box.findText(text), 0)).center()
        QTest.mouseMove(box.view().viewport(), place)
        QTest.mouseClick(box.view().viewport(), LEFT, pos=place)
        self.desk.wait(lambda: not box.view().isVisible(), "the end of the list")

    def tab(self, tabs: QTabWidget, number: int) -> None:
        """Bring a tab to the front."""
        QTest.mouseClick(tabs.tabBar(), LEFT, pos=tabs.tabBar().tabRect(number).center())

    def take(self, field, shown: str) -> None:
        """Take a proposal of a filter field."""
        self.desk.wait(field.list.isVisible, "the proposals")
        number = [one.shown for one in field.list.proposals].index(shown)
        index = field.list.model().index(number, 0)
        field.list.scrollTo(index)
        QTest.mouseClick(field.list.viewport(), LEFT, pos=field.list.visualRect(index).center())


class Keys(Hands):
    """Presses keys only."""

    name = "keys"

    def go(self, widget: QWidget) -> None:
        """Press Tab until the widget has the focus."""
        for _step in range(MOST_STEPS):
            if has_focus(widget):
                return
            press_key(Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {widget} {widget.accessibleName()}")

    def press(self, button: QWidget) -> None:
        """Press a button."""
        self.go(button)
        press_key(Key.Key_Space)

    def command(self, panel: QWidget, action: QAction) -> None:
        """Use an action by its key, or else in the menu bar."""
        if action.shortcut().isEmpty():
            self.entry(action)
            return
        combination = action.shortcut()[0]
        press_key(combination.key(), combination.keyboardModifiers())

    def entry(self, action: QAction) -> None:
        """Use an entry of the menu bar, which its mnemonic opens."""
        bar = self.desk.window.menuBar()
        top = next(one for one in bar.actions() if action in one.menu().actions())
        letter = top.text()[top.text().index("&") + 1].upper()
        key = getattr(Key, f"Key_{letter}")
        self.open_menu(lambda: press_key(key, Qt.KeyboardModifier.AltModifier), plain(action.text()))

    def choose_entry(self, menu: QMenu, entry: str) -> None:
        for _step in range(2 * len(menu.actions())):
            current = menu.activeAction()
            if current is not None and plain(current.text()).startswith(entry):
                QTest.keyClick(menu, Key.Key_Return)
                return
            QTest.keyClick(menu, Key.Key_Down)
        raise AssertionError(f"Down does not reach {entry}")

    def choose(self, box: QComboBox, text: str) -> None:
        """Choose an entry of a list."""
        self.go(box)
        step = Key.Key_Down if box.findText(text) > box.currentIndex() else Key.Key_Up
        for _step in range(box.count()):
            if box.currentText() == text:
                return
            press_key(step)
        assert box.currentText() == text

    def tab(self, tabs: QTabWidget, number: int) -> None:
        """Bring a tab to the front."""
        self.go(tabs.tabBar())
        for _step in range(tabs.count()):
            if tabs.currentIndex() != number:
                press_key(Key.Key_Right if tabs.currentIndex() < number else Key.Key_Left)
        assert tabs.currentIndex() == number

    def take(self, field, shown: str) -> None:
        """Take a proposal of a filter field."""
        self.desk.wait(field.list.isVisible, "the proposals")
        for _step in field.list.proposals:
            if field.list.current is None or field.list.current.shown != shown:
                press_key(Key.Key_Down)
        assert field.list.current is not None and field.list.current.shown == shown
        press_key(Key.Key_Return)

"""Walking through a window with real Tab keys."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDockWidget,
    QPlainTextEdit,
    QRadioButton,
    QTextBrowser,
    QTextEdit,
    QWidget,
)

from tests.support.waiting import wait_until

MOST_STEPS = 400


def activate(window: QWidget) -> None:
    """Let keys go to this window."""
    window.activateWindow()
    window.raise_()
    wait_until(lambda: QApplication.processEvents() or window.isActiveWindow())


def reachable(window: QWidget) -> set[QWidget]:
    """What Tab is expected to visit: visible, enabled, and made for it."""
    return {
        one
        for one in window.findChildren(QWidget)
        if one.window() is window
        and one.isVisible()
        and one.isEnabled()
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and one.focusProxy() is None
        and not _is_in_hidden_tab(one)
        and not _is_unchecked_choice(one)
    }


def _is_in_hidden_tab(widget: QWidget) -> bool:
    """Whether it belongs to a dock that cannot be seen."""
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget is not None and widget.visibleRegion().isEmpty()


def _is_unchecked_choice(widget: QWidget) -> bool:
    """Of radio buttons Tab reaches the chosen one, from which the arrows go to the others."""
    return isinstance(widget, QRadioButton) and not widget.isChecked()


def walk(window: QWidget, start: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """The widgets that Tab visits from ``start`` on until it is back there; fails where it never is."""
    start.setFocus(Qt.FocusReason.TabFocusReason)
    visited = [QApplication.focusWidget()]
    for _step in range(MOST_STEPS):
        QTest.keyClick(visited[-1], key)
        focus = QApplication.focusWidget()
        assert focus is not None, f"after {name(visited[-1])} the focus is nowhere"
        assert focus.window() is window, f"after {name(visited[-1])} the focus left the window"
        if focus is visited[-1] and isinstance(focus, QTextBrowser):
            continue  # it goes through its links
        if focus is visited[0]:
            return visited
        visited.append(focus)
    raise AssertionError(f"Tab does not come back: {[name(one) for one in visited[-8:]]}")


def name(widget: QWidget) -> str:
    """What a failure calls a widget."""
    parents = []
    while widget is not None and len(parents) < 4:
        parents.append(widget.objectName() or type(widget).__name__)
        widget = widget.parentWidget()
    return " < ".join(parents)


def check(window: QWidget, what: str) -> None:
    """Tab and Shift+Tab reach all that there is, and come back to where they began."""
    for view in window.findChildren(QAbstractItemView):
        assert not view.tabKeyNavigation(), (what, name(view))
    for text in window.findChildren(QTextEdit) + window.findChildren(QPlainTextEdit):
        assert text.tabChangesFocus() or isinstance(text, QTextBrowser), (what, name(text))
    expected = reachable(window)
    start = min(expected, key=name)
    forward = walk(window, start)
    assert not expected - set(forward), (what, [name(one) for one in expected - set(forward)])
    assert walk(window, start, Qt.Key.Key_Backtab) == [forward[0], *reversed(forward[1:])], what

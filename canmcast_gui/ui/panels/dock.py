"""Docks for panels: beside the trace, in a tab, or in a window of their own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from canmcast_gui.ui.actions import EVERYWHERE

#: Object name, title and key of the permanent panels, in the order of the Window menu.
PANELS = (
    ("signals", "Signals", "Alt+1"),
    ("hosts", "Hosts", "Alt+2"),
    ("marks", "Marks", "Alt+3"),
    ("transmit", "Transmit", "Alt+4"),
    ("replay", "Replay", "Alt+5"),
    ("sequences", "Sequences", "Alt+6"),
    ("fuzz", "Fuzz", "Alt+7"),
    ("plot", "Plot", "Alt+8"),
    ("gauges", "Watch", "Alt+9"),
    ("statistics", "Statistics", "Alt+0"),
    ("databases", "Databases", "Ctrl+Shift+D"),
    ("gateway", "Gateway", "Ctrl+Shift+G"),
)
_KEYS = {name: keys for name, _title, keys in PANELS}

# Qt floats docks as tool windows, without the title bar of the system and without an entry in the task list.
_WINDOW = (
    Qt.WindowType.Window
    | Qt.WindowType.WindowTitleHint
    | Qt.WindowType.WindowSystemMenuHint
    | Qt.WindowType.WindowMinMaxButtonsHint
    | Qt.WindowType.WindowCloseButtonHint
)
# While a dock is dragged, the type of its window must not change.
_RETRY_MS = 50


class PanelDock(QDockWidget):
    """A dock that can be brought to the front and floats as an ordinary window.

    ``action`` shows a panel that is closed or in a hidden tab, and closes one that is in front. Its key only
    shows the panel.
    """

    def __init__(self, name: str, title: str, window: QMainWindow) -> None:
        super().__init__(title, window)
        self.setObjectName(name)
        self._main_window = window
        #: The widget that gets the focus with the panel; None: the first one that accepts it.
        self.first_focus: QWidget | None = None
        self._window_timer = QTimer(self)
        self._window_timer.setSingleShot(True)
        self._window_timer.timeout.connect(self._become_window)
        self.windowTitleChanged.connect(self._set_window_title)
        self.action = _PanelAction(self)
        window.addAction(self.action)

    @property
    def is_in_front(self) -> bool:
        """Whether it is visible: neither closed nor in a hidden tab."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def show_in_front(self) -> None:
        """Show the panel in front of its tabs; the focus stays where it is."""
        self.show()
        self.raise_()

    def bring_forward(self) -> None:
        """Show the panel and give it the focus."""
        self._become_window()
        self.show()
        if self.isFloating():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
            self.activateWindow()
        self.raise_()
        self._focus()

    def _focus(self) -> None:
        panel = self.widget()
        target = self.first_focus or _first_in(panel) or panel
        if not panel.isAncestorOf(self.window().focusWidget() or self):
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def toggle(self) -> None:
        """Close the panel if it is in front, otherwise bring it there.

        A floating panel is always brought forward, because Qt cannot tell whether another window covers it.
        """
        if self.is_in_front and not self.isFloating():
            self.close()
        else:
            self.bring_forward()

    # -- a window of its own ------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.isFloating():
            self._window_timer.start(0)

    def _become_window(self) -> None:
        if not self.isFloating() or self.windowType() == Qt.WindowType.Window:
            return
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._window_timer.start(_RETRY_MS)
            return
        had_focus = self.isActiveWindow()
        visible, geometry = self.isVisible(), self.floating_geometry(self._main_window.geometry())
        self.setWindowFlags(_WINDOW)
        self.setGeometry(geometry)
        self.setVisible(visible)
        self._set_window_title()
        if had_focus:
            self.activateWindow()

    def _set_window_title(self) -> None:
        """Set the title of the window, in which ampersands are not doubled as in titles of tabs."""
        if self.isFloating() and self.windowHandle() is not None:
            self.windowHandle().setTitle(self.windowTitle().replace("&&", "&"))

    def floating_geometry(self, window: QRect) -> QRect:
        """The geometry of the floating panel: the last one, or one centered over ``window``."""
        geometry = self.geometry()
        corner = geometry.topLeft()
        screens = (screen.availableGeometry() for screen in QGuiApplication.screens())
        if corner == QPoint() or not any(screen.contains(corner) for screen in screens):
            available = self._main_window.screen().availableGeometry()
            geometry.setSize(geometry.size().boundedTo(available.size()))
            geometry.moveCenter(window.center())
            right, bottom = available.right() + 1, available.bottom() + 1
            geometry.moveLeft(max(available.left(), min(geometry.left(), right - geometry.width())))
            geometry.moveTop(max(available.top(), min(geometry.top(), bottom - geometry.height())))
        return geometry


class _PanelAction(QAction):
    """The entry of a panel in the Window menu; checked while the panel is open."""

    def __init__(self, dock: PanelDock) -> None:
        super().__init__(dock.windowTitle(), dock)
        self._dock = dock
        self.setCheckable(True)
        self.setShortcut(QKeySequence(_KEYS.get(dock.objectName(), "")))
        self.setShortcutContext(EVERYWHERE)
        self.triggered.connect(self._on_triggered)
        dock.windowTitleChanged.connect(self.setText)
        dock.toggleViewAction().toggled.connect(self.setChecked)

    def _on_triggered(self) -> None:
        self._dock.toggle()
        self.setChecked(not self._dock.isHidden())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Shortcut:
            self._dock.bring_forward()
            return True
        return super().event(event)


def _first_in(panel: QWidget) -> QWidget | None:
    """The first widget of a panel that accepts the focus by Tab."""
    widget: QWidget | None = panel
    for _number in range(len(panel.findChildren(QWidget))):
        widget = widget.nextInFocusChain() if widget is not None else None
        if widget is not None and panel.isAncestorOf(widget) and takes_tab(widget):
            return widget
    return None


def takes_tab(widget: QWidget) -> bool:
    """Whether a widget accepts the focus by Tab and can be used."""
    return bool(
        widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.isVisible()
        and widget.isEnabled()
    )


def tab_from(window: QMainWindow, forward: bool) -> QWidget | None:
    """The widget after the focused one for Tab, or before it for Shift+Tab; None if there is no other.

    Qt would visit docks in hidden tabs and skip the widgets before the focus proxy of a panel.
    """
    hidden = [dock for dock in window.findChildren(QDockWidget) if dock.visibleRegion().isEmpty()]
    start = window.focusWidget() or window
    widget: QWidget | None = start
    while widget is not None:
        widget = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
        if widget is None or widget is start:
            return None
        is_hidden = any(dock.isAncestorOf(widget) for dock in hidden)
        if widget.window() is window and takes_tab(widget) and not is_hidden:
            return widget
    return None

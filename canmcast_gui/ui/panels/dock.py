"""A panel beside the trace: docked, behind a tab, or in a window of its own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from canmcast_gui.ui.actions import EVERYWHERE

#: Object name, title and key of the panels that are always there, in the order of the Window menu.
PANELS = (
    ("signals", "Signals", "Alt+1"),
    ("hosts", "Hosts", "Alt+2"),
    ("marks", "Marks", "Alt+3"),
    ("transmit", "Transmit", "Alt+4"),
    ("replay", "Replay", "Alt+5"),
    ("sequences", "Sequences", "Alt+6"),
    ("fuzz", "Fuzz", "Alt+7"),
    ("plot", "Plot", "Alt+8"),
    ("gauges", "Gauges", "Alt+9"),
    ("statistics", "Statistics", "Alt+0"),
    ("databases", "Databases", "Ctrl+Shift+D"),
)
_KEYS = {name: keys for name, _title, keys in PANELS}

# Qt floats docks as tool windows, which have neither a title of the system's nor an entry in its task list.
_WINDOW = (
    Qt.WindowType.Window
    | Qt.WindowType.WindowTitleHint
    | Qt.WindowType.WindowSystemMenuHint
    | Qt.WindowType.WindowMinMaxButtonsHint
    | Qt.WindowType.WindowCloseButtonHint
)
# A dock that is being dragged must stay the window that it is until the mouse button is released.
_RETRY_MS = 50


class PanelDock(QDockWidget):
    """A dock that can be brought to the front, and that floats as an ordinary window.

    ``action`` shows the panel where it is closed or behind a tab, and closes it where it is in front; by its
    key it only shows it.
    """

    def __init__(self, name: str, title: str, window: QMainWindow) -> None:
        super().__init__(title, window)
        self.setObjectName(name)
        #: The widget that keys go to once the panel is shown; None: the first one that takes the focus.
        self.first_focus: QWidget | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._become_window)
        self.windowTitleChanged.connect(self._name_window)
        self.action = _PanelAction(self)
        window.addAction(self.action)

    @property
    def is_in_front(self) -> bool:
        """Whether it can be seen: it is neither closed nor behind a tab."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def bring_forward(self) -> None:
        """Show it, wherever it is, and let keys go to it."""
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
        """Close it where it is in front, else bring it there.

        Whether other windows cover a floating one cannot be known: it is brought forward.
        """
        if self.is_in_front and not self.isFloating():
            self.close()
        else:
            self.bring_forward()

    # -- a window of its own -----------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.isFloating():
            self._settling.start(0)

    def _become_window(self) -> None:
        if not self.isFloating() or self.windowType() == Qt.WindowType.Window:
            return
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._settling.start(_RETRY_MS)
            return
        had_focus = self.isActiveWindow()
        visible, place = self.isVisible(), self.place_beside(self.parentWidget().geometry())
        self.setWindowFlags(_WINDOW)
        self.setGeometry(place)
        self.setVisible(visible)
        self._name_window()
        if had_focus:
            self.activateWindow()

    def _name_window(self) -> None:
        """The title of the window, in which an ampersand is not doubled as in those of tabs."""
        if self.isFloating() and self.windowHandle() is not None:
            self.windowHandle().setTitle(self.windowTitle().replace("&&", "&"))

    def place_beside(self, window: QRect) -> QRect:
        """Where it floats: where it was, or over the middle of ``window`` where it never was anywhere."""
        place = self.geometry()
        screens = (screen.availableGeometry() for screen in QGuiApplication.screens())
        if place.topLeft() == QPoint() or not any(one.contains(place.topLeft()) for one in screens):
            room = self.parentWidget().screen().availableGeometry()
            place.setSize(place.size().boundedTo(room.size()))
            place.moveCenter(window.center())
            place.moveLeft(max(room.left(), min(place.left(), room.right() + 1 - place.width())))
            place.moveTop(max(room.top(), min(place.top(), room.bottom() + 1 - place.height())))
        return place


class _PanelAction(QAction):
    """The entry of a panel in the Window menu; ticked while the panel is open."""

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
    """The first widget of a panel that Tab would go to."""
    one = panel
    for _number in range(len(panel.findChildren(QWidget))):
        one = one.nextInFocusChain()
        if panel.isAncestorOf(one) and takes_tab(one):
            return one
    return None


def takes_tab(widget: QWidget) -> bool:
    """Whether Tab goes to a widget, as far as the widget itself is concerned."""
    return bool(
        widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.isVisible()
        and widget.isEnabled()
    )


def tab_from(window: QMainWindow, forward: bool) -> QWidget | None:
    """The widget that Tab (or Shift+Tab) goes to from the one that has the focus; None where there is none.

    Qt would go through docks that are behind tabs, where nothing can be seen, and pass over what comes before
    the focus proxy of a panel.
    """
    hidden = [dock for dock in window.findChildren(QDockWidget) if dock.visibleRegion().isEmpty()]
    here = one = window.focusWidget() or window
    while True:
        one = one.nextInFocusChain() if forward else one.previousInFocusChain()
        if one is here:
            return None
        if one.window() is window and takes_tab(one) and not any(dock.isAncestorOf(one) for dock in hidden):
            return one

"""Menus and the tool bar of the main window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from canmcast_gui.app.program.settings import AppSettings, Field
from canmcast_gui.ui import icons
from canmcast_gui.ui.window.actions import WindowActions

TIME_MODES = (
    ("absolute", "Since the &start", "Since start"),
    ("clock", "&Clock", "Clock"),
    ("delta", "Since the &row before (Δ row)", "Δ row"),
    ("delta_id", "Since the same &ID before (Δ same ID)", "Δ same ID"),
)
THEMES = (("system", "&Follow system", ""), ("light", "&Light", ""), ("dark", "&Dark", ""))

# Below this width the tool bar's less used buttons show their symbols only.
WIDE = 1200


def choice_menu(
    parent: QWidget, title: str, field: Field[str], choices: tuple[tuple[str, str, str], ...]
) -> QMenu:
    """A menu of which one entry is ticked; it follows the setting and sets it."""
    menu = QMenu(title, parent)
    group = QActionGroup(menu)
    for value, text, _short in choices:
        action = QAction(text, group)
        action.setCheckable(True)
        action.setData(value)
        menu.addAction(action)
    group.triggered.connect(lambda action: field.set(action.data()))

    def show(value: str) -> None:
        for action in group.actions():
            action.setChecked(action.data() == value)

    field.changed.connect(show)
    show(field.value)
    return menu


# The style's own mark of a menu is three pixels in a corner; the button's text says it instead.
NO_INDICATOR = "QToolButton::menu-indicator { image: none; }"


class ToolBar(QToolBar):
    """The one tool bar: bus, pause, clear | record | view, numbers, time, auto-scroll | filter."""

    def __init__(
        self,
        window: QMainWindow,
        actions: WindowActions,
        settings: AppSettings,
        connection: QWidget,
        box: QWidget,
    ) -> None:
        super().__init__("Tool bar", window)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(18, 18))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._settings = settings
        self._symbols: list[QToolButton] = []
        self._add(actions.start)
        self._add(actions.stop)
        self.addWidget(connection)
        self._add(actions.pause, folds=True)
        self._add(actions.clear, folds=True)
        self.addSeparator()
        self._add(actions.record, folds=True)
        self.addSeparator()
        self._add(actions.by_id, text=True)
        self._add(actions.chronological, text=True)
        self._add(actions.hexadecimal, text=True)
        self._time = self._time_button()
        self._add(actions.follow)
        self.addSeparator()
        box.setMinimumWidth(150)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.addWidget(box)

    def _add(self, action: QAction, text: bool = False, folds: bool = False) -> None:
        self.addAction(action)
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if folds:
            self._symbols.append(button)

    def _time_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon("clock"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip("What the time column shows")
        button.setMenu(choice_menu(button, "Time", self._settings.time_mode, TIME_MODES))
        names = {value: short for value, _text, short in TIME_MODES}
        self._settings.time_mode.changed.connect(lambda value: button.setText(f"{names[value]} ▾"))
        button.setText(f"{names[self._settings.time_mode.value]} ▾")
        button.setStyleSheet(NO_INDICATOR)
        self.addWidget(button)
        return button

    def fold(self, width: int) -> None:
        """Show texts or symbols only, as a window of this width has room."""
        styles = Qt.ToolButtonStyle
        style = styles.ToolButtonTextBesideIcon if width >= WIDE else styles.ToolButtonIconOnly
        for button in self._symbols:
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)

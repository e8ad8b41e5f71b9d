"""The tool bar of the main window, whose buttons become shorter in a narrow window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.ui import icons
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.arrangement.geometry import WindowGeometry
from canmcast_gui.ui.window.menus import TIME_MODES, choice_menu
from canmcast_gui.ui.window.transmit_switch import Detail, MainSwitch, SwitchButton

# From these widths of the window on, there is room for longer texts.
MEDIUM, WIDE, VERY_WIDE = 1200, 1440, 1700

# The menu indicator of the style is three pixels in a corner. The text of the button has an arrow instead.
NO_INDICATOR = "QToolButton::menu-indicator { image: none; }"


class ToolBar(QToolBar):
    """Bus, transmit, pause, clear | record | view, numbers, time, auto-scroll | filter, layout."""

    def __init__(
        self,
        window: QMainWindow,
        actions: WindowActions,
        settings: AppSettings,
        widgets: tuple[QWidget, QWidget],
        switch: MainSwitch,
        geometry: WindowGeometry,
    ) -> None:
        """``widgets`` are the button of the bus and the filter box."""
        super().__init__("Tool bar", window)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(18, 18))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._settings = settings
        connection, box = widgets
        self._foldable: dict[QToolButton, int] = {}
        self._add(actions.start)
        self._add(actions.stop)
        self.addWidget(connection)
        self.switch = SwitchButton(switch, self)
        self.addWidget(self.switch)
        self._add(actions.pause, text_from=WIDE)
        self._add(actions.clear, text_from=WIDE)
        self.addSeparator()
        self._record_button(actions)
        self.addSeparator()
        self._add(actions.by_id, text_from=0)
        self._add(actions.chronological, text_from=MEDIUM)
        self._add(actions.hexadecimal, text_from=0)
        self._time_button()
        self._add(actions.follow)
        self.addSeparator()
        box.setMinimumWidth(150)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.addWidget(box)
        self._layout_button([*geometry.actions, geometry.reset])

    def _record_button(self, actions: WindowActions) -> None:
        """A button that records or stops, with a menu of the other ways to record."""
        button = self._add(actions.record, text_from=MEDIUM)
        menu = QMenu(self)
        menu.addActions([actions.record_options, actions.record_repeat])
        menu.setToolTipsVisible(True)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)

    def _add(self, action: QAction, text_from: int | None = None) -> QToolButton:
        """Add a button, whose text is shown from a width of the window on."""
        self.addAction(action)
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if text_from is not None:
            self._foldable[button] = text_from
        return button

    def _menu_button(self, icon: str, text: str, tip: str, menu: QMenu) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(icon))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(tip)
        button.setText(text)
        button.setMenu(menu)
        button.setStyleSheet(NO_INDICATOR)
        self.addWidget(button)
        return button

    def _time_button(self) -> None:
        field = self._settings.time_mode
        names = {value: short for value, _text, short in TIME_MODES}
        button = self._menu_button(
            "clock",
            f"{names[field.value]} ▾",
            "What the time column shows",
            choice_menu(self, "Time", field, TIME_MODES),
        )
        field.changed.connect(lambda value: button.setText(f"{names[value]} ▾"))

    def _layout_button(self, layouts: Sequence[QAction]) -> None:
        menu = QMenu(self)
        menu.addActions(list(layouts))
        button = self._menu_button("layout", "▾", "Layout: panels for a task", menu)
        button.setAccessibleName("Layout")

    def fold(self, width: int) -> None:
        """Show shorter texts, or only icons, if the window is narrow."""
        styles = Qt.ToolButtonStyle
        for button, text_from in self._foldable.items():
            style = styles.ToolButtonTextBesideIcon if width >= text_from else styles.ToolButtonIconOnly
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)
        self.switch.set_detail(
            Detail.FULL if width >= VERY_WIDE else Detail.MEDIUM if width >= MEDIUM else Detail.SHORT
        )

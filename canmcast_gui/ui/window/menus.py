"""The menus and the tool bar of the main window, and the About dialog."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu, QMessageBox, QSizePolicy, QToolBar, QToolButton, QWidget

from canmcast_gui import __version__
from canmcast_gui.app.document.reference import Reference
from canmcast_gui.app.program.settings import AppSettings, Field
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import allow, new_action
from canmcast_gui.ui.labels import label_text
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.bus_load import add_rate_menus
from canmcast_gui.ui.window.docks import Docks
from canmcast_gui.ui.window.files import FileCommands
from canmcast_gui.ui.window.workspace import WorkspaceCommands

TIME_MODES = (
    ("absolute", "Since &start", "Since start"),
    ("clock", "&Clock", "Clock"),
    ("delta", "Since previous &row (Δ row)", "Δ row"),
    ("delta_id", "Since previous row of the same &ID (Δ same ID)", "Δ same ID"),
)
THEMES = (("system", "&Follow system", ""), ("light", "&Light", ""), ("dark", "&Dark", ""))

# Below this width of the window, rarely used buttons of the tool bar show only their icons.
WIDE = 1200

# The menu indicator of the style is three pixels in a corner. The text of the button has an arrow instead.
NO_INDICATOR = "QToolButton::menu-indicator { image: none; }"

NO_REFERENCE = "No log file is compared with."


def choice_menu(
    parent: QWidget, title: str, field: Field[str], choices: tuple[tuple[str, str, str], ...]
) -> QMenu:
    """A menu with the values of a setting; the current one is checked."""
    menu = QMenu(title, parent)
    group = QActionGroup(menu)
    for value, text, _short in choices:
        action = new_action(group, text, checkable=True)
        action.setData(value)
        menu.addAction(action)
    group.triggered.connect(lambda action: field.set(action.data()))

    def show(value: str) -> None:
        for action in group.actions():
            action.setChecked(action.data() == value)

    field.changed.connect(show)
    show(field.value)
    return menu


def fill_file_menu(
    menu: QMenu,
    actions: WindowActions,
    settings: AppSettings,
    files: FileCommands,
    workspaces: WorkspaceCommands,
) -> None:
    """Log files, databases and workspaces."""
    menu.addAction(actions.open)
    recent = menu.addMenu("Open &recent")
    recent.aboutToShow.connect(lambda: _fill_recent_files(recent, settings, files))
    menu.addActions([actions.save, actions.save_shown, actions.save_minute, actions.new])
    menu.addSeparator()
    menu.addActions([actions.load_database, actions.database_browser])
    menu.addSeparator()
    menu.addActions([actions.new_workspace, actions.open_workspace])
    recent_workspaces = menu.addMenu("Recen&t workspaces")
    recent_workspaces.aboutToShow.connect(lambda: workspaces.fill_recent(recent_workspaces))
    menu.addActions([actions.save_workspace, actions.save_workspace_as])
    menu.addSeparator()
    menu.addAction(actions.quit)


def _fill_recent_files(menu: QMenu, settings: AppSettings, files: FileCommands) -> None:
    menu.clear()
    for path in settings.recent_files.value:
        menu.addAction(label_text(path), partial(files.open, path))
    if menu.isEmpty():
        menu.addAction("No recent files").setEnabled(False)


def fill_measurement_menu(
    menu: QMenu, actions: WindowActions, settings: AppSettings, window: QWidget
) -> None:
    """Bus, pause, record, and the bit rates of the bus load."""
    menu.addActions([actions.start, actions.stop, actions.connect, actions.demo])
    menu.addSeparator()
    menu.addActions([actions.pause, actions.clear])
    menu.addActions([actions.record, actions.record_options, actions.limits])
    menu.addSeparator()
    add_rate_menus(menu, window, settings)


def fill_plot_menu(menu: QMenu, docks: Docks, files: FileCommands, reference: Reference) -> None:
    """Plots, their signals, and the log file that they are compared with."""
    menu.addAction("&Show the plot", docks.docks["plot"].bring_forward)
    menu.addAction("&New plot", docks.plots.open_new)
    menu.addAction(docks.plots.link_action)
    menu.addSeparator()
    menu.addAction("&Compare with a log file…", files.ask_reference)
    stop = menu.addAction("S&top comparing", reference.close)
    menu.aboutToShow.connect(lambda: allow(stop, reference.path is not None, NO_REFERENCE))
    menu.addSeparator()
    menu.addAction("Choose si&gnals", docks.docks["signals"].bring_forward)


def fill_window_menu(menu: QMenu, actions: WindowActions, settings: AppSettings, docks: Docks) -> None:
    """Views, panels, layout and theme. Panels that are opened later are added when the menu is shown."""
    menu.addActions([actions.new_chronological, actions.new_by_id])
    menu.addSeparator()
    menu.addActions(docks.panel_actions())
    panels_end = menu.addSeparator()

    def add_new_panels() -> None:
        known = menu.actions()
        menu.insertActions(panels_end, [action for action in docks.panel_actions() if action not in known])

    menu.aboutToShow.connect(add_new_panels)
    menu.addActions([actions.next_panel, actions.previous_panel])
    menu.addAction("&Reset layout", docks.arrange)
    menu.addMenu(choice_menu(menu, "&Theme", settings.theme, THEMES))


class ToolBar(QToolBar):
    """The tool bar: bus, pause, clear | record | view, numbers, time, auto-scroll | filter."""

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
        self._foldable: list[QToolButton] = []
        self._add(actions.start)
        self._add(actions.stop)
        self.addWidget(connection)
        self._add(actions.pause, foldable=True)
        self._add(actions.clear, foldable=True)
        self.addSeparator()
        self._add(actions.record, foldable=True)
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

    def _add(self, action: QAction, text: bool = False, foldable: bool = False) -> None:
        self.addAction(action)
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if text:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if foldable:
            self._foldable.append(button)

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
        """Show icons with text, or icons only if the window is narrow."""
        styles = Qt.ToolButtonStyle
        style = styles.ToolButtonTextBesideIcon if width >= WIDE else styles.ToolButtonIconOnly
        for button in self._foldable:
            if button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)


def show_about(parent: QWidget) -> None:
    """Show name, version, purpose and license of the program."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About canmcast")
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(f"<b>canmcast {__version__}</b>")
    box.setInformativeText(
        "Monitors and transmits CAN and CAN FD over UDP multicast, in the wire format of python-can.<br>"
        "MIT license."
    )
    box.setIconPixmap(parent.windowIcon().pixmap(64, 64))
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    icons.without_icons(box)
    box.open()

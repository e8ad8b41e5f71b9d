"""The menus of the main window, and the About dialog."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from canmcast_gui import __version__
from canmcast_gui.app.document.reference import Reference
from canmcast_gui.app.program.settings import AppSettings, Field
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import allow, new_action
from canmcast_gui.ui.commands.subject_commands import SubjectCommands
from canmcast_gui.ui.files.commands import FileCommands
from canmcast_gui.ui.labels import label_text
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.arrangement.geometry import WindowGeometry
from canmcast_gui.ui.window.bus_load import add_rate_menus
from canmcast_gui.ui.window.docks import Docks
from canmcast_gui.ui.window.workspace import WorkspaceCommands

TIME_MODES = (
    ("absolute", "&Relative", "Relative"),
    ("clock", "&Clock", "Clock"),
    ("delta", "&Delta previous row", "Δ row"),
    ("delta_id", "Delta same &ID", "Δ same ID"),
)
THEMES = (("system", "&Follow system", ""), ("light", "&Light", ""), ("dark", "&Dark", ""))

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
    menu.addActions([actions.save, actions.save_shown, actions.save_minute, actions.export_signals])
    menu.addActions([actions.recover, actions.new])
    menu.addSeparator()
    menu.addActions([actions.load_database, actions.database_browser])
    menu.addSeparator()
    menu.addActions([actions.new_workspace, actions.open_workspace])
    recent_workspaces = menu.addMenu("Recen&t workspaces")
    recent_workspaces.aboutToShow.connect(lambda: workspaces.fill_recent(recent_workspaces))
    menu.addActions([actions.save_workspace, actions.save_workspace_as])
    menu.addSeparator()
    menu.addAction(actions.preferences)
    menu.addSeparator()
    menu.addAction(actions.quit)


def _fill_recent_files(menu: QMenu, settings: AppSettings, files: FileCommands) -> None:
    menu.clear()
    for path in settings.recent_files.value:
        menu.addAction(label_text(path), partial(files.open, path))
    if menu.isEmpty():
        menu.addAction("No recent files").setEnabled(False)


def fill_measurement_menu(
    menu: QMenu, actions: WindowActions, settings: AppSettings, channels: QMenu, window: QWidget
) -> None:
    """Bus, channels, pause, record, and the bit rates of the bus load."""
    menu.addActions([actions.start, actions.stop, actions.connect, channels.menuAction()])
    menu.addActions([actions.diagnose, actions.demo])
    menu.addSeparator()
    menu.addActions([actions.pause, actions.clear])
    menu.addActions([actions.record, actions.record_options, actions.record_repeat, actions.limits])
    menu.addSeparator()
    add_rate_menus(menu, window, settings)


def fill_plot_menu(
    menu: QMenu, docks: Docks, files: FileCommands, reference: Reference, commands: SubjectCommands
) -> None:
    """Plots, their signals, and the log file that they are compared with."""
    commands.fill_plot_menu(menu)
    menu.addSeparator()
    menu.addAction("&Show the plot", docks.docks["plot"].bring_forward)
    menu.addAction("&New plot", docks.plots.open_new)
    menu.addAction(docks.plots.link_action)
    plots = docks.plots
    before = menu.addSeparator()
    plots.fill_menu(menu, before)
    menu.aboutToShow.connect(lambda: plots.fill_menu(menu, before))
    menu.addAction("Co&mpare with a log file…", files.ask_reference)
    plots.compare_requested.connect(files.ask_reference)
    stop = menu.addAction("&Remove comparison", reference.close)
    menu.aboutToShow.connect(lambda: allow(stop, reference.path is not None, NO_REFERENCE))
    menu.addSeparator()
    menu.addAction("Choose si&gnals", docks.docks["signals"].bring_forward)


def fill_window_menu(
    menu: QMenu, actions: WindowActions, settings: AppSettings, docks: Docks, geometry: WindowGeometry
) -> None:
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
    menu.addSection("Layout")
    menu.addActions([*geometry.actions, geometry.reset])
    menu.addSeparator()
    menu.addMenu(choice_menu(menu, "&Theme", settings.theme, THEMES))


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

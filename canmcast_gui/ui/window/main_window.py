"""The main window: the trace in the middle, panels around it, menus and tool bar."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QMenu

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.models.drag import files_of_mime
from canmcast_gui.ui.actions import allow, connect
from canmcast_gui.ui.dialogs.limits import LimitsDialog
from canmcast_gui.ui.dialogs.preferences import PreferencesDialog
from canmcast_gui.ui.files.commands import FileCommands
from canmcast_gui.ui.files.export import ExportCommands
from canmcast_gui.ui.files.record import RecordCommands
from canmcast_gui.ui.files.recovery import RecoveryCommands
from canmcast_gui.ui.labels import title_text
from canmcast_gui.ui.overview.commands import OverviewCommands
from canmcast_gui.ui.panels.dock import tab_from
from canmcast_gui.ui.start_page import StartPage
from canmcast_gui.ui.trace.docks import ViewDocks
from canmcast_gui.ui.trace.panel import TracePanel
from canmcast_gui.ui.updates import VisibleTicks
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.arrangement.geometry import WindowGeometry
from canmcast_gui.ui.window.bus import BusCommands, ConnectionButton
from canmcast_gui.ui.window.docks import Docks
from canmcast_gui.ui.window.help import HelpCommands, Places
from canmcast_gui.ui.window.menus import (
    fill_file_menu,
    fill_measurement_menu,
    fill_plot_menu,
    fill_window_menu,
)
from canmcast_gui.ui.window.status_bar import StatusBar
from canmcast_gui.ui.window.subjects import PanelSubjects
from canmcast_gui.ui.window.tool_bar import ToolBar
from canmcast_gui.ui.window.trace import TimeLink, TraceCommands
from canmcast_gui.ui.window.transmit_switch import MainSwitch
from canmcast_gui.ui.window.workspace import SUFFIX, WindowViews, WorkspaceCommands

CLEARABLE_TICKS = 5


class MainWindow(QMainWindow):
    """The window of a session. The program calls ``end`` once before it exits."""

    def __init__(self, session: Session, settings: AppSettings) -> None:
        super().__init__()
        self._session = session
        self._settings = settings
        self._may_close = False
        self.setWindowTitle("canmcast")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.actions_ = WindowActions(self)
        self.start_page = StartPage(settings)
        self.panel = TracePanel(session, settings, self.start_page)
        self.files = FileCommands(session, settings, self)
        self.record = RecordCommands(session, settings, self.files, self.panel.messages, self)
        self.export = ExportCommands(session, self.files, self)
        self.recovery = RecoveryCommands(session, self.files, self.panel.messages, self)
        self.setCentralWidget(self.panel)
        self.docks = Docks(session, settings, self.panel.context, self)
        self.bus = BusCommands(session, settings, self.docks.plots, self)
        self.views = ViewDocks(session, settings, self.panel, self)
        self.panel.current_view = lambda: self.views.current
        self.times = TimeLink(session, self.views, self.docks.plots)
        self.trace_commands = TraceCommands(self.actions_, settings, self.panel, self.views, self.files, self)
        self.subjects = PanelSubjects(
            session, self.panel.context, self.actions_, self.docks, self.views, self.record, self
        )
        self.overview = OverviewCommands(
            session, settings, self.panel.overview, self.panel.messages, self.trace_commands.marks.jump, self
        )
        self.overview.use(self.actions_.go_to_time, self.actions_.overview)
        session.workspace.start(settings, WindowViews(self.docks, self.views, self))
        self.workspaces = WorkspaceCommands(session.workspace, settings, self.files, self)
        self.connection = self._make_connection_button()
        self.switch = MainSwitch(session, self)
        self.geometry_ = WindowGeometry(self, self.docks, settings)
        self.tool_bar = ToolBar(
            self,
            self.actions_,
            settings,
            (self.connection, self.panel.filter_box),
            self.switch,
            self.geometry_,
        )
        self.addToolBar(self.tool_bar)
        places = Places(self.panel, self.docks.docks["signals"], self.tool_bar.switch, self.connection)
        self.help = HelpCommands(session, settings, self.actions_, self.bus, places, self)
        texts = (self._selection_text, self._position_text)
        self.setStatusBar(StatusBar(session, settings, self.panel.shown_frames, *texts, self))
        self._make_menus()
        self._connect_actions()
        self._connect_session()
        self.views.restore()
        self.geometry_.restore()
        self._on_state()
        self._ticks = VisibleTicks(session.clock, self, self._show_clearable, CLEARABLE_TICKS)

    # -- construction -------------------------------------------------------------------------------------

    def _make_connection_button(self) -> ConnectionButton:
        actions = self.actions_
        last = (self.bus.channels.menuAction(), actions.demo, actions.connect)
        return ConnectionButton(self._session, self._settings, (actions.start, actions.stop), last)

    def _make_menus(self) -> None:
        bar, actions, settings = self.menuBar(), self.actions_, self._settings
        commands = self.subjects.commands
        fill_file_menu(bar.addMenu("&File"), actions, settings, self.files, self.workspaces)
        fill_measurement_menu(bar.addMenu("&Measurement"), actions, settings, self.bus.channels, self)
        self.trace_commands.fill_menu(bar.addMenu("&Trace"), commands)
        transmit = bar.addMenu("T&ransmit")
        transmit.addAction(self.switch.action)
        transmit.addActions(self.docks.transmit.actions_.menu)
        transmit.addSeparator()
        commands.fill_transmit_menu(transmit)
        fill_plot_menu(bar.addMenu("&Plot"), self.docks, self.files, self._session.reference, commands)
        fill_window_menu(bar.addMenu("&Window"), actions, settings, self.docks, self.geometry_)
        bar.addMenu("&Help").addActions(
            [actions.help, actions.tour, actions.shortcuts, actions.diagnose, actions.about]
        )
        for menu in bar.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            menu.setToolTipsVisible(True)

    def _go_to_panel(self, step: int) -> None:
        """Bring the next (1) or previous (-1) open panel to the front; the trace is one of them."""
        if not self.docks.bring_next_forward(step):
            self.activateWindow()
            self.panel.focus_view()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        target = tab_from(self, forward)
        if target is None:
            return False
        reasons = Qt.FocusReason
        target.setFocus(reasons.TabFocusReason if forward else reasons.BacktabFocusReason)
        return True

    def _connect_actions(self) -> None:
        actions, session = self.actions_, self._session
        for action, slot in (
            (actions.open, self.files.ask_open),
            (actions.save, lambda: self.files.ask_save()),
            (actions.save_minute, self.files.ask_save_minute),
            (actions.new, lambda: self.files.keep_unsaved(session.clear)),
            (actions.clear, session.clear),
            (actions.limits, lambda: LimitsDialog(self._settings, self).open()),
            (actions.preferences, lambda: PreferencesDialog(self._settings, self).open()),
            (actions.load_database, self.files.ask_database),
            (actions.database_browser, self.docks.show_browser),
            (actions.open_workspace, self.workspaces.ask_open),
            (actions.new_workspace, self.workspaces.new),
            (actions.save_workspace, self.workspaces.save),
            (actions.save_workspace_as, self.workspaces.ask_save),
            (actions.quit, self.close_by_user),
            (actions.start, self.bus.start),
            (actions.stop, session.bus.close),
            (actions.connect, self.bus.ask),
            (actions.demo, self.bus.start_demo),
            (actions.pause, lambda: session.clock.set_paused(actions.pause.isChecked())),
            (actions.record, self.record.toggle),
            (actions.record_options, lambda: self.record.ask_with_options()),
            (actions.record_repeat, self.record.repeat),
            (actions.recover, self.recovery.show),
            (actions.export_signals, self.export.ask),
            (actions.next_panel, lambda: self._go_to_panel(1)),
            (actions.previous_panel, lambda: self._go_to_panel(-1)),
        ):
            connect(action.triggered, slot)

    def _connect_session(self) -> None:
        session, page = self._session, self.start_page
        session.state_changed.connect(self._on_state)
        session.record.changed.connect(self._on_state)
        session.document.replaced.connect(self._on_state)
        session.clock.paused_changed.connect(self._on_state)
        limits = self._settings.limits
        limits.changed.connect(lambda stored: session.document.set_limits(stored.limits()))
        session.document.set_limits(limits.value.limits())
        session.databases.doubted.connect(
            lambda text: self.panel.messages.offer(text, "Show…", self.docks.show_database_problems)
        )
        for panel in self.docks.sending_panels():
            panel.sending_bar.connect_requested.connect(self.bus.ask)
        page.demo_requested.connect(lambda: self.bus.start_demo())
        page.connect_requested.connect(self.bus.ask)
        page.open_requested.connect(self.files.ask_open)
        page.file_requested.connect(self.files.open)
        page.bus_requested.connect(self.bus.connect_to)
        page.workspace_requested.connect(self.workspaces.open)
        self._session.workspace.changed.connect(self._on_state)
        page.recover_requested.connect(self.recovery.open)
        page.save_requested.connect(lambda leftover: self.recovery.ask_save(leftover, page.refresh))
        self.docks.marks.jump_requested.connect(self.trace_commands.marks.jump)
        self.docks.fuzz.jump_requested.connect(self.trace_commands.marks.jump)
        self.docks.statistics.jump_requested.connect(self.trace_commands.marks.jump)
        self.docks.plots.files_dropped.connect(self.files.drop_on_plot)
        self.docks.plots.exported.connect(self.panel.messages.offer_file)
        self.connection.chosen.connect(self.bus.connect_to)
        self.panel.context.diagnose_requested.connect(self.help.diagnose)

    # -- state --------------------------------------------------------------------------------------------

    def _on_state(self) -> None:
        """Update actions and title."""
        session, actions = self._session, self.actions_
        on_bus = session.state in (SessionState.LIVE, SessionState.CONNECTING)
        allow(actions.start, not on_bus, "Already connected to a bus.")
        allow(actions.stop, on_bus, "Not connected to a bus.")
        actions.pause.setChecked(session.clock.paused)
        self._show_clearable()
        actions.record.setChecked(session.record.recorder is not None)
        for action in (actions.record_options, actions.record_repeat):
            allow(action, session.record.recorder is None, "A log file is being recorded.")
        where = (
            session.document.file_path.name
            if session.document.file_path
            else session.bus.label
            if on_bus
            else ""
        )
        parts = (self.workspaces.title, title_text(where), "canmcast")
        self.setWindowTitle(" – ".join(part for part in parts if part))
        self.setWindowModified(self._session.workspace.modified)

    def _selection_text(self) -> str:
        return self.views.current.selection_text()

    def _position_text(self) -> str:
        return self.panel.overview.position_text(self.views.current.current_row())

    def _show_clearable(self) -> None:
        """Enable the actions that clear the trace, unless it is empty."""
        session = self._session
        is_clearable = len(session.document.recording) > 0 or session.document.file_path is not None
        for action in (self.actions_.new, self.actions_.clear):
            allow(action, is_clearable, "The trace is empty.")

    # -- layout and end -----------------------------------------------------------------------------------

    def bring_back(self) -> None:
        """Restore the setup and the docks of the last session."""
        self._session.workspace.restore()
        self.geometry_.restore_docks()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.tool_bar.fold(event.size().width())
        super().resizeEvent(event)
        self.docks.shares.apply()

    def close_by_user(self) -> None:
        """Close, after asking about unsaved frames and changes."""
        self.files.keep_unsaved(lambda: self.workspaces.confirm_loss(self._close_now, at_end=True))

    def _close_now(self) -> None:
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved data if the user closes the window; otherwise close immediately."""
        unsaved = (
            self._session.document.unsaved_frames
            or self._session.document.unsaved_marks
            or self._session.workspace.has_unsaved_changes
        )
        if event.spontaneous() and not self._may_close and unsaved:
            event.ignore()
            self.close_by_user()
            return
        self.geometry_.store()
        self.views.store()
        self._session.workspace.end()
        super().closeEvent(event)

    def end(self) -> None:
        """Close the window and release what it uses."""
        self.close()
        self.views.end()
        self.docks.end()

    # -- files dropped on the window ----------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_of_mime(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = files_of_mime(event.mimeData())
        if len(paths) == 1 and paths[0].endswith(SUFFIX):
            self.workspaces.open(paths[0])
        else:
            self.files.drop(*paths)

"""The commands of the trace and its marks, and the link between the trace and the times of plots."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu, QWidget

from canmcast_gui.app.bus.sender_watch import WrongSender
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.recording.search import first_row_since
from canmcast_gui.ui.actions import allow, connect
from canmcast_gui.ui.commands.subject_commands import SubjectCommands
from canmcast_gui.ui.files.commands import FileCommands
from canmcast_gui.ui.plot.docks import PlotDocks
from canmcast_gui.ui.trace.chronological_view import ChronologicalView
from canmcast_gui.ui.trace.colors import ColorsDialog
from canmcast_gui.ui.trace.docks import ViewDocks
from canmcast_gui.ui.trace.panel import TracePanel
from canmcast_gui.ui.trace.table.header_menu import fill_menu
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.marks import MarkCommands
from canmcast_gui.ui.window.menus import TIME_MODES, choice_menu


class TraceCommands(QObject):
    """Connects the actions to the current view, and keeps the Trace menu up to date."""

    def __init__(
        self,
        actions: WindowActions,
        settings: AppSettings,
        panel: TracePanel,
        views: ViewDocks,
        files: FileCommands,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._settings = settings
        self._panel = panel
        self._views = views
        self._files = files
        self._window = window
        self.marks = MarkCommands(panel.context, views, window)
        self._connect()
        for signal in (
            settings.decimal.changed,
            panel.mode_changed,
            panel.chronological.following_changed,
            panel.context.reference_changed,
            views.changed,
        ):
            signal.connect(self.show_state)
        panel.context.senders.alarm.connect(self._on_wrong_sender)
        self.show_state()

    def _connect(self) -> None:
        actions, panel, views, marks = self._actions, self._panel, self._views, self.marks
        for action, slot in (
            (actions.by_id, lambda: self._show_mode("by_id")),
            (actions.chronological, lambda: self._show_mode("chronological")),
            (actions.new_chronological, lambda: views.open_new("chronological")),
            (actions.new_by_id, lambda: views.open_new("by_id")),
            (actions.hexadecimal, lambda: self._settings.decimal.set(not actions.hexadecimal.isChecked())),
            (actions.follow, self._follow),
            (actions.filter, self._focus_filter),
            (actions.filter_view, lambda: views.open_new("chronological", views.filter_box.text())),
            (actions.find, panel.find_bar.open),
            (actions.colors, lambda: ColorsDialog(panel.context, self._window).open()),
            (actions.save_shown, lambda: self._files.ask_save_shown(views.current.filter)),
            (actions.copy, lambda: views.current.commands.copy()),
            (actions.copy_csv, lambda: views.current.commands.copy("csv")),
            (actions.copy_candump, lambda: views.current.commands.copy("candump")),
            (actions.mark, marks.mark_current),
            (actions.unmark, marks.remove_current),
            (actions.mark_matching, marks.mark_matching),
            (actions.unmark_all, marks.ask_remove_all),
            (actions.next_mark, lambda: marks.go(False)),
            (actions.previous_mark, lambda: marks.go(True)),
            (actions.reference, marks.set_reference),
            (actions.no_reference, lambda: panel.context.set_reference(None)),
        ):
            connect(action.triggered, slot)
        for action in (actions.pause, actions.copy):
            # text fields and buttons use these keys for something else
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        views.add_view_actions((actions.pause, actions.copy))

    def fill_menu(self, menu: QMenu, commands: SubjectCommands) -> None:
        """Add the entries of the Trace menu."""
        actions = self._actions
        menu.addActions([actions.by_id, actions.chronological])
        menu.addSeparator()
        menu.addAction(actions.hexadecimal)
        menu.addMenu(choice_menu(self._window, "&Time", self._settings.time_mode, TIME_MODES))
        menu.addActions([actions.reference, actions.no_reference])
        menu.addSeparator()
        menu.addActions([actions.follow, actions.filter])
        self._saved_filters = menu.addMenu("&Saved filters")
        self._saved_filters.aboutToShow.connect(self._fill_saved_filters)
        menu.addActions([actions.filter_view, actions.find])
        menu.addActions([actions.go_to_time, actions.overview, actions.bits, actions.colors])
        self._columns = menu.addMenu("Col&umns")
        self._columns.aboutToShow.connect(self._fill_columns)
        menu.aboutToShow.connect(self._allow_columns)
        menu.addSeparator()
        commands.fill_trace_menu(menu)
        marks = menu.addMenu("&Marks")
        marks.addActions([actions.mark, actions.unmark, actions.next_mark, actions.previous_mark])
        marks.addSeparator()
        marks.addActions([actions.mark_matching, actions.unmark_all])

    def _allow_columns(self) -> None:
        is_visible = self._views.current.isVisible()
        allow(self._columns.menuAction(), is_visible, "No view is visible.")

    def _fill_saved_filters(self) -> None:
        """Add the entries of the menu in the filter of the current view."""
        self._saved_filters.clear()
        self._views.filter_box.saved_filters.fill(self._saved_filters)

    def _fill_columns(self) -> None:
        """Add the entries of the header's context menu."""
        self._columns.clear()
        fill_menu(self._columns, self._views.current.table.header)

    def show_state(self) -> None:
        """Update check marks and tool tips."""
        actions, trace = self._actions, self._views.current_chronological
        actions.hexadecimal.setChecked(not self._settings.decimal.value)
        actions.by_id.setChecked(self._panel.mode == "by_id")
        actions.chronological.setChecked(self._panel.mode == "chronological")
        allow(actions.follow, trace is not None, "A by-ID view does not scroll: it shows each id once.")
        actions.follow.setChecked((trace or self._panel.chronological).auto_scroll.following)
        has_reference = self._panel.context.reference is not None
        allow(actions.no_reference, has_reference, "Time zero is the start of the recording.")

    def _show_mode(self, mode: str) -> None:
        """Show a view in the middle and give it the focus."""
        self._panel.set_mode(mode)
        self._panel.focus_view()
        self.show_state()

    def _follow(self) -> None:
        trace = self._views.current_chronological
        if trace is not None:
            trace.set_following(self._actions.follow.isChecked())

    def _on_wrong_sender(self, found: WrongSender) -> None:
        """Show a warning with a button that filters for the frames."""
        panel = self._panel
        show = lambda: panel.filter_box.set_filter_text(found.filter_text)  # noqa: E731
        panel.messages.show_message("warning", found.message, "document")
        panel.messages.offer(found.message, "Show frames", show)

    def _focus_filter(self) -> None:
        self._views.filter_box.setFocus()
        self._views.filter_box.selectAll()


class TimeLink(QObject):
    """Links plots with chronological views.

    A click in a plot selects the row of that time, and selecting a row moves the cursor of the plot.
    """

    def __init__(self, session: Session, views: ViewDocks, plots: PlotDocks) -> None:
        super().__init__(views)
        self._session = session
        self._views = views
        self._plots = plots
        self._followed: set[ChronologicalView] = set()
        self._is_showing = False
        plots.time_clicked.connect(self._show_in_trace)
        views.changed.connect(self._follow_views)
        self._follow_views()

    def _chronological(self) -> list[ChronologicalView]:
        return [view for view in self._views.views if isinstance(view, ChronologicalView)]

    def _follow_views(self) -> None:
        for view in self._chronological():
            if view not in self._followed:
                self._followed.add(view)
                view.table.selection_changed.connect(lambda view=view: self._show_in_plot(view))
                view.destroyed.connect(lambda _=None, view=view: self._followed.discard(view))

    def _show_in_trace(self, second: float) -> None:
        recording = self._session.document.recording
        visible = [view for view in self._chronological() if view.isVisible()]
        if not len(recording) or not visible:
            return
        row = min(
            first_row_since(recording, recording.start_ns + round(second * NS_PER_SECOND)),
            recording.end_row - 1,
        )
        self._is_showing = True
        (self._views.current if self._views.current in visible else visible[0]).show_row(row)
        self._is_showing = False

    def _show_in_plot(self, view: ChronologicalView) -> None:
        recording, row = self._session.document.recording, view.current_row()
        if self._is_showing or row is None or not recording.first_row <= row < recording.end_row:
            return
        time_ns = int(recording.rows(row, row + 1).timestamp_ns[0])
        self._plots.show_time((time_ns - recording.start_ns) / NS_PER_SECOND)

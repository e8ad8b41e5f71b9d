"""The commands for the views of the trace: each works in the view that is the current one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu, QWidget

from canmcast_gui.app.bus.sender_watch import WrongSender
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.ui.actions import allow, connect
from canmcast_gui.ui.trace.colors import ColorsDialog
from canmcast_gui.ui.trace.docks import ViewDocks
from canmcast_gui.ui.trace.panel import TracePanel
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.files import FileFlows
from canmcast_gui.ui.window.marks import MarkFlows
from canmcast_gui.ui.window.menus import TIME_MODES, choice_menu


class TraceCommands(QObject):
    """Connects the actions, makes the Trace menu, and keeps ticks as things are."""

    def __init__(
        self,
        actions: WindowActions,
        settings: AppSettings,
        panel: TracePanel,
        views: ViewDocks,
        files: FileFlows,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._settings = settings
        self._panel = panel
        self._views = views
        self._files = files
        self._window = window
        self.marks = MarkFlows(panel.context, views, window)
        self._connect()
        for signal in (
            settings.decimal.changed,
            panel.mode_changed,
            panel.trace.following_changed,
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
            (actions.find, panel.find_bar.open),
            (actions.colors, lambda: ColorsDialog(panel.context, self._window).open()),
            (actions.save_shown, lambda: self._files.ask_save_shown(views.current.filter)),
            (actions.copy, lambda: views.current.commands.copy()),
            (actions.copy_csv, lambda: views.current.commands.copy("csv")),
            (actions.copy_candump, lambda: views.current.commands.copy("candump")),
            (actions.mark, marks.mark_current),
            (actions.unmark, marks.remove_current),
            (actions.next_mark, lambda: marks.go(False)),
            (actions.previous_mark, lambda: marks.go(True)),
            (actions.reference, marks.set_reference),
            (actions.no_reference, lambda: panel.context.set_reference(None)),
        ):
            connect(action.triggered, slot)
        for action in (actions.pause, actions.copy):
            # these keys mean something else where text is typed or buttons have the focus
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        views.add_view_actions((actions.pause, actions.copy))

    def fill_menu(self, menu: QMenu) -> None:
        """The Trace menu."""
        actions = self._actions
        menu.addActions([actions.by_id, actions.chronological])
        menu.addSeparator()
        menu.addAction(actions.hexadecimal)
        menu.addMenu(choice_menu(self._window, "&Time", self._settings.time_mode, TIME_MODES))
        menu.addActions([actions.reference, actions.no_reference])
        menu.addSeparator()
        menu.addActions([actions.follow, actions.filter, actions.find, actions.colors])
        self._columns = menu.addMenu("Col&umns")
        self._columns.aboutToShow.connect(self._fill_columns)
        menu.aboutToShow.connect(self._allow_columns)
        menu.addSeparator()
        menu.addActions([actions.copy, actions.copy_csv, actions.copy_candump])
        menu.addSeparator()
        menu.addActions([actions.mark, actions.unmark, actions.next_mark, actions.previous_mark])

    def _allow_columns(self) -> None:
        is_seen = self._views.current.isVisible()
        allow(self._columns.menuAction(), is_seen, "There is no view to be seen yet.")

    def _fill_columns(self) -> None:
        """The same as a right-click on the titles of the current view."""
        self._columns.clear()
        self._views.current.table.header.fill_menu(self._columns)

    def show_state(self) -> None:
        """Ticks say what is."""
        actions, trace = self._actions, self._views.trace
        actions.hexadecimal.setChecked(not self._settings.decimal.value)
        actions.by_id.setChecked(self._panel.mode == "by_id")
        actions.chronological.setChecked(self._panel.mode == "chronological")
        allow(actions.follow, trace is not None, "A by-ID view does not scroll: it shows each id once.")
        actions.follow.setChecked((trace or self._panel.trace).follower.following)
        has_reference = self._panel.context.reference is not None
        allow(actions.no_reference, has_reference, "Time counts from the start already.")

    def _show_mode(self, mode: str) -> None:
        """Show a view in the middle, and let keys go there; chosen once more it stays."""
        self._panel.set_mode(mode)
        self._panel.focus_view()
        self.show_state()

    def _follow(self) -> None:
        trace = self._views.trace
        if trace is not None:
            trace.set_following(self._actions.follow.isChecked())

    def _on_wrong_sender(self, found: WrongSender) -> None:
        """Say it, with a button that shows only its frames."""
        panel = self._panel
        show = lambda: panel.filter_box.set_filter_text(found.filter_text)  # noqa: E731
        panel.messages.show_message("warning", found.sentence)
        panel.messages.set_topic("document", found.sentence)
        panel.messages.offer(found.sentence, "Show its frames", show)

    def _focus_filter(self) -> None:
        self._views.filter_box.setFocus()
        self._views.filter_box.selectAll()

"""What the commands on subjects call in the window, and the panels that give the subjects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.message_rows import row_for_message
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.commands.subject import Subject, Subjects
from canmcast_gui.ui.commands.subject_commands import SubjectCommands
from canmcast_gui.ui.commands.targets import CommandTargets
from canmcast_gui.ui.files.record import RecordCommands
from canmcast_gui.ui.panels.frame_bits import FrameBits
from canmcast_gui.ui.plot.panel import PlotPanel
from canmcast_gui.ui.trace.colors import ColorsDialog
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.docks import ViewDocks
from canmcast_gui.ui.trace.frame_view import FrameView
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.docks import Docks


class _Place(NamedTuple):
    """A table, and the further actions of its context menu.

    They are its ``main`` actions where the table lists something else than what is received.
    """

    table: QAbstractItemView
    extra: Callable[[], Sequence[QAction]]
    main: bool = False


class PanelSubjects(QObject):
    """Makes the commands, and registers the trace views and panels with them."""

    def __init__(
        self,
        session: Session,
        context: ViewContext,
        actions: WindowActions,
        docks: Docks,
        views: ViewDocks,
        record: RecordCommands,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._docks = docks
        self._subjects = Subjects(session)
        targets = WindowTargets(session, context, docks, views, record, window).targets()
        copy = [actions.copy, actions.copy_csv, actions.copy_candump]
        rows = [actions.bits, actions.mark, actions.unmark, actions.reference, actions.no_reference]
        self.commands = SubjectCommands(targets, rows, copy, window)
        self.bits = FrameBits(self.commands.subject, session.clock, window)
        connect(actions.bits.triggered, self._show_bits)
        self._places: dict[str, _Place] = {}
        for view in views.views:
            self._add_view(view)
        views.opened.connect(self._add_view)
        self._add_panels()

    def _show_bits(self) -> None:
        self.bits.show()
        self.bits.raise_()
        self.bits.activateWindow()

    def menu(self, name: str) -> QMenu:
        """The context menu of a panel."""
        place = self._places[name]
        make = self.commands.menu_after if place.main else self.commands.menu
        return make(place.table, place.extra())

    def view_menu(self, view: FrameView) -> QMenu:
        """The context menu of the current row of a view."""
        return self.commands.menu(view.table)

    def _add_view(self, view: FrameView) -> None:
        self.commands.add_place(view.table, view.commands.subject)
        view.commands.menu_requested.connect(lambda position: self.view_menu(view).popup(position))

    def _add_panels(self) -> None:
        docks = self._docks
        self._add("signals", docks.signals.tree, self._of_signals, docks.signals.menu_actions)
        self._add("gauges", docks.gauges.table, self._of_gauges, docks.gauges.table.actions)
        self._add("hosts", docks.hosts.table, self._of_hosts, lambda: ())
        self._add("marks", docks.marks.table, self._of_marks, docks.marks.table.actions)
        transmit = docks.transmit.table
        self._add("transmit", transmit, self._of_transmit, transmit.actions, main=True)
        statistics = docks.statistics
        self._add("statistics", statistics.table, self._of_statistics, statistics.menu_actions)

        for plot in docks.plots.panels.values():
            self._add_plot(plot)
        docks.plots.opened.connect(self._add_plot)

    def _add_plot(self, plot: PlotPanel) -> None:
        self.commands.add_place(plot, lambda: self._of_plot(plot))
        plot.menus.opening.connect(partial(self._add_to_menu, plot))

    def _of_plot(self, plot: PlotPanel) -> Subject:
        name = plot.menus.current
        return self._subjects.of_signals([name] if name in plot.signals.names else plot.signals.names[:1])

    def _add_to_menu(self, plot: PlotPanel, menu: QMenu) -> None:
        """Add the commands for the signal of a plot's menu."""
        signal = self.commands.signal
        menu.addActions([signal.watch, signal.set_in_transmit, signal.show_in_database, signal.copy_name])
        self.commands.show_in(menu)
        self.commands.act_on(plot)

    def _add(
        self,
        name: str,
        table: QAbstractItemView,
        subject: Callable[[], Subject],
        extra: Callable[[], Sequence[QAction]],
        main: bool = False,
    ) -> None:
        self._places[name] = _Place(table, extra, main)
        self.commands.add_place(table, subject)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(lambda position: self._popup(name, position))

    def _popup(self, name: str, position: QPoint) -> None:
        table = self._places[name].table
        self.menu(name).popup(table.viewport().mapToGlobal(position))

    # -- subjects of panels ------------------------------------------------------------------------------

    def _of_signals(self) -> Subject:
        message = self._docks.signals.selected_message()
        if message is not None:
            return self._subjects.of_message(message)
        return self._subjects.of_signals(self._docks.signals.selected_names())

    def _of_gauges(self) -> Subject:
        gauges = self._docks.gauges
        rows = sorted({index.row() for index in gauges.table.selectedIndexes()})
        return self._subjects.of_signals([gauges.model.names[row] for row in rows])

    def _of_hosts(self) -> Subject:
        table, rows = self._docks.hosts.table, self._docks.hosts.model.rows
        line = table.currentIndex().row()
        if not 0 <= line < len(rows):
            return Subject()
        return self._subjects.of_source(rows[line].source, sorted(rows[line].nodes))

    def _of_marks(self) -> Subject:
        row, recording = self._docks.marks.current_row(), self._session.document.recording
        if row is None or not recording.first_row <= row < recording.end_row:
            return Subject()
        return self._subjects.of_frame(recording.rows(row, row + 1))

    def _of_transmit(self) -> Subject:
        rows, selected = self._session.transmit.rows, self._docks.transmit.selected()
        if not selected:
            return Subject()
        row = rows[selected[0]]
        return self._subjects.of_id(row.arbitration_id, row.extended)

    def _of_statistics(self) -> Subject:
        statistics = self._docks.statistics
        line = statistics.table.currentIndex().row()
        if not 0 <= line < statistics.model.rowCount():
            return Subject()
        entry = statistics.model.entry(line)
        is_known = entry < len(self._session.document.newest)
        return self._subjects.of_entry(entry) if is_known else Subject()


class WindowTargets:
    """The functions of the window that commands call."""

    def __init__(
        self,
        session: Session,
        context: ViewContext,
        docks: Docks,
        views: ViewDocks,
        record: RecordCommands,
        window: QWidget,
    ) -> None:
        self._session = session
        self._context = context
        self._docks = docks
        self._views = views
        self._record = record
        self._window = window

    def targets(self) -> CommandTargets:
        """All of them."""
        session, docks, views = self._session, self._docks, self._views
        return CommandTargets(
            report=session.messages.info,
            refine=lambda text: views.filter_box.refine(text),
            open_view=lambda text: views.open_new("chronological", text),
            find=self._find,
            color=self._color,
            record_on=self._record.ask_with_options,
            plot=self._plot,
            watch=lambda names: docks.show_gauges(list(names)),
            add_rows=docks.transmit.add_frames,
            send=session.transmit.jobs.send_frames,
            obstacle=lambda: session.transmit.link.obstacle,
            set_signal=self._set_signal,
            show_message=lambda name: self._in_browser(docks.browser.show_message, name),
            show_signal=lambda name: self._in_browser(docks.browser.show_signal, name),
            show_node=lambda name: self._in_browser(docks.browser.show_node, name),
            show_statistics=self._show_statistics,
            expand=self._expand,
        )

    def _find(self, text: str, backwards: bool) -> None:
        """Go to a frame in the current chronological view, or in the one in the center."""
        try:
            condition = self._context.filter(text)
        except FilterError as error:
            self._session.messages.info(f"The search is not possible: {error}.")
            return
        view = self._views.chronological_view()
        view.search(condition, backwards, self._report_search)

    def _report_search(self, found: bool, wrapped: bool) -> None:
        if not found:
            self._session.messages.info("There is no such frame in the view.")
        elif wrapped:
            self._session.messages.info("The search continued at the other end of the recording.")

    def _color(self, name: str, filter_text: str) -> None:
        dialog = ColorsDialog(self._context, self._window)
        dialog.add_rule(name, filter_text)
        dialog.open()

    def _expand(self) -> None:
        table = self._views.current.table
        table.toggle(table.currentIndex().row())

    def _plot(self, names: Sequence[str]) -> None:
        for name in names:
            self._docks.plots.plot_signal(name)

    def _set_signal(self, subject: Subject) -> None:
        """Select the transmit row of a message, or add one, and go to the field of a signal."""
        transmit, rows = self._docks.transmit, self._session.transmit.rows
        found = (n for n, row in enumerate(rows) if (row.arbitration_id, row.extended) == subject.identity)
        number = next(found, None)
        self._docks.docks["transmit"].bring_forward()
        if number is not None:
            transmit.table.select([number])
        elif len(subject.frame):
            transmit.add_frames(subject.frame)
        elif subject.database is not None and subject.message is not None:
            at = len(rows)
            transmit.model.insert(at, [row_for_message(subject.database, subject.message)])
            transmit.table.select([at])
        transmit.show_signal(subject.signal.partition(".")[2])

    def _in_browser(self, show: Callable[[str], None], name: str) -> None:
        self._docks.show_browser()
        show(name)

    def _show_statistics(self, arbitration_id: int, extended: bool) -> None:
        self._docks.docks["statistics"].bring_forward()
        self._docks.statistics.show_id(arbitration_id, extended)

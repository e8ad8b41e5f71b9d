"""All commands on subjects: which panel gives the subject, and the menus that show the commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import allow
from canmcast_gui.ui.commands.command import NO_FRAME, NO_SIGNAL, NO_SOURCE, CommandList
from canmcast_gui.ui.commands.frame import CopyCommands, FrameCommands
from canmcast_gui.ui.commands.signal import SignalCommands
from canmcast_gui.ui.commands.source import SourceCommands
from canmcast_gui.ui.commands.subject import Subject
from canmcast_gui.ui.commands.targets import CommandTargets
from canmcast_gui.ui.labels import label_text

Actions = Sequence[QAction]

# A menu with more signals would not fit on a screen; "Plot all" is its first entry.
MAX_LISTED = 40


class SubjectCommands(QObject):
    """The commands, and the panels whose subjects they act on.

    The current subject is that of the panel that had the focus last. ``frame``, ``copy``, ``signal`` and
    ``source`` have the actions; ``filter_menu``, ``plot_menu``, ``copy_menu`` and ``source_menu`` are shown
    by several menus.
    """

    def __init__(self, targets: CommandTargets, rows: Actions, copy: Actions, window: QWidget) -> None:
        """``rows`` are the actions for the current row, ``copy`` those that copy the selected rows."""
        super().__init__(window)
        self._targets = targets
        self._window = window
        self._rows = list(rows)
        self._places: dict[QWidget, Callable[[], Subject]] = {}
        self._place: QWidget | None = None
        self._make = make = CommandList(window, self.subject, targets.report)
        self.frame = FrameCommands(make, targets)
        self.copy = CopyCommands(make)
        self.signal = SignalCommands(make, targets)
        self.source = SourceCommands(make, targets)
        self.filter_menu = self._menu("&Filter by", "filter", self._fill_filter_menu)
        self.plot_menu = self._menu("P&lot one signal", "plot", self._fill_plot_menu)
        self.copy_menu = self._menu("&Copy", "copy")
        self.copy_menu.addActions([*copy, self.copy.data, self.copy.c_array, self.copy.python])
        self.source_menu = self._menu("Sen&der", "")
        self.source_menu.addActions(self._source_actions())
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    def _menu(self, title: str, icon: str, fill: Callable[[], None] | None = None) -> QMenu:
        menu = QMenu(title, self._window)
        menu.setToolTipsVisible(True)
        if icon:
            menu.setIcon(icons.icon(icon))
        if fill is not None:
            menu.aboutToShow.connect(fill)
        return menu

    # -- places and the subject --------------------------------------------------------------------------

    def add_place(self, widget: QWidget, subject: Callable[[], Subject]) -> None:
        """Have the commands act on the subject of a widget while it has had the focus last."""
        self._places[widget] = subject
        widget.destroyed.connect(lambda *_: self._forget(widget))
        if self._place is None:
            self._place = widget

    def act_on(self, widget: QWidget) -> None:
        """Have the commands act on the subject of a widget from now on, and show what it allows."""
        self._place = widget
        self.update()

    def _forget(self, widget: QWidget) -> None:
        self._places.pop(widget, None)
        if self._place is widget:
            self._place = next(iter(self._places), None)

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        while new is not None and new not in self._places:
            new = new.parentWidget()
        if new is not None:
            self._place = new

    def subject(self) -> Subject:
        """The current subject."""
        place = self._place
        return self._places[place]() if place is not None and isValid(place) else Subject()

    # -- menus -------------------------------------------------------------------------------------------

    def popup(self, widget: QWidget, position: QPoint, extra: Actions = ()) -> None:
        """Open the context menu of a widget at a position on the screen."""
        self.menu(widget, extra).popup(position)

    def menu(self, widget: QWidget, extra: Actions = ()) -> QMenu:
        """The context menu for the subject of a widget: the commands, then ``extra``."""
        self._place = widget
        subject = self.subject()
        menu = QMenu(widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for section in (*self._sections(subject), extra):
            menu.addActions(list(section))
            if section:
                menu.addSeparator()
        self.show_in(menu)
        self.update()
        return menu

    def menu_after(self, widget: QWidget, main: Actions) -> QMenu:
        """The context menu of a list of what is sent: ``main``, then some commands for the selected id."""
        self._place = widget
        frame, signal = self.frame, self.signal
        menu = QMenu(widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        menu.addActions(list(main))
        menu.addSeparator()
        menu.addActions([signal.plot, signal.watch, frame.only_id, frame.without_id, frame.color_id])
        menu.addActions(
            [frame.find_next, frame.find_previous, signal.show_in_database, frame.show_statistics]
        )
        self.show_in(menu)
        self.update()
        return menu

    def show_in(self, menu: QMenu) -> None:
        """Show in a menu what is possible with the current subject, whenever it opens."""
        menu.aboutToShow.connect(self.update)
        # The action is triggered after its menu is hidden.
        menu.aboutToHide.connect(lambda: QTimer.singleShot(0, self, self._on_closed))

    def _sections(self, subject: Subject) -> Iterable[Actions]:
        """The commands for a subject: those for parts that it does not have are left out."""
        frame, signal = self.frame, self.signal
        if subject.id_filter is None and subject.signals:
            yield [signal.plot, signal.watch, signal.copy_name]
        elif subject.id_filter is None:
            yield self._source_actions() if subject.source is not None else []
        else:
            yield [frame.expand] if subject.row is not None else []
            yield self._signal_actions(subject)
            yield [frame.add_rows, frame.send_once]
            yield self._filter_actions(subject)
            yield [frame.color_id, *([frame.color_value] if subject.has_other_cell else [])]
            yield self._find_actions(subject)
            yield self._rows if subject.row is not None else []
            yield self._show_actions(subject)

    def _signal_actions(self, subject: Subject) -> Actions:
        if not subject.signals:
            return []
        signal = self.signal
        if subject.single:
            return [signal.plot, signal.watch, signal.set_in_transmit]
        return [signal.plot, self.plot_menu.menuAction(), signal.watch]

    def _filter_actions(self, subject: Subject) -> Actions:
        frame = self.frame
        pair = [frame.only_value, frame.without_value] if subject.has_other_cell else []
        by = [self.filter_menu.menuAction()] if subject.cells else []
        return [*pair, frame.only_id, frame.without_id, *by, frame.new_view]

    def _find_actions(self, subject: Subject) -> Actions:
        frame, signal = self.frame, self.signal
        changes = [signal.next_change, signal.previous_change] if subject.row and subject.signal else []
        return [frame.find_next, frame.find_previous, *changes]

    def _show_actions(self, subject: Subject) -> Actions:
        frame, signal = self.frame, self.signal
        names = [signal.copy_name, signal.copy_value] if subject.signal else []
        copy = [self.copy_menu.menuAction()] if subject.copy is not None else []
        source = [self.source_menu.menuAction()] if subject.source is not None else []
        return [*copy, *names, frame.record_on, signal.show_in_database, frame.show_statistics, *source]

    def _source_actions(self) -> Actions:
        source = self.source
        return [source.only, source.without, source.color, source.copy_address, source.show_node]

    # -- the menu bar ------------------------------------------------------------------------------------

    def fill_trace_menu(self, menu: QMenu) -> None:
        """Add the commands for frames and senders."""
        frame, signal = self.frame, self.signal
        only = self._submenu(menu, "Filter by this &row", "filter")
        only.addActions([frame.only_id, frame.without_id, frame.only_value, frame.without_value])
        only.addMenu(self.filter_menu)
        only.addAction(frame.new_view)
        self._submenu(menu, "Co&lor by this row", "theme").addActions([frame.color_id, frame.color_value])
        go = self._submenu(menu, "&Go to", "next")
        go.addActions([frame.find_next, frame.find_previous, signal.next_change, signal.previous_change])
        menu.addMenu(self.source_menu)
        menu.addMenu(self.copy_menu)
        menu.addSeparator()
        menu.addActions([frame.expand, signal.show_in_database, frame.show_statistics, frame.record_on])
        self.show_in(menu)

    def _submenu(self, menu: QMenu, title: str, icon: str) -> QMenu:
        submenu = self._menu(title, icon)
        menu.addMenu(submenu)
        return submenu

    def fill_transmit_menu(self, menu: QMenu) -> None:
        """Add the commands that make transmit rows of frames."""
        menu.addActions([self.frame.add_rows, self.frame.send_once, self.signal.set_in_transmit])
        self.show_in(menu)

    def fill_plot_menu(self, menu: QMenu) -> None:
        """Add the commands for signals."""
        signal = self.signal
        menu.addAction(signal.plot)
        menu.addMenu(self.plot_menu)
        menu.addActions([signal.watch, signal.copy_name, signal.copy_value])
        self.show_in(menu)

    def keys(self) -> list[tuple[str, str]]:
        """The keys of the commands, with their titles."""
        return self._make.keys()

    # -- state -------------------------------------------------------------------------------------------

    def update(self) -> None:
        """Enable what the current subject allows, and name it in the texts."""
        subject = self.subject()
        for command in self._make.commands:
            command.show(subject)
        allow(self.filter_menu.menuAction(), bool(subject.cells), NO_FRAME)
        allow(self.plot_menu.menuAction(), bool(subject.signals), NO_SIGNAL)
        allow(self.copy_menu.menuAction(), subject.copy is not None, NO_FRAME)
        allow(self.source_menu.menuAction(), subject.source is not None, NO_SOURCE)

    def _on_closed(self) -> None:
        """Reset the actions, unless a click that closed one menu opened another."""
        if not isinstance(QApplication.activePopupWidget(), QMenu):
            self.reset()

    def reset(self) -> None:
        """Enable all actions: their keys say what is missing."""
        for command in self._make.commands:
            command.reset()

    def _fill_filter_menu(self) -> None:
        menu = self.filter_menu
        menu.clear()
        for number, cell in enumerate(self.subject().cells.values()):
            if number:
                menu.addSeparator()
            label = label_text(cell.label)
            menu.addAction(f"Only {label}", partial(self._targets.refine, cell.text))
            menu.addAction(f"Without {label}", partial(self._targets.refine, cell.excluding))

    def _fill_plot_menu(self) -> None:
        menu = self.plot_menu
        menu.clear()
        for name in self.subject().signals[:MAX_LISTED]:
            text = label_text(name.partition(".")[2])
            menu.addAction(text, partial(self._targets.plot, [name]))

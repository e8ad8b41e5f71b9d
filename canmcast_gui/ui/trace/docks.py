"""The trace views in docks: each has a filter of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget
from shiboken6 import isValid

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import MAX_VIEWS, VIEWS, ViewKind, ViewSetup
from canmcast_gui.ui.filters.box import FilterBox
from canmcast_gui.ui.filters.state import FilterState
from canmcast_gui.ui.labels import label_text
from canmcast_gui.ui.panels.dock import PanelDock
from canmcast_gui.ui.trace.by_id_view import ByIdView
from canmcast_gui.ui.trace.chronological_view import ChronologicalView
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.frame_view import FrameView
from canmcast_gui.ui.trace.panel import TracePanel

TITLES = {"chronological": "Chronological", "by_id": "By ID"}


class ViewPane(QWidget):
    """A filter box above a view. ``name`` identifies its columns and its dock in the settings.

    ``filter_changed`` is emitted when another filter comes into force.
    """

    filter_changed = Signal()

    def __init__(self, setup: ViewSetup, context: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind, self.name = setup.kind, setup.name
        self.filters = FilterState(context.session, self, context.sources)
        self.filter_box = FilterBox(self.filters, context.settings, self)
        view = ChronologicalView if setup.kind == "chronological" else ByIdView
        self.view = view(context, self.filters, f"{setup.name}/", self)
        self.filter_box.count_with(self.view.match_count)
        self.view.clear_filter.clicked.connect(self.filter_box.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.filter_box)
        layout.addWidget(self.view, 1)
        if setup.filter:
            self.filter_box.set_filter_text(setup.filter)
        if setup.columns:
            self.view.table.header.apply_setup(setup.columns)
        self.filters.changed.connect(lambda _filter: self.filter_changed.emit())

    def setup(self) -> ViewSetup:
        """What a workspace stores of the view."""
        return ViewSetup(self.kind, self.name, self.filter_box.text(), self.view.table.header.setup())


class ViewDocks(QObject):
    """Opens and closes views. The current view is the one that had the focus last.

    ``changed`` is emitted when a view is opened, closed, or becomes the current one, ``opened`` carries a
    new view. Closed views are deleted; those that are open at the end of the program are opened again at its
    next start.
    """

    changed = Signal()
    opened = Signal(FrameView)

    def __init__(
        self, session: Session, settings: AppSettings, panel: TracePanel, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._stored = settings.field(VIEWS)
        self._panel = panel
        self._window = window
        self.docks: dict[str, PanelDock] = {}
        self._current: FrameView | None = None
        self._is_ending = False
        self._view_actions: list[QAction] = []
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    @property
    def panes(self) -> list[ViewPane]:
        """The views in docks."""
        return [pane for dock in self.docks.values() if isinstance(pane := dock.widget(), ViewPane)]

    @property
    def views(self) -> list[FrameView]:
        """All views, those in the center first."""
        return [self._panel.by_id, self._panel.chronological, *(pane.view for pane in self.panes)]

    @property
    def current(self) -> FrameView:
        """The view that had the focus last, to which commands apply."""
        return self._current or self._panel.view

    @property
    def filter_box(self) -> FilterBox:
        """The filter box of the current view."""
        boxes = (pane.filter_box for pane in self.panes if pane.view is self.current)
        return next(boxes, self._panel.filter_box)

    @property
    def current_chronological(self) -> ChronologicalView | None:
        """The current view if it is a chronological one."""
        return self.current if isinstance(self.current, ChronologicalView) else None

    def chronological_view(self) -> ChronologicalView:
        """The current view if it is a chronological one, else the one in the center, which then is shown."""
        current = self.current
        if isinstance(current, ChronologicalView):
            return current
        self._current = None
        self._panel.show_chronological()
        return self._panel.chronological

    def add_view_actions(self, actions: Iterable[QAction]) -> None:
        """Add actions whose keys work while any of the views has the focus."""
        self._view_actions += actions
        for view in self.views:
            view.addActions(self._view_actions)

    # -- opening and closing -----------------------------------------------------------------------------

    def open_new(self, kind: ViewKind, filter_text: str = "") -> None:
        """Open another view of a kind, with a filter of its own."""
        pane = self.open(ViewSetup(kind, filter=filter_text))
        if pane is not None:
            self._current = pane.view
            pane.view.setFocus()
            self.changed.emit()

    def open(self, setup: ViewSetup) -> ViewPane | None:
        """Open a view under the name of its setup or a free name; None if there are too many."""
        if len(self.docks) >= MAX_VIEWS:
            self._session.messages.info(f"{MAX_VIEWS} views are open. Close one first.")
            return None
        name = setup.name if setup.name and setup.name not in self.docks else self._free_name()
        pane = ViewPane(replace(setup, name=name), self._panel.context)
        pane.view.addActions(self._view_actions)
        self.opened.emit(pane.view)
        if isinstance(pane.view, ChronologicalView):
            pane.view.following_changed.connect(self.changed)
        self.docks[name] = dock = self._make_dock(pane)
        pane.filter_changed.connect(lambda: dock.setWindowTitle(_title(pane)))
        dock.destroyed.connect(partial(self._on_destroyed, name))
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self._window.resizeDocks([dock], [self._window.width() * 2 // 5], Qt.Orientation.Horizontal)
        self.changed.emit()
        return pane

    def _make_dock(self, pane: ViewPane) -> PanelDock:
        dock = PanelDock(pane.name, _title(pane), self._window)
        dock.first_focus = pane.view.table
        dock.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dock.setWidget(pane)
        return dock

    def _free_name(self) -> str:
        return next(f"view-{n}" for n in range(2, MAX_VIEWS + 3) if f"view-{n}" not in self.docks)

    def close_all(self) -> None:
        """Close all views in docks."""
        for dock in list(self.docks.values()):
            dock.close()
            self._forget(dock.objectName())

    def _forget(self, name: str) -> None:
        dock = self.docks.pop(name, None)
        pane = None if dock is None else dock.widget()
        if isinstance(pane, ViewPane) and self._current is pane.view:
            self._current = None

    def _on_destroyed(self, name: str, _object: QObject | None = None) -> None:
        """Remove a dock, unless its name belongs to a new one."""
        if not self._is_ending and name in self.docks and not isValid(self.docks[name]):
            del self.docks[name]
            self._current = None
            self.changed.emit()

    # -- setups ------------------------------------------------------------------------------------------

    def setups(self) -> list[ViewSetup]:
        """The setups of all views; those in the center have the filter that they share."""
        shared = self._panel.filter_box.text()
        by_id = ViewSetup("by_id", "", shared, self._panel.by_id.table.header.setup())
        columns = self._panel.chronological.table.header.setup()
        center = [by_id, ViewSetup("chronological", "", shared, columns)]
        return [*center, *(pane.setup() for pane in self.panes)]

    def apply_setups(self, setups: Iterable[ViewSetup]) -> None:
        """Open the views of these setups, and close all others."""
        self.close_all()
        center = {"by_id": self._panel.by_id, "chronological": self._panel.chronological}
        for setup in setups:
            if setup.name:
                self.open(setup)
            else:
                center[setup.kind].table.header.apply_setup(setup.columns)
                self._panel.filter_box.set_filter_text(setup.filter)

    def restore(self) -> None:
        """Open the views that were open at the end of the program."""
        for setup in self._stored.value:
            self.open(setup)

    def store(self) -> None:
        """Store which views are open, for the next start."""
        self._stored.set(tuple(pane.setup() for pane in self.panes))

    def end(self) -> None:
        """Keep the stored views while the window closes them."""
        self._is_ending = True

    # -- the current view --------------------------------------------------------------------------------

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Make the view current that, or whose filter, gets the focus."""
        view = self._view_around(new)
        if view is not None and view is not self.current:
            self._current = None if view in (self._panel.by_id, self._panel.chronological) else view
            self.changed.emit()

    def _view_around(self, widget: QWidget | None) -> FrameView | None:
        if widget is self._panel.filter_box:
            return self._panel.view
        while widget is not None:
            if isinstance(widget, ViewPane):
                return widget.view
            if isinstance(widget, FrameView):
                return widget
            widget = widget.parentWidget()
        return None


def _title(pane: ViewPane) -> str:
    number = pane.name.rpartition("-")[2]
    text = pane.filter_box.text()
    return f"{TITLES[pane.kind]} {number}" + (f" – {label_text(text)}" if text else "")

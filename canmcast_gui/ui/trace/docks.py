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
from canmcast_gui.app.workspace.view_setups import MOST_VIEWS, ViewSetup
from canmcast_gui.ui.labels import label_text
from canmcast_gui.ui.panels.dock import PanelDock
from canmcast_gui.ui.trace.by_id_view import ByIdView
from canmcast_gui.ui.trace.chronological_view import TraceView
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.filter import FilterBox, FilterProblem, FilterState
from canmcast_gui.ui.trace.frame_view import FrameView
from canmcast_gui.ui.trace.panel import TracePanel


class ViewPane(QWidget):
    """Filter box above, view below. ``name`` is what columns and the dock's place are remembered under.

    ``filter_used`` says that another filter has come into force.
    """

    filter_used = Signal(str)

    def __init__(self, setup: ViewSetup, context: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind, self.name = setup.kind, setup.name
        self.filters = FilterState(context.session, self, context.sources)
        self.filter_box = FilterBox(self.filters, context.settings, self)
        view = TraceView if setup.kind == "chronological" else ByIdView
        self.view = view(context, self.filters, f"{setup.name}/", self)
        self.view.commands.filter_requested.connect(self.filter_box.refine)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.filter_box)
        layout.addWidget(FilterProblem(self.filters, self.filter_box, self))
        layout.addWidget(self.view, 1)
        if setup.filter:
            self.filter_box.set_filter_text(setup.filter)
        if setup.columns:
            self.view.table.header.set_up(setup.columns)
        self.filters.changed.connect(lambda condition: self.filter_used.emit(condition.text))

    def setup(self) -> ViewSetup:
        """What is set up here."""
        return ViewSetup(self.kind, self.name, self.filter_box.text(), self.view.table.header.setup())


TITLES = {"chronological": "Chronological", "by_id": "By ID"}


class ViewDocks(QObject):
    """Opens and closes views, and knows which one the user works in.

    ``changed`` says that a view has come, gone or become the current one. A view that is closed is gone;
    those that are open at the end are there again at the next start.
    """

    changed = Signal()
    mark_requested = Signal(int)

    def __init__(
        self, session: Session, settings: AppSettings, panel: TracePanel, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._panel = panel
        self._window = window
        self._docks: dict[str, PanelDock] = {}
        self._current: FrameView | None = None
        self._ending = False
        self._view_actions: list[QAction] = []
        for view in self.views:
            view.commands.mark_requested.connect(self.mark_requested)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    @property
    def panes(self) -> list[ViewPane]:
        """The open views beside the middle."""
        return [dock.widget() for dock in self._docks.values()]

    @property
    def views(self) -> list[FrameView]:
        """All views, those in the middle first."""
        return [self._panel.by_id, self._panel.trace, *(pane.view for pane in self.panes)]

    @property
    def current(self) -> FrameView:
        """The view that the user worked in last: what commands mean."""
        return self._current or self._panel.view

    @property
    def filter_box(self) -> FilterBox:
        """The filter box of the current view."""
        boxes = {pane.view: pane.filter_box for pane in self.panes}
        return boxes.get(self.current, self._panel.filter_box)

    @property
    def trace(self) -> TraceView | None:
        """The current view where it is a chronological one."""
        return self.current if isinstance(self.current, TraceView) else None

    def chronological(self) -> TraceView:
        """The chronological view that the user worked in, else the one in the middle, which is then shown."""
        if not isinstance(self.current, TraceView):
            self._current = None
            self._panel.show_chronological()
        return self._panel.trace if self._current is None else self._current

    def add_view_actions(self, actions: Iterable[QAction]) -> None:
        """Actions whose keys work while any of the views has the focus."""
        self._view_actions += actions
        for view in self.views:
            view.addActions(self._view_actions)

    # -- opening and closing -----------------------------------------------------------------------------

    def open_new(self, kind: str) -> None:
        """Open another view of a kind, with an empty filter."""
        pane = self.open(ViewSetup(kind))
        if pane is not None:
            self._current = pane.view
            pane.view.setFocus()
            self.changed.emit()

    def open(self, setup: ViewSetup) -> ViewPane | None:
        """Open a view as it is set up, under its name or a free one; None where there are too many."""
        if len(self._docks) >= MOST_VIEWS:
            self._session.message.emit("info", f"There are {MOST_VIEWS} views open; close one first.")
            return None
        name = setup.name if setup.name and setup.name not in self._docks else self._free_name()
        pane = ViewPane(replace(setup, name=name), self._panel.context)
        pane.view.addActions(self._view_actions)
        pane.view.commands.mark_requested.connect(self.mark_requested)
        if isinstance(pane.view, TraceView):
            pane.view.following_changed.connect(self.changed)
        self._docks[name] = dock = self._make_dock(pane)
        pane.filter_used.connect(lambda _text: dock.setWindowTitle(_title(pane)))
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
        return next(f"view-{n}" for n in range(2, MOST_VIEWS + 3) if f"view-{n}" not in self._docks)

    def close_all(self) -> None:
        """Close all views but those in the middle."""
        for dock in list(self._docks.values()):
            dock.close()
            self._forget(dock.objectName())

    def _forget(self, name: str) -> None:
        dock = self._docks.pop(name, None)
        if dock is not None and self._current is dock.widget().view:
            self._current = None

    def _on_destroyed(self, name: str, _gone: QObject | None = None) -> None:
        """Forget it, unless another one has its name by now."""
        if not self._ending and name in self._docks and not isValid(self._docks[name]):
            del self._docks[name]
            self._current = None
            self.changed.emit()

    # -- what is remembered ------------------------------------------------------------------------------

    def setups(self) -> list[ViewSetup]:
        """All views as they are set up; the shared filter of those in the middle stands in both."""
        shared = self._panel.filter_box.text()
        middle = (("by_id", self._panel.by_id), ("chronological", self._panel.trace))
        own = [ViewSetup(kind, "", shared, view.table.header.setup()) for kind, view in middle]
        return [*own, *(pane.setup() for pane in self.panes)]

    def set_up(self, setups: Iterable[ViewSetup]) -> None:
        """Have these views and no others."""
        self.close_all()
        middle = {"by_id": self._panel.by_id, "chronological": self._panel.trace}
        for setup in setups:
            if setup.name:
                self.open(setup)
            else:
                middle[setup.kind].table.header.set_up(setup.columns)
                self._panel.filter_box.set_filter_text(setup.filter)

    def restore(self) -> None:
        """Open what was open at the last end; entries that were damaged by hand are left out."""
        for values in self._settings.views.value[:MOST_VIEWS]:
            try:
                self.open(ViewSetup.from_dict(values))
            except ValueError:
                continue

    def remember(self) -> None:
        """Keep what is open now for the next start."""
        self._settings.views.set([pane.setup().to_dict() for pane in self.panes])

    def end(self) -> None:
        """The window is about to go: what goes with it stays remembered."""
        self._ending = True

    # -- the current one ---------------------------------------------------------------------------------

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """A view is current from when it or its filter gets the focus until another one does."""
        view = self._view_around(new)
        if view is not None and view is not self.current:
            self._current = None if view in (self._panel.by_id, self._panel.trace) else view
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

"""A view of the trace with a filter of its own, as it stands beside the middle of the window."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from canmcast_gui.app.view_setup import ViewSetup
from canmcast_gui.ui.trace.byid_view import ByIdView
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.filter import FilterBox, FilterProblem, FilterState
from canmcast_gui.ui.trace.view import TraceView


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
        self.view.filter_requested.connect(self.filter_box.refine)
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

"""Trace views without the main window."""

from collections.abc import Callable

import pytest

from canmcast_gui.ui.filters.state import FilterState
from canmcast_gui.ui.trace.context import ViewContext


@pytest.fixture
def filters(stage) -> FilterState:
    """The filter of the view."""
    return FilterState(stage.session)


@pytest.fixture
def shown_view(qtbot, stage, filters) -> Callable:
    """Makes a view of a class and shows it, with the database that knows the message Engine."""

    def show(kind: type):
        stage.add_database()
        view = kind(ViewContext(stage.session, stage.settings, stage.session), filters)
        qtbot.addWidget(view)
        view.resize(900, 400)
        with qtbot.waitExposed(view):
            view.show()
        return view

    return show

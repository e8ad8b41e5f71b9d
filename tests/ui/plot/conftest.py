"""A plot panel without the main window."""

import pytest

from canmcast_gui.ui.plot.panel import PlotPanel


@pytest.fixture
def session(stage):
    """The session of the stage."""
    return stage.session


@pytest.fixture
def panel(qtbot, session, stage):
    stage.add_database()
    panel = PlotPanel(session)
    qtbot.addWidget(panel)
    panel.resize(700, 320)
    panel.show()
    qtbot.waitExposed(panel)
    return panel

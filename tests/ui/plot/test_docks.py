"""Plots in docks: opened, closed, restored, linked with each other and with the trace."""

import pytest

from canmcast_gui.app.workspace.view_setups import MAX_PLOTS, LineKind, PlotSetup, PlotStyle
from tests.support.frames import traffic
from tests.support.stage import process_deletions

pytestmark = pytest.mark.window

SPEED, GEAR = "Engine.Speed", "Engine.Gear"


@pytest.fixture
def plots(qtbot, stage, window):
    stage.add_database()
    stage.receive(traffic(400))
    return window.docks.plots


def test_signals_are_added_to_the_current_plot(plots, window):
    plots.plot_signal(SPEED)
    plots.open_new()
    plots.plot_signal(GEAR)
    assert [panel.signals.names for panel in plots.panels.values()] == [[SPEED], [GEAR]]
    assert plots.plotted() == [SPEED, GEAR]
    assert plots.docks["plot-2"].windowTitle() == "Plot 2"
    plots.remove_signal(GEAR)
    assert plots.plotted() == [SPEED]


def test_a_closed_plot_is_deleted_and_the_first_one_stays(plots):
    plots.plot_signal(SPEED)
    plots.open_new()
    plots.plot_signal(GEAR)
    plots.docks["plot-2"].close()
    process_deletions()
    assert list(plots.panels) == ["plot"]
    assert plots.plotted() == [SPEED]
    plots.plot_signal(GEAR)
    assert plots.plotted() == [SPEED, GEAR]


def test_setups_are_applied_and_returned(plots):
    wanted = [
        PlotSetup(
            ((SPEED, PlotStyle(LineKind.POINTS)), (GEAR, PlotStyle(raw=True))), overlaid=True, seconds=30.0
        ),
        PlotSetup(((SPEED, PlotStyle(color="#123456")),), "plot-7"),
    ]
    plots.apply_setups(wanted)
    assert plots.setups() == wanted
    plots.apply_setups([])
    assert plots.setups() == [PlotSetup()]


def test_the_number_of_plots_is_limited_with_a_message(plots, stage):
    messages: list[str] = []
    stage.session.messages.posted.connect(lambda _level, text: messages.append(text))
    for _ in range(MAX_PLOTS):
        plots.open_new()
    assert len(plots.docks) == MAX_PLOTS
    assert messages == [f"{MAX_PLOTS} plots are open. Close one first."]


def test_linked_plots_show_the_same_time_and_cursors(plots):
    plots.plot_signal(SPEED)
    plots.open_new()
    plots.plot_signal(GEAR)
    first, second = plots.panels.values()
    first.fit()
    assert second.span.mode is first.span.mode
    first.picture.lanes.zoomed.emit(0.5, 0.1)
    assert second.span.span == first.span.span
    second.cursors.move(1, 0.15)
    assert first.cursors.seconds == [None, 0.15]
    plots.link_action.setChecked(False)
    first.picture.lanes.dragged.emit(0.05)
    assert second.span.span != first.span.span
    second.cursors.move(0, 0.1)
    assert first.cursors.seconds == [None, 0.15]


def test_a_click_in_a_plot_shows_the_row_and_a_row_moves_the_cursor(plots, window):
    window.actions_.chronological.trigger()
    plots.plot_signal(SPEED)
    panel = plots.current
    panel.fit()
    panel.actions_.cursor.trigger()
    panel.picture.lanes.clicked.emit(0.1234)
    assert window.panel.chronological.current_row() == 124
    assert panel.cursors.seconds[0] == pytest.approx(0.1234)
    window.panel.chronological.show_row(200)
    assert panel.cursors.seconds[0] == pytest.approx(0.2)
    panel.actions_.cursor.trigger()
    window.panel.chronological.show_row(300)
    assert panel.cursors.seconds[0] is None

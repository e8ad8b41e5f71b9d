"""Docks of the main window and layouts that are older than some of them."""


def test_a_dock_that_a_layout_does_not_know_joins_its_group_of_tabs(window):
    window.docks.arrange()
    fuzz = window.docks.docks["fuzz"]
    fuzz.setObjectName("of another time")
    state = window.saveState()
    fuzz.setObjectName("fuzz")
    assert window.restoreState(state)
    window.docks.place_new(state)
    assert fuzz in window.tabifiedDockWidgets(window.docks.docks["transmit"])
    assert not window.docks.docks["transmit"].visibleRegion().isEmpty()
    plots = window.tabifiedDockWidgets(window.docks.docks["plot"])
    assert window.docks.docks["gauges"] in plots
    assert fuzz not in plots

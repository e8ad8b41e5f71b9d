"""The button with the state of the bus and its menu."""

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.window.bus import ConnectionButton


def test_the_button_offers_recent_and_usual_buses(qtbot, stage, window):
    mine = Measurement.of_bus(BusSettings(group="239.9.9.9", port=99))
    stage.settings.recent_buses.set((mine,))
    button = ConnectionButton(stage.session, stage.settings, [], [], window)
    assert "Not connected" in button.text()
    button.menu().aboutToShow.emit()
    actions = {action.text(): action for action in button.menu().actions()}
    assert {"IPv6 default", "IPv4 default", "This computer"} <= actions.keys()
    with qtbot.waitSignal(button.chosen) as chosen:
        actions["239.9.9.9:99"].trigger()
    assert chosen.args == [mine]

"""What tests of panels share: a live bus, and ticks of the display clock."""

from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transport.settings import BusSettings

WAIT_MS = 15_000
GROUP = "239.74.163.2"


def go_live(qtbot, session: Session, port: int) -> None:
    """Open a bus on this host only."""
    session.bus.open(Measurement.of_bus(BusSettings(group=GROUP, port=port, hop_limit=0)))
    qtbot.waitUntil(lambda: session.state is SessionState.LIVE, timeout=WAIT_MS)


def ticks(session: Session, number: int = 20) -> None:
    """Let the display clock tick at once, so that each visible view is updated and hidden ones are not."""
    for _ in range(number):
        session.clock.tick.emit()

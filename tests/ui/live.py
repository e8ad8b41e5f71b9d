"""What the tests of panels share."""

from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.transport.settings import BusSettings

WAIT_MS = 15_000
GROUP = "239.74.163.2"


def go_live(qtbot, session: Session, port: int) -> None:
    """Go on a bus that stays on this host."""
    session.bus.open(BusSettings(group=GROUP, port=port, hop_limit=0))
    qtbot.waitUntil(lambda: session.state is SessionState.LIVE, timeout=WAIT_MS)

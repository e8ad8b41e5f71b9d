"""Random faults of a bus: lost frames are gaps where they are missing, and no frame arrives twice.

Interfaces go down or are removed, the receiving process is killed, or stopped for longer than its buffer
lasts, and bursts come that no buffer holds.
"""

import os
import random
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import read_batches
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from tests.support.long_runs import rounds, seeded
from tests.support.spare_interface import SpareInterface

pytestmark = pytest.mark.network

WAIT_MS = 20_000
USUAL_BUFFER = 212_992
FEW, BURST = 20, 3_000


class Disturbed:
    """A session that records a bus on which numbered frames are sent, and what can happen to it."""

    def __init__(
        self,
        qtbot,
        session: Session,
        messages: list[tuple[str, str]],
        interface: SpareInterface,
        settings: BusSettings,
    ) -> None:
        self._qtbot = qtbot
        self._session = session
        self._messages = messages
        self._interface = interface
        self._settings = settings
        self._sent = 0
        session.bus.open(Measurement.of_bus(settings))
        self.wait(lambda: session.state is SessionState.LIVE)

    def wait(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)

    def send(self, count: int = FEW) -> None:
        """Send numbered frames; the numbers of those that the system refuses never arrive."""
        numbers = np.arange(self._sent, self._sent + count, dtype=">u8")
        self._sent += count
        data = numbers.view(np.uint8).reshape(count, 8)
        try:
            with closing(FrameSender(self._settings)) as sender:
                sender.send_batch(FrameBatch.from_columns(0, 0x100, data))
        except BusError:
            pass

    def send_until_received(self) -> None:
        """Send frames until some arrive."""
        before = self._session.document.recording.end_row

        def posted() -> bool:
            self.send()
            return self._session.document.recording.end_row > before

        self.wait(posted)

    # -- what can happen ---------------------------------------------------------------------------------

    def interface_down(self) -> None:
        self._interface.down()
        self.wait(lambda: self._session.bus.problem)
        self.send()
        self._interface.up()
        self.wait(lambda: not self._session.bus.problem)

    def interface_removed(self) -> None:
        self._interface.remove()
        self.wait(lambda: self._session.bus.problem)
        self._interface.create()
        self.wait(lambda: not self._session.bus.problem)

    def receiver_stopped(self) -> None:
        pid = self._session.bus.captures[0].pid
        os.kill(pid, signal.SIGSTOP)
        self.send(BURST)
        os.kill(pid, signal.SIGCONT)

    def receiver_killed(self) -> None:
        pid = self._session.bus.captures[0].pid
        os.kill(pid, signal.SIGKILL)
        self.wait(lambda: self._session.bus.captures[0].pid not in (pid, None))
        self.wait(lambda: any("is running again" in text for _, text in self._messages))
        self._messages.clear()

    def transmitter_killed(self) -> None:
        pid = self._session.transmit.link.client.pid
        os.kill(pid, signal.SIGKILL)
        self.wait(lambda: any("is running again" in text for _, text in self._messages))
        self._messages.clear()

    def burst(self) -> None:
        self.send(BURST)

    # -- what must be so ---------------------------------------------------------------------------------

    def check(self, path: Path) -> None:
        """All frames are there once, in order; missing ones have a gap before the next frame."""
        self._session.bus.close()
        self._session.record.stop()
        recording = self._session.document.recording
        numbers = numbers_of([recording.rows(0, recording.end_row)])
        steps = np.diff(numbers)
        assert (steps > 0).all(), "frames are doubled or out of order"
        assert (numbers_of(read_batches(path)) == numbers).all()
        missing = np.flatnonzero(steps > 1) + 1
        gaps = list(recording.gaps)
        counted = [gap.row for gap in gaps if gap.count]
        uncounted = [gap.row for gap in gaps if not gap.count]
        # The system counts what it drops, and is asked some times a second: such a gap stands a little later.
        unsaid = [row for row in missing.tolist() if row not in uncounted and row > max(counted, default=0)]
        assert not unsaid, f"no gap for what is missing before rows {unsaid}; there are {gaps}"
        if not uncounted:
            assert int((steps - 1).sum()) == recording.gaps.lost


def numbers_of(batches) -> np.ndarray:
    return np.concatenate([batch.data.copy().view(">u8").ravel() for batch in batches]).astype(np.int64)


FAULTS = (
    "interface_down",
    "interface_removed",
    "receiver_stopped",
    "receiver_killed",
    "burst",
    "transmitter_killed",
)


@pytest.fixture
def disturbed(qtbot, session, messages, network, group, spare_interface, tmp_path):
    settings = BusSettings(
        group=group, port=network.free_port(), interface=spare_interface.name, hop_limit=0,
        receive_buffer=USUAL_BUFFER,
    )  # fmt: skip
    one = Disturbed(qtbot, session, messages, spare_interface, settings)
    session.record.start(tmp_path / "record.blf")
    return one


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_gap_where_frames_are_missing(fault, disturbed, tmp_path):
    disturbed.send_until_received()
    getattr(disturbed, fault)()
    disturbed.send_until_received()
    disturbed.check(tmp_path / "record.blf")


@pytest.mark.long
def test_many_faults_are_gaps_where_frames_are_missing(disturbed, tmp_path):
    chance: random.Random = seeded()
    for _ in rounds():
        disturbed.send_until_received()
        getattr(disturbed, chance.choice(FAULTS))()
    disturbed.send_until_received()
    disturbed.check(tmp_path / "record.blf")

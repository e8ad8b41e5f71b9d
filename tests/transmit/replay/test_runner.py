"""Replays in a real process: their times, control, loops and errors."""

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.recording import Recording
from canmcast_gui.transmit import Job, ReplayOptions, ReplayStatus, SendFailed, Transmitter
from tests.transmit.stage import MS, PATIENCE, RECEIVER, SENDER, events, frame, receive

pytestmark = pytest.mark.network

ROWS = "canmcast_gui.recording.reading:open_rows"


@pytest.fixture
def recording(tmp_path):
    with Recording.create(tmp_path / "frames") as recording:
        numbers = np.arange(1000)
        data = numbers.astype(">u8").view(np.uint8).reshape(1000, 8)
        recording.append(FrameBatch.from_columns(numbers * MS, 0x100 + numbers % 5, data))
        yield recording


def begin(transmitter, recording, number=1, **options) -> None:
    settings = {"folder": str(recording.folder)}
    transmitter.replays.start(number, ROWS, settings, ReplayOptions(**options))
    transmitter.replays.grow(number, recording.end_row, True)


def state_of(state: str):
    return lambda event: isinstance(event, ReplayStatus) and event.state == state


def numbers_of(batch: FrameBatch) -> list[int]:
    return [int.from_bytes(batch.payload(row), "big") for row in range(len(batch))]


def test_a_recording_is_replayed_at_its_own_times(transmitter, receiver, recording):
    begin(transmitter, recording, end_row=300)
    batch = receive(receiver, 300)
    assert numbers_of(batch) == list(range(300))
    assert int(np.ptp(batch.timestamp_ns)) == pytest.approx(299 * MS, rel=0.2)
    last = events(transmitter, state_of("ended"))[-1]
    assert (last.sent, last.row) == (300, 300)
    assert transmitter.sent == 300


def test_pause_step_seek_speed_and_stop(transmitter, receiver, recording):
    begin(transmitter, recording, paused=True)
    for _ in range(3):
        transmitter.replays.step(1)
    assert numbers_of(receive(receiver, 3)) == [0, 1, 2]
    transmitter.replays.seek(1, 900)
    transmitter.replays.set_speed(1, None)
    transmitter.replays.play(1)
    assert numbers_of(receive(receiver, 100)) == list(range(900, 1000))
    events(transmitter, state_of("ended"))
    transmitter.replays.seek(1, 990)
    transmitter.replays.play(1)
    assert numbers_of(receive(receiver, 10)) == list(range(990, 1000))
    transmitter.replays.stop(1)
    transmitter.replays.play(1)
    assert transmitter.replays.running == frozenset()


def test_stop_all_ends_a_loop(transmitter, receiver, recording):
    begin(transmitter, recording, loop=True, end_row=20)
    receive(receiver, 50)
    transmitter.stop_all()
    assert events(transmitter, state_of("stopped"))[-1].loops >= 2
    assert transmitter.replays.running == frozenset()
    assert transmitter.flush(PATIENCE)
    receiver.drain()
    assert not wait_for(receiver.fileno(), 0.05)


def test_a_replay_that_is_not_possible_is_reported_with_a_reason(transmitter, recording):
    transmitter.replays.start(1, ROWS, {"folder": "/nowhere"}, ReplayOptions())
    transmitter.replays.grow(1, 5, True)
    found = events(transmitter, lambda event: isinstance(event, SendFailed))
    assert any("row 0" in event.sentence for event in found if isinstance(event, SendFailed))
    begin(transmitter, recording, skip_live=True)
    found = events(transmitter, lambda event: isinstance(event, SendFailed))
    assert "cannot receive" in found[-1].sentence


def test_ids_that_another_node_sends_are_left_out(settings, receiver, recording):
    with (
        Transmitter(SENDER, settings.to_dict(), RECEIVER) as transmitter,
        Transmitter(SENDER, settings.to_dict()) as other,
    ):
        begin(transmitter, recording, skip_live=True, loop=True)
        other.jobs.arm(Job(1, frame(0x102, b"other"), 20 * MS))
        receive(receiver, 500)
        batch = receive(receiver, 300)
        ours = batch[batch.length == 8]
        assert set(ours.arbitration_id.tolist()) == {0x100, 0x101, 0x103, 0x104}

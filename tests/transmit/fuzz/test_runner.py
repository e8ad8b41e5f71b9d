"""Fuzz runs in a real process: all received frames are reported, and a response stops the run."""

import time

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transmit import (
    FuzzOptions,
    FuzzResponse,
    FuzzSent,
    FuzzStatus,
    SendFailed,
    Transmitter,
)
from canmcast_gui.transmit.fuzz.rows import FuzzRows
from canmcast_gui.transport.settings import BusSettings
from tests.transmit.stage import PATIENCE, RECEIVER, SENDER, events, receive

pytestmark = pytest.mark.network
RUN = 7


@pytest.fixture
def transmitter(settings):
    with Transmitter(SENDER, settings.to_dict(), RECEIVER) as transmitter:
        yield transmitter


@pytest.fixture
def other(settings):
    with Transmitter(SENDER, settings.to_dict()) as other:
        yield other


def is_state(*states: str):
    return lambda event: isinstance(event, FuzzStatus) and event.state in states


def told(found: list) -> FrameBatch:
    """All frames that were reported as sent."""
    return FrameBatch.concatenate([event.frames for event in found if isinstance(event, FuzzSent)])


def content(batch: FrameBatch) -> list[tuple[int, int, int, bytes]]:
    """Frames without their times."""
    flags = (batch.flags & ~np.uint16(Flag.TX)).tolist()
    rows = zip(batch.arbitration_id.tolist(), flags, batch.dlc.tolist(), strict=True)
    return [(*row, batch.payload(number)) for number, row in enumerate(rows)]


def response(arbitration_id: int = 0x7E8) -> FrameBatch:
    return FrameBatch.from_columns(0, [arbitration_id], [[1, 2]])


def test_reported_frames_are_the_received_ones_in_their_order_and_time(transmitter, receiver):
    options = FuzzOptions(((0, 0x1FFFFFFF, True),), kinds=("classic", "brs", "remote"), seed=5,
                          period_ns=500_000, count=300)  # fmt: skip
    transmitter.fuzz.start(RUN, options, report_frames=True)
    found = events(transmitter, is_state("ended"))
    received, sent = receive(receiver, 300), told(found)
    assert content(received) == content(sent) == content(FuzzRows(options).rows(0, 300))
    assert (received.timestamp_ns >= sent.timestamp_ns).all()
    assert sent.has(Flag.TX).all()
    assert (found[-1].sent, found[-1].skipped) == (300, 0)
    assert transmitter.sent == 300


def test_frames_are_reported_only_on_request(transmitter, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=100_000, count=20))
    found = events(transmitter, is_state("ended"))
    assert not any(isinstance(event, FuzzSent) for event in found)
    assert len(receive(receiver, 20)) == 20


def test_a_response_stops_it_at_once_and_the_frames_before_are_reported(transmitter, other, receiver):
    transmitter.fuzz.start(
        RUN, FuzzOptions(period_ns=1_000_000, count=None), "id == 0x7E8", report_frames=True
    )
    receive(receiver, 100)
    other.send(response(0x123))
    other.send(response())
    found = events(transmitter, is_state("responded"))
    received = next(event for event in found if isinstance(event, FuzzResponse))
    sent = told(found)
    assert content(received.frame) == content(response())
    assert len(received.before) == 50
    assert received.before.timestamp_ns[-1] <= received.frame.timestamp_ns[0]
    last = len(sent) - received.after
    assert content(received.before) == content(sent[last - 50 : last])
    assert found[-1].sent == len(sent)
    receiver.drain()
    assert not wait_for(receiver.fileno(), 0.05)


def test_after_a_response_it_can_continue_to_the_next(transmitter, other, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=1_000_000, count=None), "id == 0x7E8")
    for _ in range(2):
        receive(receiver, 10)
        other.send(response())
        found = events(transmitter, is_state("responded"))
        assert sum(isinstance(event, FuzzResponse) for event in found) == 1
        receiver.drain()
        transmitter.fuzz.play(RUN)
        assert events(transmitter, is_state("playing"))
    assert len(receive(receiver, 10)) >= 10


def test_a_response_to_the_last_frame_counts(transmitter, other, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=1000, count=3), "id == 0x7E8")
    assert events(transmitter, is_state("ended"))
    other.send(response())
    found = events(transmitter, is_state("responded"))
    received = next(event for event in found if isinstance(event, FuzzResponse))
    assert (len(received.before), received.after) == (3, 0)


def test_a_frame_long_after_the_last_one_is_not_a_response(transmitter, other, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=1000, count=3), "id == 0x7E8", wait=0.0)
    assert events(transmitter, is_state("ended"))
    other.send(response())
    receive(receiver, 4)
    transmitter.fuzz.play(RUN)
    assert transmitter.fuzz.stop_and_wait(RUN, PATIENCE)
    left = transmitter.poll()
    assert not any(isinstance(event, FuzzResponse) for event in left)
    assert left[-1].sent == 3


def test_own_frames_are_not_responses(transmitter, receiver):
    options = FuzzOptions(((0x7E8, 0x7E8, False),), period_ns=100_000, count=50)
    transmitter.fuzz.start(RUN, options, "id == 0x7E8")
    found = events(transmitter, is_state("ended", "responded"))
    assert found[-1].state == "ended"
    assert len(receive(receiver, 50)) == 50


def test_steps_and_pauses(transmitter, receiver):
    options = FuzzOptions(period_ns=10_000_000, count=5, seed=9)
    transmitter.fuzz.start(RUN, options, report_frames=True, paused=True)
    assert transmitter.flush(PATIENCE)
    transmitter.fuzz.step(RUN)
    transmitter.fuzz.step(RUN)
    assert len(receive(receiver, 2)) == 2
    assert not wait_for(receiver.fileno(), 0.05)
    transmitter.fuzz.play(RUN)
    found = events(transmitter, is_state("ended"))
    assert len(receive(receiver, 3)) == 3
    assert content(told(found)) == content(FuzzRows(options).rows(0, 5))


def test_all_sent_frames_are_reported_before_the_end(transmitter, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=100_000, count=None), report_frames=True)
    received = receive(receiver, 50)
    assert transmitter.fuzz.stop_and_wait(RUN, PATIENCE)
    found = transmitter.poll()
    assert found[-1].state == "stopped"
    sent = told(found)
    assert found[-1].sent == len(sent) == transmitter.sent
    received = FrameBatch.concatenate([received, receive(receiver, len(sent) - len(received))])
    assert content(received) == content(sent)
    assert transmitter.fuzz.running == frozenset()


def test_stop_all_stops_it(transmitter, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(count=None))
    receive(receiver, 2)
    transmitter.stop_all()
    assert events(transmitter, is_state("stopped"))


def test_the_rate_limit_of_the_program_applies(transmitter, receiver):
    transmitter.set_rate_limit(200)
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=10_000, count=60))
    times = receive(receiver, 60).timestamp_ns
    # The frames of 20 ms may be sent at once.
    assert (times[-1] - times[0]) / 1e9 >= (60 - 5) / 200


def test_a_run_waits_until_its_frames_are_read_and_loses_none(transmitter, receiver):
    transmitter.fuzz.start(
        RUN, FuzzOptions(period_ns=1000, count=100_000, lengths=(0, 0)), report_frames=True
    )
    end = time.monotonic() + PATIENCE
    while len(receiver.drain(65536)) or wait_for(receiver.fileno(), 0.3):
        assert time.monotonic() < end
    found = events(transmitter, is_state("ended"))
    assert len(told(found)) == found[-1].sent == 100_000


def test_a_run_that_is_not_possible_is_reported(settings, receiver):
    with Transmitter(SENDER, settings.to_dict()) as deaf:
        deaf.fuzz.start(RUN, FuzzOptions(), "id == 1")
        found = events(deaf, is_state("failed"))
        found += events(deaf, lambda event: isinstance(event, SendFailed)) if not any(
            isinstance(event, SendFailed) for event in found) else []  # fmt: skip
        assert "cannot receive" in next(event.sentence for event in found if isinstance(event, SendFailed))
        assert deaf.fuzz.running == frozenset()


def test_frames_that_the_bus_cannot_carry_are_counted(network):
    settings = BusSettings.this_computer(port=network.free_port(), fd=False)
    with Transmitter(SENDER, settings.to_dict()) as transmitter:
        transmitter.fuzz.start(RUN, FuzzOptions(kinds=("classic", "fd"), period_ns=100_000, count=100))
        last = events(transmitter, is_state("ended"))[-1]
        assert last.skipped > 10
        assert last.sent == 100 - last.skipped
